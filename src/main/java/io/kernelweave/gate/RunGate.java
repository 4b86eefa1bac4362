package io.kernelweave.gate;

import io.kernelweave.gate.MetricVerdict.Comparison;
import io.kernelweave.stats.Holm;
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
 *   <li>FAIL: the metric moved the wrong way, a sign-flip test says that this is no accident (α 0.05, Holm's adjustment over
 *       the metrics), and the loss is not shown to be within the margin;
 *   <li>IDENTICAL: no row differs;
 *   <li>PASS: the 95 % interval of the loss stays within the margin (non-inferiority);
 *   <li>INCONCLUSIVE: with the smallest effect that this run could have seen and the clusters that the margin would take.
 * </ol>
 *
 * <p>The run's verdict is the gravest of its metrics'; it is IDENTICAL only if all are.
 */
public final class RunGate {
    private static final double ALPHA = 0.05;
    private static final double MIN_COVERAGE = 0.99;
    private static final long SEED = 20_260_101;

    private RunGate() {}

    /** Which way a metric gets better. */
    public enum Direction {
        HIGHER_IS_BETTER,
        LOWER_IS_BETTER
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
                .map(metric -> PairedTest.of(metric.rows(), SEED))
                .toList();
        double[] adjusted =
                Holm.adjust(tests.stream().mapToDouble(PairedTest::p).toArray());
        List<MetricVerdict> verdicts = new ArrayList<>();
        int next = 0;
        for (Metric metric : metrics) {
            if (metric.rows().isEmpty()) {
                verdicts.add(MetricVerdict.invalid(metric.name(), "nothing was measured"));
            } else {
                verdicts.add(judge(metric, tests.get(next), adjusted[next], measured.size()));
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

    private static MetricVerdict judge(Metric metric, PairedTest test, double adjustedP, int tests) {
        double baseline = 0;
        double candidate = 0;
        for (Pair row : metric.rows()) {
            baseline += row.baseline();
            candidate += row.candidate();
        }
        Comparison comparison = new Comparison(
                test.rows(),
                test.clusters(),
                baseline / test.rows(),
                candidate / test.rows(),
                test.mean(),
                test.interval(),
                test.p(),
                adjustedP,
                test.smallestDetectable(),
                metric.margin() > 0 ? test.clustersNeeded(metric.margin()) : null);
        boolean higher = metric.direction() == Direction.HIGHER_IS_BETTER;
        double worst = higher ? test.interval().low() : -test.interval().high();
        boolean lost = higher ? test.mean() < 0 : test.mean() > 0;
        boolean within = worst > -metric.margin();
        RunVerdict verdict;
        if (lost && adjustedP <= ALPHA && !within) {
            verdict = RunVerdict.FAIL;
        } else if (test.isIdentical()) {
            verdict = RunVerdict.IDENTICAL;
        } else if (within) {
            verdict = RunVerdict.PASS;
        } else {
            verdict = RunVerdict.INCONCLUSIVE;
        }
        return new MetricVerdict(metric.name(), verdict, reason(metric, verdict, comparison, tests), comparison);
    }

    private static String reason(Metric metric, RunVerdict verdict, Comparison c, int tests) {
        String figures = String.format(
                Locale.ROOT,
                "%s went from %.4g to %.4g (%+.4g, 95 %% between %+.4g and %+.4g, adjusted p %.3g, %d clusters)",
                metric.name(),
                c.baseline(),
                c.candidate(),
                c.difference(),
                c.interval().low(),
                c.interval().high(),
                c.adjustedP(),
                c.clusters());
        return switch (verdict) {
            case IDENTICAL -> metric.name() + ": no row differs";
            case FAIL -> figures + ": worse, and no accident";
            case PASS -> figures + String.format(Locale.ROOT, ": no loss beyond the margin of %.4g", metric.margin());
            default -> figures + inconclusive(c, tests);
        };
    }

    private static String inconclusive(Comparison c, int tests) {
        int fewest = 1; // clusters whose every sign pattern but two is less extreme
        while (StrictMath.scalb(2.0, -fewest) > ALPHA / tests) {
            fewest++;
        }
        String seen = c.clusters() < fewest
                ? String.format(Locale.ROOT, ": fewer than %d clusters cannot show anything", fewest)
                : String.format(Locale.ROOT, ": an effect below %.4g would not have been seen", c.smallestDetectable());
        return c.clustersNeeded() == null || c.clustersNeeded() == Long.MAX_VALUE
                ? seen
                : seen + "; the margin takes about " + c.clustersNeeded() + " clusters";
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
