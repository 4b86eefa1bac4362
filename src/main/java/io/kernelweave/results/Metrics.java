package io.kernelweave.results;

import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.gate.RunGate.Direction;
import io.kernelweave.runtime.Arm;
import io.kernelweave.stats.Cluster;
import io.kernelweave.stats.ClusterMean;
import io.kernelweave.stats.Interval;
import io.kernelweave.stats.PairedTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Every figure of a run, computed from its rows. Proportions carry 95 % intervals over clusters; a row with an error counts
 * as a failure in each of them and is never left out of a denominator.
 *
 * <table>
 * <caption>Metrics of an arm: {@code <arm>.<metric>}</caption>
 * <tr><th>metric</th><th>share of … among …</th></tr>
 * <tr><td>verification_pass_rate</td><td>answers that the label's contract judges PASS, among all rows</td></tr>
 * <tr><td>unknown_rate</td><td>verdicts UNKNOWN (a row that fits no kernel has no contract), among all rows</td></tr>
 * <tr><td>schema_validity</td><td>answers valid under the schema that they stand for: in an arm with a mask, among answers
 * given as a kernel's; in an arm without one, among rows whose label names a kernel</td></tr>
 * <tr><td>routing_accuracy</td><td>decisions equal to the label, abstention included, among all rows</td></tr>
 * <tr><td>in_scope_accuracy</td><td>the same among rows that a kernel fits (recall)</td></tr>
 * <tr><td>routing_precision</td><td>right kernels, among rows that were routed to one</td></tr>
 * <tr><td>abstention_accuracy</td><td>abstentions, among rows that no kernel fits</td></tr>
 * <tr><td>abstention_accuracy.near_miss|other_task|nonsense</td><td>the same among those of one kind, where the data set
 * tells kinds apart</td></tr>
 * <tr><td>false_accept_rate</td><td>answers given by a kernel (and accepted, where there is a gate) that the label's contract does not
 * judge PASS, among all rows; in an arm with a mask</td></tr>
 * <tr><td>kernel_reuse_rate</td><td>answers given by a kernel and accepted by the gate, among all rows; in an arm with a gate</td></tr>
 * <tr><td>answer_reuse_rate</td><td>answers that were accepted before the run and now again, among all rows; in the arm with a
 * cache</td></tr>
 * <tr><td>composition_success_rate</td><td>PASS, among rows that ask for two kernels</td></tr>
 * <tr><td>failure_recovery_rate</td><td>PASS in the end, among rows whose first answer the gate rejected</td></tr>
 * <tr><td>latency_ms.&lt;stage&gt;.p50|p90|p99</td><td>milliseconds, wall clock, stages route, decode, mask, model, gate,
 * total</td></tr>
 * <tr><td>tokens_per_row</td><td>tokens generated over all attempts, mean</td></tr>
 * <tr><td>error_rate</td><td>rows that raised an error, among all rows</td></tr>
 * </table>
 *
 * <p>{@code routing.*} repeats the routing figures of the router; {@code gate.*} says how the gate treats recorded answers
 * of rows that were routed right: {@code broken_rejected} (planted failures rejected with the broken condition named) and {@code
 * good_accepted}; {@code gain.<arm>.verification_pass_rate} is the paired difference router+gate − arm, and {@code
 * gain.<arm>.time_ratio} the geometric mean of the rows' total times in router+gate over those in the arm, both answered one right
 * after the other. Times of different runs are never compared.
 */
public final class Metrics {
    private static final List<String> ROUTING = Stream.concat(
                    Stream.of("routing_accuracy", "in_scope_accuracy", "routing_precision", "abstention_accuracy"),
                    DatasetRow.KINDS.stream().map(Metrics::abstention))
            .toList();

    /** The metrics of an arm that are a figure of each row, so that two runs can be paired by them. */
    public static final List<String> PAIRED = List.of(
            "verification_pass_rate",
            "verification_score",
            "unknown_rate",
            "schema_validity",
            "false_accept_rate",
            "routing_accuracy",
            "in_scope_accuracy",
            "abstention_accuracy",
            "kernel_reuse_rate",
            "composition_success_rate",
            "tokens_per_row",
            "error_rate");

    /** Name of the abstention accuracy among prompts of one of {@link DatasetRow#KINDS}, without its arm. */
    public static String abstention(String kind) {
        return "abstention_accuracy." + kind.replace('-', '_');
    }

    /** The arm that {@code <arm>.<metric>} is a figure of. */
    public static String arm(String name) {
        return name.substring(0, Math.max(0, name.indexOf('.')));
    }

