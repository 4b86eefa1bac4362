package io.kernelweave.runtime;

import io.kernelweave.decode.Constraint;
import io.kernelweave.decode.DecodeSettings;
import io.kernelweave.decode.Decoded;
import io.kernelweave.decode.Decoder;
import io.kernelweave.decode.Forced;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.model.FallibleModel;
import io.kernelweave.model.LanguageModel;
import io.kernelweave.model.RecordedModel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Where answers come from: a language model that is sampled, or recorded answers that are replayed. */
public sealed interface Backend {
    /** Says which model this is, exactly enough that the same identity gives the same answers. */
    String identity();

    /** What decides, beside the model and the prompt, which answer a task gets. */
    String settings(Task task);

    /** The tokens that it speaks in. */
    TokenVocabulary vocabulary();

    /** Generates without a constraint. */
    Decoded free(Task task, String prompt, long seed);

    /** Generates under a mask, going on from {@code prefix}. */
    Decoded constrained(Task task, String prompt, Constraint constraint, String prefix, long seed);

    /** Whether telling the model in words what was wrong can help; a model that only continues text would copy the words. */
    boolean followsInstructions();

    /** A model with logits. */
    record Sampled(LanguageModel model, TokenVocabulary vocabulary, int endToken, DecodeSettings settings)
            implements Backend {
        @Override
        public String identity() {
            return model.identity();
        }

        @Override
        public String settings(Task task) {
            return Json.compact(settings) + " " + vocabulary.name();
        }

        @Override
        public boolean followsInstructions() {
            return model.followsInstructions();
        }

        @Override
        public Decoded free(Task task, String prompt, long seed) {
            try (LanguageModel.Session session = model.open(prompt, seed)) {
                return Decoder.free(session, vocabulary, settings.withSeed(seed), endToken);
            }
        }

        @Override
        public Decoded constrained(Task task, String prompt, Constraint constraint, String prefix, long seed) {
            try (LanguageModel.Session session = model.open(prompt, seed)) {
                return Decoder.constrained(session, constraint, settings.withSeed(seed), prefix);
            }
        }
    }

    /** Answers that are told, not sampled: no words change them. */
    sealed interface Told extends Backend {
        /** The answer to a task; of a composition the part that is asked for, if it has one. */
        Optional<String> told(Task task, long seed);

        @Override
        default String settings(Task task) {
            return task.id() + " " + vocabulary().name();
        }

        @Override
        default boolean followsInstructions() {
            return false;
        }

        @Override
        default Decoded free(Task task, String prompt, long seed) {
            String answer = answer(task, seed);
            return new Decoded(answer, vocabulary().encode(answer).length, 0, 0, true, 0, 0, 0);
        }

        /** The answer to a task; an error of the task if there is none. */
        default String answer(Task task, long seed) {
            String whole = told(task, seed)
                    .orElseThrow(() -> new IllegalStateException("no answer is recorded for " + task.id()));
            if (task.part().isEmpty()) {
                return whole;
            }
            try {
                JsonNode part = Json.parse(whole, "answer of " + task.id()).get(task.part());
                return part == null ? whole : Json.compact(part);
            } catch (InputException e) {
                return whole; // a composition's answer that is no JSON has no parts
            }
        }

        /** What came of forcing a text through a mask that took this time. */
        default Decoded decoded(String text, Forced forced, long start) {
            return new Decoded(
                    text,
                    forced.tokens(),
                    forced.forcedTokens(),
                    forced.maskedTokens(),
                    forced.accepted(),
                    System.nanoTime() - start,
                    0,
                    0);
        }
    }

    /**
     * Recorded answers, by task id. Under a mask an answer is force-decoded token by token; of one that the mask refuses
     * comes back what the mask let through, incomplete.
     */
    record Recorded(RecordedModel model, TokenVocabulary vocabulary) implements Told {
        @Override
        public String identity() {
            return model.identity();
        }

        @Override
        public Optional<String> told(Task task, long seed) {
            return model.answer(task.id());
        }

        @Override
        public Decoded constrained(Task task, String prompt, Constraint constraint, String prefix, long seed) {
            String answer = answer(task, seed);
            long start = System.nanoTime();
            Forced forced = Decoder.force(constraint, answer);
            return decoded(forced.accepted() ? answer : before(answer, forced.refusedAtByte()), forced, start);
        }

        /** What the mask let through. */
        private static String before(String answer, int bytes) {
            return new String(Arrays.copyOf(answer.getBytes(StandardCharsets.UTF_8), bytes), StandardCharsets.UTF_8);
        }
    }

    /**
     * A simulated model. Under a mask that refuses what it would say, it does what a model does that has to fill in a form which does not
     * fit: it makes something up that the mask lets through. Nothing of this is kept from whoever judges the answer.
     */
    record Simulated(FallibleModel model, TokenVocabulary vocabulary) implements Told {
        /** A refusal shows in the first tokens, so that many can be tried. */
        private static final int MOST_TRIED = 400;

        @Override
        public String identity() {
            return model.identity();
        }

        @Override
        public Optional<String> told(Task task, long seed) {
            return model.answer(task.id(), seed);
        }

        @Override
        public Decoded constrained(Task task, String prompt, Constraint constraint, String prefix, long seed) {
            long start = System.nanoTime();
            String answer = answer(task, seed);
            Forced forced = Decoder.force(constraint, answer);
            for (int i = 0; !forced.accepted() && i < Math.min(MOST_TRIED, model.size()); i++) {
                answer = model.madeUp(seed, i);
                forced = Decoder.force(constraint, answer);
            }
            return decoded(forced.accepted() ? answer : "", forced, start);
        }
    }
}
