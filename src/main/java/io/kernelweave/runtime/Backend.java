package io.kernelweave.runtime;

import io.kernelweave.decode.Constraint;
import io.kernelweave.decode.DecodeSettings;
import io.kernelweave.decode.Decoded;
import io.kernelweave.decode.Decoder;
import io.kernelweave.decode.Forced;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.json.Json;
import io.kernelweave.model.FallibleModel;
import io.kernelweave.model.LanguageModel;
import io.kernelweave.model.RecordedModel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

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

    /**
     * Recorded answers, by task id. Under a mask an answer is force-decoded token by token; of one that the mask refuses
     * comes back what the mask let through, incomplete.
     */
    record Recorded(RecordedModel model, TokenVocabulary vocabulary) implements Backend {
        @Override
        public String identity() {
            return model.identity();
        }

        @Override
        public String settings(Task task) {
            return task.id() + " " + vocabulary.name();
        }

        @Override
        public boolean followsInstructions() {
            return false;
        }

        @Override
        public Decoded free(Task task, String prompt, long seed) {
            String answer = answer(task);
            return new Decoded(answer, vocabulary.encode(answer).length, 0, 0, true, 0, 0, 0);
        }

        @Override
        public Decoded constrained(Task task, String prompt, Constraint constraint, String prefix, long seed) {
            String answer = answer(task);
            long start = System.nanoTime();
            Forced forced = Decoder.force(constraint, answer);
            return new Decoded(
                    forced.accepted() ? answer : before(answer, forced.refusedAtByte()),
                    forced.tokens(),
                    forced.forcedTokens(),
                    forced.maskedTokens(),
                    forced.accepted(),
                    System.nanoTime() - start,
                    0,
                    0);
        }

        /** What the mask let through. */
        private static String before(String answer, int bytes) {
            return new String(Arrays.copyOf(answer.getBytes(StandardCharsets.UTF_8), bytes), StandardCharsets.UTF_8);
        }

        private String answer(Task task) {
            return model.answer(task.id())
                    .orElseThrow(() -> new IllegalStateException("no answer is recorded for " + task.id()));
        }
    }

    /**
     * A simulated model. Under a mask that refuses what it would say, it does what a model does that has to fill in a form which does not
     * fit: it makes something up that the mask lets through. Nothing of this is kept from whoever judges the answer.
     */
    record Simulated(FallibleModel model, TokenVocabulary vocabulary) implements Backend {
        /** A refusal shows in the first tokens, so that many can be tried. */
        private static final int MOST_TRIED = 400;

        @Override
        public String identity() {
            return model.identity();
        }

        @Override
        public String settings(Task task) {
            return task.id() + " " + vocabulary.name();
        }

        @Override
        public boolean followsInstructions() {
            return false;
        }

        @Override
        public Decoded free(Task task, String prompt, long seed) {
            String answer = answer(task, seed);
            return new Decoded(answer, vocabulary.encode(answer).length, 0, 0, true, 0, 0, 0);
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
            return new Decoded(
                    forced.accepted() ? answer : "",
                    forced.tokens(),
                    forced.forcedTokens(),
                    forced.maskedTokens(),
                    forced.accepted(),
                    System.nanoTime() - start,
                    0,
                    0);
        }

        private String answer(Task task, long seed) {
            return model.answer(task.id(), seed)
                    .orElseThrow(() -> new IllegalStateException("no answer is recorded for " + task.id()));
        }
    }
}
