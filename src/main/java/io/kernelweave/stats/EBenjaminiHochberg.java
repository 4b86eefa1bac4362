package io.kernelweave.stats;

import java.util.Arrays;

/**
 * Which of many null hypotheses e-values reject, so that the expected share of false rejections is at most α, however the
 * e-values depend on each other: the k largest of K, for the largest k of which each is at least K / (α k) (Wang and Ramdas,
 * <i>False discovery rate control with e-values</i>, Journal of the Royal Statistical Society B 84, 2022). Values of
 * e-processes may be taken at any moment.
 */
public final class EBenjaminiHochberg {
    private EBenjaminiHochberg() {}

    /**
     * The bar that an e-value must reach to be rejected; infinite if none does.
     *
     * @param logs logarithms of the e-values, one a hypothesis
     * @return its logarithm
     */
    public static double logBar(double[] logs, double alpha) {
        double[] sorted = logs.clone();
        Arrays.sort(sorted);
        for (int k = sorted.length; k >= 1; k--) {
            double bar = StrictMath.log(sorted.length / (alpha * k));
            if (sorted[sorted.length - k] >= bar) {
                return bar;
            }
        }
        return Double.POSITIVE_INFINITY;
    }
}
