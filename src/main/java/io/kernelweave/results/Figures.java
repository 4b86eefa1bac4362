package io.kernelweave.results;

import io.kernelweave.stats.Cluster;
import io.kernelweave.stats.ClusterMean;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** The metrics of a run while they are put together: counts, shares with their intervals over clusters, quantiles. */
final class Figures<R extends Row> {
    private final Map<String, Metric> all = new LinkedHashMap<>();

    /** All metrics so far, in the order in which they came. */
    Map<String, Metric> all() {
        return all;
    }

    void put(Metric metric) {
        all.put(metric.name(), metric);
    }

    /** A figure without an interval. */
    void put(String name, double value, Collection<R> rows) {
        put(new Metric(name, value, null, rows.size(), clusters(rows)));
    }

    void count(String name, Collection<R> rows, Predicate<R> among) {
        put(name, rows.stream().filter(among).count(), rows);
    }

    /** The share of rows with {@code success} among those of {@code among}; NaN where there are none. */
    void share(String name, Collection<R> rows, Predicate<R> success, Predicate<R> among) {
        ratio(name, rows.stream().filter(among).toList(), row -> success.test(row) ? 1 : 0, row -> 1, true);
    }

    /** The share of so many successes of a row in so many trials; NaN where there are none. */
    void shareOf(String name, Collection<R> rows, ToDoubleFunction<R> successes, ToDoubleFunction<R> trials) {
        ratio(name, rows, successes, trials, true);
    }

    /** The sum of one figure of the rows over the sum of another; NaN where there are none. */
    void ratio(String name, Collection<R> rows, ToDoubleFunction<R> sum, ToDoubleFunction<R> trials) {
        ratio(name, rows, sum, trials, false);
    }

    private void ratio(
            String name, Collection<R> rows, ToDoubleFunction<R> sum, ToDoubleFunction<R> trials, boolean share) {
        Map<String, double[]> sums = new TreeMap<>();
        for (R row : rows) {
            double[] cluster = sums.computeIfAbsent(row.clusterId(), id -> new double[2]);
            cluster[0] += sum.applyAsDouble(row);
            cluster[1] += trials.applyAsDouble(row);
        }
        List<Cluster> clusters = new ArrayList<>();
        sums.forEach((id, cluster) -> {
            if (cluster[1] > 0) {
                clusters.add(new Cluster(id, cluster[0], cluster[1]));
            }
        });
        if (clusters.isEmpty()) {
            put(new Metric(name, Double.NaN, null, 0, 0));
            return;
        }
        ClusterMean mean = share ? ClusterMean.of(clusters) : ClusterMean.ofMeasure(clusters);
        put(new Metric(name, mean.mean(), mean.interval(), rows.size(), mean.clusters()));
    }

    /** {@code <name>.p50}, {@code .p90}, {@code .p99} and {@code .max} of a figure of the rows. */
    void quantiles(String name, Collection<R> rows, ToDoubleFunction<R> figure) {
        double[] sorted = rows.stream().mapToDouble(figure).sorted().toArray();
        put(name + ".p50", Metrics.quantile(sorted, 0.5), rows);
        put(name + ".p90", Metrics.quantile(sorted, 0.9), rows);
        put(name + ".p99", Metrics.quantile(sorted, 0.99), rows);
        put(name + ".max", Metrics.quantile(sorted, 1), rows);
    }

    private static int clusters(Collection<? extends Row> rows) {
        return (int) rows.stream().map(Row::clusterId).distinct().count();
    }
}
