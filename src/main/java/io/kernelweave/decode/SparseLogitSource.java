package io.kernelweave.decode;

/**
 * A model most of whose scores are the same at every step. Where it stands for a {@link LogitSource}, the decoder looks at a
 * few hundred tokens in place of the whole vocabulary, and takes the same ones.
 */
public interface SparseLogitSource extends LogitSource {
    /** The scores that hold where {@link #changes} says nothing; the same ones at every step. */
    BaseScores base();

    /**
     * The scores of the next token that differ from {@link #base}, up to a constant that is the same for all tokens.
     *
     * @param into is cleared and filled; scores are rounded to {@code float} when they are compared
     */
    void changes(TokenScores into);

    /** The same in the other form. */
    @Override
    default void logits(float[] into) {
        TokenScores changed = new TokenScores();
        changes(changed);
        base().copyTo(into);
        for (int i = 0; i < changed.size(); i++) {
            into[changed.token(i)] = (float) changed.score(i);
        }
    }
}
