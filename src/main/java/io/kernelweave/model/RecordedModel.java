package io.kernelweave.model;

import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Answers that were given once, by their prompts, exactly. It has no scores: an answer is replayed, not decoded. */
public final class RecordedModel {
    private final Map<String, String> answers;
    private final String identity;

    /** @param answers by prompt; copied */
    public RecordedModel(Map<String, String> answers) {
        this.answers = Map.copyOf(answers);
        this.identity = "recorded:" + Digest.of(Json.compact(new TreeMap<>(answers)));
    }

    /** A digest of all prompts and answers, in whatever order they were given. */
    public String identity() {
        return identity;
    }

    public Optional<String> answer(String prompt) {
        return Optional.ofNullable(answers.get(prompt));
    }
}
