package io.kernelweave.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.stats.ChangePoints.ChangePoint;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChangePointsTest {
    private static final int SEEDS = 200;
    private static final double ALPHA = 0.02;

    /** Runs of a metric in percent that moves by a point (standard deviation) from night to night. */
    private static double[] nights(int seed, int count) {
        Random random = new Random(1000 + seed);
        return IntStream.range(0, count)
                .mapToDouble(i -> 80 + random.nextGaussian())
                .toArray();
    }

    /** The same with heavy tails (Student's t, 3 degrees of freedom), told in half points. */
    private static double[] roughNights(int seed, int count) {
        Random random = new Random(1000 + seed);
        return IntStream.range(0, count)
                .mapToDouble(i -> {
                    double squares = 0;
                    for (int k = 0; k < 3; k++) {
                        squares += Math.pow(random.nextGaussian(), 2);
                    }
                    return 80 + Math.round(2 * random.nextGaussian() / Math.sqrt(squares)) / 2.0;
                })
                .toArray();
    }

    private static long found(IntFunction<double[]> nights) {
        return IntStream.range(0, SEEDS)
                .filter(seed -> {
                    double[] values = nights.apply(seed);
                    for (int i = 24; i < 40; i++) {
                        values[i] -= 3;
                    }
                    return ChangePoints.of(values, ALPHA, seed).stream()
                            .anyMatch(change -> Math.abs(change.at() - 24) <= 1);
                })
                .count();
    }

    private static long wrong(IntFunction<double[]> nights) {
        return IntStream.range(0, SEEDS)
                .filter(seed ->
                        !ChangePoints.of(nights.apply(seed), ALPHA, seed).isEmpty())
                .count();
    }

    @Test
    void aDropOfThreePointsIsFoundWhereItIs() {
        assertThat(found(seed -> nights(seed, 40))).isGreaterThanOrEqualTo(SEEDS * 95 / 100);
        assertThat(found(seed -> roughNights(seed, 40))).isGreaterThanOrEqualTo(SEEDS * 95 / 100);
    }

    @Test
    void aFlatSeriesHasNone() {
        assertThat(wrong(seed -> nights(seed, 40))).isLessThanOrEqualTo(SEEDS * 5 / 100);
        assertThat(wrong(seed -> roughNights(seed, 40))).isLessThanOrEqualTo(SEEDS * 5 / 100);
        assertThat(ChangePoints.of(new double[40], ALPHA, 1)).isEmpty();
        assertThat(ChangePoints.of(new double[0], ALPHA, 1)).isEmpty();
        double[] same = new double[40];
        Arrays.fill(same, 0.1);
        assertThat(ChangePoints.of(same, ALPHA, 1)).isEmpty();
    }

    /** The sums over ranks are those over pairs. */
    @Test
    void theFirstChangeIsTheSplitWithTheLargestEnergyDistance() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 100; round++) {
            double[] values = new double[8 + random.nextInt(40)];
            int shift = 4 + random.nextInt(values.length - 7);
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(6) + (i >= shift ? 1e6 : 0);
            }
            int at = ChangePoints.SHORTEST;
            for (int n = at; n <= values.length - ChangePoints.SHORTEST; n++) {
                at = energy(values, n) > energy(values, at) ? n : at;
            }
            int best = at;
            assertThat(ChangePoints.of(values, 1, round)).anyMatch(change -> change.at() == best);
        }
    }

    private static double energy(double[] values, int n) {
        int m = values.length - n;
        double between = 0;
        double left = 0;
        double right = 0;
        for (int i = 0; i < values.length; i++) {
            for (int j = 0; j < values.length; j++) {
                double distance = Math.abs(values[i] - values[j]);
                between += i < n && j >= n ? distance : 0;
                left += i < n && j < n ? distance : 0;
                right += i >= n && j >= n ? distance : 0;
            }
        }
        return (double) n
                * m
                / (n + m)
                * (2 * between / ((double) n * m) - left / ((double) n * (n - 1)) - right / ((double) m * (m - 1)));
    }

    @Test
    void severalChangesAreFoundInOrder() {
        double[] values = nights(3, 90);
        for (int i = 30; i < 60; i++) {
            values[i] += 12;
        }
        assertThat(ChangePoints.of(values, ALPHA, 9))
                .extracting(ChangePoint::at)
                .containsExactly(30, 60);
        assertThat(ChangePoints.of(values, ALPHA, 9)).isEqualTo(ChangePoints.of(values, ALPHA, 9));
    }

    /** A metric that is the same every night and then the same at another level. */
    @Test
    void aStepWithoutNoiseIsFoundAtItsPlace() {
        double[] values = new double[20];
        for (int i = 12; i < 20; i++) {
            values[i] = 1;
        }
        List<ChangePoint> changes = ChangePoints.of(values, ALPHA, 5);
        assertThat(changes).extracting(ChangePoint::at).containsExactly(12);
        assertThat(changes.get(0).p()).isLessThan(0.01);
    }

    @Test
    void fewerThanFourNightsOfAKindAreNoLevel() {
        double[] values = new double[12];
        values[11] = 50;
        values[10] = 50;
        assertThat(ChangePoints.of(values, ALPHA, 5)).noneMatch(change -> change.at() > 8);
    }
}
