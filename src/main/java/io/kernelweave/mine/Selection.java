package io.kernelweave.mine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Conditions of a table, turned so that passing goes with success, and weighed together.
 *
 * @param chosen positions in the table
 * @param atLeast whether the condition is that the feature is at least the bound; else that it is less
 */
record Selection(int[] chosen, boolean[] atLeast, Weights weights) {
    /**
     * How conditions are chosen and weighed.
     *
     * @param kinds which kinds of conditions
     * @param most how many of each kind
     * @param penalty how strongly weights are held back
     */
    record Manner(Set<Feature.Kind> kinds, int most, double penalty) {}

    /**
     * @param success of every trace of the table
     * @param rows the traces that are learned from
     */
    static Selection of(Table table, boolean[] success, int[] rows, Manner manner) {
        double[] relations = new double[table.candidates().size()];
        for (int j = 0; j < relations.length; j++) {
            relations[j] =
                    manner.kinds().contains(table.candidates().get(j).feature().kind())
                            ? relation(table.verdicts()[j], success, rows)
                            : 0;
        }
        int[] strongest = IntStream.range(0, relations.length)
                .filter(j -> relations[j] != 0)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(j -> -Math.abs(relations[j]))
                        .thenComparing(Comparator.naturalOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
        List<Integer> chosen = new ArrayList<>();
        int[] ofKind = new int[Feature.Kind.values().length];
        Set<Integer> groups = new HashSet<>();
        for (int j : strongest) {
            Table.Candidate candidate = table.candidates().get(j);
            int kind = candidate.feature().kind().ordinal();
            if (ofKind[kind] < manner.most()
                    && !groups.contains(candidate.group())
                    && !followsFromOneOf(chosen, j, table, relations, rows)) {
                groups.add(candidate.group());
                ofKind[kind]++;
                chosen.add(j);
            }
        }
        int[] positions = chosen.stream().mapToInt(Integer::intValue).toArray();
        boolean[] atLeast = new boolean[positions.length];
        byte[][] columns = new byte[positions.length][rows.length];
        boolean[] outcomes = new boolean[rows.length];
        for (int k = 0; k < positions.length; k++) {
            atLeast[k] = relations[positions[k]] > 0;
            for (int i = 0; i < rows.length; i++) {
                columns[k][i] = turned(table.verdicts()[positions[k]][rows[i]], atLeast[k]);
            }
        }
        for (int i = 0; i < rows.length; i++) {
            outcomes[i] = success[rows[i]];
        }
        double[] shares = new double[rows.length];
        Arrays.fill(shares, 1);
        double[] penalties = new double[positions.length];
        Arrays.fill(penalties, manner.penalty());
        return new Selection(positions, atLeast, Weights.fit(columns, outcomes, shares, penalties));
    }

    private static byte turned(byte verdict, boolean atLeast) {
        return (byte) (atLeast ? verdict : -verdict);
    }

    /**
     * Does a condition pass wherever one that is already chosen passes, and fail nowhere else to speak of? Then it says nothing more.
     */
    private static boolean followsFromOneOf(
            List<Integer> chosen, int candidate, Table table, double[] relations, int[] rows) {
        byte[] implied = table.verdicts()[candidate];
        for (int each : chosen) {
            byte[] stronger = table.verdicts()[each];
            int more = 0;
            boolean follows = true;
            for (int i = 0; i < rows.length && follows; i++) {
                byte first = turned(stronger[rows[i]], relations[each] > 0);
                byte second = turned(implied[rows[i]], relations[candidate] > 0);
                follows = first <= second;
                more += first < second ? 1 : 0;
            }
            if (follows && more <= rows.length / 20) {
                return true;
            }
        }
        return false;
    }

    /** The correlation of a verdict with success. */
    private static double relation(byte[] verdicts, boolean[] success, int[] rows) {
        double n = rows.length;
        double x = 0;
        double y = 0;
        double xx = 0;
        double xy = 0;
        for (int row : rows) {
            int verdict = verdicts[row];
            x += verdict;
            xx += verdict * verdict;
            if (success[row]) {
                y++;
                xy += verdict;
            }
        }
        double spread = (xx - x * x / n) * (y - y * y / n);
        return spread <= 1e-9 ? 0 : (xy - x * y / n) / Math.sqrt(spread);
    }

    /** The score of a trace of the table. */
    double score(Table table, int row) {
        double score = weights.intercept();
        for (int k = 0; k < chosen.length; k++) {
            score += weights.of()[k] * turned(table.verdicts()[chosen[k]][row], atLeast[k]);
        }
        return score;
    }
}
