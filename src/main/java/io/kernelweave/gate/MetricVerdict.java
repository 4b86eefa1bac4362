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
     * @param better rows that gained
     * @param worse rows that lost
     * @param baseline mean over the rows
     * @param candidate mean over the rows
     * @param difference candidate − baseline, per row
     * @param interval 95 %, cluster-robust, of the difference
     * @param p of the one-sided sign-flip test: how likely such a loss is if nothing was lost
     * @param adjustedP the same by Holm's adjustment over the run's metrics
     * @param margin the loss that is still accepted
     * @param smallestDetectable the loss that such a run shows in four of five tries; infinite if it shows none
     * @param clustersNeeded about how many clusters like these it takes to keep to the margin in four of five tries if nothing is
     *     lost; null if the margin is 0
     */
    public record Comparison(
            int rows,
            int clusters,
            int better,
            int worse,
            double baseline,
            double candidate,
            double difference,
            Interval interval,
            double p,
            double adjustedP,
            double margin,
            double smallestDetectable,
            @Nullable Long clustersNeeded) {}

    static MetricVerdict invalid(String metric, String reason) {
        return new MetricVerdict(metric, RunVerdict.INVALID, reason, null);
    }
}
