package io.kernelweave.route;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;

/** The kernels with the highest of the scores offered; of equal ones the first, in whatever order they come. */
final class Best {
    private final int[] kernels;
    private final double[] scores;
    private final Set<Integer> without;
    private int found;

    /** @param without kernels that are passed over */
    Best(int count, Set<Integer> without) {
        this.kernels = new int[count];
        this.scores = new double[count];
        this.without = without;
    }

    void offer(int kernel, double score) {
        if (found == scores.length && !precedes(kernel, score, found - 1) || without.contains(kernel)) {
            return;
        }
        int at = found < scores.length ? found++ : found - 1;
        for (; at > 0 && precedes(kernel, score, at - 1); at--) {
            kernels[at] = kernels[at - 1];
            scores[at] = scores[at - 1];
        }
        kernels[at] = kernel;
        scores[at] = score;
    }

    private boolean precedes(int kernel, double score, int other) {
        return score > scores[other] || score == scores[other] && kernel < kernels[other];
    }

    /** Best first. */
    IntStream kernels() {
        return Arrays.stream(kernels, 0, found);
    }
}
