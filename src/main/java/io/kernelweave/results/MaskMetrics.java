package io.kernelweave.results;

import io.kernelweave.stats.Interval;
import io.kernelweave.stats.LogHistogram;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Every figure of a run that measures masks, computed from its rows. A rate is a share of all schemas of its set, refused ones included,
 * with the exact 95 % interval that takes each schema as one trial.
 *
 * <table>
 * <caption>Metrics of a set of schemas</caption>
 * <tr><th>metric</th><th>meaning</th></tr>
 * <tr><td>schemas</td><td>how many there are</td></tr>
 * <tr><td>passing_rate</td><td>schemas that are honoured, with every valid document accepted and every invalid one rejected</td></tr>
 * <tr><td>unsatisfiable</td><td>schemas of which it was proved that no document satisfies them; they count as compiled, with no document allowed
 *     and no mask</td></tr>
 * <tr><td>compile_error_rate</td><td>schemas without a verdict: refused when they were compiled or later, or a fault of the engine</td></tr>
 * <tr><td>fault_rate</td><td>faults of the engine alone</td></tr>
 * <tr><td>over_constraint, over_constraint_rate</td><td>schemas with a valid document that was refused</td></tr>
 * <tr><td>under_constraint, under_constraint_rate</td><td>schemas with an invalid document that was accepted</td></tr>
 * <tr><td>ttfm_us.p50|p90|p99|max</td><td>microseconds of thread CPU time from the schema to the first mask, over schemas that got one</td></tr>
 * <tr><td>tbm_us.avg|p50|p90|p99|p999|max</td><td>microseconds of thread CPU time of a token and the mask after it, over all tokens</td></tr>
 * <tr><td>tokens</td><td>tokens accepted</td></tr>
 * <tr><td>allocated_mb.p99</td><td>10<sup>6</sup> bytes that compiling a schema and all its masks allocated</td></tr>
 * </table>
 *
 * <p>Sets: {@code mask.} (the schemas of no suite), {@code mask.suite.<draft>.required.} and {@code ….optional.} (groups of a suite of tests).
 * The rates follow MaskBench's rule, which does not look at the end of a text; below {@code strict.} they follow the strict rule, and {@code
 * fully_right} of a suite is its {@code strict.passing_rate}. {@code mask.cold.} has the times of the first schemas of a fresh JVM; all
 * else is of warm rows. {@code mask.retained_mb.p50|p99|max} is what compiled schemas hold: 10<sup>6</sup> bytes of constraint and one matcher
 * after all documents, over the schemas that were drawn for it. {@code mask.heap_peak_mb} is the most that the heap held.
 */
public final class MaskMetrics {
    /** The metrics that are a figure of each schema, so that two runs can be paired by them. */
    public static final List<String> PAIRED = List.of("passing_rate", "strict.passing_rate", "fully_right");

    private static final String COLD = "mask.cold.";

    private final Map<String, Metric> all = new LinkedHashMap<>();

    private MaskMetrics() {}

    public static Map<String, Metric> of(Collection<MaskRow> rows) {
        MaskMetrics metrics = new MaskMetrics();
        Map<String, List<MaskRow>> sets = rows.stream()
                .filter(MaskRow::isWarm)
                .collect(Collectors.groupingBy(MaskRow::prefix, TreeMap::new, Collectors.toList()));
        sets.forEach(metrics::set);
        List<MaskRow> cold =
                rows.stream().filter(row -> row.phase().equals(MaskRow.COLD)).toList();
        if (!cold.isEmpty()) {
            metrics.put(COLD + "schemas", cold.size(), cold);
            metrics.times(COLD, cold);
        }
        metrics.retained(rows);
        if (!rows.isEmpty()) {
            double peak = rows.stream().mapToLong(MaskRow::heapPeakBytes).max().orElse(0) / 1e6;
            metrics.put("mask.heap_peak_mb", peak, rows);
        }
        return metrics.all;
    }

    /** The figure of a row behind a metric of {@link #PAIRED}, with the set that it belongs to. */
    public static Optional<PerRow<MaskRow>> perRow(String name) {
        for (String metric : PAIRED) {
            String prefix = name.endsWith("." + metric) ? name.substring(0, name.length() - metric.length()) : "";
            if (prefix.matches("mask\\.(suite\\.[^.]+(\\.[^.]+)?\\.(required|optional)\\.)?")) {
                boolean strict = !metric.equals("passing_rate");
                return Optional.of(new PerRow<>(
                        row -> row.isWarm() && row.prefix().equals(prefix), row -> row.passes(strict) ? 1 : 0));
            }
        }
        return Optional.empty();
    }

