package io.kernelweave.gate;

import io.kernelweave.stats.Interval;
import org.jspecify.annotations.Nullable;

/**
 * What the run gate says of one metric.
 *
 * @param comparison the figures it rests on; null if there was no comparison
 */
public record MetricVerdict(
        String metric,
        RunVerdict verdict,
        String reason,
        @Nullable Comparison comparison) {

    /**
     * Candidate against baseline.
     *
     * @param baseline mean over the rows
     * @param candidate mean over the rows
     * @param difference candidate − baseline, per row
     * @param interval 95 %, cluster-robust, of the difference
     * @param p two-sided, of the sign-flip test
     * @param adjustedP the same by Holm's adjustment over the run's metrics
     * @param smallestDetectable the difference that such a run shows in four of five tries
     * @param clustersNeeded how many clusters like these show a difference of the margin; null if the margin is 0
     */
    public record Comparison(
            int rows,
            int clusters,
            double baseline,
            double candidate,
            double difference,
            Interval interval,
            double p,
            double adjustedP,
            double smallestDetectable,
            @Nullable Long clustersNeeded) {}

    static MetricVerdict invalid(String metric, String reason) {
        return new MetricVerdict(metric, RunVerdict.INVALID, reason, null);
    }
}
