package io.kernelweave.compile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Many sequences aligned into columns: progressive alignment to a profile, most frequent sequences first, then all of them once more
 * to what came out. A column holds one item and the share of sequences that have it; a sequence is placed where it is cheapest to
 * write: for each column whether it is there, and for each item outside of them what it is. A column that does not pay for itself
 * is taken out, and where columns together do not pay, there are none (minimum description length).
 */
final class Alignment {
    /** Sequences that may still bring columns; later ones are placed in those that there are. */
    private static final int FOUNDERS = 400;

    private static final int PRUNE_EVERY = 40;
    private static final int REFINEMENTS = 3;

    private final List<Integer> items = new ArrayList<>();
    private final List<Double> support = new ArrayList<>();
    private final double[] outside;
    private final double words;
    private double total;

    private Alignment(double[] outside) {
        this.outside = outside;
        this.words = Alphabet.log2(outside.length + 1.0);
    }

    /**
     * @param sequences of items, each different, the most frequent first
     * @param size how many items there are
     */
    static Alignment of(List<int[]> sequences, double[] weights, int size) {
        double[] outside = new double[size];
        double all = 0;
        for (int s = 0; s < sequences.size(); s++) {
            for (int item : sequences.get(s)) {
                outside[item] += weights[s];
                all += weights[s];
            }
        }
        double plain = 0;
        for (int i = 0; i < size; i++) {
            double bits = -Alphabet.log2((outside[i] + 0.5) / (all + 0.5 * size));
            plain += outside[i] * bits;
            // An item outside of the columns: that there is one, and which.
            outside[i] = bits + 2;
        }
        Alignment alignment = new Alignment(outside);
        for (int s = 0; s < Math.min(FOUNDERS, sequences.size()); s++) {
            alignment.found(sequences.get(s), weights[s]);
            if ((s + 1) % PRUNE_EVERY == 0) {
                alignment.prune();
            }
        }
        alignment.prune();
        for (int pass = 0; pass < REFINEMENTS; pass++) {
            alignment.recount(sequences, weights);
            alignment.prune();
        }
        alignment.recount(sequences, weights);
        double weight = Arrays.stream(weights).sum();
        plain += weight * Alphabet.log2(1 + all / Math.max(1, weight));
        double cost = 0;
        for (int column = 0; column < alignment.size(); column++) {
            cost += alignment.words + 0.5 * Alphabet.log2(weight + 1);
        }
        for (int s = 0; s < sequences.size(); s++) {
            cost += weights[s] * alignment.cost(sequences.get(s));
        }
        if (cost >= plain && weight > 1) {
            alignment.items.clear();
            alignment.support.clear();
        }
        return alignment;
    }

    int size() {
        return items.size();
    }

    int item(int column) {
        return items.get(column);
    }

    /** The share of sequences that have it. */
    double share(int column) {
        return (support.get(column) + 0.5) / (total + 1);
    }

    private double there(int column) {
        return -Alphabet.log2(share(column));
    }

    private double missing(int column) {
        return -Alphabet.log2(1 - share(column));
    }

    /** Bits to write a sequence with the columns. */
    double cost(int[] sequence) {
        double[][] best = table(sequence);
        return best[sequence.length][size()];
    }

    /** The cheapest cost of the first i items with the first j columns. */
    private double[][] table(int[] sequence) {
        int columns = size();
        double[][] best = new double[sequence.length + 1][columns + 1];
        double[] missing = new double[columns];
        double[] there = new double[columns];
        for (int j = 0; j < columns; j++) {
            missing[j] = missing(j);
            there[j] = there(j);
        }
        for (int i = 0; i <= sequence.length; i++) {
            for (int j = 0; j <= columns; j++) {
                if (i == 0 && j == 0) {
                    continue;
                }
                double cost = Double.POSITIVE_INFINITY;
                if (j > 0) {
                    cost = best[i][j - 1] + missing[j - 1];
                }
                if (i > 0) {
                    cost = Math.min(cost, best[i - 1][j] + outside(sequence[i - 1]));
                }
                if (i > 0 && j > 0 && sequence[i - 1] == items.get(j - 1)) {
                    cost = Math.min(cost, best[i - 1][j - 1] + there[j - 1]);
                }
                best[i][j] = cost;
            }
        }
        return best;
    }

    private double outside(int item) {
        return item < 0 || item >= outside.length ? words + 8 : outside[item];
    }

    /** The column of each item; -1 outside of them. */
    int[] place(int[] sequence) {
        double[][] best = table(sequence);
        int[] columns = new int[sequence.length];
        Arrays.fill(columns, -1);
        int i = sequence.length;
        int j = size();
        while (i > 0 || j > 0) {
            if (i > 0
                    && j > 0
                    && sequence[i - 1] == items.get(j - 1)
                    && best[i][j] == best[i - 1][j - 1] + there(j - 1)) {
                columns[--i] = --j;
            } else if (j > 0 && best[i][j] == best[i][j - 1] + missing(j - 1)) {
                j--;
            } else {
                i--;
            }
        }
        return columns;
    }

    /** The column up to which a beginning of a sequence has come: the cheapest place for it, whatever follows. */
    int reached(int[] beginning) {
        double[] last = table(beginning)[beginning.length];
        int best = 0;
        for (int j = 1; j < last.length; j++) {
            if (last[j] < last[best]) {
                best = j;
            }
        }
        return best - 1;
    }

    /** Places a sequence and makes a column of each item that has none. */
    private void found(int[] sequence, double weight) {
        int[] columns = place(sequence);
        int after = -1;
        int shift = 0;
        for (int i = 0; i < sequence.length; i++) {
            if (columns[i] >= 0) {
                after = columns[i] + shift;
                support.set(after, support.get(after) + weight);
            } else {
                after++;
                items.add(after, sequence[i]);
                support.add(after, weight);
                shift++;
            }
        }
        total += weight;
    }

    /** Takes out the columns that cost more than writing their items outside of them, the costliest first. */
    private void prune() {
        for (int j = size() - 1; j >= 0; j--) {
            double there = support.get(j);
            double without = there * outside[items.get(j)];
            double with = there * there(j) + (total - there) * missing(j) + words + 0.5 * Alphabet.log2(total + 1);
            if (with >= without && total > 1) {
                items.remove(j);
                support.remove(j);
            }
        }
    }

    private void recount(List<int[]> sequences, double[] weights) {
        double[] counts = new double[size()];
        for (int s = 0; s < sequences.size(); s++) {
            for (int column : place(sequences.get(s))) {
                if (column >= 0) {
                    counts[column] += weights[s];
                }
            }
        }
        total = Arrays.stream(weights).sum();
        for (int j = 0; j < counts.length; j++) {
            support.set(j, counts[j]);
        }
    }
}
