package io.kernelweave.results;

import io.kernelweave.route.ErrorBound;
import io.kernelweave.route.Guarantee;
import io.kernelweave.runtime.Arm;
import io.kernelweave.stats.Cluster;
import io.kernelweave.stats.ClusterMean;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * How well the router tells intents apart, computed from the rows of its arm.
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
 * certified with δ = 0.1: mean of {@value #RESAMPLES} random halves of the clusters, each certified by the other half</td></tr>
 * <tr><td>routed_at_…</td><td>the same among all prompts, which cannot exceed the share that a kernel fits by much</td></tr>
 * <tr><td>violations_at_…</td><td>halves whose error is higher than what was certified, among these</td></tr>
 * </table>
 *
 * <p>Compositions are left out. A row with an error counts as an abstention with probability 0.
 */
public final class IntentMetrics {
    static final int RESAMPLES = 200;
    private static final int BINS = 10;
    private static final double DELTA = 0.1;
    private static final int[] PERCENTS = {1, 2, 5};
    private static final long SEED = 1;

    private record Prompt(
            String cluster, boolean inScope, boolean right, double probability, boolean routed, boolean decidedRight) {}

    private final Map<String, Metric> all = new LinkedHashMap<>();

    private IntentMetrics() {}

    /** The metrics of the router's arm; empty if it did not run or all prompts are of one kind. */
    public static Map<String, Metric> of(List<ResultRow> rows) {
        List<ResultRow> own = rows.stream()
                .filter(row ->
                        row.arm().equals(Arm.ROUTER.label()) && !row.target().equals("composition"))
                .sorted(Comparator.comparing(ResultRow::rowId))
                .toList();
        IntentMetrics metrics = new IntentMetrics();
        List<Prompt> prompts = own.stream().map(IntentMetrics::prompt).toList();
        boolean both =
                prompts.stream().anyMatch(Prompt::inScope) && prompts.stream().anyMatch(prompt -> !prompt.inScope);
        if (both) {
            metrics.measure(prompts);
            metrics.put("f1", f1(own), prompts);
        }
        return metrics.all;
    }

    private static Prompt prompt(ResultRow row) {
        ResultRow.Decision decision = row.decision();
        ResultRow.Candidate top = decision == null || decision.candidates().isEmpty()
                ? null
                : decision.candidates().get(0);
        return new Prompt(
                row.clusterId(),
                !row.acceptableKernels().isEmpty(),
                top != null && row.acceptableKernels().contains(top.kernelId()),
                top == null ? 0 : top.probability(),
                decision != null && !decision.kernelIds().isEmpty(),
                Boolean.TRUE.equals(row.routeCorrect()));
    }

    private void measure(List<Prompt> prompts) {
        share("in_scope_accuracy", prompts, Prompt::inScope, Prompt::right);
        put("oos_auroc", auroc(prompts), prompts);
        put("oos_fpr95", fpr95(prompts), prompts);
        share("oos_recall", prompts, prompt -> !prompt.inScope, prompt -> !prompt.routed);
        share("in_scope_coverage", prompts, Prompt::inScope, Prompt::routed);
        share("routed_error", prompts, Prompt::routed, prompt -> !prompt.decidedRight);
        share("combined_accuracy", prompts, prompt -> true, Prompt::decidedRight);
        put("ece", calibrationError(prompts), prompts);
        for (int percent : PERCENTS) {
            certify(prompts, percent);
        }
    }

    private void share(String name, List<Prompt> prompts, Predicate<Prompt> among, Predicate<Prompt> success) {
        Map<String, double[]> sums = new TreeMap<>();
        int rows = 0;
        for (Prompt prompt : prompts) {
            if (among.test(prompt)) {
                double[] sum = sums.computeIfAbsent(prompt.cluster, id -> new double[2]);
                sum[0] += success.test(prompt) ? 1 : 0;
                sum[1]++;
                rows++;
            }
        }
        if (rows == 0) {
            all.put("intent." + name, new Metric("intent." + name, Double.NaN, null, 0, 0));
            return;
        }
        ClusterMean mean = ClusterMean.of(sums.entrySet().stream()
                .map(entry -> new Cluster(entry.getKey(), entry.getValue()[0], entry.getValue()[1]))
                .toList());
        all.put("intent." + name, new Metric("intent." + name, mean.mean(), mean.interval(), rows, mean.clusters()));
    }

    private void put(String name, double value, List<Prompt> prompts) {
        int clusters = (int) prompts.stream().map(Prompt::cluster).distinct().count();
        all.put("intent." + name, new Metric("intent." + name, value, null, prompts.size(), clusters));
    }

    private static double auroc(List<Prompt> prompts) {
        List<Prompt> sorted = prompts.stream()
                .sorted(Comparator.comparingDouble(Prompt::probability))
                .toList();
        double inside = 0;
        double outside = 0;
        double won = 0;
        for (int from = 0; from < sorted.size(); ) {
            int to = from;
            double tiedInside = 0;
            while (to < sorted.size() && sorted.get(to).probability == sorted.get(from).probability) {
                tiedInside += sorted.get(to++).inScope ? 1 : 0;
            }
            double tiedOutside = to - from - tiedInside;
            won += tiedInside * (outside + tiedOutside / 2);
            inside += tiedInside;
            outside += tiedOutside;
            from = to;
        }
        return won / (inside * outside);
    }

    private static double fpr95(List<Prompt> prompts) {
        double[] inside = prompts.stream()
                .filter(Prompt::inScope)
                .mapToDouble(Prompt::probability)
                .sorted()
                .toArray();
        double least = inside[(int) (0.05 * inside.length)];
        return prompts.stream()
                .filter(prompt -> !prompt.inScope)
                .mapToDouble(prompt -> prompt.probability >= least ? 1 : 0)
                .average()
                .orElse(0);
    }

    private static double calibrationError(List<Prompt> prompts) {
        double[] gaps = new double[BINS];
        for (Prompt prompt : prompts) {
            gaps[Math.min(BINS - 1, (int) (prompt.probability * BINS))] += prompt.probability - (prompt.right ? 1 : 0);
        }
        double sum = 0;
        for (double gap : gaps) {
            sum += Math.abs(gap);
        }
        return sum / prompts.size();
    }

    private static double f1(List<ResultRow> rows) {
        Map<String, int[]> counts = new TreeMap<>(); // right, wanted, decided
        for (ResultRow row : rows) {
            String wanted = row.acceptableKernels().isEmpty()
                    ? ""
                    : row.acceptableKernels().get(0);
            ResultRow.Decision decision = row.decision();
            String decided = decision == null ? "" : String.join("+", decision.kernelIds());
            counts.computeIfAbsent(wanted, id -> new int[3])[1]++;
            counts.computeIfAbsent(decided, id -> new int[3])[2]++;
            if (wanted.equals(decided)) {
                counts.computeIfAbsent(wanted, id -> new int[3])[0]++;
            }
        }
        return counts.values().stream()
                .filter(count -> count[1] > 0)
                .mapToDouble(count -> 2.0 * count[0] / (count[1] + count[2]))
                .average()
                .orElse(0);
    }

    /** Half of the clusters say which threshold keeps to the error, the other half says what it covers and whether it does. */
    private void certify(List<Prompt> prompts, int percent) {
        double error = percent / 100.0;
        double outside = share(prompts, prompt -> prompt.inScope ? 0 : 1);
        List<String> clusters =
                List.copyOf(new TreeSet<>(prompts.stream().map(Prompt::cluster).toList()));
        SplittableRandom random = new SplittableRandom(SEED);
        double covered = 0;
        double routed = 0;
        int violations = 0;
        for (int i = 0; i < RESAMPLES; i++) {
            Map<String, Boolean> halves = new TreeMap<>();
            clusters.forEach(cluster -> halves.put(cluster, random.nextBoolean()));
            List<ErrorBound.Sample> known = new ArrayList<>();
            List<Prompt> held = new ArrayList<>();
            for (Prompt prompt : prompts) {
                if (Boolean.TRUE.equals(halves.get(prompt.cluster))) {
                    known.add(new ErrorBound.Sample(
                            prompt.inScope ? ErrorBound.Kind.IN_SCOPE : ErrorBound.Kind.NO_KERNEL,
                            prompt.cluster,
                            prompt.probability,
                            prompt.right));
                } else {
                    held.add(prompt);
                }
            }
            OptionalDouble threshold = new ErrorBound(known, new Guarantee(error, DELTA, outside), 0).certify(error);
            if (threshold.isPresent()) {
                double least = threshold.getAsDouble();
                List<Prompt> taken = held.stream()
                        .filter(prompt -> prompt.probability >= least)
                        .toList();
                List<Prompt> inScope = held.stream().filter(Prompt::inScope).toList();
                covered += share(inScope, prompt -> prompt.probability >= least ? 1 : 0);
                routed += (double) taken.size() / Math.max(1, held.size());
                violations += share(taken, prompt -> prompt.right ? 0 : 1) > error ? 1 : 0;
            }
        }
        put("coverage_at_" + percent + "pct", covered / RESAMPLES, prompts);
        put("routed_at_" + percent + "pct", routed / RESAMPLES, prompts);
        put("violations_at_" + percent + "pct", (double) violations / RESAMPLES, prompts);
    }

    private static double share(List<Prompt> prompts, ToDoubleFunction<Prompt> of) {
        return prompts.stream().mapToDouble(of).average().orElse(0);
    }
}
