package io.kernelweave.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatsTest {
    @Test
    void theIncompleteBetaFunctionIsTheBinomialTail() {
        // I_x(a, b) with whole a, b is P(at least a successes in a + b − 1 trials): summed exactly.
        for (int[] shape : new int[][] {{1, 1}, {1, 9}, {3, 4}, {10, 2}, {40, 60}, {120, 5}}) {
            for (String x : new String[] {"0.001", "0.2", "0.5", "0.8", "0.97"}) {
                BigDecimal exact = binomialTail(new BigDecimal(x), shape[0], shape[0] + shape[1] - 1);
                double value = BetaFunction.regularised(Double.parseDouble(x), shape[0], shape[1]);
                assertThat(value).isCloseTo(exact.doubleValue(), within(1e-12));
                assertThat(StrictMath.exp(BetaFunction.logRegularised(Double.parseDouble(x), shape[0], shape[1])))
                        .isCloseTo(exact.doubleValue(), within(1e-11 * exact.doubleValue() + 1e-300));
                double rest = BigDecimal.ONE.subtract(exact).doubleValue();
                assertThat(StrictMath.exp(BetaFunction.logComplement(Double.parseDouble(x), shape[0], shape[1])))
                        .isCloseTo(rest, within(1e-10 * rest + 1e-300));
            }
        }
    }

    private static BigDecimal binomialTail(BigDecimal p, int from, int n) {
        BigDecimal sum = BigDecimal.ZERO;
        BigInteger choose = BigInteger.ONE;
        for (int k = 0; k <= n; k++) {
            if (k >= from) {
                sum = sum.add(new BigDecimal(choose)
                        .multiply(p.pow(k))
                        .multiply(BigDecimal.ONE.subtract(p).pow(n - k)));
            }
            choose = choose.multiply(BigInteger.valueOf(n - k)).divide(BigInteger.valueOf(k + 1));
        }
        return sum;
    }

    @Test
    void logBetaIsExactForWholeNumbers() {
        // B(a, b) = 1 / (a · C(a + b − 1, a))
        assertThat(BetaFunction.logBeta(3, 4)).isCloseTo(StrictMath.log(1 / 60.0), within(1e-14));
        assertThat(BetaFunction.logBeta(1, 1000)).isCloseTo(-StrictMath.log(1000), within(1e-12));
        assertThat(BetaFunction.logBeta(0.5, 0.5)).isCloseTo(StrictMath.log(StrictMath.PI), within(1e-14));
        assertThat(BetaFunction.logBeta(2, 1e6))
                .isCloseTo(-StrictMath.log(1e6) - StrictMath.log(1e6 + 1), within(1e-10));
        assertThat(BetaFunction.logGamma(101)).isCloseTo(363.73937555556349, within(1e-11));
    }

    @Test
    void quantilesInvertTheDistribution() {
        for (double p : new double[] {1e-6, 0.025, 0.5, 0.975}) {
            for (double[] shape : new double[][] {{0.5, 0.5}, {2, 30}, {500, 3}}) {
                double x = BetaFunction.quantile(p, shape[0], shape[1]);
                assertThat(BetaFunction.regularised(x, shape[0], shape[1])).isCloseTo(p, within(1e-11));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({ // t tables
        "0.975, 1, 12.706205",
        "0.975, 2, 4.302653",
        "0.975, 10, 2.228139",
        "0.975, 30, 2.042272",
        "0.95, 5, 2.015048",
        "0.995, 20, 2.845340",
        "0.975, 1000000, 1.959966"
    })
    void studentQuantilesAreThoseOfTheTables(double p, double degrees, double t) {
        assertThat(StudentT.quantile(p, degrees)).isCloseTo(t, within(2e-6));
        assertThat(StudentT.twoSided(t, degrees)).isCloseTo(2 * (1 - p), within(1e-6));
    }

    @Test
    void allOrNothingGivesClopperPearsonOfTheClusters() {
        List<Cluster> perfect = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            perfect.add(new Cluster("c" + i, 7, 7));
        }
        ClusterMean mean = ClusterMean.of(perfect);
        assertThat(mean.mean()).isEqualTo(1);
        // Clopper and Pearson (1934): 10 of 10 is 0.6915 to 1.
        assertThat(mean.interval().low()).isCloseTo(0.6915, within(5e-5));
        assertThat(mean.interval().high()).isEqualTo(1);
        assertThat(ClusterMean.of(List.of(new Cluster("only", 3, 3))).interval().low())
                .isCloseTo(0.025, within(1e-12));
        ClusterMean none = ClusterMean.of(List.of(new Cluster("a", 0, 5), new Cluster("b", 0, 5)));
        assertThat(none.interval()).isEqualTo(new Interval(0, none.interval().high()));
        assertThat(none.interval().high()).isCloseTo(1 - StrictMath.sqrt(0.025), within(1e-12));
    }

    @Test
    void aMeasureGetsStudentsIntervalOfTheClusters() {
        // Clusters of one row: the classical interval. 2, 4, 6: mean 4, sd 2, t(2) 4.302653.
        ClusterMean mean =
                ClusterMean.of(List.of(new Cluster("a", 2, 1), new Cluster("b", 4, 1), new Cluster("c", 6, 1)));
        assertThat(mean.mean()).isEqualTo(4);
        assertThat(mean.interval().high()).isCloseTo(4 + 4.302653 * 2 / StrictMath.sqrt(3), within(1e-5));
        assertThat(mean.standardError()).isCloseTo(2 / StrictMath.sqrt(3), within(1e-12));
        assertThat(ClusterMean.of(List.of(new Cluster("a", 20, 4))).interval()).isEqualTo(Interval.unbounded());
    }

    @Test
    void rowsOfOneClusterAreNoIndependentEvidence() {
        List<Cluster> apart = new ArrayList<>();
        List<Cluster> together = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            together.add(new Cluster("c" + i, i % 2 * 10, 10));
            for (int k = 0; k < 10; k++) {
                apart.add(new Cluster("c" + i + k, i % 2, 1));
            }
        }
        assertThat(ClusterMean.of(together).interval().width())
                .isGreaterThan(2.5 * ClusterMean.of(apart).interval().width());
    }

    @Test
    void theClusterIntervalCoversTheTruth() {
        SplittableRandom random = new SplittableRandom(2);
        for (double truth : new double[] {0.5, 0.8, 0.95}) {
            for (double likeness : new double[] {0, 0.3}) {
                int rounds = 1200;
                int covered = 0;
                for (int round = 0; round < rounds; round++) {
                    List<Cluster> clusters = new ArrayList<>();
                    for (int c = 0; c < 25; c++) {
                        int rows = 1 + random.nextInt(8);
                        boolean alike = random.nextDouble() < likeness;
                        boolean first = random.nextDouble() < truth;
                        int sum = 0;
                        for (int i = 0; i < rows; i++) {
                            sum += alike ? (first ? 1 : 0) : (random.nextDouble() < truth ? 1 : 0);
                        }
                        clusters.add(new Cluster("c" + c, sum, rows));
                    }
                    covered += ClusterMean.of(clusters).interval().contains(truth) ? 1 : 0;
                }
                assertThat(covered / (double) rounds)
                        .as("truth %s, likeness %s", truth, likeness)
                        .isBetween(0.92, 0.999);
            }
        }
    }

    @Test
    void nothingMeasuredIsRefused() {
        assertThatThrownBy(() -> ClusterMean.of(List.of(new Cluster("a", 0, 0))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Cluster("a", Double.NaN, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PairedTest.of(List.of(), 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new PairedTest.Pair("a", 1, Double.POSITIVE_INFINITY))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theSignFlipTestCountsEverySignPattern() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 50; round++) {
            double[] sums = random.doubles(1 + random.nextInt(10))
                    .map(x -> StrictMath.rint(8 * x - 3))
                    .toArray();
            double observed = 0;
            for (double sum : sums) {
                observed += sum;
            }
            int extreme = 0;
            for (int pattern = 0; pattern < 1 << sums.length; pattern++) {
                double sum = 0;
                for (int i = 0; i < sums.length; i++) {
                    sum += (pattern >> i & 1) == 0 ? sums[i] : -sums[i];
                }
                extreme += Math.abs(sum) >= Math.abs(observed) ? 1 : 0;
            }
            // Clusters that do not differ change nothing, so leaving them out gives the same share.
            assertThat(PairedTest.signFlip(sums, PairedTest.Tail.BOTH, 1))
                    .isEqualTo(extreme / (double) (1 << sums.length));
        }
    }

    @Test
    void darwinsMaizeGivesFishersProbability() {
        // Fisher, The Design of Experiments (1935), §21: 1 726 of 32 768 sign patterns are as far out, or farther.
        double[] eighths = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
        assertThat(PairedTest.signFlip(eighths, PairedTest.Tail.BOTH, 1)).isEqualTo(1726 / 32768.0);
    }

    @Test
    void drawnPatternsAgreeWithTheEnumeratedOnes() {
        double[] few = {3, -1, 2, 2, 1, -2, 4, 1, 1, 3, -1, 2, 1, -3, 2, 1};
        double[] many = java.util.Arrays.copyOf(few, 17);
        many[16] = 1e-12; // enough to be one cluster more, too little to part equal sums
        for (PairedTest.Tail tail : PairedTest.Tail.values()) {
            assertThat(PairedTest.signFlip(many, tail, 4))
                    .isCloseTo(PairedTest.signFlip(few, tail, 4), within(0.01))
                    .isEqualTo(PairedTest.signFlip(many, tail, 4));
        }
    }

    @Test
    void aPairedTestSumsDifferencesByCluster() {
        List<PairedTest.Pair> pairs = List.of(
                new PairedTest.Pair("a", 0, 1),
                new PairedTest.Pair("a", 0, 1),
                new PairedTest.Pair("b", 1, 0),
                new PairedTest.Pair("b", 1, 0),
                new PairedTest.Pair("c", 1, 1));
        PairedTest test = PairedTest.of(pairs, 1);
        assertThat(test.rows()).isEqualTo(5);
        assertThat(test.clusters()).isEqualTo(3);
        assertThat(test.mean()).isZero();
        assertThat(test.p()).isEqualTo(1);
        assertThat(test.isIdentical()).isFalse();
        assertThat(test.interval().contains(0)).isTrue();
        // Three clusters cannot show anything at 5 %.
        assertThat(test.smallestDetectable(0.05)).isInfinite();
        assertThat(test.smallestDetectable(0.13)).isFinite();
    }

    @Test
    void identicalMeasuresAreIdentical() {
        PairedTest test = PairedTest.of(List.of(new PairedTest.Pair("a", 0.3, 0.3)), 1);
        assertThat(test.isIdentical()).isTrue();
        assertThat(test.p()).isEqualTo(1);
        assertThat(test.interval()).isEqualTo(new Interval(0, 0));
    }

    @Test
    void underNoChangeTheSignFlipTestIsRarelySignificant() {
        SplittableRandom random = new SplittableRandom(6);
        int significant = 0;
        for (int round = 0; round < 600; round++) {
            List<PairedTest.Pair> pairs = new ArrayList<>();
            for (int c = 0; c < 14; c++) {
                double level = random.nextDouble();
                for (int i = random.nextInt(4); i >= 0; i--) {
                    pairs.add(new PairedTest.Pair("c" + c, level + random.nextDouble(), level + random.nextDouble()));
                }
            }
            significant += PairedTest.of(pairs, round).p() <= 0.05 ? 1 : 0;
        }
        assertThat(significant / 600.0).isBetween(0.025, 0.075);
    }

    @Test
    void holmAdjustsStepByStep() {
        assertThat(Holm.adjust(0.01, 0.04, 0.03, 0.005)).containsExactly(0.03, 0.06, 0.06, 0.02);
        assertThat(Holm.adjust(0.5, 0.9)).containsExactly(1, 1);
        assertThat(Holm.adjust()).isEmpty();
        assertThatThrownBy(() -> Holm.adjust(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theEProcessIsTheMixtureIntegral() {
        for (long[] counts : new long[][] {{0, 0}, {3, 1}, {10, 0}, {5, 5}, {30, 4}}) {
            for (double p0 : new double[] {0.5, 0.8}) {
                double integral = 0;
                int steps = 200_000;
                for (int i = 0; i < steps; i++) {
                    double p = p0 + (1 - p0) * (i + 0.5) / steps;
                    integral +=
                            StrictMath.pow(p / p0, counts[0]) * StrictMath.pow((1 - p) / (1 - p0), counts[1]) / steps;
                }
                assertThat(EProcess.evidence(counts[0], counts[1], p0)).isCloseTo(integral, within(1e-6 * integral));
            }
        }
    }

    @Test
    void theEProcessIsAMartingaleAtTheBoundary() {
        // E of today is the mean of tomorrow's, if the truth is p0: with it goes Ville's inequality.
        for (double p0 : new double[] {0.5, 0.8}) {
            for (long s = 0; s < 30; s++) {
                for (long f = 0; f < 10; f++) {
                    double next = p0 * EProcess.evidence(s + 1, f, p0) + (1 - p0) * EProcess.evidence(s, f + 1, p0);
                    assertThat(next).isCloseTo(EProcess.evidence(s, f, p0), within(1e-9 * next));
                }
            }
        }
    }

    @Test
    void theEProcessKeepsItsDigitsFarOut() {
        assertThat(EProcess.logEvidence(1_000_000, 0, 0.5))
                .isCloseTo(1_000_000 * StrictMath.log(2) + StrictMath.log(2) - StrictMath.log(1_000_001), within(1e-6));
        assertThat(EProcess.logEvidence(0, 100_000, 0.8)).isLessThan(-5).isGreaterThan(-1e6);
        assertThat(EProcess.evidence(1_000_000, 0, 0.5)).isInfinite();
    }

    @Test
    void evidenceFallsWhenASuccessTurnsOutAFailure() {
        for (long s = 1; s < 40; s++) {
            for (long f = 0; f < 10; f++) {
                assertThat(EProcess.logEvidence(s - 1, f + 1, 0.8)).isLessThan(EProcess.logEvidence(s, f, 0.8));
            }
        }
    }
}
