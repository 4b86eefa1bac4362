package io.kernelweave.compile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Repeated blocks folded into one item. A block of up to {@value #LONGEST} symbols is taken as one that is repeated if it stands twice or
 * more in a row in more than one trace, and writing it once with a count for each trace is shorter than writing it out.
 */
final class Folding {
    private static final int LONGEST = 6;

    /**
     * Symbols of a sequence that are one item: a block, so many times in a row.
     *
     * @param item the symbol, or the number of a block, counted on from the symbols
     */
    record Item(int item, int from, int length, int rounds) {}

    private final int symbols;
    private final List<int[]> blocks;

    private Folding(int symbols, List<int[]> blocks) {
        this.symbols = symbols;
        this.blocks = blocks;
    }

    /** Nothing is folded. */
    static Folding none(int symbols) {
        return new Folding(symbols, List.of());
    }

    /** @param weights how many traces have the sequence */
    static Folding of(List<int[]> sequences, int[] weights, int symbols) {
        Map<String, int[]> bodies = new TreeMap<>();
        Map<String, double[]> found = new TreeMap<>();
        for (int s = 0; s < sequences.size(); s++) {
            int[] sequence = sequences.get(s);
            Map<String, Integer> here = new TreeMap<>();
            for (int period = 1; period <= LONGEST; period++) {
                for (int i = 0; i + 2 * period <= sequence.length; ) {
                    int rounds = rounds(sequence, i, Arrays.copyOfRange(sequence, i, i + period));
                    if (rounds > 1 && isPrimitive(sequence, i, period)) {
                        int[] body = Arrays.copyOfRange(sequence, i, i + period);
                        bodies.put(Arrays.toString(body), body);
                        here.merge(Arrays.toString(body), rounds - 1, Integer::sum);
                        i += rounds * period;
                    } else {
                        i++;
                    }
                }
            }
            for (Map.Entry<String, Integer> each : here.entrySet()) {
                double[] counts = found.computeIfAbsent(each.getKey(), key -> new double[2]);
                counts[0] += weights[s];
                counts[1] += weights[s] * (double) each.getValue();
            }
        }
        double word = Alphabet.log2(symbols + 1.0);
        List<Map.Entry<String, double[]>> candidates = new ArrayList<>(found.entrySet());
        // What writing out the further rounds would cost, less a count for each trace and the block itself.
        candidates.sort(Comparator.comparingDouble(
                        (Map.Entry<String, double[]> each) -> -saving(each.getValue(), bodies.get(each.getKey()), word))
                .thenComparing(Map.Entry::getKey));
        List<int[]> kept = new ArrayList<>();
        for (Map.Entry<String, double[]> each : candidates) {
            int[] body = bodies.get(each.getKey());
            if (body != null
                    && each.getValue()[0] > 1
                    && saving(each.getValue(), body, word) > 0
                    && kept.stream().noneMatch(other -> isRotation(other, body) || shares(other, body))) {
                kept.add(body);
            }
        }
        return new Folding(symbols, kept);
    }

    private static double saving(double[] counts, int @Nullable [] body, double word) {
        int length = body == null ? 0 : body.length;
        // The counts are written as a geometric distribution of their mean has them.
        double mean = counts[1] / counts[0];
        double count = (mean + 1) * Alphabet.log2(mean + 1) - mean * Alphabet.log2(mean);
        return counts[1] * length * word - counts[0] * count - (length + 1) * word;
    }

    private static boolean isRotation(int[] one, int[] other) {
        if (one.length != other.length) {
            return false;
        }
        for (int shift = 0; shift < one.length; shift++) {
            boolean same = true;
            for (int i = 0; i < one.length && same; i++) {
                same = one[i] == other[(i + shift) % one.length];
            }
            if (same) {
                return true;
            }
        }
        return false;
    }

    /** Blocks that share a symbol would tear each other apart. */
    private static boolean shares(int[] one, int[] other) {
        return Arrays.stream(one).anyMatch(a -> Arrays.stream(other).anyMatch(b -> a == b));
    }

    /** Is it no repetition of a shorter block itself? */
    private static boolean isPrimitive(int[] sequence, int from, int period) {
        for (int shorter = 1; shorter <= period / 2; shorter++) {
            if (period % shorter == 0) {
                boolean repeats = true;
                for (int i = shorter; i < period && repeats; i++) {
                    repeats = sequence[from + i] == sequence[from + i - shorter];
                }
                if (repeats) {
                    return false;
                }
            }
        }
        return true;
    }

    private static int rounds(int[] sequence, int from, int[] body) {
        int rounds = 0;
        for (int at = from; at + body.length <= sequence.length; at += body.length) {
            for (int i = 0; i < body.length; i++) {
                if (sequence[at + i] != body[i]) {
                    return rounds;
                }
            }
            rounds++;
        }
        return rounds;
    }

    /** Symbols and blocks. */
    int size() {
        return symbols + blocks.size();
    }

    boolean isBlock(int item) {
        return item >= symbols;
    }

    /** What an item consists of. */
    int[] body(int item) {
        return isBlock(item) ? blocks.get(item - symbols) : new int[] {item};
    }

    List<Item> fold(int[] sequence) {
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < sequence.length; ) {
            Item item = new Item(sequence[i], i, 1, 1);
            for (int block = 0; block < blocks.size(); block++) {
                int rounds = rounds(sequence, i, blocks.get(block));
                if (rounds > 0) {
                    item = new Item(symbols + block, i, blocks.get(block).length, rounds);
                    break;
                }
            }
            items.add(item);
            i += item.length * item.rounds;
        }
        return items;
    }
}
