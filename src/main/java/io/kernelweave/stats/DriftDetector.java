package io.kernelweave.stats;

/**
 * Watches trials for the moment from which on they succeed with probability below p₀: a Shiryaev–Roberts e-detector. For each
 * alternative p below p₀ the likelihood ratio of p to p₀ is summed over all moments at which the change may have come,
 *
 * <pre>M<sub>n</sub> = (M<sub>n−1</sub> + 1) · L<sub>n</sub>,</pre>
 *
 * and these are mixed evenly. While every trial, given those before it, succeeds with probability at least p₀, the expected
 * value after n trials is at most n. So an alarm at M ≥ c comes within n trials with probability at most n/c, and on average
 * not before c trials (Shin, Ramdas, Rinaldo, <i>E-detectors: a nonparametric framework for sequential change detection</i>,
 * New England Journal of Statistics in Data Science 2, 2023). Not thread-safe.
 */
public final class DriftDetector {
    /** The alternatives, as shares of p₀. */
    private static final double[] SHARES = {0.2, 0.4, 0.6, 0.8, 0.9};

    private final double[] onSuccess = new double[SHARES.length];
    private final double[] onFailure = new double[SHARES.length];
    private final double[] logs = new double[SHARES.length];
    private double log = Double.NEGATIVE_INFINITY;
    private double highest = Double.NEGATIVE_INFINITY;

    public DriftDetector(double p0) {
        if (!(p0 > 0 && p0 < 1)) {
            throw new IllegalArgumentException("p0 " + p0);
        }
        for (int i = 0; i < SHARES.length; i++) {
            onSuccess[i] = StrictMath.log(SHARES[i]);
            onFailure[i] = StrictMath.log((1 - SHARES[i] * p0) / (1 - p0));
            logs[i] = Double.NEGATIVE_INFINITY;
        }
    }

    /** Takes in one trial. */
    public void accept(boolean success) {
        double sum = 0;
        for (int i = 0; i < SHARES.length; i++) {
            double grown = logs[i] <= 0
                    ? StrictMath.log1p(StrictMath.exp(logs[i]))
                    : logs[i] + StrictMath.log1p(StrictMath.exp(-logs[i])); // ln (M + 1)
            logs[i] = grown + (success ? onSuccess[i] : onFailure[i]);
            sum += StrictMath.exp(Math.min(logs[i], 700));
        }
        log = StrictMath.log(sum / SHARES.length);
        highest = Math.max(highest, log);
    }

    /** ln M. */
    public double log() {
        return log;
    }

    /** ln of the highest M so far: an alarm at any time counts. */
    public double highest() {
        return highest;
    }
}
