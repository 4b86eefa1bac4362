package io.kernelweave.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DriftDetectorTest {
    private static DriftDetector after(double p0, int trials, int path) {
        DriftDetector detector = new DriftDetector(p0);
        for (int i = 0; i < trials; i++) {
            detector.accept((path >> i & 1) == 1);
        }
        return detector;
    }

    /** Over all courses of ten trials, each with its exact probability. */
    private static double expectation(double p0, double p) {
        double sum = 0;
        for (int path = 0; path < 1 << 10; path++) {
            int successes = Integer.bitCount(path);
            sum += Math.pow(p, successes)
                    * Math.pow(1 - p, 10 - successes)
                    * Math.exp(after(p0, 10, path).log());
        }
        return sum;
    }

    @Test
    void whileTheRateIsKeptItsExpectationIsTheNumberOfTrialsAtMost() {
        assertThat(expectation(0.8, 0.8)).isCloseTo(10, within(1e-9));
        assertThat(expectation(0.5, 0.5)).isCloseTo(10, within(1e-9));
        assertThat(expectation(0.8, 0.9)).isLessThan(10);
        assertThat(expectation(0.8, 0.6)).isGreaterThan(10);
    }

    @Test
    void theHighestStaysAndLongHistoriesOverflowNothing() {
        DriftDetector detector = new DriftDetector(0.8);
        assertThat(detector.highest()).isEqualTo(Double.NEGATIVE_INFINITY);
        for (int i = 0; i < 20; i++) {
            detector.accept(false);
        }
        double high = detector.highest();
        for (int i = 0; i < 2000; i++) {
            detector.accept(true);
        }
        assertThat(detector.highest()).isEqualTo(high).isGreaterThan(detector.log());
        for (int i = 0; i < 100_000; i++) {
            detector.accept(false);
        }
        assertThat(detector.highest()).isFinite().isGreaterThan(high);
        assertThatThrownBy(() -> new DriftDetector(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theBarOfManyIsThatOfTheLargestSetThatHoldsIt() {
        assertThat(EBenjaminiHochberg.logBar(new double[0], 0.05)).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(EBenjaminiHochberg.logBar(new double[] {Math.log(19.99)}, 0.05))
                .isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(EBenjaminiHochberg.logBar(new double[] {Math.log(20.01)}, 0.05))
                .isCloseTo(Math.log(20), within(1e-12));
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 500; round++) {
            double[] logs = random.doubles(1 + random.nextInt(12), -2, 7).toArray();
            double bar = EBenjaminiHochberg.logBar(logs, 0.05);
            int rejected = 0;
            for (int k = 1; k <= logs.length; k++) {
                double needed = Math.log(logs.length / (0.05 * k));
                if (Arrays.stream(logs).filter(log -> log >= needed).count() >= k) {
                    rejected = k;
                }
            }
            assertThat(Arrays.stream(logs).filter(log -> log >= bar).count()).isEqualTo(rejected);
        }
    }
}
