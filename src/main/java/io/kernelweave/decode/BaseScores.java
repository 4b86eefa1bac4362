package io.kernelweave.decode;

import java.util.Arrays;

/** A score for each token of a vocabulary, and the tokens from the best to the worst. Immutable and shared. */
public final class BaseScores {
    private final float[] scores;
    private final int[] ranking;

    /** @param scores by token, none of them NaN; copied */
    public BaseScores(float[] scores) {
        this.scores = scores.clone();
        long[] order = new long[scores.length];
        for (int token = 0; token < order.length; token++) {
            int bits = Float.floatToIntBits(scores[token] + 0f); // one zero
            // As integers, negative floats run the other way; the lower half keeps equal ones in the order of their
            // ids.
            order[token] = (long) ~(bits ^ bits >> 31 & Integer.MAX_VALUE) << 32 | token;
        }
        Arrays.sort(order);
        this.ranking = new int[order.length];
        Arrays.setAll(ranking, i -> (int) order[i]);
    }

    /** How many tokens there are. */
    public int size() {
        return scores.length;
    }

    public float score(int token) {
        return scores[token];
    }

    /** The token with so many better ones; of equal ones the lower id is the better. */
    int ranked(int place) {
        return ranking[place];
    }

    void copyTo(float[] into) {
        System.arraycopy(scores, 0, into, 0, scores.length);
    }
}
