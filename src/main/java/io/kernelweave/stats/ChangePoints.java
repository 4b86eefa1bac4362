package io.kernelweave.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Where a series changes: E-divisive (Matteson and James 2014). The place that parts a stretch into two that differ most by the
 * energy distance is tried against the same stretch in random order; if hardly any order parts so well, it is a change point, and both
 * sides are looked at again. No shape of the values is supposed, only that between changes their order means nothing.
 *
 * <p>Seeded: the same series and seed have the same change points. The error rate α is that of a whole series without a change;
 * permutations stop as soon as it is clear that a place is none (Besag and Clifford 1991).
 */
public final class ChangePoints {
    /** Fewer values than this on one side of a change say nothing. */
    public static final int SHORTEST = 4;

    private static final int PERMUTATIONS = 1999;

    /**
     * A change.
     *
     * @param at position of the first value after it
     * @param p how often a random order parts the stretch as well, one added to both counts
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
        double[] stretch = Arrays.copyOfRange(values, from, to);
        Split best = best(stretch);
        if (best.statistic() <= 0) {
            return;
        }
        int enough = (int) Math.floor(alpha * (PERMUTATIONS + 1)); // as many as well or better, and it is none
        int asGood = 1;
        int tried = 1;
        while (tried <= PERMUTATIONS && asGood <= enough) {
            shuffle(stretch);
            tried++;
            if (best(stretch).statistic() >= best.statistic()) {
                asGood++;
            }
        }
        if (asGood > enough) {
            return;
        }
        found.add(new ChangePoint(from + best.at(), (double) asGood / tried));
        part(from, from + best.at(), alpha / 2); // two more chances to be wrong
        part(from + best.at(), to, alpha / 2);
    }

    private void shuffle(double[] stretch) {
        for (int i = stretch.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            double kept = stretch[i];
            stretch[i] = stretch[j];
            stretch[j] = kept;
        }
    }

    /**
     * The split with the largest scaled energy distance, {@code nm/(n+m) · (2·mean|x−y| − mean|x−x'| − mean|y−y'|)}. Values move
     * from the right side to the left one by one, so that each of the sums changes by one value's distances.
     */
    private static Split best(double[] stretch) {
        int length = stretch.length;
        double left = 0;
        double right = 0;
        double between = 0;
        for (int i = 0; i < length; i++) {
            for (int j = i + 1; j < length; j++) {
                right += Math.abs(stretch[i] - stretch[j]);
            }
        }
        Split best = new Split(0, 0);
        for (int n = 1; n <= length - SHORTEST; n++) {
            double toLeft = 0;
            double toRight = 0;
            for (int i = 0; i < n - 1; i++) {
                toLeft += Math.abs(stretch[i] - stretch[n - 1]);
            }
            for (int j = n; j < length; j++) {
                toRight += Math.abs(stretch[j] - stretch[n - 1]);
            }
            left += toLeft;
            right -= toRight;
            between += toRight - toLeft;
            int m = length - n;
            if (n >= SHORTEST) {
                double distance = 2 * between / ((double) n * m)
                        - 2 * left / ((double) n * (n - 1))
                        - 2 * right / ((double) m * (m - 1));
                double statistic = (double) n * m / length * distance;
                if (statistic > best.statistic()) {
                    best = new Split(n, statistic);
                }
            }
        }
        return best;
    }
}
