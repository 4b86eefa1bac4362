package io.kernelweave.stats;

/**
 * Fisher's exact test of a two by two table, one-sided: with both margins given, how likely is it by chance alone that at least so many
 * of the first group have the property (R. A. Fisher, Statistical Methods for Research Workers, §21.02)?
 */
public final class Fisher {
    private Fisher() {}

    /**
     * @param hits how many of the first group have it
     * @param group how many there are in the first group
     * @param otherHits how many of the second group have it
     * @param other how many there are in the second group
     * @return from above 0 to 1; 1 where a group is empty
     * @throws IllegalArgumentException if a count is negative or more than its group
     */
    public static double p(int hits, int group, int otherHits, int other) {
        if (hits < 0 || otherHits < 0 || hits > group || otherHits > other) {
            throw new IllegalArgumentException(hits + " of " + group + ", " + otherHits + " of " + other);
        }
        int all = hits + otherHits;
        int from = Math.max(hits, all - other);
        double term =
                StrictMath.exp(logChoose(group, from) + logChoose(other, all - from) - logChoose(group + other, all));
        double p = 0;
        for (int k = from; k <= Math.min(group, all); k++) {
            p += term;
            term *= (double) (group - k) * (all - k) / ((k + 1.0) * (other - all + k + 1.0));
        }
        return Math.min(1, p);
    }

    private static double logChoose(int n, int k) {
        return BetaFunction.logGamma(n + 1.0) - BetaFunction.logGamma(k + 1.0) - BetaFunction.logGamma(n - k + 1.0);
    }
}