    /**
     * The figure of a row behind {@code <arm>.<metric>}, for the metrics of {@link #PAIRED} and the abstention accuracies by kind. Of
     * {@code unknown_rate}, {@code false_accept_rate}, {@code error_rate} and {@code tokens_per_row} less is better.
     */
    public static Optional<PerRow<ResultRow>> perRow(String name) {
        String arm = arm(name);
        String metric = name.substring(arm.isEmpty() ? 0 : arm.length() + 1);
        Predicate<ResultRow> all = row -> row.arm().equals(arm);
        Predicate<ResultRow> fits = row -> row.kernelId() != null;
        Predicate<ResultRow> right = row -> Boolean.TRUE.equals(row.routeCorrect());
        return Optional.ofNullable(
                switch (metric) {
                    case "verification_pass_rate" -> share(all, ResultRow::passes);
                    case "verification_score" ->
                        new PerRow<>(
                                all,
                                row -> row.verdict().score() == null
                                        ? 0
                                        : row.verdict().score());
                    case "unknown_rate" -> PerRow.ofBad(all, row -> isUnknown(row) ? 1 : 0);
                    case "schema_validity" ->
                        share(
                                all.and(isMasked(arm) ? orError(ResultRow::answeredByKernel) : fits),
                                row -> Boolean.TRUE.equals(row.schemaValid()));
                    case "false_accept_rate" -> PerRow.ofBad(all, row -> row.isFalselyAccepted() ? 1 : 0);
                    case "routing_accuracy" -> share(all, right);
                    case "in_scope_accuracy" -> share(all.and(fits), right);
                    case "abstention_accuracy" -> share(all.and(fits.negate()), right);
                    case "kernel_reuse_rate" -> share(all, ResultRow::answeredByKernel);
                    case "composition_success_rate" -> share(all.and(Metrics::isComposition), ResultRow::passes);
                    case "tokens_per_row" ->
                        new PerRow<>(
                                all,
                                row -> row.tokens().generated(),
                                Direction.LOWER_IS_BETTER,
                                Double.POSITIVE_INFINITY);
                    case "error_rate" -> PerRow.ofBad(all, row -> 0);
                    default ->
                        DatasetRow.KINDS.stream()
                                .filter(kind -> metric.equals(abstention(kind)))
                                .findFirst()
                                .map(kind -> share(all.and(row -> kind.equals(row.kind())), right))
                                .orElse(null);
                });
    }

    private static PerRow<ResultRow> share(Predicate<ResultRow> among, Predicate<ResultRow> success) {
        return new PerRow<>(among, row -> success.test(row) ? 1 : 0);
    }

    private static boolean isUnknown(ResultRow row) {
        return row.verdict().outcome().equals("UNKNOWN");
    }

    private static boolean isMasked(String arm) {
        return Arrays.stream(Arm.values())
                .anyMatch(each -> each.label().equals(arm) && (each == Arm.ROUTER || each.isGated()));
    }

    private static boolean isComposition(ResultRow row) {
        return row.kernelId() != null && row.target().equals("composition") && row.breaks() == null;
    }

    private final Map<String, Metric> all = new LinkedHashMap<>();

    private Metrics() {}

    /** The stages of {@link ResultRow.Timings}, in order. */
    public static final Map<String, ToLongFunction<ResultRow.Timings>> STAGES = stages();

    private static Map<String, ToLongFunction<ResultRow.Timings>> stages() {
        Map<String, ToLongFunction<ResultRow.Timings>> stages = new LinkedHashMap<>();
        stages.put("route", ResultRow.Timings::routeNs);
        stages.put("decode", ResultRow.Timings::decodeNs);
        stages.put("mask", ResultRow.Timings::maskNs);
        stages.put("model", ResultRow.Timings::modelNs);
        stages.put("gate", ResultRow.Timings::gateNs);
        stages.put("total", ResultRow.Timings::totalNs);
        return stages;
    }

    /**
     * Computes all metrics of a run's rows.
     *
     * @param recorded whether the answers are the data set's own responses, so that it is known which are broken
     */
    public static Map<String, Metric> of(List<ResultRow> rows, boolean recorded) {
        Metrics metrics = new Metrics();
        Map<String, List<ResultRow>> byArm =
                rows.stream().collect(Collectors.groupingBy(ResultRow::arm, LinkedHashMap::new, Collectors.toList()));
        for (Arm arm : Arm.values()) {
            List<ResultRow> ofArm = byArm.get(arm.label());
            if (ofArm != null) {
                metrics.arm(arm, ofArm);
            }
        }
        for (Arm arm : List.of(Arm.ROUTER, Arm.ROUTER_GATE, Arm.PROMPT_WRAPPER)) {
            if (byArm.containsKey(arm.label())) {
                ROUTING.forEach(
                        name -> metrics.alias("routing." + name.replace("routing_", ""), arm.label() + "." + name));
                break;
            }
        }
        List<ResultRow> gated = byArm.get(Arm.ROUTER_GATE.label());
        if (gated != null) {
            if (recorded) {
                metrics.gate(gated);
            }
            byArm.forEach((arm, others) -> {
                if (!arm.equals(Arm.ROUTER_GATE.label())) {
                    metrics.gain(arm, gated, others);
                }
            });
        }
        return metrics.all;
    }

