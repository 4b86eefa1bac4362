package io.kernelweave.verify;

/**
 * Whoever gives an opinion where no check decides: a model, as a rule. It is asked one question at a time and answers with a
 * text; the check {@code judge} reads that text strictly, so that an answer in any other form decides nothing. Safe for use
 * by many threads.
 */
public interface Judge {
    /** Digest or name of what answers: other weights, settings or versions have another. */
    String identity();

    /**
     * Answers a question. Whatever it throws makes the verdict UNKNOWN.
     *
     * @param question asks for {@code {"verdict": "PASS" | "FAIL" | "UNKNOWN", "reason": "…"}}; what it quotes of prompts and
     *     answers stands in JSON strings
     */
    String answer(String question);

    /** The one that has no opinion: every {@code judge} check is UNKNOWN. */
    static Judge none() {
        return new Judge() {
            @Override
            public String identity() {
                return "none";
            }

            @Override
            public String answer(String question) {
                throw new IllegalStateException("no judge is set up");
            }
        };
    }
}
