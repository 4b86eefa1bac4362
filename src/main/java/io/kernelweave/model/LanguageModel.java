package io.kernelweave.model;

import io.kernelweave.decode.LogitSource;

/** A model that gives scores for the next token of an answer. Safe for use by many threads; its sessions are not. */
public interface LanguageModel {
    /** What the model is: two models of the same identity give the same scores. A kind and a digest. */
    String identity();

    /**
     * Begins an answer.
     *
     * @param seed for models that draw random numbers of their own; sampling has its seed in the decode settings
     */
    Session open(String prompt, long seed);

    /** Whether it does what a prompt says, rather than only going on from it. */
    default boolean followsInstructions() {
        return true;
    }

    /** One answer in the making. */
    interface Session extends LogitSource, AutoCloseable {
        @Override
        void close();
    }
}