    /** The same, with {@link IntentMetrics} where the run's settings ask for them. */
    public static Map<String, Metric> of(List<ResultRow> rows, Run run) {
        Map<String, Metric> metrics = of(rows, run.isRecorded());
        if (run.settings().path("intents").asBoolean(false)) {
            metrics.putAll(IntentMetrics.of(rows));
        }
        return metrics;
    }

    private void arm(Arm arm, List<ResultRow> rows) {
        String prefix = arm.label() + ".";
        share(prefix + "verification_pass_rate", rows, row -> true, ResultRow::passes);
        share(prefix + "unknown_rate", rows, row -> true, Metrics::isUnknown);
        boolean masked = isMasked(arm.label());
        share(
                prefix + "schema_validity",
                rows,
                masked ? orError(ResultRow::answeredByKernel) : row -> row.kernelId() != null,
                row -> Boolean.TRUE.equals(row.schemaValid()));
        if (arm != Arm.RAW) {
            Predicate<ResultRow> right = row -> Boolean.TRUE.equals(row.routeCorrect());
            Predicate<ResultRow> routed =
                    row -> row.decision() != null && !row.decision().kernelIds().isEmpty();
            share(prefix + "routing_accuracy", rows, row -> true, right);
            share(prefix + "in_scope_accuracy", rows, row -> row.kernelId() != null, right);
            share(prefix + "routing_precision", rows, orError(routed), right);
            share(prefix + "abstention_accuracy", rows, row -> row.kernelId() == null, right);
            for (String kind : DatasetRow.KINDS) {
                share(prefix + abstention(kind), rows, row -> kind.equals(row.kind()), right);
            }
        }
        if (arm.isGated()) {
            share(prefix + "kernel_reuse_rate", rows, row -> true, ResultRow::answeredByKernel);
        }
        if (masked) {
            share(prefix + "false_accept_rate", rows, row -> true, ResultRow::isFalselyAccepted);
        }
        if (arm == Arm.ROUTER_GATE_CACHE) {
            share(prefix + "answer_reuse_rate", rows, row -> true, ResultRow::isReused);
        }
        share(prefix + "composition_success_rate", rows, Metrics::isComposition, ResultRow::passes);
        if (arm.isGated()) {
            share(prefix + "failure_recovery_rate", rows, orError(Metrics::firstRejected), ResultRow::passes);
        }
        int clusters = clusters(rows);
        STAGES.forEach((stage, nanos) -> {
            double[] millis = rows.stream()
                    .filter(row -> row.error() == null && row.isMeasured())
                    .mapToDouble(row -> nanos.applyAsLong(row.timings()) / 1e6)
                    .sorted()
                    .toArray();
            for (int percent : new int[] {50, 90, 99}) {
                String name = prefix + "latency_ms." + stage + ".p" + percent;
                all.put(name, new Metric(name, quantile(millis, percent / 100.0), null, millis.length, clusters));
            }
        });
        String tokens = prefix + "tokens_per_row";
        all.put(tokens, mean(tokens, rows, row -> row.tokens().generated(), ClusterMean::ofMeasure));
        share(prefix + "error_rate", rows, row -> true, row -> row.error() != null);
    }

    /** Where the denominator depends on what the arm did: an error may have been any of it, and counts. */
    private static Predicate<ResultRow> orError(Predicate<ResultRow> among) {
        return row -> row.error() != null || among.test(row);
    }

    private static boolean firstRejected(ResultRow row) {
        return isJudged(row) && !row.isAcceptedAtOnce();
    }

    private static boolean isJudged(ResultRow row) {
        return !row.attempts().isEmpty() && row.attempts().get(0).gate() != null;
    }

    private void gate(List<ResultRow> rows) {
        List<ResultRow> judged = rows.stream()
                .filter(orError(row -> Boolean.TRUE.equals(row.routeCorrect()) && isJudged(row)))
                .toList();
        share(
                "gate.broken_rejected",
                judged,
                row -> row.breaks() != null,
                row -> row.error() == null
                        && row.firstAttempts().stream()
                                .anyMatch(attempt -> !"PASS".equals(attempt.gate())
                                        && attempt.failed().contains(row.breaks())));
        share(
                "gate.good_accepted",
                judged,
                row -> row.breaks() == null,
                row -> row.error() == null && row.isAcceptedAtOnce());
    }

