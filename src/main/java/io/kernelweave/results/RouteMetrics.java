package io.kernelweave.results;

import io.kernelweave.results.IntentMetrics.Halves;
import io.kernelweave.stats.Cluster;
import io.kernelweave.stats.ClusterMean;
import io.kernelweave.stats.PairedTest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * The figures of a run that trains a router: {@code untrained.<metric>} and {@code trained.<metric>} of the same prompts.
 *
 * <table>
 * <caption>Metrics of a router, beside those of {@link IntentMetrics}</caption>
 * <tr><td>routing_accuracy</td><td>decisions equal to the label, abstention and compositions included, among all rows</td></tr>
 * <tr><td>composition_accuracy</td><td>the same among rows that ask for several kernels</td></tr>
 * <tr><td>routed_error_stated</td><td>wrong kernels, among routed prompts, in traffic of which no kernel fits the share that the
 * guarantee states; of all as they are where they are of one kind</td></tr>
 * <tr><td>ece_stated</td><td>expected calibration error in such traffic</td></tr>
 * <tr><td>error_rate</td><td>rows that raised an error, among all</td></tr>
 * </table>
 *
 * <p>{@code gain.<metric>} is trained − untrained, paired by row, for routing_accuracy, composition_accuracy, coverage_at_… and the
 * metrics of {@link IntentMetrics} that are means over the same rows under both. A row with an error counts as a failure.
 */
public final class RouteMetrics {
    /** The metrics that are a figure of each row, so that two runs can be paired by them. */
    public static final List<String> PAIRED = List.of("routing_accuracy");

    private static final String GAIN = "gain.";

    private final Map<String, Metric> all = new LinkedHashMap<>();

    private RouteMetrics() {}

    /** The figure of a row behind {@code trained.routing_accuracy} or {@code untrained.routing_accuracy}. */
    public static Optional<PerRow<RouteRow>> perRow(String name) {
        return List.of(RouteRow.UNTRAINED, RouteRow.TRAINED).stream()
                .filter(router -> PAIRED.stream().anyMatch(metric -> name.equals(router + "." + metric)))
                .findFirst()
                .map(router -> new PerRow<>(row -> row.router().equals(router), row -> right(row)));
    }

    private static double right(RouteRow row) {
        return Boolean.TRUE.equals(row.routeCorrect()) ? 1 : 0;
    }

    private static boolean isComposition(RouteRow row) {
        return row.kernelId() != null && row.target().equals("composition");
    }

    /**
     * Computes all metrics of a run's rows.
     *
     * @param noKernelShare share of the traffic that no kernel fits, as the guarantee states it
     */
    public static Map<String, Metric> of(List<RouteRow> rows, double noKernelShare) {
        RouteMetrics metrics = new RouteMetrics();
        List<RouteRow> untrained = rows.stream().filter(row -> !row.isTrained()).toList();
        List<RouteRow> trained = rows.stream().filter(RouteRow::isTrained).toList();
        IntentMetrics before = metrics.router(RouteRow.UNTRAINED + ".", untrained, noKernelShare);
        IntentMetrics after = metrics.router(RouteRow.TRAINED + ".", trained, noKernelShare);
        metrics.gains(untrained, before, trained, after);
        return metrics.all;
    }

    /** The same, with the share that the run's settings state. */
    public static Map<String, Metric> of(List<RouteRow> rows, Run run) {
        return of(rows, run.settings().path("guarantee").path("no_kernel_share").asDouble(0));
    }

    private IntentMetrics router(String prefix, List<RouteRow> rows, double noKernelShare) {
        IntentMetrics intents = new IntentMetrics(prefix, rows);
        share(prefix + "routing_accuracy", rows, row -> true, row -> right(row) == 1);
        share(prefix + "composition_accuracy", rows, RouteMetrics::isComposition, row -> right(row) == 1);
        all.putAll(intents.all());
        stated(prefix, intents.prompts(), noKernelShare);
        share(prefix + "error_rate", rows, row -> true, row -> row.error() != null);
        return intents;
    }

    private void share(String name, List<RouteRow> rows, Predicate<RouteRow> among, Predicate<RouteRow> success) {
        Map<String, double[]> sums = new TreeMap<>();
        rows.stream().filter(among).forEach(row -> {
            double[] sum = sums.computeIfAbsent(row.clusterId(), id -> new double[2]);
            sum[0] += success.test(row) ? 1 : 0;
            sum[1]++;
        });
        int count = (int) rows.stream().filter(among).count();
        put(name, sums, count);
    }

