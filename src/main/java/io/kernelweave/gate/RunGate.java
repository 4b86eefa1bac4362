package io.kernelweave.gate;

import io.kernelweave.gate.MetricVerdict.Comparison;
import io.kernelweave.stats.Holm;
import io.kernelweave.stats.Interval;
import io.kernelweave.stats.PairedTest;
import io.kernelweave.stats.PairedTest.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Judges a run against its baseline, metric by metric, rows paired and summed by cluster. The first that applies:
 *
 * <ol>
 *   <li>INVALID: the runs do not compare, nothing was measured, or less than 99 % of the rows have a partner;
 *   <li>FAIL: the metric was lost, a one-sided sign-flip test says that this is no accident (α 0.05, Holm's adjustment over
 *       the metrics), and the loss is not shown to be within the margin;
 *   <li>IDENTICAL: no row differs;
 *   <li>PASS: no more than the margin is lost ({@link PairedTest#excludesLoss}), and there are as many clusters as a FAIL takes:
 *       what could not have failed does not pass;
 *   <li>INCONCLUSIVE: with the smallest loss that this run could have seen and the clusters that the margin would take.
 * </ol>
 *
 * <p>The run's verdict is the gravest of its metrics'; it is IDENTICAL only if all are. So a run passes only if each metric does,
 * and passing needs no adjustment for their number (an intersection-union test).
 */
public final class RunGate {
    /** How often a run that lost nothing may FAIL. */
    public static final double ALPHA = 0.05;

    private static final double MIN_COVERAGE = 0.99;
    private static final long SEED = 20_260_101;

    private RunGate() {}

    /** Which way a metric gets better. */
    public enum Direction {
        HIGHER_IS_BETTER,
        LOWER_IS_BETTER;

        /** What a difference is multiplied with to be a gain. */
        public double sign() {
            return this == HIGHER_IS_BETTER ? 1 : -1;
        }
    }

    /**
     * One metric of two runs.
     *
     * @param margin the loss that is still acceptable, at least 0, in the metric's unit
     * @param rows the rows that both runs have, paired
     */
    public record Metric(String name, Direction direction, double margin, List<Pair> rows) {
        public Metric {
            if (!(margin >= 0) || Double.isInfinite(margin)) {
                throw new IllegalArgumentException("metric " + name + ": margin " + margin);
            }
            rows = List.copyOf(rows);
        }

        /** The rows, turned so that higher is better. */
        List<Pair> gains() {
            return direction == Direction.HIGHER_IS_BETTER
                    ? rows
                    : rows.stream()
                            .map(row -> new Pair(row.cluster(), -row.baseline(), -row.candidate()))
                            .toList();
        }
    }

    /** The verdict on a run, and the verdicts that it follows from. */
    public record Report(RunVerdict verdict, String reason, List<MetricVerdict> metrics) {
        public Report {
            metrics = List.copyOf(metrics);
        }

        public int exitCode() {
            return verdict.exitCode();
        }
    }

    /**
     * Judges a run against its baseline.
     *
     * @param coverage share of the rows, of either run, that have a partner in the other
     * @param comparable whether both runs answer the same question: same data, same settings but for what is compared
     */
    public static Report judge(List<Metric> metrics, double coverage, boolean comparable) {
        String obstacle = obstacle(metrics, coverage, comparable);
        if (!obstacle.isEmpty()) {
            return new Report(
                    RunVerdict.INVALID,
                    obstacle,
                    metrics.stream()
                            .map(metric -> MetricVerdict.invalid(metric.name(), obstacle))
                            .toList());
        }
        List<Metric> measured =
                metrics.stream().filter(metric -> !metric.rows().isEmpty()).toList();
        List<PairedTest> tests = measured.stream()
                .map(metric -> PairedTest.of(metric.gains(), SEED))
                .toList();
        double[] p = tests.stream().mapToDouble(PairedTest::pLoss).toArray();
        double[] adjusted = Holm.adjust(p);
        List<MetricVerdict> verdicts = new ArrayList<>();
        int next = 0;
        for (Metric metric : metrics) {
            if (metric.rows().isEmpty()) {
                verdicts.add(MetricVerdict.invalid(metric.name(), "nothing was measured"));
            } else {
                verdicts.add(judge(metric, tests.get(next), p[next], adjusted[next], measured.size()));
                next++;
            }
        }
        return report(verdicts);
    }

    /** Judges a run by its own figures. */
    public static Report require(List<Requirement> requirements, Map<String, Double> figures) {
        if (requirements.isEmpty()) {
            return new Report(RunVerdict.INVALID, "nothing is required", List.of());
        }
        return report(requirements.stream()
                .map(requirement -> requirement.judge(figures))
                .toList());
    }

    private static String obstacle(List<Metric> metrics, double coverage, boolean comparable) {
        if (!comparable) {
            return "the runs do not compare";
        }
        if (metrics.stream().allMatch(metric -> metric.rows().isEmpty())) {
            return "nothing was measured";
        }
        // Written so that NaN is too little.
        return coverage >= MIN_COVERAGE
                ? ""
                : String.format(Locale.ROOT, "%.2f %% of the rows have a partner, wanted 99 %%", 100 * coverage);
    }

    private static MetricVerdict judge(Metric metric, PairedTest test, double p, double adjustedP, int tests) {
        double sign = metric.direction().sign();
        double baseline = 0;
        double candidate = 0;
        int better = 0;
        int worse = 0;
        for (Pair row : metric.rows()) {
            baseline += row.baseline();
            candidate += row.candidate();
            double gain = sign * (row.candidate() - row.baseline());
            better += gain > 0 ? 1 : 0;
            worse += gain < 0 ? 1 : 0;
        }
        // The test is about gains; the comparison shows the metric as it is.
        Interval gain = test.interval();
        boolean failable = test.clusters() >= PairedTest.fewestClusters(ALPHA / tests);
        Comparison comparison = new Comparison(
                test.rows(),
                test.clusters(),
                better,
                worse,
                baseline / test.rows(),
                candidate / test.rows(),
                sign * test.mean() + 0.0,
                sign > 0 ? gain : new Interval(-gain.high() + 0.0, -gain.low() + 0.0),
                p,
                adjustedP,
                metric.margin(),
                test.smallestDetectable(ALPHA / tests),
                metric.margin() > 0 ? test.clustersNeeded(metric.margin()) : null);
        boolean within = test.excludesLoss(metric.margin());
        RunVerdict verdict;
        if (test.mean() < 0 && adjustedP <= ALPHA && !within) {
            verdict = RunVerdict.FAIL;
        } else if (test.isIdentical()) {
            verdict = RunVerdict.IDENTICAL;
        } else if (within && failable) {
            verdict = RunVerdict.PASS;
        } else {
            verdict = RunVerdict.INCONCLUSIVE;
        }
        return new MetricVerdict(metric.name(), verdict, reason(metric, verdict, comparison, tests), comparison);
    }

    private static String reason(Metric metric, RunVerdict verdict, Comparison c, int tests) {
        String figures = String.format(
                Locale.ROOT,
                "%s went from %.4g to %.4g (%+.4g, 95 %% between %+.4g and %+.4g, %d rows better and %d worse, p of a loss %.3g%s, %d clusters)",
                metric.name(),
                c.baseline(),
                c.candidate(),
                c.difference(),
                c.interval().low(),
                c.interval().high(),
                c.better(),
                c.worse(),
                c.adjustedP(),
                tests > 1 ? " adjusted" : "",
                c.clusters());
        return switch (verdict) {
            case IDENTICAL -> metric.name() + ": no row differs";
            case FAIL -> figures + ": worse, and no accident";
            case PASS -> figures + String.format(Locale.ROOT, ": no loss beyond the margin of %.4g", metric.margin());
            default -> figures + inconclusive(c, tests);
        };
    }

    private static String inconclusive(Comparison c, int tests) {
        int fewest = PairedTest.fewestClusters(ALPHA / tests);
        String seen = c.clusters() < fewest
                ? String.format(Locale.ROOT, ": fewer than %d clusters cannot show anything", fewest)
                : String.format(Locale.ROOT, ": a loss below %.4g would not have been seen", c.smallestDetectable());
        if (c.clustersNeeded() == null) {
            return seen
                    + "; a margin of 0 is kept only by a gain that is no accident, or by rows that are all the same";
        }
        if (c.clustersNeeded() == Long.MAX_VALUE) {
            return seen;
        }
        return c.clustersNeeded() > c.clusters()
                ? seen + "; the margin takes about " + c.clustersNeeded() + " clusters"
                : seen + "; what was lost is too near the margin for so few clusters";
    }

    private static Report report(List<MetricVerdict> verdicts) {
        RunVerdict gravest =
                verdicts.stream().map(MetricVerdict::verdict).reduce(RunVerdict.IDENTICAL, RunVerdict::graver);
        String reason = String.join(
                "; ",
                verdicts.stream()
                        .filter(verdict -> verdict.verdict() == gravest)
                        .map(MetricVerdict::reason)
                        .toList());
        return new Report(gravest, reason, verdicts);
    }
}
