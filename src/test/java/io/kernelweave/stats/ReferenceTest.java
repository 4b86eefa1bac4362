package io.kernelweave.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.BetaDistribution;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.special.Beta;
import org.apache.commons.math3.special.Gamma;
import org.apache.commons.math3.stat.inference.AlternativeHypothesis;
import org.apache.commons.math3.stat.inference.BinomialTest;
import org.apache.commons.math3.stat.inference.TTest;
import org.apache.commons.math3.stat.interval.ClopperPearsonInterval;
import org.apache.commons.math3.stat.interval.ConfidenceInterval;
import org.junit.jupiter.api.Test;

/** The statistics beside those of commons-math. */
class ReferenceTest {
    private final SplittableRandom random = new SplittableRandom(17);

    @Test
    void betaAndGammaFunctionsAgree() {
        for (int i = 0; i < 400; i++) {
            double a = StrictMath.exp(8 * random.nextDouble() - 2);
            double b = StrictMath.exp(8 * random.nextDouble() - 2);
            double x = random.nextDouble();
            assertThat(BetaFunction.logGamma(a)).isCloseTo(Gamma.logGamma(a), within(1e-9 * (1 + Math.abs(a))));
            assertThat(BetaFunction.logBeta(a, b)).isCloseTo(Beta.logBeta(a, b), within(1e-9 * (1 + a + b)));
            assertThat(BetaFunction.regularised(x, a, b))
                    .isCloseTo(Beta.regularizedBeta(x, a, b, 1e-15, 100_000), within(1e-9));
            assertThat(BetaFunction.quantile(x, a, b))
                    .isCloseTo(new BetaDistribution(null, a, b, 1e-12).inverseCumulativeProbability(x), within(1e-6));
        }
    }

    @Test
    void studentsDistributionAgrees() {
        for (double degrees : new double[] {1, 2, 5, 19, 252, 4000}) {
            TDistribution reference = new TDistribution(null, degrees, 1e-12);
            for (double p : new double[] {0.55, 0.8, 0.95, 0.975, 0.999}) {
                double t = reference.inverseCumulativeProbability(p);
                assertThat(StudentT.quantile(p, degrees)).isCloseTo(t, within(1e-6 * (1 + t)));
                assertThat(StudentT.twoSided(t, degrees)).isCloseTo(2 * (1 - p), within(1e-8));
            }
        }
    }

    @Test
    void intervalsOfSharesAgree() {
        // commons-math has no interval of none or all.
        for (int trials : new int[] {2, 7, 40, 1000}) {
            for (int successes = 1; successes < trials; successes += Math.max(1, trials / 5)) {
                ConfidenceInterval reference = new ClopperPearsonInterval().createInterval(trials, successes, 0.95);
                Interval interval = Interval.ofShare(successes, trials);
                assertThat(interval.low()).isCloseTo(reference.getLowerBound(), within(1e-6));
                assertThat(interval.high()).isCloseTo(reference.getUpperBound(), within(1e-6));
            }
        }
    }

    /** With clusters of one row, the interval is that of the paired t-test: it excludes 0 just where p is below 5 %. */
    @Test
    void withoutClustersThePairedIntervalIsThatOfTheTTest() {
        for (int round = 0; round < 60; round++) {
            int rows = 3 + random.nextInt(40);
            double shift = 0.4 * random.nextDouble();
            double[] before = random.doubles(rows).toArray();
            double[] after = random.doubles(rows).map(x -> x + shift).toArray();
            List<PairedTest.Pair> pairs = new ArrayList<>();
            for (int i = 0; i < rows; i++) {
                pairs.add(new PairedTest.Pair("c" + i, before[i], after[i]));
            }
            PairedTest test = PairedTest.of(pairs, 1);
            TTest reference = new TTest();
            double t = reference.pairedT(after, before);
            double error = test.mean() / t;
            double half = new TDistribution(rows - 1).inverseCumulativeProbability(0.975) * Math.abs(error);
            assertThat(test.interval().low()).isCloseTo(test.mean() - half, within(1e-7));
            assertThat(test.interval().high()).isCloseTo(test.mean() + half, within(1e-7));
            assertThat(test.interval().contains(0)).isEqualTo(reference.pairedTTest(after, before) > 0.05);
        }
    }

    @Test
    void mcNemarsTestIsTheBinomialOne() {
        BinomialTest reference = new BinomialTest();
        for (int lost = 0; lost <= 30; lost += 3) {
            for (int gained = 0; gained <= 30; gained += 5) {
                double expected = lost + gained == 0
                        ? 1
                        : reference.binomialTest(lost + gained, lost, 0.5, AlternativeHypothesis.GREATER_THAN);
                assertThat(McNemar.pLoss(lost, gained)).isCloseTo(expected, within(1e-10));
            }
        }
        // 2 against 10: 2 · (C(12,0) + C(12,1) + C(12,2)) / 2^12
        assertThat(McNemar.p(2, 10)).isCloseTo(2 * 79 / 4096.0, within(1e-12));
    }

    /** Rows that differ one a cluster: then signs are all there is, and the sign-flip test is the binomial one. */
    @Test
    void oneRowAClusterMakesTheSignFlipTestMcNemars() {
        for (int lost = 0; lost < 200; lost += 13) {
            for (int gained = 0; gained < 300; gained += 31) {
                List<PairedTest.Pair> pairs = new ArrayList<>();
                for (int i = 0; i < lost + gained + 5; i++) {
                    double change = i < lost ? -1 : i < lost + gained ? 1 : 0;
                    pairs.add(new PairedTest.Pair("c" + i, 0, change));
                }
                double p = McNemar.pLoss(lost, gained);
                assertThat(PairedTest.of(pairs, 1).pLoss()).isCloseTo(p, within(1e-9 * p + 1e-300));
            }
        }
    }

    /** Wilcoxon's signed ranks are a sign-flip test of whole numbers. */
    @Test
    void signedRanksAreCountedAsInTheTables() {
        // Wilcoxon (1945), table of n = 10: a rank sum of 8 or less has probability 25 / 1024.
        double[] ranks = {-10, -9, -8, -7, -6, -5, -4, 3, -2, -1};
        double[] more = {-10, -9, -8, -7, -6, 5, -4, 3, -2, -1};
        assertThat(PairedTest.signFlip(ranks, PairedTest.Tail.LOWER, 1)).isEqualTo(5 / 1024.0);
        assertThat(PairedTest.signFlip(more, PairedTest.Tail.LOWER, 1)).isEqualTo(25 / 1024.0);
        assertThat(PairedTest.signFlip(more, PairedTest.Tail.BOTH, 1)).isEqualTo(50 / 1024.0);
    }
}
