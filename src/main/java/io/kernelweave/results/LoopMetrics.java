package io.kernelweave.results;

import io.kernelweave.gate.Promotion;
import io.kernelweave.runtime.HeldOut;
import io.kernelweave.stats.Cluster;
import io.kernelweave.stats.ClusterMean;
import io.kernelweave.stats.EProcess;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Every figure of a run that watches the closed loop learn, computed from its rows: of the stream with a truthful witness below {@code
 * loop.}, of the other below {@code loop.poisoned.}. Shares come with a 95 % interval over ways of asking.
 *
 * <table>
 * <caption>Metrics</caption>
 * <tr><th>metric</th><th>meaning</th></tr>
 * <tr><td>prompts, error_rate</td><td>prompts of the stream; the share of them that ended in an error</td></tr>
 * <tr><td>reuse_rate</td><td>share of prompts to which a kernel's answer was given; {@code .first} and {@code .last} of the first and the last fifth
 *     of the stream, {@code .gain} the difference, {@code .fitting.last} of the last fifth's prompts that a kernel of the data set fits</td></tr>
 * <tr><td>verified_rate</td><td>share of reused answers that the label's contract lets through; a prompt that no kernel of the data set fits is
 *     none of them</td></tr>
 * <tr><td>raw_verified_rate</td><td>the same of raw answers to prompts that a kernel of the data set fits</td></tr>
 * <tr><td>false_reuse_rate</td><td>share of prompts that no kernel of the data set fits to which a kernel's answer was given; {@code .near_miss}
 *     of the near misses; false_route_rate: to which a kernel was asked for one, whether its gate let it through or not</td></tr>
 * <tr><td>wrong_kernel_rate</td><td>share of reused answers by a kernel that was made of prompts with, mostly, another label</td></tr>
 * <tr><td>tokens_per_prompt.raw, .reused</td><td>of reused answers: tokens of the model's unmasked answer to the same prompt, and tokens that
 *     the model chose in all attempts; {@code .saved} is the share saved</td></tr>
 * <tr><td>tokens_per_prompt.first, .last</td><td>tokens that the model chose a prompt, trials included, in the first and the last fifth</td></tr>
 * <tr><td>kernels.compiled, .refused, .promoted, .fell, .quarantined</td><td>how often that happened</td></tr>
 * <tr><td>promoted_unverified</td><td>promotions of kernels with a source that the witness did not call right, or whose trials, as the rows have
 *     them, do not reach the evidence that a promotion takes</td></tr>
 * <tr><td>promoted_failing</td><td>promotions of kernels that fail one of their own tests, or that do not reach what a candidate must on held-out
 *     answers: as the witness labelled them, or as the data set labels answers to prompts of the same kind that the kernel has not seen</td></tr>
 * <tr><td>refused_rate.swapped, .altered</td><td>of these kernels: share of answers to other prompts, and of answers with one thing that is not
 *     right, that their contracts keep out</td></tr>
 * </table>
 */
public final class LoopMetrics {
    private static final double LOG_BAR = -StrictMath.log(Promotion.ALPHA);
    private static final int PARTS = 5;

    private final String prefix;
    private final Map<String, Metric> all;
    private final List<LoopRow> rows;
    private final double reach;

    private LoopMetrics(String prefix, Map<String, Metric> all, List<LoopRow> rows, Run run) {
        this.prefix = prefix;
        this.all = all;
        this.rows = rows;
        this.reach = run.settings().path("held_out").asDouble(0);
    }

    /** @param run whose settings say what kernels must reach */
    public static Map<String, Metric> of(Collection<LoopRow> rows, Run run) {
        Map<String, Metric> all = new LinkedHashMap<>();
        for (String stream : streams(rows)) {
            List<LoopRow> own = of(rows, stream);
            new LoopMetrics(prefix(stream), all, own, run).stream();
        }
        return all;
    }

    /** The streams of a run, the clean one first. */
    public static List<String> streams(Collection<LoopRow> rows) {
        return rows.stream().map(LoopRow::stream).distinct().sorted().toList();
    }

    /** The rows of a stream, in its order. */
    public static List<LoopRow> of(Collection<LoopRow> rows, String stream) {
        return rows.stream()
                .filter(row -> row.stream().equals(stream))
                .sorted(LoopRow.FORM.order())
                .toList();
    }

    /** What the names of a stream's metrics begin with. */
    public static String prefix(String stream) {
        return stream.equals(LoopRow.CLEAN) ? "loop." : "loop." + stream + ".";
    }

