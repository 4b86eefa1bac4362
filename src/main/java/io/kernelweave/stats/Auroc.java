package io.kernelweave.stats;

import java.util.Comparator;
import java.util.stream.IntStream;

/** The chance that a success scores higher than a failure, ties counting half (the area under the ROC curve). */
public final class Auroc {
    private Auroc() {}

    /** @return from 0 to 1; not a number if there are only successes or only failures */
    public static double of(double[] scores, boolean[] success) {
        int[] order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> scores[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        double ranks = 0;
        long successes = 0;
        for (int from = 0; from < order.length; ) {
            int to = from;
            long tied = 0;
            while (to < order.length && scores[order[to]] == scores[order[from]]) {
                tied += success[order[to++]] ? 1 : 0;
            }
            ranks += tied * ((from + to + 1) / 2.0);
            successes += tied;
            from = to;
        }
        long failures = scores.length - successes;
        return successes == 0 || failures == 0
                ? Double.NaN
                : (ranks - successes * (successes + 1) / 2.0) / ((double) successes * failures);
    }
}
