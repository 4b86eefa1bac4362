package io.kernelweave.decode;

/**
 * Strings of {@code min} to {@code max} code points, any of them. A state is how many there are, up to where more make no
 * difference.
 *
 * @param max {@link Integer#MAX_VALUE} for no limit
 */
record Counted(int min, int max) implements Characters {
    private static final int FILLER = 'x';

    @Override
    public int start() {
        return 0;
    }

    @Override
    public int next(int state, int codePoint) {
        return max == Integer.MAX_VALUE ? Math.min(state + 1, min) : state < max ? state + 1 : DEAD;
    }

    @Override
    public boolean any(int state, int low, int high) {
        return left(state) > 0 && low <= high && !(low >= 0xD800 && high <= 0xDFFF);
    }

    @Override
    public boolean accepts(int state) {
        return state >= min;
    }

    @Override
    public int distance(int state) {
        return Math.max(0, min - state);
    }

    @Override
    public int nearest(int state) {
        return FILLER;
    }

    @Override
    public int nearest(int state, int low, int high) {
        return !any(state, low, high) ? DEAD : low >= 0xD800 && low <= 0xDFFF ? 0xE000 : low;
    }

    /** How many more characters are allowed. */
    int left(int state) {
        return max == Integer.MAX_VALUE ? max : max - state;
    }

    /** The first state from which {@code reach} characters more lead as far, or no further, than from this one. */
    int alike(int state, int reach) {
        if (left(state) < reach) {
            return state;
        }
        return state >= min ? min : state + reach < min ? 0 : state;
    }
}