    /** One of five parts of a stream's rows, from 0. */
    public static List<LoopRow> part(List<LoopRow> rows, int part) {
        return rows.subList(part * rows.size() / PARTS, (part + 1) * rows.size() / PARTS);
    }

    private void stream() {
        List<LoopRow> first = part(rows, 0);
        List<LoopRow> last = part(rows, PARTS - 1);
        put("prompts", rows.size());
        share("error_rate", rows, row -> row.error() != null);
        share("reuse_rate", rows, LoopRow::isReused);
        share("reuse_rate.first", first, LoopRow::isReused);
        share("reuse_rate.last", last, LoopRow::isReused);
        put("reuse_rate.gain", value("reuse_rate.last") - value("reuse_rate.first"));
        share("reuse_rate.fitting.last", filter(last, LoopRow::fits), LoopRow::isReused);
        List<LoopRow> reused = filter(rows, LoopRow::isReused);
        share("verified_rate", reused, LoopRow::isVerified);
        share(
                "raw_verified_rate",
                filter(rows, row -> row.fits() && !row.isReused() && row.error() == null),
                LoopRow::isVerified);
        share("false_reuse_rate", filter(rows, row -> !row.fits()), LoopRow::isReused);
        share("false_route_rate", filter(rows, row -> !row.fits()), row -> row.served() != null);
        share("false_reuse_rate.near_miss", filter(rows, row -> "near-miss".equals(row.kind())), LoopRow::isReused);
        Map<String, String> kinds = kinds(rows);
        share("wrong_kernel_rate", reused, row -> !Objects.equals(kind(kinds, row), row.kernelId()));
        mean(
                "tokens_per_prompt.raw",
                reused,
                row -> row.tokens() == null ? 0 : row.tokens().raw());
        mean(
                "tokens_per_prompt.reused",
                reused,
                row -> row.tokens() == null ? 0 : row.tokens().chosen());
        put("tokens_per_prompt.saved", 1 - value("tokens_per_prompt.reused") / value("tokens_per_prompt.raw"));
        mean("tokens_per_prompt.first", first, LoopMetrics::tokens);
        mean("tokens_per_prompt.last", last, LoopMetrics::tokens);
        share("asked_rate", rows, LoopRow::asked);
        for (String change : List.of("compiled", "refused", "promoted", "fell", "quarantined")) {
            put("kernels." + change, count(event -> event.change().equals(change)));
        }
        List<Promoted> promoted = promoted(rows);
        put(
                "promoted_unverified",
                promoted.stream().filter(each -> !isVerified(each)).count());
        put("promoted_failing", promoted.stream().filter(each -> fails(each)).count());
        refused("refused_rate.swapped", promoted, LoopRow.Event::fresh);
        refused("refused_rate.altered", promoted, LoopRow.Event::altered);
    }

    private void refused(String name, List<Promoted> promoted, Function<LoopRow.Event, @Nullable HeldOut> tried) {
        int wrong = 0;
        int refused = 0;
        for (Promoted each : promoted) {
            HeldOut result = tried.apply(each.event);
            if (result != null) {
                wrong += result.wrong();
                refused += result.wrong() - result.wrongAccepted();
            }
        }
        put(name, wrong == 0 ? Double.NaN : refused / (double) wrong);
    }

    /** Tokens that the model chose for a prompt, those of a candidate on trial included. */
    public static double tokens(LoopRow row) {
        return (row.tokens() == null ? 0 : row.tokens().chosen())
                + (row.trial() == null ? 0 : row.trial().tokens());
    }

    /** The label of most of the sources of each kernel that was compiled, by its digest; the first by name of equals. */
    public static Map<String, String> kinds(List<LoopRow> rows) {
        Map<String, LoopRow> byId = byId(rows);
        Map<String, String> kinds = new HashMap<>();
        for (LoopRow row : rows) {
            for (LoopRow.Event event : row.events()) {
                Map<String, Integer> labels = new TreeMap<>();
                for (String source : event.sources()) {
                    LoopRow of = byId.get(source);
                    labels.merge(of == null || of.kernelId() == null ? "" : of.kernelId(), 1, Integer::sum);
                }
                labels.entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .ifPresent(most -> kinds.put(event.kernel().digest(), most.getKey()));
            }
        }
        return kinds;
    }

    private static @Nullable String kind(Map<String, String> kinds, LoopRow row) {
        return row.served() == null ? null : kinds.get(row.served().digest());
    }

    private static Map<String, LoopRow> byId(List<LoopRow> rows) {
        Map<String, LoopRow> byId = new HashMap<>();
        rows.forEach(row -> byId.put(row.rowId(), row));
        return byId;
    }

