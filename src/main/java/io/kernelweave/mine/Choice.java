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
 * scored by what the others taught. Manners that are behind the best by less than its standard error have a share in the weights, because
 * such a difference is mostly chance.
 *
 * @param shares of the {@link #MANNERS} in the weights
 * @param scores each row's score by selections that have not seen its task
 */
record Choice(double[] shares, double[] scores) {
    static final List<Selection.Manner> MANNERS = Stream.of(
                    EnumSet.of(Feature.Kind.PROCESS, Feature.Kind.COUNT),
                    EnumSet.of(Feature.Kind.AGREEMENT),
                    EnumSet.of(Feature.Kind.PROCESS, Feature.Kind.COUNT, Feature.Kind.AGREEMENT),
                    EnumSet.allOf(Feature.Kind.class))
            .flatMap(
                    kinds -> Stream.of(0.3, 3.0, 30.0).map(penalty -> new Selection.Manner(Set.copyOf(kinds), penalty)))
            .toList();

    private static final int FOLDS = 5;

    static Choice of(Table table, boolean[] success, int[] tasks, int[] rows, long seed) {
        List<int[]> deals = deals(tasks, rows, seed);
        double[] auroc = new double[MANNERS.size()];
        double[] error = new double[MANNERS.size()];
        double[][] scores = new double[MANNERS.size()][rows.length];
        IntStream.range(0, auroc.length).parallel().forEach(m -> {
            List<Double> each = new ArrayList<>();
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
                    double ranks = Auroc.of(held, outcomes);
                    if (!Double.isNaN(ranks)) {
                        each.add(ranks);
                    }
                }
            }
            double mean =
                    each.stream().mapToDouble(Double::doubleValue).average().orElse(0.5);
            auroc[m] = mean;
            error[m] = Math.sqrt(each.stream()
                            .mapToDouble(one -> (one - mean) * (one - mean))
                            .average()
                            .orElse(0)
                    / FOLDS);
        });
        int best = 0;
        for (int m = 1; m < auroc.length; m++) {
            best = auroc[m] > auroc[best] ? m : best;
        }
        double least = auroc[best] - error[best] - 1e-6;
        double[] shares =
                Arrays.stream(auroc).map(each -> Math.max(0, each - least)).toArray();
        double all = Arrays.stream(shares).sum();
        double[] spreads = Arrays.stream(scores).mapToDouble(Choice::spread).toArray();
        double spread = 0;
        for (int m = 0; m < shares.length; m++) {
            spread += shares[m] / all * spreads[m];
        }
        double[] together = new double[rows.length];
        for (int m = 0; m < shares.length; m++) {
            // A strong penalty makes all scores small; a manner shall have no less say for that.
            shares[m] *= spread / (all * Math.max(spreads[m], 1e-9));
            for (int i = 0; i < together.length; i++) {
                together[i] += shares[m] * scores[m][i];
            }
        }
        return new Choice(shares, together);
    }

    private static double spread(double[] scores) {
        double mean = Arrays.stream(scores).average().orElse(0);
        return Math.sqrt(Arrays.stream(scores)
                .map(score -> (score - mean) * (score - mean))
                .average()
                .orElse(0));
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
