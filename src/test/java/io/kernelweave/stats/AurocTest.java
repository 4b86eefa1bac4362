package io.kernelweave.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AurocTest {
    /** By its definition: every pair, ties half. */
    private static double byPairs(double[] scores, boolean[] positives, double[] weights) {
        double won = 0;
        double all = 0;
        for (int i = 0; i < scores.length; i++) {
            for (int j = 0; j < scores.length; j++) {
                if (positives[i] && !positives[j]) {
                    double weight = weights[i] * weights[j];
                    all += weight;
                    won += weight * (scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0);
                }
            }
        }
        return won / all;
    }

    @Test
    void itIsTheShareOfPairsInOrderWithTiesHalf() {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 200; round++) {
            int size = 2 + random.nextInt(30);
            double[] scores = new double[size];
            double[] weights = new double[size];
            double[] ones = new double[size];
            boolean[] positives = new boolean[size];
            for (int i = 0; i < size; i++) {
                scores[i] = random.nextInt(6) - 2; // many ties
                weights[i] = random.nextInt(4);
                ones[i] = 1;
                positives[i] = random.nextBoolean();
            }
            assertThat(new Auroc(scores, positives).weighted(weights))
                    .isEqualTo(byPairs(scores, positives, weights), within(1e-12));
            assertThat(Auroc.of(scores, positives)).isEqualTo(byPairs(scores, positives, ones), within(1e-12));
            double[] placements = new Auroc(scores, positives).placements();
            if (placements.length > 0) {
                double sum = 0;
                int count = 0;
                for (int i = 0; i < size; i++) {
                    sum += positives[i] ? placements[i] : 0;
                    count += positives[i] ? 1 : 0;
                }
                assertThat(sum / count).isEqualTo(Auroc.of(scores, positives), within(1e-12));
            }
        }
    }

    @Test
    void oneKindAloneHasNone() {
        assertThat(Auroc.of(new double[] {1, 2}, new boolean[] {true, true})).isNaN();
        assertThat(new Auroc(new double[] {1, 2}, new boolean[] {true, true}).placements())
                .isEmpty();
    }

    private static List<SplitAuroc.Scored> drawn(long seed, int clusters, int perCluster, double effect) {
        SplittableRandom random = new SplittableRandom(seed);
        List<SplitAuroc.Scored> rows = new ArrayList<>();
        for (int c = 0; c < clusters; c++) {
            boolean positive = random.nextBoolean();
            double score = random.nextDouble() + (positive ? effect : 0); // the same for all rows of a cluster
            double noise = random.nextDouble();
            for (int split = 0; split < 4; split++) {
                if (random.nextBoolean()) {
                    for (int i = 0; i < perCluster; i++) {
                        rows.add(new SplitAuroc.Scored(split, "c" + c, positive, score, noise));
                    }
                }
            }
        }
        return rows;
    }

    @Test
    void theMeanIsOverSplitsAndTheIntervalHoldsIt() {
        List<SplitAuroc.Scored> rows = drawn(1, 60, 1, 0.7);
        SplitAuroc auroc = SplitAuroc.of(rows, 500, 3);
        double sum = 0;
        for (int split = 0; split < 4; split++) {
            int at = split;
            List<SplitAuroc.Scored> own =
                    rows.stream().filter(row -> row.split() == at).toList();
            boolean[] positives = new boolean[own.size()];
            for (int i = 0; i < positives.length; i++) {
                positives[i] = own.get(i).positive();
            }
            sum += Auroc.of(own.stream().mapToDouble(SplitAuroc.Scored::score).toArray(), positives);
        }
        assertThat(auroc.mean()).isEqualTo(sum / 4, within(1e-12));
        assertThat(auroc.interval().low()).isLessThan(auroc.mean());
        assertThat(auroc.interval().high()).isGreaterThan(auroc.mean());
        assertThat(auroc.difference()).isEqualTo(auroc.mean() - auroc.baseline(), within(1e-12));
        assertThat(auroc.differenceInterval().low()).isPositive();
        assertThat(auroc.splits()).isEqualTo(4);
        assertThat(SplitAuroc.of(rows, 500, 3)).isEqualTo(auroc);
    }

    /** Ten rows of a cluster, all alike, are no more evidence than one. */
    @Test
    void copiesWithinAClusterDoNotNarrowTheInterval() {
        SplitAuroc one = SplitAuroc.of(drawn(5, 40, 1, 0.4), 1000, 3);
        SplitAuroc ten = SplitAuroc.of(drawn(5, 40, 10, 0.4), 1000, 3);
        assertThat(ten.mean()).isEqualTo(one.mean(), within(1e-12));
        assertThat(ten.interval().low()).isEqualTo(one.interval().low(), within(1e-9));
        assertThat(ten.interval().high()).isEqualTo(one.interval().high(), within(1e-9));
    }

    /** Of many worlds in which score and baseline say nothing, the interval of the difference leaves 0 out in about one of twenty. */
    @Test
    void theIntervalOfTheDifferenceCoversNothingWhereThereIsNone() {
        int out = 0;
        for (int world = 0; world < 120; world++) {
            SplitAuroc auroc = SplitAuroc.of(drawn(1000 + world, 50, 2, 0), 200, world);
            out += auroc.differenceInterval().low() > 0
                            || auroc.differenceInterval().high() < 0
                    ? 1
                    : 0;
        }
        assertThat(out).isBetween(1, 18);
    }

    @Test
    void aWeightOfNothingIsAnElementLess() {
        double[] scores = {3, 1, 2, 5};
        boolean[] positives = {true, false, true, false};
        assertThat(new Auroc(scores, positives).weighted(new double[] {1, 1, 1, 0}))
                .isEqualTo(Auroc.of(Arrays.copyOf(scores, 3), Arrays.copyOf(positives, 3)));
    }
}
