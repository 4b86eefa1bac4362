package io.kernelweave.results;

import io.kernelweave.stats.Interval;
import org.jspecify.annotations.Nullable;

/**
 * One figure of a run.
 *
 * @param name {@code <arm or stage>.<metric>}, stable
 * @param value NaN where nothing was measured
 * @param interval 95 %, over clusters; null for quantiles and counts
 * @param rows the denominator
 * @param clusters how many clusters the rows come from
 */
public record Metric(String name, double value, @Nullable Interval interval, int rows, int clusters) {
    Metric named(String newName) {
        return new Metric(newName, value, interval, rows, clusters);
    }

    public boolean isMeasured() {
        return !Double.isNaN(value);
    }
}
