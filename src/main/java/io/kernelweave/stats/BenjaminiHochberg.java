package io.kernelweave.stats;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * P-values of many tests, adjusted so that taking all below α makes at most a share α of the taken ones false on average (Y. Benjamini
 * and Y. Hochberg, Journal of the Royal Statistical Society B 57, 1995).
 */
public final class BenjaminiHochberg {
    private BenjaminiHochberg() {}

    /** Adjusted p-values, in the order given. */
    public static double[] adjust(double... p) {
        int[] order = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> p[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] adjusted = new double[p.length];
        double least = 1;
        for (int rank = p.length; rank > 0; rank--) {
            least = Math.min(least, p[order[rank - 1]] * p.length / rank);
            adjusted[order[rank - 1]] = least;
        }
        return adjusted;
    }
}
