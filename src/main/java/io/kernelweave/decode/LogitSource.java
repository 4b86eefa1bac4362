package io.kernelweave.decode;

/** What a language model is to the decoder: scores for the next token, and a way to tell it which was taken. */
public interface LogitSource {
    /**
     * Writes the score of each next token: a logarithm of its probability up to a constant that is the same for all.
     *
     * @param into as long as the vocabulary
     */
    void logits(float[] into);

    /** The token that was taken, whether it was sampled or forced. */
    void accept(int token);
}
