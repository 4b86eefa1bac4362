package io.kernelweave.results;

import io.kernelweave.route.ErrorBound;
import io.kernelweave.route.Guarantee;
import io.kernelweave.runtime.Arm;
import io.kernelweave.stats.Auroc;
import io.kernelweave.stats.Cluster;
import io.kernelweave.stats.ClusterMean;
import io.kernelweave.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How well a router tells intents apart, computed from rows of prompts that it routed.
 *
 * <table>
 * <caption>Metrics {@code intent.<metric>}</caption>
 * <tr><td>in_scope_accuracy</td><td>likeliest kernel right, whatever the threshold, among prompts that one fits</td></tr>
 * <tr><td>oos_auroc</td><td>chance that a prompt that a kernel fits has a higher probability than one that none fits</td></tr>
 * <tr><td>oos_fpr95</td><td>prompts that no kernel fits above the probability that 95 % of the others reach</td></tr>
 * <tr><td>oos_recall</td><td>abstentions, among prompts that no kernel fits</td></tr>
 * <tr><td>in_scope_coverage</td><td>routed, rightly or not, among prompts that a kernel fits</td></tr>
 * <tr><td>routed_error</td><td>wrong kernels, among routed prompts</td></tr>
 * <tr><td>combined_accuracy</td><td>right decisions, abstention included, among all</td></tr>
 * <tr><td>f1</td><td>F1 of the decisions, mean over the intents and the abstention</td></tr>
 * <tr><td>ece</td><td>distance of stated and observed probability of the likeliest kernel over ten bins of equal width</td></tr>
 * <tr><td>coverage_at_1pct | 2pct | 5pct</td><td>routed among prompts that a kernel fits, at the lowest threshold whose error is
 * certified with δ = 0.1: mean of {@value #RESAMPLES} random halves of the clusters, each certified by the other half; 0 in a
 * half for which nothing can be certified</td></tr>
 * <tr><td>routed_at_…</td><td>the same among all prompts, which cannot exceed the share that a kernel fits by much</td></tr>
 * <tr><td>violations_at_…</td><td>halves whose error is higher than what was certified, among these</td></tr>
 * </table>
 *
 * <p>Compositions are left out. What the rows cannot say is not measured (NaN): without prompts that no kernel fits everything of
 * {@code oos}, {@code coverage_at}, {@code routed_at} and {@code violations_at}; without others everything but {@code
 * oos_recall}, {@code routed_error}, {@code combined_accuracy} and {@code ece}. What is made of a row with an
 * error, {@link RoutedPrompt} says.
 *
 * <p>AUROC and calibration error have figures of each prompt, too, whose mean they are: placements (DeLong et al. 1988; for
 * clusters, Obuchowski 1997) and signed gaps. So their intervals know clusters, and two routers can be paired.
 */
public final class IntentMetrics {
    static final int RESAMPLES = 200;

    /** The errors that coverage is certified at. */
    public static final List<Integer> PERCENTS = List.of(1, 2, 5);

    private static final int BINS = 10;
    private static final double DELTA = 0.1;
    private static final long SEED = 1;

    /**
     * A metric that is the mean of a figure that prompts have.
     *
     * @param among the prompts that have it
     * @param figures of these prompts, in their order; empty if it cannot be told of them
     * @param share whether the figures are 0 or 1
     */
    record Figure(Predicate<RoutedPrompt> among, Function<List<RoutedPrompt>, double[]> figures, boolean share) {
        private static Figure share(Predicate<RoutedPrompt> among, Predicate<RoutedPrompt> success) {
            return new Figure(
                    among,
                    prompts -> prompts.stream()
                            .mapToDouble(prompt -> success.test(prompt) ? 1 : 0)
                            .toArray(),
                    true);
        }

        /** The prompts that have it, by row. */
        Map<String, Double> of(List<RoutedPrompt> prompts) {
            List<RoutedPrompt> own = prompts.stream().filter(among).toList();
            double[] values = figures.apply(own);
            Map<String, Double> figures = new LinkedHashMap<>();
            for (int i = 0; i < values.length; i++) {
                figures.put(own.get(i).row(), values[i]);
            }
            return figures;
        }
    }

    /** The metrics that are means, by name. */
    static final Map<String, Figure> FIGURES = figures();

    private static Map<String, Figure> figures() {
        Map<String, Figure> figures = new LinkedHashMap<>();
        figures.put("in_scope_accuracy", Figure.share(RoutedPrompt::inScope, RoutedPrompt::right));
        figures.put("oos_auroc", new Figure(prompt -> true, IntentMetrics::placements, false));
        figures.put("oos_recall", Figure.share(prompt -> !prompt.inScope(), RoutedPrompt::decidedRight));
        figures.put("in_scope_coverage", Figure.share(RoutedPrompt::inScope, RoutedPrompt::routed));
        figures.put("routed_error", Figure.share(RoutedPrompt::routed, prompt -> !prompt.decidedRight()));
        figures.put("combined_accuracy", Figure.share(prompt -> true, RoutedPrompt::decidedRight));
        figures.put("ece", new Figure(prompt -> true, IntentMetrics::gaps, false));
        return figures;
    }

    private final String prefix;
    private final List<RoutedPrompt> prompts;
    private final Map<String, Metric> all = new LinkedHashMap<>();
    private final Map<Integer, Halves> halves = new LinkedHashMap<>();

    /** Measures one router's rows; the metrics are called by a prefix. */
    IntentMetrics(String prefix, Collection<? extends RoutedRow> rows) {
        this.prefix = prefix;
        this.prompts = RoutedPrompt.of(rows);
        if (!prompts.isEmpty()) {
            measure();
            put("f1", f1(rows), null);
        }
    }

    /** The metrics {@code intent.*} of the router's arm; empty if it did not run. */
    public static Map<String, Metric> of(List<ResultRow> rows) {
        return new IntentMetrics(
                        "intent.",
                        rows.stream()
                                .filter(row -> row.arm().equals(Arm.ROUTER.label()))
                                .toList())
                .all;
    }

    /** All metrics; none without a row. */
    Map<String, Metric> all() {
        return all;
    }

    /** The prompts of the rows, by row, without compositions. */
    List<RoutedPrompt> prompts() {
        return prompts;
    }

    /** By the error that was certified, in percent. */
    Map<Integer, Halves> halves() {
        return halves;
    }

    private void measure() {
        FIGURES.forEach((name, figure) -> {
            mean(name, figure);
            if (name.equals("oos_auroc")) {
                put("oos_fpr95", fpr95(), null);
            }
        });
        for (int percent : PERCENTS) {
            Halves at = Halves.of(prompts, percent / 100.0);
            halves.put(percent, at);
            put("coverage_at_" + percent + "pct", mean(at.coverage), spread(at.coverage));
            put("routed_at_" + percent + "pct", mean(at.routed), null);
            put("violations_at_" + percent + "pct", mean(at.violations), null);
        }
    }

    private void mean(String name, Figure figure) {
        Map<String, Double> values = figure.of(prompts);
        if (values.isEmpty()) {
            all.put(prefix + name, new Metric(prefix + name, Double.NaN, null, 0, 0));
            return;
        }
        Map<String, double[]> sums = new TreeMap<>();
        for (RoutedPrompt prompt : prompts) {
            Double value = values.get(prompt.row());
            if (value != null) {
                double[] sum = sums.computeIfAbsent(prompt.cluster(), id -> new double[2]);
                sum[0] += value;
                sum[1]++;
            }
        }
        List<Cluster> clusters = sums.entrySet().stream()
                .map(entry -> new Cluster(entry.getKey(), entry.getValue()[0], entry.getValue()[1]))
                .toList();
        ClusterMean mean = figure.share ? ClusterMean.of(clusters) : ClusterMean.ofMeasure(clusters);
        boolean spread = figure.share || mean.standardError() > 1e-12; // no placement off 1 is no certainty
        Interval interval = spread
                ? new Interval(
                        Math.max(0, mean.interval().low()),
                        Math.min(1, mean.interval().high()))
                : null;
        all.put(prefix + name, new Metric(prefix + name, mean.mean(), interval, values.size(), mean.clusters()));
    }

    private void put(String name, double value, @Nullable Interval interval) {
        boolean measured = !Double.isNaN(value);
        int clusters =
                (int) prompts.stream().map(RoutedPrompt::cluster).distinct().count();
        all.put(
                prefix + name,
                new Metric(prefix + name, value, interval, measured ? prompts.size() : 0, measured ? clusters : 0));
    }

    private static long inScope(List<RoutedPrompt> prompts) {
        return prompts.stream().filter(RoutedPrompt::inScope).count();
    }

    /**
     * For each prompt, its share of the other kind's prompts that it is rightly above or below (half of one that is tied with it),
     * as it counts for the mean over all.
     */
    private static double[] placements(List<RoutedPrompt> prompts) {
        double[] scores =
                prompts.stream().mapToDouble(RoutedPrompt::probability).toArray();
        boolean[] fits = new boolean[scores.length];
        for (int i = 0; i < fits.length; i++) {
            fits[i] = prompts.get(i).inScope();
        }
        double[] placements = new Auroc(scores, fits).placements();
        double auroc = Auroc.of(scores, fits);
        double inside = inScope(prompts);
        for (int i = 0; i < placements.length; i++) {
            double kind = fits[i] ? inside : prompts.size() - inside;
            placements[i] = auroc + prompts.size() / kind * (placements[i] - auroc);
        }
        return placements;
    }

    private double fpr95() {
        double[] inside = prompts.stream()
                .filter(RoutedPrompt::inScope)
                .mapToDouble(RoutedPrompt::probability)
                .sorted()
                .toArray();
        if (inside.length == 0) {
            return Double.NaN;
        }
        double least = inside[inside.length / 20];
        return share(
                prompts.stream().filter(prompt -> !prompt.inScope()).toList(), prompt -> prompt.probability() >= least);
    }

    private static int bin(RoutedPrompt prompt) {
        return Math.min(BINS - 1, (int) (prompt.probability() * BINS));
    }

    /** For each prompt, stated less observed, or the reverse in a bin whose sum is negative. */
    private static double[] gaps(List<RoutedPrompt> prompts) {
        double[] sums = new double[BINS];
        ToDoubleFunction<RoutedPrompt> gap = prompt -> prompt.probability() - (prompt.right() ? 1 : 0);
        prompts.forEach(prompt -> sums[bin(prompt)] += gap.applyAsDouble(prompt));
        return prompts.stream()
                .mapToDouble(prompt -> Math.signum(sums[bin(prompt)]) * gap.applyAsDouble(prompt))
                .toArray();
    }

    /** The same over weighted prompts, without a figure of each; NaN of nothing. */
    static double calibrationError(List<RoutedPrompt> prompts, ToDoubleFunction<RoutedPrompt> weights) {
        double[] sums = new double[BINS];
        prompts.forEach(prompt ->
                sums[bin(prompt)] += weights.applyAsDouble(prompt) * (prompt.probability() - (prompt.right() ? 1 : 0)));
        double all = prompts.stream().mapToDouble(weights).sum();
        return prompts.isEmpty()
                ? Double.NaN
                : Arrays.stream(sums).map(Math::abs).sum() / all;
    }

    private static double f1(Collection<? extends RoutedRow> rows) {
        List<? extends RoutedRow> own = rows.stream().filter(RoutedPrompt::fits).toList();
        if (own.stream().allMatch(row -> row.acceptableKernels().isEmpty())) {
            return Double.NaN; // there is no intent
        }
        Map<String, int[]> counts = new TreeMap<>(); // right, wanted, decided
        for (RoutedRow row : own) {
            ResultRow.Decision decision = row.error() == null ? row.decision() : null;
            String decided = decision == null ? "error" : String.join("+", decision.kernelIds());
            List<String> labels = row.acceptableKernels();
            String wanted = labels.isEmpty() ? "" : labels.contains(decided) ? decided : labels.get(0);
            counts.computeIfAbsent(wanted, id -> new int[3])[1]++;
            if (decision != null) {
                counts.computeIfAbsent(decided, id -> new int[3])[2]++;
                counts.computeIfAbsent(wanted, id -> new int[3])[0] += wanted.equals(decided) ? 1 : 0;
            }
        }
        return counts.values().stream()
                .filter(count -> count[1] > 0)
                .mapToDouble(count -> 2.0 * count[0] / (count[1] + count[2]))
                .average()
                .orElse(Double.NaN);
    }

    /**
     * Random halves of the clusters: the other half says which threshold keeps to the error, this one what it covers and whether it
     * does. A half without prompts that a kernel fits covers nothing that could be measured (NaN); without prompts that none fits in
     * the data there are no halves.
     */
    record Halves(double[] coverage, double[] routed, double[] violations) {
        static Halves of(List<RoutedPrompt> prompts, double error) {
            double inside = inScope(prompts);
            int count = inside == 0 || inside == prompts.size() ? 0 : RESAMPLES;
            Halves halves = new Halves(new double[count], new double[count], new double[count]);
            Guarantee guarantee = new Guarantee(error, DELTA, count == 0 ? error : 1 - inside / prompts.size());
            List<String> clusters = List.copyOf(
                    new TreeSet<>(prompts.stream().map(RoutedPrompt::cluster).toList()));
            SplittableRandom random = new SplittableRandom(SEED);
            for (int i = 0; i < count; i++) {
                Map<String, Boolean> sides = new TreeMap<>();
                clusters.forEach(cluster -> sides.put(cluster, random.nextBoolean()));
                List<ErrorBound.Sample> known = new ArrayList<>();
                List<RoutedPrompt> held = new ArrayList<>();
                for (RoutedPrompt prompt : prompts) {
                    if (Boolean.TRUE.equals(sides.get(prompt.cluster()))) {
                        known.add(new ErrorBound.Sample(
                                prompt.inScope() ? ErrorBound.Kind.IN_SCOPE : ErrorBound.Kind.NO_KERNEL,
                                prompt.cluster(),
                                prompt.probability(),
                                prompt.right()));
                    } else {
                        held.add(prompt);
                    }
                }
                OptionalDouble certified = new ErrorBound(known, guarantee, 0).certify(error);
                double least = certified.orElse(Double.POSITIVE_INFINITY);
                List<RoutedPrompt> taken = held.stream()
                        .filter(prompt -> prompt.probability() >= least)
                        .toList();
                halves.coverage[i] = share(
                        held.stream().filter(RoutedPrompt::inScope).toList(), prompt -> prompt.probability() >= least);
                halves.routed[i] = share(held, prompt -> prompt.probability() >= least);
                halves.violations[i] = !taken.isEmpty() && share(taken, prompt -> !prompt.right()) > error ? 1 : 0;
            }
            return halves;
        }
    }

    /** NaN of nothing. */
    private static double share(List<RoutedPrompt> prompts, Predicate<RoutedPrompt> success) {
        return prompts.stream()
                .mapToDouble(prompt -> success.test(prompt) ? 1 : 0)
                .average()
                .orElse(Double.NaN);
    }

    /** The mean of those that were measured. */
    static double mean(double[] halves) {
        return Arrays.stream(halves)
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElse(Double.NaN);
    }

    /**
     * The middle 95 % of the halves: as the delete-half jackknife has it (Shao and Wu 1989), a statistic of random halves is spread as that
     * of samples of all clusters.
     */
    static @Nullable Interval spread(double[] halves) {
        double[] sorted = Arrays.stream(halves)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        return sorted.length == 0
                ? null
                : new Interval(Metrics.quantile(sorted, 0.025), Metrics.quantile(sorted, 0.975));
    }
}