    private void gain(String arm, List<ResultRow> gated, List<ResultRow> others) {
        Map<String, ResultRow> byRow = others.stream().collect(Collectors.toMap(ResultRow::rowId, Function.identity()));
        List<PairedTest.Pair> pairs = new ArrayList<>();
        for (ResultRow row : gated) {
            ResultRow other = byRow.get(row.rowId());
            if (other != null) {
                pairs.add(new PairedTest.Pair(row.clusterId(), other.passes() ? 1 : 0, row.passes() ? 1 : 0));
            }
        }
        if (!pairs.isEmpty()) {
            PairedTest test = PairedTest.of(pairs, 1);
            String name = "gain." + arm + ".verification_pass_rate";
            all.put(name, new Metric(name, test.mean(), test.interval(), pairs.size(), test.clusters()));
        }
        timeRatio(arm, gated, byRow);
    }

    /** By logarithms, so that twice as long and half as long cancel. */
    private void timeRatio(String arm, List<ResultRow> gated, Map<String, ResultRow> others) {
        List<PairedTest.Pair> pairs = new ArrayList<>();
        for (ResultRow row : gated) {
            ResultRow other = others.get(row.rowId());
            if (other != null
                    && row.error() == null
                    && other.error() == null
                    && row.timings().totalNs() > 0
                    && other.timings().totalNs() > 0) {
                pairs.add(new PairedTest.Pair(
                        row.clusterId(),
                        StrictMath.log(other.timings().totalNs()),
                        StrictMath.log(row.timings().totalNs())));
            }
        }
        if (!pairs.isEmpty()) {
            PairedTest test = PairedTest.of(pairs, 1);
            Interval logs = test.interval();
            String name = "gain." + arm + ".time_ratio";
            all.put(
                    name,
                    new Metric(
                            name,
                            StrictMath.exp(test.mean()),
                            new Interval(StrictMath.exp(logs.low()), StrictMath.exp(logs.high())),
                            pairs.size(),
                            test.clusters()));
        }
    }

    private void share(String name, List<ResultRow> rows, Predicate<ResultRow> among, Predicate<ResultRow> success) {
        List<ResultRow> denominator = rows.stream().filter(among).toList();
        all.put(name, mean(name, denominator, row -> success.test(row) ? 1 : 0, ClusterMean::of));
    }

    /** The mean of a value over rows, with its interval over clusters. */
    private static Metric mean(
            String name,
            Collection<ResultRow> rows,
            ToDoubleFunction<ResultRow> value,
            Function<List<Cluster>, ClusterMean> estimate) {
        if (rows.isEmpty()) {
            return new Metric(name, Double.NaN, null, 0, 0);
        }
        Map<String, double[]> sums = new HashMap<>();
        for (ResultRow row : rows) {
            double[] sum = sums.computeIfAbsent(row.clusterId(), key -> new double[2]);
            sum[0] += value.applyAsDouble(row);
            sum[1]++;
        }
        ClusterMean mean = estimate.apply(new TreeMap<>(sums)
                .entrySet().stream()
                        .map(entry -> new Cluster(entry.getKey(), entry.getValue()[0], entry.getValue()[1]))
                        .toList());
        return new Metric(name, mean.mean(), mean.interval(), rows.size(), mean.clusters());
    }

    private void alias(String name, String of) {
        Metric metric = all.get(of);
        if (metric != null) {
            all.put(name, new Metric(name, metric.value(), metric.interval(), metric.rows(), metric.clusters()));
        }
    }

    /** The pass rate of some rows. */
    public static Metric passRate(String name, Collection<ResultRow> rows) {
        return mean(name, rows, row -> row.passes() ? 1 : 0, ClusterMean::of);
    }

    /** Linear interpolation between order statistics (type 7); NaN of nothing. */
    static double quantile(double[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double position = share * (sorted.length - 1);
        int below = (int) position;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    private static int clusters(List<ResultRow> rows) {
        return (int) rows.stream().map(ResultRow::clusterId).distinct().count();
    }

    /** Whether a metric is of times, which no two runs share: it depends on who answered the rows, and when. */
    public static boolean isTime(String name) {
        return name.contains(".latency_ms.") || name.endsWith(".time_ratio");
    }

    /** Name → value, measured ones only: what {@code --json} prints. */
    public static Map<String, Double> flat(Map<String, Metric> metrics) {
        Map<String, Double> flat = new LinkedHashMap<>();
        metrics.forEach((name, metric) -> {
            if (metric.isMeasured()) {
                flat.put(name, metric.value());
            }
        });
        return flat;
    }

    /** The arms that have rows, in their order. */
    public static List<Arm> arms(Collection<ResultRow> rows) {
        Set<String> labels = rows.stream().map(ResultRow::arm).collect(Collectors.toSet());
        return Arrays.stream(Arm.values())
                .filter(arm -> labels.contains(arm.label()))
                .toList();
    }

    /** One metric of an arm, or null if it was not computed. */
    public static @Nullable Metric get(Map<String, Metric> metrics, Arm arm, String name) {
        return metrics.get(arm.label() + "." + name);
    }
}
