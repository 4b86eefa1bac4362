package io.kernelweave.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.gate.RunGate.Direction;
import io.kernelweave.gate.RunGate.Metric;
import io.kernelweave.stats.McNemar;
import io.kernelweave.stats.PairedTest.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How often the run gate is wrong, by simulation, and what it does at the edges. */
class RunGateTest {
    private static final int ROUNDS = 1500;

    private static RunVerdict verdict(double margin, List<Pair> rows) {
        return RunGate.judge(List.of(new Metric("m", Direction.HIGHER_IS_BETTER, margin, rows)), 1, true)
                .verdict();
    }

    /** Two runs of the same system, whose rows of a cluster succeed and fail together for the most part. */
    private static List<Pair> alike(SplittableRandom random, int clusters, double loss) {
        List<Pair> rows = new ArrayList<>();
        for (int c = 0; c < clusters; c++) {
            boolean before = random.nextDouble() < 0.7;
            boolean after = random.nextDouble() < 0.7 - loss;
            int size = 1 + random.nextInt(12);
            for (int i = 0; i < size; i++) {
                boolean then = random.nextDouble() < 0.9 ? before : !before;
                boolean now = random.nextDouble() < 0.9 ? after : !after;
                rows.add(new Pair("c" + c, then ? 1 : 0, now ? 1 : 0));
            }
        }
        return rows;
    }

    @Test
    void soundRunsRarelyFailThoughTheRowwiseTestWouldOftenHaveThem() {
        for (int clusters : new int[] {8, 30, 120}) {
            SplittableRandom random = new SplittableRandom(clusters);
            int failed = 0;
            int naive = 0;
            for (int round = 0; round < ROUNDS; round++) {
                List<Pair> rows = alike(random, clusters, 0);
                failed += verdict(0.01, rows) == RunVerdict.FAIL ? 1 : 0;
                long lost = rows.stream()
                        .filter(row -> row.candidate() < row.baseline())
                        .count();
                long gained = rows.stream()
                        .filter(row -> row.candidate() > row.baseline())
                        .count();
                naive += McNemar.pLoss(lost, gained) <= 0.05 ? 1 : 0;
            }
            assertThat(failed / (double) ROUNDS).as("%d clusters", clusters).isLessThanOrEqualTo(0.055);
            assertThat(naive / (double) ROUNDS).as("%d clusters", clusters).isGreaterThan(0.15);
        }
    }

    @Test
    void soundRunsRarelyFailByAnyOfSeveralMetrics() {
        SplittableRandom random = new SplittableRandom(5);
        int failed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            List<Metric> metrics = new ArrayList<>();
            for (int m = 0; m < 4; m++) {
                metrics.add(new Metric("m" + m, Direction.HIGHER_IS_BETTER, 0.01, alike(random, 40, 0)));
            }
            failed += RunGate.judge(metrics, 1, true).verdict() == RunVerdict.FAIL ? 1 : 0;
        }
        assertThat(failed / (double) ROUNDS).isLessThanOrEqualTo(0.055);
    }

    /** The loss is just the margin: at most one in twenty may pass, however rare the rows that differ are. */
    @Test
    void aLossOfTheMarginRarelyPasses() {
        for (double margin : new double[] {0.02, 0.05, 0.2}) {
            for (int clusters : new int[] {20, 100, 400}) {
                SplittableRandom random = new SplittableRandom(clusters);
                int passed = 0;
                for (int round = 0; round < ROUNDS; round++) {
                    List<Pair> rows = new ArrayList<>();
                    for (int c = 0; c < clusters; c++) {
                        double draw = random.nextDouble();
                        rows.add(new Pair("c" + c, draw < margin + 0.005 ? 1 : 0, draw > 0.995 || draw > 1 ? 1 : 0));
                    }
                    passed += verdict(margin, rows) == RunVerdict.PASS ? 1 : 0;
                }
                assertThat(passed / (double) ROUNDS)
                        .as("margin %s, %d clusters", margin, clusters)
                        .isLessThanOrEqualTo(0.08);
            }
        }
    }

    @Test
    void theSmallestDetectableLossIsDetectedInFourOfFiveTries() {
        SplittableRandom random = new SplittableRandom(8);
        double smallest = 0;
        for (int round = 0; round < 100; round++) {
            smallest += RunGate.judge(
                                    List.of(new Metric("m", Direction.HIGHER_IS_BETTER, 0, alike(random, 80, 0))),
                                    1,
                                    true)
                            .metrics()
                            .get(0)
                            .comparison()
                            .smallestDetectable()
                    / 100;
        }
        int failed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            // Rows follow their cluster in nine of ten cases, so a change of the clusters shows by 0.8 of it.
            failed += verdict(0, alike(random, 80, smallest / 0.8)) == RunVerdict.FAIL ? 1 : 0;
        }
        assertThat(failed / (double) ROUNDS).isBetween(0.72, 0.88);
    }

    @Test
    void oneClusterShowsNothingHoweverManyRowsItHas() {
        List<Pair> rows = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            rows.add(new Pair("only", 1, 0));
        }
        assertThat(verdict(0.02, rows)).isEqualTo(RunVerdict.INCONCLUSIVE);
        assertThat(verdict(1, rows)).isEqualTo(RunVerdict.INCONCLUSIVE);
    }

    @Test
    void changesThatCancelInEachClusterAreNoLoss() {
        List<Pair> rows = new ArrayList<>();
        for (int c = 0; c < 200; c++) {
            rows.add(new Pair("c" + c, 1, 0));
            rows.add(new Pair("c" + c, 0, 1));
        }
        assertThat(verdict(0.02, rows)).isEqualTo(RunVerdict.PASS);
        // Of so few clusters it is not known.
        assertThat(verdict(0.02, rows.subList(0, 8))).isEqualTo(RunVerdict.INCONCLUSIVE);
    }

    @Test
    void aMarginOfNothingIsKeptByAGainOrByTheSameRows() {
        List<Pair> same = new ArrayList<>();
        List<Pair> gain = new ArrayList<>();
        List<Pair> oneGain = new ArrayList<>();
        for (int c = 0; c < 40; c++) {
            same.add(new Pair("c" + c, 1, 1));
            gain.add(new Pair("c" + c, 0, c % 2));
            oneGain.add(new Pair("c" + c, 0, c == 0 ? 1 : 0));
        }
        assertThat(verdict(0, same)).isEqualTo(RunVerdict.IDENTICAL);
        assertThat(verdict(0, gain)).isEqualTo(RunVerdict.PASS);
        assertThat(verdict(0, oneGain)).isEqualTo(RunVerdict.INCONCLUSIVE);
        assertThat(RunGate.judge(List.of(new Metric("m", Direction.HIGHER_IS_BETTER, 0, oneGain)), 1, true)
                        .reason())
                .contains("a margin of 0 is kept only by a gain");
    }

    @Test
    void whereLessIsBetterFiguresStayAsTheyAre() {
        List<Pair> rows = new ArrayList<>();
        for (int c = 0; c < 40; c++) {
            rows.add(new Pair("c" + c, 100, 130 + c % 3));
        }
        MetricVerdict verdict = RunGate.judge(
                        List.of(new Metric("tokens", Direction.LOWER_IS_BETTER, 5, rows)), 1, true)
                .metrics()
                .get(0);
        assertThat(verdict.verdict()).isEqualTo(RunVerdict.FAIL);
        assertThat(verdict.comparison()).satisfies(c -> {
            assertThat(c.difference()).isBetween(30.0, 32.0);
            assertThat(c.interval().low()).isPositive();
            assertThat(c.worse()).isEqualTo(40);
        });
    }
}
