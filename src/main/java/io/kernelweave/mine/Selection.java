package io.kernelweave.mine;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Conditions of a table, weighed together.
 *
 * @param chosen positions in the table
 * @param weights below zero where the condition is that the feature is less than the bound
 */
record Selection(int[] chosen, Weights weights) {
    /** So many of a kind at most, those that go with success or failure most: more would cost time and tell little. */
    private static final int MOST = 400;

    /**
     * How conditions are chosen and weighed.
     *
     * @param kinds which kinds of conditions
     * @param penalty how strongly weights are held back, times how many conditions of the kind there are: a kind has no more say for being large
     */
    record Manner(Set<Feature.Kind> kinds, double penalty) {}

    /**
     * @param success of every trace of the table
     * @param rows the traces that are learned from
     */
    static Selection of(Table table, boolean[] success, int[] rows, Manner manner) {
        boolean[] outcomes = new boolean[rows.length];
        for (int i = 0; i < rows.length; i++) {
            outcomes[i] = success[rows[i]];
        }
        int[] chosen = manner.kinds().stream()
                .sorted()
                .flatMapToInt(kind -> strongest(table, success, rows, kind))
                .toArray();
        float[][] columns = new float[chosen.length][rows.length];
        for (int k = 0; k < chosen.length; k++) {
            float[] degrees = table.degrees()[chosen[k]];
            for (int i = 0; i < rows.length; i++) {
                columns[k][i] = degrees[rows[i]];
            }
        }
        int[] ofKind = new int[Feature.Kind.values().length];
        for (int j : chosen) {
            ofKind[table.candidates().get(j).feature().kind().ordinal()]++;
        }
        double[] penalties = Arrays.stream(chosen)
                .mapToObj(j -> table.candidates().get(j).feature().kind())
                .mapToDouble(kind -> manner.penalty() * ofKind[kind.ordinal()])
                .toArray();
        return new Selection(chosen, Weights.fit(columns, outcomes, penalties));
    }

    private static IntStream strongest(Table table, boolean[] success, int[] rows, Feature.Kind kind) {
        int[] all = IntStream.range(0, table.candidates().size())
                .filter(j -> table.candidates().get(j).feature().kind() == kind)
                .toArray();
        if (all.length <= MOST) {
            return Arrays.stream(all);
        }
        double[] relations = new double[table.candidates().size()];
        for (int j : all) {
            relations[j] = Math.abs(relation(table.degrees()[j], success, rows));
        }
        return Arrays.stream(all)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(j -> -relations[j])
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST)
                .mapToInt(Integer::intValue);
    }

    /** The correlation of how far a condition is met with success. */
    private static double relation(float[] degrees, boolean[] success, int[] rows) {
        double n = rows.length;
        double x = 0;
        double y = 0;
        double xx = 0;
        double xy = 0;
        for (int row : rows) {
            double degree = degrees[row];
            x += degree;
            xx += degree * degree;
            if (success[row]) {
                y++;
                xy += degree;
            }
        }
        double spread = (xx - x * x / n) * (y - y * y / n);
        return spread <= 1e-9 ? 0 : (xy - x * y / n) / Math.sqrt(spread);
    }

    /** The score of a trace of the table. */
    double score(Table table, int row) {
        double score = weights.intercept();
        for (int k = 0; k < chosen.length; k++) {
            score += weights.of()[k] * table.degrees()[chosen[k]][row];
        }
        return score;
    }
}
