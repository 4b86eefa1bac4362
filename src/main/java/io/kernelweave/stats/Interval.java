package io.kernelweave.stats;

/** A range of values, both ends included; an end may be infinite. */
public record Interval(double low, double high) {
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("low " + low + " is not at most high " + high);
        }
    }

    /** Everything: what nothing is known of. */
    public static Interval unbounded() {
        return new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    /**
     * The exact 95 % interval of a share of independent trials (Clopper and Pearson, Biometrika 26, 1934).
     *
     * @throws IllegalArgumentException if there is no trial, or there are more successes than trials
     */
    public static Interval ofShare(long successes, long trials) {
        if (successes < 0 || successes > trials || trials == 0) {
            throw new IllegalArgumentException(successes + " of " + trials);
        }
        double failures = trials - (double) successes;
        return new Interval(
                successes == 0 ? 0 : BetaFunction.quantile(0.025, successes, failures + 1),
                successes == trials ? 1 : BetaFunction.quantile(0.975, successes + 1.0, failures));
    }

    /**
     * Wilson's 95 % interval of a share (E. B. Wilson, Journal of the American Statistical Association 22, 1927): shorter than the
     * exact one, and sound where the share is near 0 or 1. The counts may be sums of weights.
     *
     * @throws IllegalArgumentException if there is no trial, or there are more successes than trials
     */
    public static Interval wilson(double successes, double trials) {
        if (!(trials > 0) || !(successes >= 0) || successes > trials) {
            throw new IllegalArgumentException(successes + " of " + trials);
        }
        double z = 1.959963984540054;
        double share = successes / trials;
        double scale = 1 + z * z / trials;
        double centre = (share + z * z / (2 * trials)) / scale;
        double half = z * Math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / scale;
        return new Interval(
                successes == 0 ? 0 : Math.max(0, centre - half), successes == trials ? 1 : Math.min(1, centre + half));
    }

    static Interval around(double centre, double halfWidth) {
        return new Interval(centre - halfWidth, centre + halfWidth);
    }

    public boolean contains(double value) {
        return low <= value && value <= high;
    }

    public double width() {
        return high - low;
    }
}