    private void set(String prefix, List<MaskRow> rows) {
        put(prefix + "schemas", rows.size(), rows);
        rule(prefix, rows, false);
        rule(prefix + "strict.", rows, true);
        put(
                prefix + "unsatisfiable",
                rows.stream().filter(MaskRow::isUnsatisfiable).count(),
                rows);
        share(prefix + "fault_rate", rows, row -> row.error() != null);
        if (!prefix.equals("mask.")) {
            share(prefix + "fully_right", rows, MaskRow::strictPassing);
        }
        times(prefix, rows);
        put(prefix + "tokens", rows.stream().mapToLong(MaskRow::tokens).sum(), rows);
        double[] allocated = rows.stream()
                .filter(MaskRow::isHonoured)
                .mapToDouble(row -> row.allocatedBytes() / 1e6)
                .sorted()
                .toArray();
        put(prefix + "allocated_mb.p99", Metrics.quantile(allocated, 0.99), rows);
    }

    private void rule(String prefix, List<MaskRow> rows, boolean strict) {
        put(prefix + "schemas", rows.size(), rows);
        share(prefix + "passing_rate", rows, row -> row.passes(strict));
        share(prefix + "compile_error_rate", rows, row -> !row.isHonoured());
        count(prefix + "over_constraint", rows, row -> row.isOverConstrained(strict));
        count(prefix + "under_constraint", rows, row -> row.isUnderConstrained(strict));
    }

    private void times(String prefix, List<MaskRow> rows) {
        double[] first = rows.stream()
                .filter(row -> row.firstMaskNs() != null)
                .mapToDouble(row -> row.firstMaskNs() / 1e3)
                .sorted()
                .toArray();
        put(prefix + "ttfm_us.p50", Metrics.quantile(first, 0.5), rows);
        put(prefix + "ttfm_us.p90", Metrics.quantile(first, 0.9), rows);
        put(prefix + "ttfm_us.p99", Metrics.quantile(first, 0.99), rows);
        put(prefix + "ttfm_us.max", Metrics.quantile(first, 1), rows);
        LogHistogram between = betweenMasks(rows);
        put(prefix + "tbm_us.avg", between.mean() / 1e3, rows);
        put(prefix + "tbm_us.p50", between.quantile(0.5) / 1e3, rows);
        put(prefix + "tbm_us.p90", between.quantile(0.9) / 1e3, rows);
        put(prefix + "tbm_us.p99", between.quantile(0.99) / 1e3, rows);
        put(prefix + "tbm_us.p999", between.quantile(0.999) / 1e3, rows);
        put(prefix + "tbm_us.max", between.count() == 0 ? Double.NaN : between.max() / 1e3, rows);
    }

    private void retained(Collection<MaskRow> rows) {
        List<MaskRow> weighed = new ArrayList<>();
        List<Double> megabytes = new ArrayList<>();
        for (MaskRow row : rows) {
            Long bytes = row.retainedBytes();
            if (bytes != null) {
                weighed.add(row);
                megabytes.add(bytes / 1e6);
            }
        }
        if (!weighed.isEmpty()) {
            double[] sorted =
                    megabytes.stream().mapToDouble(Double::doubleValue).sorted().toArray();
            put("mask.retained_mb.p50", Metrics.quantile(sorted, 0.5), weighed);
            put("mask.retained_mb.p99", Metrics.quantile(sorted, 0.99), weighed);
            put("mask.retained_mb.max", Metrics.quantile(sorted, 1), weighed);
        }
    }

    /** The times of all tokens of some rows. */
    public static LogHistogram betweenMasks(Collection<MaskRow> rows) {
        LogHistogram all = new LogHistogram();
        rows.forEach(row -> all.add(row.betweenMasks(), row.betweenMasksSumNs(), row.betweenMasksMaxNs()));
        return all;
    }

    private void count(String name, List<MaskRow> rows, Predicate<MaskRow> counted) {
        put(name, rows.stream().filter(counted).count(), rows);
        share(name + "_rate", rows, counted);
    }

    private void put(String name, double value, Collection<MaskRow> rows) {
        all.put(name, new Metric(name, value, null, rows.size(), rows.size()));
    }

    private void share(String name, List<MaskRow> rows, Predicate<MaskRow> success) {
        all.put(name, share(rows, success).named(name));
    }

    /** A share of some rows with its interval; not measured if there is no row. */
    public static Metric share(Collection<MaskRow> rows, Predicate<MaskRow> success) {
        if (rows.isEmpty()) {
            return new Metric("", Double.NaN, null, 0, 0);
        }
        long successes = rows.stream().filter(success).count();
        return new Metric(
                "",
                (double) successes / rows.size(),
                Interval.ofShare(successes, rows.size()),
                rows.size(),
                rows.size());
    }
}
