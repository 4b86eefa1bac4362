package io.kernelweave.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Holm's step-down adjustment of p-values (<i>A simple sequentially rejective multiple test procedure</i>, Scandinavian
 * Journal of Statistics 6, 1979): rejecting where the adjusted value is at most α keeps the chance of any false rejection at
 * α, whatever the dependence.
 */
public final class Holm {
    private Holm() {}

    /** The adjusted p-values, in the order given. */
    public static double[] adjust(double... p) {
        int[] order = IntStream.range(0, p.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> p[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double[] adjusted = new double[p.length];
        double largest = 0;
        for (int rank = 0; rank < order.length; rank++) {
            double value = p[order[rank]];
            if (!(value >= 0 && value <= 1)) {
                throw new IllegalArgumentException("not p-values: " + Arrays.toString(p));
            }
            largest = Math.max(largest, Math.min(1, value * (p.length - rank)));
            adjusted[order[rank]] = largest;
        }
        return adjusted;
    }
}