    /** Each kind of prompt weighs what it is said to be of the traffic. */
    private void stated(String prefix, List<RoutedPrompt> prompts, double noKernelShare) {
        ToDoubleFunction<RoutedPrompt> weights = RoutedPrompt.weights(prompts, noKernelShare);
        Map<String, double[]> sums = new TreeMap<>();
        List<RoutedPrompt> routed =
                prompts.stream().filter(RoutedPrompt::routed).toList();
        for (RoutedPrompt prompt : routed) {
            double[] sum = sums.computeIfAbsent(prompt.cluster(), id -> new double[2]);
            sum[0] += prompt.decidedRight() ? 0 : weights.applyAsDouble(prompt);
            sum[1] += weights.applyAsDouble(prompt);
        }
        put(prefix + "routed_error_stated", sums, routed.size());
        int clusters =
                (int) prompts.stream().map(RoutedPrompt::cluster).distinct().count();
        String name = prefix + "ece_stated";
        all.put(
                name,
                new Metric(name, IntentMetrics.calibrationError(prompts, weights), null, prompts.size(), clusters));
    }

    private void put(String name, Map<String, double[]> sums, int rows) {
        if (rows == 0) {
            all.put(name, new Metric(name, Double.NaN, null, 0, 0));
            return;
        }
        ClusterMean mean = ClusterMean.of(sums.entrySet().stream()
                .map(entry -> new Cluster(entry.getKey(), entry.getValue()[0], entry.getValue()[1]))
                .toList());
        all.put(name, new Metric(name, mean.mean(), mean.interval(), rows, mean.clusters()));
    }

    // ---- what training bought ----

    private void gains(List<RouteRow> untrained, IntentMetrics before, List<RouteRow> trained, IntentMetrics after) {
        gain("routing_accuracy", figures(untrained, row -> true), figures(trained, row -> true), trained);
        gain(
                "composition_accuracy",
                figures(untrained, RouteMetrics::isComposition),
                figures(trained, RouteMetrics::isComposition),
                trained);
        IntentMetrics.FIGURES.forEach((name, figure) -> {
            if (!name.equals("routed_error")) { // of other rows before and after
                gain(name, figure.of(before.prompts()), figure.of(after.prompts()), trained);
            }
        });
        after.halves().forEach((percent, to) -> {
            Halves from = before.halves().get(percent);
            if (from != null && from.coverage().length == to.coverage().length) {
                halves("coverage_at_" + percent + "pct", from.coverage(), to.coverage(), after.prompts());
            }
        });
    }

    private static Map<String, Double> figures(List<RouteRow> rows, Predicate<RouteRow> among) {
        Map<String, Double> figures = new LinkedHashMap<>();
        rows.stream().filter(among).forEach(row -> figures.put(row.rowId(), right(row)));
        return figures;
    }

    private void gain(String metric, Map<String, Double> before, Map<String, Double> after, List<RouteRow> rows) {
        List<PairedTest.Pair> pairs = new ArrayList<>();
        for (RouteRow row : rows) {
            Double from = before.get(row.rowId());
            Double to = after.get(row.rowId());
            if (from != null && to != null) {
                pairs.add(new PairedTest.Pair(row.clusterId(), from, to));
            }
        }
        if (!pairs.isEmpty()) {
            PairedTest test = PairedTest.of(pairs, 1);
            all.put(
                    GAIN + metric,
                    new Metric(GAIN + metric, test.mean(), test.interval(), pairs.size(), test.clusters()));
        }
    }

    /** The same halves of the same clusters under both. */
    private void halves(String metric, double[] from, double[] to, List<RoutedPrompt> prompts) {
        double[] gains = new double[to.length];
        for (int i = 0; i < gains.length; i++) {
            gains[i] = to[i] - from[i];
        }
        double mean = IntentMetrics.mean(gains);
        if (!Double.isNaN(mean)) {
            int clusters =
                    (int) prompts.stream().map(RoutedPrompt::cluster).distinct().count();
            all.put(
                    GAIN + metric,
                    new Metric(GAIN + metric, mean, IntentMetrics.spread(gains), prompts.size(), clusters));
        }
    }
}
