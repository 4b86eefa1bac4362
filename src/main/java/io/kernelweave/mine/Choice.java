package io.kernelweave.mine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which manners of selecting conditions foretell best, tried within the training traces: tasks are dealt into folds, and each fold's traces are
 * scored by what the others taught. Each manner has a share in the weights by the likelihood of the outcomes that it did not see
 * (Y. Yao et al., Bayesian Analysis 13, 2018, on pseudo-BMA). Likelihood tells manners apart with less chance in it than how they rank.
 *
 * @param shares of the {@link #MANNERS} in the weights
 * @param scores each row's score by selections that have not seen its task
 */
record Choice(double[] shares, double[] scores) {
    static final List<Selection.Manner> MANNERS = Stream.of(
                    EnumSet.of(Feature.Kind.VERBATIM),
                    EnumSet.complementOf(EnumSet.of(Feature.Kind.WORDS)),
                    EnumSet.allOf(Feature.Kind.class))
            .flatMap(
                    kinds -> Stream.of(0.3, 3.0, 30.0).map(penalty -> new Selection.Manner(Set.copyOf(kinds), penalty)))
            .toList();

    private static final int FOLDS = 5;

    static Choice of(Table table, boolean[] success, int[] tasks, int[] rows, long seed) {
        List<int[]> deals = deals(tasks, rows, seed);
        double[][] scores = new double[MANNERS.size()][rows.length];
        double[] likelihood = new double[MANNERS.size()];
        IntStream.range(0, MANNERS.size()).parallel().forEach(m -> {
            for (int[] deal : deals) {
                for (int fold = 0; fold < FOLDS; fold++) {
                    int out = fold;
                    int[] training = Arrays.stream(rows)
                            .filter(row -> deal[tasks[row]] != out)
                            .toArray();
                    Selection selection = Selection.of(table, success, training, MANNERS.get(m));
                    for (int i = 0; i < rows.length; i++) {
                        if (deal[tasks[rows[i]]] == out) {
                            scores[m][i] += selection.score(table, rows[i]) / deals.size();
                        }
                    }
                }
            }
            for (int i = 0; i < rows.length; i++) {
                double margin = success[rows[i]] ? scores[m][i] : -scores[m][i];
                likelihood[m] -= StrictMath.log1p(StrictMath.exp(-margin));
            }
        });
        double most = Arrays.stream(likelihood).max().orElse(0);
        double[] shares = Arrays.stream(likelihood)
                .map(each -> StrictMath.exp(each - most))
                .toArray();
        double all = Arrays.stream(shares).sum();
        double[] together = new double[rows.length];
        for (int m = 0; m < shares.length; m++) {
            shares[m] /= all;
            for (int i = 0; i < together.length; i++) {
                together[i] += shares[m] * scores[m][i];
            }
        }
        return new Choice(shares, together);
    }

    /** The fold of each task, several times where there are few traces. */
    private static List<int[]> deals(int[] tasks, int[] rows, long seed) {
        List<Integer> order = new ArrayList<>(
                Arrays.stream(rows).map(row -> tasks[row]).distinct().boxed().toList());
        List<int[]> deals = new ArrayList<>();
        for (int repeat = 0; repeat < (rows.length < 500 ? 3 : 1); repeat++) {
            Collections.shuffle(order, new Random(seed + repeat));
            int[] deal = new int[tasks.length];
            for (int i = 0; i < order.size(); i++) {
                deal[order.get(i)] = i % FOLDS;
            }
            deals.add(deal);
        }
        return deals;
    }
}
