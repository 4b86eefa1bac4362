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
