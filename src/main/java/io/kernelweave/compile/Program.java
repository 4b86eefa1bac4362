package io.kernelweave.compile;

import io.kernelweave.compile.Alphabet.Symbol;
import io.kernelweave.compile.Folding.Item;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What traces have in common as a sequence of columns: each an operation, or a block of operations that is repeated, and the traces
 * that have it. Made of the multiset of operation sequences; the order of the traces changes nothing.
 */
final class Program {
    /** Where there are so many traces, an operation that fewer than one in twenty has is an accident of its trace. */
    private static final int MANY = 20;

    /**
     * One operation of a column.
     *
     * @param position in the column's block; 0 where it is none
     */
    record Move(int column, int position, String name, Symbol symbol) {}

    /**
     * @param in how many traces have it
     * @param most the most rounds in one trace
     */
    record Column(List<Move> moves, boolean block, int in, int of, int most) {}

    private final Alphabet alphabet;
    private final boolean[] rare;
    private final Folding folding;
    private final Alignment alignment;
    private final List<Column> columns = new ArrayList<>();

    private Program(Alphabet alphabet, boolean[] rare, Folding folding, Alignment alignment) {
        this.alphabet = alphabet;
        this.rare = rare;
        this.folding = folding;
        this.alignment = alignment;
    }

    static Program of(List<List<Operation>> traces) {
        Alphabet alphabet = Alphabet.of(traces);
        List<int[]> sequences = traces.stream().map(alphabet::read).toList();
        boolean[] rare = rare(sequences, alphabet.size());
        Map<String, int[]> different = new LinkedHashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        for (int[] sequence : sequences) {
            int[] common = common(sequence, rare);
            String key = Arrays.toString(common);
            different.put(key, common);
            counts.merge(key, 1, Integer::sum);
        }
        List<String> keys = frequentFirst(counts);
        Folding folding = Folding.of(
                keys.stream().map(different::get).toList(),
                keys.stream().mapToInt(counts::get).toArray(),
                alphabet.size());
        Map<String, int[]> folded = new LinkedHashMap<>();
        Map<String, Integer> weights = new HashMap<>();
        for (String key : keys) {
            int[] items = items(folding.fold(different.get(key)));
            folded.put(Arrays.toString(items), items);
            weights.merge(Arrays.toString(items), counts.get(key), Integer::sum);
        }
        List<String> order = frequentFirst(weights);
        Alignment alignment = Alignment.of(
                order.stream().map(folded::get).toList(),
                order.stream().mapToDouble(weights::get).toArray(),
                folding.size());
        Program program = new Program(alphabet, rare, folding, alignment);
        program.describe(traces);
        return program;
    }

    private static boolean[] rare(List<int[]> sequences, int size) {
        int[] traces = new int[size];
        for (int[] sequence : sequences) {
            Arrays.stream(sequence).distinct().forEach(symbol -> traces[symbol]++);
        }
        boolean[] rare = new boolean[size];
        for (int i = 0; i < size; i++) {
            rare[i] = sequences.size() >= MANY && traces[i] * MANY < sequences.size();
        }
        return rare;
    }

    private static int[] common(int[] sequence, boolean[] rare) {
        return Arrays.stream(sequence)
                .filter(symbol -> symbol >= 0 && !rare[symbol])
                .toArray();
    }

    private static List<String> frequentFirst(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static int[] items(List<Item> items) {
        return items.stream().mapToInt(Item::item).toArray();
    }

    private void describe(List<List<Operation>> traces) {
        int[] in = new int[alignment.size()];
        int[] most = new int[alignment.size()];
        Map<String, int[]> known = new HashMap<>();
        for (List<Operation> trace : traces) {
            // Many traces have one sequence.
            int[] sequence = common(alphabet.read(trace), rare);
            int[] rounds = known.computeIfAbsent(Arrays.toString(sequence), key -> rounds(sequence));
            for (int j = 0; j < in.length; j++) {
                in[j] += rounds[j] > 0 ? 1 : 0;
                most[j] = Math.max(most[j], rounds[j]);
            }
        }
        Set<String> names = new HashSet<>(Set.of("input", "output", "last", "said"));
        for (int j = 0; j < in.length; j++) {
            List<Move> moves = new ArrayList<>();
            for (int symbol : folding.body(alignment.item(j))) {
                moves.add(new Move(j, moves.size(), name(alphabet.get(symbol), names), alphabet.get(symbol)));
            }
            columns.add(
                    new Column(List.copyOf(moves), folding.isBlock(alignment.item(j)), in[j], traces.size(), most[j]));
        }
    }

    private int[] rounds(int[] sequence) {
        List<Item> items = folding.fold(sequence);
        int[] placed = alignment.place(items(items));
        int[] rounds = new int[alignment.size()];
        for (int i = 0; i < placed.length; i++) {
            if (placed[i] >= 0) {
                rounds[placed[i]] = items.get(i).rounds();
            }
        }
        return rounds;
    }

    private static String name(Symbol symbol, Set<String> names) {
        String title = symbol.title().substring(symbol.title().indexOf(':') + 1);
        String slug = (title + (symbol.path().isEmpty() ? "" : "-" + symbol.value()))
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-|-$", "");
        String base = slug.isEmpty() ? "step" : slug.length() > 48 ? slug.substring(0, 48) : slug;
        String name = base;
        for (int copy = 2; !names.add(name); copy++) {
            name = base + "-" + copy;
        }
        return name;
    }

    Alphabet alphabet() {
        return alphabet;
    }

    List<Column> columns() {
        return columns;
    }

    /** For each operation of a trace the move that it is; null outside of the columns. */
    @Nullable
    Move[] moves(List<Operation> operations) {
        int[] sequence = alphabet.read(operations);
        int[] kept = new int[sequence.length];
        int count = 0;
        for (int i = 0; i < sequence.length; i++) {
            if (sequence[i] >= 0 && !rare[sequence[i]]) {
                kept[count++] = i;
            }
        }
        List<Item> items = folding.fold(common(sequence, rare));
        int[] placed = alignment.place(items(items));
        @Nullable Move[] moves = new Move[sequence.length];
        for (int i = 0; i < placed.length; i++) {
            Item item = items.get(i);
            if (placed[i] >= 0) {
                List<Move> body = columns.get(placed[i]).moves();
                for (int k = 0; k < item.length() * item.rounds(); k++) {
                    moves[kept[item.from() + k]] = body.get(k % item.length());
                }
            }
        }
        return moves;
    }

    /** The column that a beginning of a trace has come to; -1 before the first. */
    int reached(int[] beginning) {
        return columns.isEmpty() ? -1 : alignment.reached(items(folding.fold(common(beginning, rare))));
    }

    /** Bits to write down the columns. */
    double bits() {
        double word = Alphabet.log2(alphabet.size() + 1.0);
        double bits = 0;
        for (Column column : columns) {
            bits += 1 + column.moves().size() * word + 0.5 * Alphabet.log2(column.of() + 1.0);
        }
        return bits;
    }
}
