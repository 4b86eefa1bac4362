package io.kernelweave.mine;

import io.kernelweave.stats.Auroc;
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
 * Which manners of selecting conditions rank best, tried within the training traces: tasks are dealt into folds, and each fold's traces are
 * scored by what the others taught. Manners that are nearly as good as the best have a share in the weights, because with few tasks the
 * difference is mostly chance.
 *
 * @param shares of the {@link #MANNERS}, which sum to one
 * @param scores each row's score by selections that have not seen its task
 */
record Choice(double[] shares, double[] scores) {
    static final List<Selection.Manner> MANNERS = Stream.of(
                    EnumSet.of(Feature.Kind.PROCESS, Feature.Kind.COUNT),
                    EnumSet.of(Feature.Kind.AGREEMENT),
                    EnumSet.of(Feature.Kind.PROCESS, Feature.Kind.COUNT, Feature.Kind.AGREEMENT),
                    EnumSet.allOf(Feature.Kind.class))
            .flatMap(kinds -> Stream.of(30, 300, 3000).map(penalty -> new Selection.Manner(Set.copyOf(kinds), penalty)))
            .toList();

    private static final int FOLDS = 5;
    /** A manner that ranks worse than the best by this much has no share. */
    private static final double BEHIND = 0.05;

    static Choice of(Table table, boolean[] success, int[] tasks, int[] rows, long seed) {
        List<int[]> deals = deals(tasks, rows, seed);
        double[] auroc = new double[MANNERS.size()];
        double[][] scores = new double[MANNERS.size()][rows.length];
        IntStream.range(0, auroc.length).parallel().forEach(m -> {
            double sum = 0;
            int counted = 0;
            for (int[] deal : deals) {
                for (int fold = 0; fold < FOLDS; fold++) {
                    int out = fold;
                    int[] places = IntStream.range(0, rows.length)
                            .filter(i -> deal[tasks[rows[i]]] == out)
                            .toArray();
                    int[] training = Arrays.stream(rows)
                            .filter(row -> deal[tasks[row]] != out)
                            .toArray();
                    Selection selection = Selection.of(table, success, training, MANNERS.get(m));
                    double[] held = new double[places.length];
                    boolean[] outcomes = new boolean[places.length];
                    for (int i = 0; i < places.length; i++) {
                        held[i] = selection.score(table, rows[places[i]]);
                        outcomes[i] = success[rows[places[i]]];
                        scores[m][places[i]] += held[i] / deals.size();
                    }
                    double each = Auroc.of(held, outcomes);
                    sum += Double.isNaN(each) ? 0 : each;
                    counted += Double.isNaN(each) ? 0 : 1;
                }
            }
            auroc[m] = counted == 0 ? 0.5 : sum / counted;
        });
        double best = Arrays.stream(auroc).max().orElse(0.5);
        double[] shares = Arrays.stream(auroc)
                .map(each -> Math.max(0, each - best + BEHIND))
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
