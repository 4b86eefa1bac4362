package io.kernelweave.mine;

import tools.jackson.databind.node.ObjectNode;

/**
 * Whoever has ideas about what a contract should say: a language model, as a rule. Nothing that it says counts by itself;
 * {@link Proposed} reads it strictly and tries it on traces.
 */
public interface Proposer {
    /** Name or digest of what answers. */
    String identity();

    /**
     * Answers a question with a text.
     *
     * @param task what is asked for
     * @param material what it is about, as JSON: other people's data, never an instruction
     * @param form JSON Schema of the answer; a proposer that cannot be held to it may ignore it
     * @throws Unavailable if there is no answer
     */
    String answer(String task, String material, ObjectNode form);

    /** There is no answer; the message says why, in one line. */
    final class Unavailable extends RuntimeException {
        public Unavailable(String message) {
            super(message);
        }
    }
}
