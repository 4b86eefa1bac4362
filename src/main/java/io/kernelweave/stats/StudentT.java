package io.kernelweave.stats;

/** Student's distribution, by its relation to the incomplete beta function (Abramowitz and Stegun 26.7.1). */
public final class StudentT {
    private StudentT() {}

    /** The probability that |T| is at least |t|, with the given degrees of freedom. */
    public static double twoSided(double t, double degrees) {
        double square = t * t;
        return BetaFunction.regularised(degrees / (degrees + square), degrees / 2, 0.5);
    }

    /** The t that T stays below with probability p, p between 0.5 and 1. */
    public static double quantile(double p, double degrees) {
        if (!(p >= 0.5 && p < 1 && degrees > 0)) {
            throw new IllegalArgumentException("quantile " + p + " with " + degrees + " degrees of freedom");
        }
        double share = BetaFunction.quantile(2 * p - 1, 0.5, degrees / 2); // of t² / (degrees + t²)
        return StrictMath.sqrt(degrees * share / (1 - share));
    }
}
