package io.kernelweave.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Where a series changes: E-divisive (Matteson and James 2014). The place that parts a stretch into two that differ most by the
 * energy distance is tried against the same stretch in random order; if hardly any order parts so well, it is a change point, and both
 * sides are looked at again. No shape of the values is supposed, only that between changes their order means nothing.
 *
 * <p>Seeded: the same series and seed have the same change points. The error rate α is that of a whole series without a change;
 * a place is tried until as many orders part as well as tell that it is none (Besag and Clifford, Biometrika 78, 1991), or all are tried.
 */
public final class ChangePoints {
    /** Fewer values than this on one side of a change say nothing. */
    public static final int SHORTEST = 4;

    private static final int PERMUTATIONS = 9999;
    private static final int AS_GOOD = 20;

    /** Sums in another order differ by rounding; what is equal but for that is as good. */
    private static final double EQUAL = 1 - 1e-9;

    /**
     * A change.
     *
     * @param at position of the first value after it
     * @param p how often a random order parts the stretch as well
     */
    public record ChangePoint(int at, double p) {}

    private record Split(int at, double statistic) {}

    private final double[] values;
    private final SplittableRandom random;
    private final List<ChangePoint> found = new ArrayList<>();

    private ChangePoints(double[] values, long seed) {
        this.values = values;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Finds the change points, in order.
     *
     * @param values in order of time, none of them NaN
     * @param alpha chance of any change point in a series that has none
     */
    public static List<ChangePoint> of(double[] values, double alpha, long seed) {
        ChangePoints search = new ChangePoints(values, seed);
        search.part(0, values.length, alpha);
        search.found.sort((one, other) -> Integer.compare(one.at(), other.at()));
        return Collections.unmodifiableList(search.found);
    }

    private void part(int from, int to, double alpha) {
        if (to - from < 2 * SHORTEST) {
            return;
        }
        Stretch stretch = new Stretch(Arrays.copyOfRange(values, from, to));
        Split best = stretch.best();
        if (best.statistic() <= 0) {
            return;
        }
        int asGood = 0;
        int tried = 0;
        while (tried < PERMUTATIONS && asGood < AS_GOOD) {
            stretch.shuffle(random);
            tried++;
            if (stretch.best().statistic() >= best.statistic() * EQUAL) {
                asGood++;
            }
        }
        double p = asGood == AS_GOOD ? (double) AS_GOOD / tried : (asGood + 1.0) / (PERMUTATIONS + 1);
        if (p > alpha) {
            return;
        }
        found.add(new ChangePoint(from + best.at(), p));
        part(from, from + best.at(), alpha / 2); // two more chances to be wrong
        part(from + best.at(), to, alpha / 2);
    }

    /** Some values in an order that changes. They are known by rank, so that a sum of distances takes a walk in a tree. */
    private static final class Stretch {
        private final double[] sorted;
        private final int[] ranks;
        /** Of each value, the sum of its distances from all others. */
        private final double[] distances;
        /** Fenwick trees over ranks: how many values are left of the split, and their sum. */
        private final int[] counts;

        private final double[] sums;

        Stretch(double[] values) {
            int length = values.length;
            Integer[] order = IntStream.range(0, length).boxed().toArray(Integer[]::new);
            Arrays.sort(order, (one, other) -> Double.compare(values[one], values[other]));
            sorted = new double[length];
            ranks = new int[length];
            for (int rank = 0; rank < length; rank++) {
                sorted[rank] = values[order[rank]] - values[order[0]]; // small numbers lose less
                ranks[order[rank]] = rank;
            }
            distances = new double[length];
            double total = Arrays.stream(sorted).sum();
            double below = 0;
            for (int rank = 0; rank < length; rank++) {
                distances[rank] = total - 2 * below - (length - 2.0 * rank) * sorted[rank];
                below += sorted[rank];
            }
            counts = new int[length + 1];
            sums = new double[length + 1];
        }

        void shuffle(SplittableRandom random) {
            for (int i = ranks.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int kept = ranks[i];
                ranks[i] = ranks[j];
                ranks[j] = kept;
            }
        }

        /**
         * The split with the largest scaled energy distance, {@code nm/(n+m) · (2·mean|x−y| − mean|x−x'| − mean|y−y'|)}. Values move
         * from the right side to the left one by one, so that each of the sums changes by one value's distances.
         */
        Split best() {
            Arrays.fill(counts, 0);
            Arrays.fill(sums, 0);
            int length = ranks.length;
            double left = 0;
            double right = Arrays.stream(distances).sum() / 2;
            double between = 0;
            double leftSum = 0;
            int at = 0;
            double most = 0;
            for (int n = 1; n <= length - SHORTEST; n++) {
                int rank = ranks[n - 1];
                double value = sorted[rank];
                int fewer = 0;
                double below = 0;
                for (int i = rank; i > 0; i -= i & -i) {
                    fewer += counts[i];
                    below += sums[i];
                }
                double toLeft = leftSum - 2 * below + (2.0 * fewer - (n - 1)) * value;
                double toRight = distances[rank] - toLeft;
                for (int i = rank + 1; i <= length; i += i & -i) {
                    counts[i]++;
                    sums[i] += value;
                }
                leftSum += value;
                left += toLeft;
                right -= toRight;
                between += toRight - toLeft;
                int m = length - n;
                if (n >= SHORTEST) {
                    double distance = 2 * between / ((double) n * m)
                            - 2 * left / ((double) n * (n - 1))
                            - 2 * right / ((double) m * (m - 1));
                    double statistic = (double) n * m / length * distance;
                    if (statistic > most) {
                        most = statistic;
                        at = n;
                    }
                }
            }
            return new Split(at, most);
        }
    }
}
