package io.kernelweave.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.stats.ChangePoints.ChangePoint;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChangePointsTest {
    private static final int SEEDS = 200;
    private static final double ALPHA = 0.05;

    /** Runs of a metric in percent that moves by a point from night to night. */
    private static double[] nights(int seed, int count) {
        Random random = new Random(1000 + seed);
        return IntStream.range(0, count)
                .mapToDouble(i -> 80 + random.nextGaussian())
                .toArray();
    }

    @Test
    void aDropOfThreePointsIsFoundWhereItIs() {
        long found = IntStream.range(0, SEEDS)
                .filter(seed -> {
                    double[] values = nights(seed, 40);
                    for (int i = 24; i < 40; i++) {
                        values[i] -= 3;
                    }
                    return ChangePoints.of(values, ALPHA, seed).stream()
                            .anyMatch(change -> Math.abs(change.at() - 24) <= 1);
                })
                .count();
        assertThat(found).isGreaterThanOrEqualTo(SEEDS * 95 / 100);
    }

    @Test
    void aFlatSeriesHasNone() {
        long wrong = IntStream.range(0, SEEDS)
                .filter(seed -> !ChangePoints.of(nights(seed, 40), ALPHA, seed).isEmpty())
                .count();
        // Five of a hundred are allowed; of 200, chance alone gives more than 16 once in thirty times.
        assertThat(wrong).isLessThanOrEqualTo(16);
        assertThat(ChangePoints.of(new double[40], ALPHA, 1)).isEmpty();
        assertThat(ChangePoints.of(new double[0], ALPHA, 1)).isEmpty();
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
