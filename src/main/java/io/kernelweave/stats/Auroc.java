package io.kernelweave.stats;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The area under the ROC curve: the chance that a positive has a higher score than a negative, ties counted half (Hanley and McNeil, <i>The
 * meaning and use of the area under a ROC curve</i>, Radiology 143, 1982). Sorted once, then asked for any weights.
 */
public final class Auroc {
    private final double[] scores;
    private final boolean[] positives;
    private final int[] order;

    /** @throws IllegalArgumentException if there are not as many scores as kinds, or a score is NaN */
    public Auroc(double[] scores, boolean[] positives) {
        if (scores.length != positives.length || Arrays.stream(scores).anyMatch(Double::isNaN)) {
            throw new IllegalArgumentException(scores.length + " scores of " + positives.length);
        }
        this.scores = scores.clone();
        this.positives = positives.clone();
        this.order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> scores[i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** Of equal weights; NaN if there is no positive or no negative. */
    public static double of(double[] scores, boolean[] positives) {
        double[] ones = new double[scores.length];
        Arrays.fill(ones, 1);
        return new Auroc(scores, positives).weighted(ones);
    }

    /**
     * Each element counts as often as its weight says.
     *
     * @param weights not negative, in the order of the scores
     * @return NaN if the positives or the negatives weigh nothing
     */
    public double weighted(double[] weights) {
        double won = 0;
        double positiveSum = 0;
        double negativeSum = 0;
        for (int from = 0; from < order.length; ) {
            int to = from;
            double tied = scores[order[from]];
            double positive = 0;
            double negative = 0;
            while (to < order.length && scores[order[to]] == tied) {
                int at = order[to++];
                if (positives[at]) {
                    positive += weights[at];
                } else {
                    negative += weights[at];
                }
            }
            won += positive * (negativeSum + negative / 2);
            positiveSum += positive;
            negativeSum += negative;
            from = to;
        }
        return won / (positiveSum * negativeSum);
    }

    /**
     * For each element, the share of the other kind that it is rightly above or below, half of what it is tied with: its placement (DeLong,
     * DeLong and Clarke-Pearson, <i>Comparing the areas under two or more correlated ROC curves</i>, Biometrics 44, 1988). The mean over
     * either kind is the area. Empty if there is no positive or no negative.
     */
    public double[] placements() {
        double all = 0;
        for (boolean positive : positives) {
            all += positive ? 1 : 0;
        }
        double others = positives.length - all;
        if (all == 0 || others == 0) {
            return new double[0];
        }
        double[] placements = new double[scores.length];
        double positivesBelow = 0;
        double negativesBelow = 0;
        for (int from = 0; from < order.length; ) {
            int to = from;
            double tied = scores[order[from]];
            double positive = 0;
            while (to < order.length && scores[order[to]] == tied) {
                positive += positives[order[to++]] ? 1 : 0;
            }
            double negative = to - from - positive;
            for (; from < to; from++) {
                placements[order[from]] = positives[order[from]]
                        ? (negativesBelow + negative / 2) / others
                        : 1 - (positivesBelow + positive / 2) / all;
            }
            positivesBelow += positive;
            negativesBelow += negative;
        }
        return placements;
    }
}
