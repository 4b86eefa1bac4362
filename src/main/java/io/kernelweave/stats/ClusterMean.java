package io.kernelweave.stats;

import java.util.List;

/**
 * The mean over rows that come in clusters: the ratio of the clusters' sums to their trials, with a 95 % interval that knows
 * that rows of one cluster are no independent evidence.
 *
 * <p>The variance is the linearised one of a ratio (Cochran, <i>Sampling Techniques</i>, §6.4), with C − 1 degrees of freedom
 * for C clusters. A measure gets Student's interval. A share (every sum between 0 and its trials) gets the exact binomial
 * interval at the effective number of trials that this variance amounts to (Korn and Graubard, <i>Confidence intervals for
 * proportions with small expected number of positive counts</i>, Survey Methodology 24, 1998), which keeps its coverage near
 * 0 % and 100 %; at these themselves each cluster counts as one trial.
 */
public final class ClusterMean {
    private static final double ALPHA = 0.05;
    private static final double Z = 1.959963984540054;

    private final double mean;
    private final Interval interval;
    private final double standardError;
    private final int clusters;
    private final double trials;

    private ClusterMean(double mean, Interval interval, double standardError, int clusters, double trials) {
        this.mean = mean;
        this.interval = interval;
        this.standardError = standardError;
        this.clusters = clusters;
        this.trials = trials;
    }

    /**
     * Of a share, if every sum lies between 0 and its trials, else of a measure. Clusters without trials are left out.
     *
     * @throws IllegalArgumentException if there is no trial at all
     */
    public static ClusterMean of(List<Cluster> clusters) {
        return of(clusters, clusters.stream().allMatch(c -> c.sum() >= 0 && c.sum() <= c.trials()));
    }

    /** Of a measure, whatever its values. */
    public static ClusterMean ofMeasure(List<Cluster> clusters) {
        return of(clusters, false);
    }

    private static ClusterMean of(List<Cluster> all, boolean share) {
        List<Cluster> clusters =
                all.stream().filter(cluster -> cluster.trials() > 0).toList();
        if (clusters.isEmpty()) {
            throw new IllegalArgumentException("nothing was measured");
        }
        double sum = 0;
        double trials = 0;
        for (Cluster cluster : clusters) {
            sum += cluster.sum();
            trials += cluster.trials();
        }
        double mean = sum / trials;
        int count = clusters.size();
        double squares = 0;
        for (Cluster cluster : clusters) {
            double residual = cluster.sum() - mean * cluster.trials();
            squares += residual * residual;
        }
        double error = count < 2 ? Double.POSITIVE_INFINITY : StrictMath.sqrt(squares * count / (count - 1.0)) / trials;
        Interval interval;
        if (share) {
            interval = ofShare(mean, error, count, trials);
        } else if (count < 2) {
            interval = Interval.unbounded();
        } else {
            interval = Interval.around(mean, StudentT.quantile(1 - ALPHA / 2, count - 1) * error);
        }
        return new ClusterMean(mean, interval, error, count, trials);
    }

    private static Interval ofShare(double mean, double error, int clusters, double trials) {
        double effective = clusters;
        if (clusters > 1 && mean > 0 && mean < 1) {
            // Independent trials at most, even if the clusters happen to agree.
            effective = Math.min(trials, mean * (1 - mean) / (error * error));
            double widening = Z / StudentT.quantile(1 - ALPHA / 2, clusters - 1);
            effective *= widening * widening;
        }
        double successes = mean * effective;
        double failures = effective - successes;
        return new Interval(
                mean <= 0 ? 0 : BetaFunction.quantile(ALPHA / 2, successes, failures + 1),
                mean >= 1 ? 1 : BetaFunction.quantile(1 - ALPHA / 2, successes + 1, failures));
    }

    public double mean() {
        return mean;
    }

    /** 95 %. */
    public Interval interval() {
        return interval;
    }

    /** Cluster-robust; infinite with one cluster. */
    public double standardError() {
        return standardError;
    }

    public int clusters() {
        return clusters;
    }

    public double trials() {
        return trials;
    }
}
