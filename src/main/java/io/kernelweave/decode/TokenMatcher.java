package io.kernelweave.decode;

/**
 * One text in the making under a {@link Constraint}. For one thread.
 *
 * <p>A matcher is always where a text can still be completed, so a token is allowed if and only if the text so far,
 * followed by the token's bytes, begins some text of the constraint.
 */
public interface TokenMatcher {
    /** Exactly the allowed tokens; none if nothing may follow. Shared, where another text came here before. */
    AllowedTokens allowed();

    /** Sets the bits of exactly the allowed tokens. */
    default void fillMask(TokenMask mask) {
        allowed().fill(mask);
    }

    /** Moves over a token; false, and no move, if it is not allowed. */
    boolean accept(int token);

    /** Moves over bytes, however they divide into tokens; false, and no move, if they are not allowed. */
    boolean accept(byte[] bytes);

    /**
     * Takes back what was accepted last, as often as one of the accept methods moved.
     *
     * @throws IllegalArgumentException if so much was not accepted
     */
    void rollback(int steps);

    /** Whether the text may end here. More may be allowed all the same, as after the first digit of a number. */
    boolean isComplete();

    /**
     * The tokens that follow without a choice: while only one byte may follow and the text may not end, that byte is
     * forced, and these are the canonical tokens of the forced bytes. If a longer allowed token begins like the last of
     * them, the last is left out, so that what the model would write across the edge stays its choice. Empty if there is a
     * choice.
     */
    int[] forcedTokens();

    /**
     * The bytes of a shortest text that completes this one; empty if it may end here. In the middle of an escape, and where
     * many alternatives stay open, it is a short one.
     */
    byte[] shortestCompletion();

    /** How many bytes {@link #shortestCompletion} has. */
    int shortestCompletionLength();

    /** What may come next, in words. */
    String expected();

    /** Another matcher at the same place, moving independently. */
    TokenMatcher fork();
}
