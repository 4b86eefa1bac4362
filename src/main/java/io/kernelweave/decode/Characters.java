package io.kernelweave.decode;

/**
 * A deterministic automaton over code points that says which strings are allowed. States are numbers from 0; each of them
 * has a way to an accepted string.
 */
sealed interface Characters permits Counted, Dfa {
    /** No state: the character is not allowed. */
    int DEAD = -1;

    int start();

    /** The state after a Unicode scalar value, or {@link #DEAD}. */
    int next(int state, int codePoint);

    /** Whether a scalar value from {@code low} to {@code high} is allowed; the range may be empty. */
    boolean any(int state, int low, int high);

    /** Whether the string may end here. */
    boolean accepts(int state);

    /** How many bytes a shortest way to an accepted string takes in a JSON string. */
    int distance(int state);

    /** A first character of such a way; asked only where {@link #distance} is not 0. */
    int nearest(int state);

    /** Of the characters from {@code low} to {@code high} one after which the distance is least, or {@link #DEAD}. */
    int nearest(int state, int low, int high);
}