    /** A promotion, with how the kernel was compiled. */
    public record Promoted(LoopRow row, LoopRow.Event event, Optional<LoopRow.Event> compiled) {}

    /** The promotions of candidates of a stream, in order. */
    public static List<Promoted> promoted(List<LoopRow> rows) {
        Map<String, LoopRow.Event> compiled = new HashMap<>();
        Set<String> seen = new HashSet<>();
        List<Promoted> promoted = new ArrayList<>();
        for (LoopRow row : rows) {
            for (LoopRow.Event event : row.events()) {
                if (event.change().equals("compiled")) {
                    compiled.put(event.kernel().digest(), event);
                } else if (event.change().equals("promoted")
                        && seen.add(event.kernel().digest())) {
                    promoted.add(new Promoted(
                            row,
                            event,
                            Optional.ofNullable(compiled.get(event.kernel().digest()))));
                }
            }
        }
        return promoted;
    }

    /** Whether every source was confirmed, and the trials until then, ways of asking of the sources apart, are evidence enough. */
    private boolean isVerified(Promoted promoted) {
        if (promoted.compiled.isEmpty() || promoted.compiled.get().sources().isEmpty()) {
            return false;
        }
        Map<String, LoopRow> byId = byId(rows);
        Set<String> asks = new HashSet<>();
        for (String source : promoted.compiled.get().sources()) {
            LoopRow row = byId.get(source);
            if (row == null || !row.asked() || !row.told().equals("PASS")) {
                return false;
            }
            asks.add(row.clusterId());
        }
        Map<String, Boolean> trials = new HashMap<>();
        for (LoopRow row : rows) {
            LoopRow.Trial trial = row.trial();
            if (row.position() <= promoted.row.position()
                    && trial != null
                    && trial.kernel().digest().equals(promoted.event.kernel().digest())
                    && !asks.contains(row.clusterId())) {
                trials.merge(row.clusterId(), trial.told().equals("PASS"), Boolean::logicalAnd);
            }
        }
        long successes = trials.values().stream().filter(Boolean::booleanValue).count();
        return EProcess.logEvidence(successes, trials.size() - successes, 0.5) >= LOG_BAR;
    }

    private boolean fails(Promoted promoted) {
        LoopRow.Event event = promoted.event;
        if (event.problems() > 0 || event.fresh() == null) {
            return true;
        }
        if (promoted.compiled.isEmpty()
                || promoted.compiled.get().heldOut() == null
                || !promoted.compiled.get().heldOut().reaches(reach)) {
            return true;
        }
        return !event.fresh().reaches(reach);
    }

    private long count(Predicate<LoopRow.Event> condition) {
        return rows.stream()
                .flatMap(row -> row.events().stream())
                .filter(condition)
                .count();
    }

    private double value(String name) {
        Metric metric = all.get(prefix + name);
        return metric == null ? Double.NaN : metric.value();
    }

    private static List<LoopRow> filter(List<LoopRow> rows, Predicate<LoopRow> condition) {
        return rows.stream().filter(condition).toList();
    }

    private void put(String name, double value) {
        all.put(prefix + name, new Metric(prefix + name, value, null, rows.size(), clusters(rows)));
    }

    private void share(String name, List<LoopRow> among, Predicate<LoopRow> success) {
        mean(name, among, row -> success.test(row) ? 1 : 0);
        Metric metric = all.get(prefix + name);
        if (metric == null || among.isEmpty()) {
            return;
        }
        Map<String, double[]> sums = new TreeMap<>();
        for (LoopRow row : among) {
            double[] sum = sums.computeIfAbsent(row.clusterId(), cluster -> new double[2]);
            sum[0] += success.test(row) ? 1 : 0;
            sum[1]++;
        }
        List<Cluster> clusters = new ArrayList<>();
        sums.forEach((id, sum) -> clusters.add(new Cluster(id, sum[0], sum[1])));
        ClusterMean mean = ClusterMean.of(clusters);
        all.put(prefix + name, new Metric(prefix + name, mean.mean(), mean.interval(), among.size(), mean.clusters()));
    }

    private void mean(String name, List<LoopRow> among, ToDoubleFunction<LoopRow> figure) {
        double mean = among.stream().mapToDouble(figure).average().orElse(Double.NaN);
        all.put(prefix + name, new Metric(prefix + name, mean, null, among.size(), clusters(among)));
    }

    private static int clusters(Collection<LoopRow> rows) {
        return (int) rows.stream().map(LoopRow::clusterId).distinct().count();
    }
}
