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
    private final Common common;
    private final Folding folding;
    private final Alignment alignment;
    private final List<Column> columns = new ArrayList<>();

    private Program(Alphabet alphabet, Common common, Folding folding, Alignment alignment) {
        this.alphabet = alphabet;
        this.common = common;
        this.folding = folding;
        this.alignment = alignment;
    }

    /**
     * What of a sequence takes part: no symbol that is rare, and none of those that fewer than half of the traces have where it breaks into
     * a block that goes on after it.
     */
    private record Common(boolean[] rare, boolean[] loose, Folding folding) {
        static Common of(List<int[]> sequences, int size) {
            int[] traces = new int[size];
            for (int[] sequence : sequences) {
                Arrays.stream(sequence).distinct().forEach(symbol -> traces[symbol]++);
            }
            boolean[] rare = new boolean[size];
            boolean[] loose = new boolean[size];
            for (int i = 0; i < size; i++) {
                rare[i] = sequences.size() >= MANY && traces[i] * MANY < sequences.size();
                loose[i] = traces[i] * 2 < sequences.size();
            }
            Common plain = new Common(rare, new boolean[size], Folding.none(size));
            Map<String, int[]> different = new LinkedHashMap<>();
            Map<String, Integer> counts = new HashMap<>();
            for (int[] sequence : sequences) {
                int[] kept = plain.of(sequence);
                different.put(Arrays.toString(kept), kept);
                counts.merge(Arrays.toString(kept), 1, Integer::sum);
            }
            List<String> keys = frequentFirst(counts);
            Folding folding = Folding.of(
                    keys.stream().map(different::get).toList(),
                    keys.stream().mapToInt(counts::get).toArray(),
                    size);
            for (int block = size; block < folding.size(); block++) {
                for (int symbol : folding.body(block)) {
                    loose[symbol] = false;
                }
            }
            return new Common(rare, loose, folding);
        }

        int[] of(int[] sequence) {
            return Arrays.stream(places(sequence)).map(place -> sequence[place]).toArray();
        }

        /** Where the symbols stand that take part. */
        int[] places(int[] sequence) {
            List<Integer> places = new ArrayList<>();
            for (int i = 0; i < sequence.length; i++) {
                if (sequence[i] >= 0 && !rare[sequence[i]]) {
                    places.add(i);
                }
            }
            for (int i = places.size() - 2; i > 0; i--) {
                if (loose[sequence[places.get(i)]]) {
                    List<Integer> without = new ArrayList<>(places);
                    without.remove(i);
                    if (items(sequence, without) + 1 < items(sequence, places)) {
                        places = without;
                    }
                }
            }
            return places.stream().mapToInt(Integer::intValue).toArray();
        }

        private int items(int[] sequence, List<Integer> places) {
            return folding.fold(
                            places.stream().mapToInt(place -> sequence[place]).toArray())
                    .size();
        }
    }

    static Program of(List<List<Operation>> traces) {
        return of(traces, Alphabet.of(traces));
    }

    /** Traces in which nothing was done say nothing. */
    static Program of(List<List<Operation>> all, Alphabet alphabet) {
        List<List<Operation>> traces =
                all.stream().filter(trace -> !trace.isEmpty()).toList();
        List<int[]> sequences = traces.stream().map(alphabet::read).toList();
        Common common = Common.of(sequences, alphabet.size());
        Folding folding = common.folding();
        Map<String, int[]> folded = new LinkedHashMap<>();
        Map<String, Integer> weights = new HashMap<>();
        for (int[] sequence : sequences) {
            int[] items = items(folding.fold(common.of(sequence)));
            folded.put(Arrays.toString(items), items);
            weights.merge(Arrays.toString(items), 1, Integer::sum);
        }
        List<String> order = frequentFirst(weights);
        Alignment alignment = Alignment.of(
                order.stream().map(folded::get).toList(),
                order.stream().mapToDouble(weights::get).toArray(),
                folding.size());
        Program program = new Program(alphabet, common, folding, alignment);
        program.describe(traces);
        return program;
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
            int[] sequence = common.of(alphabet.read(trace));
            int[] rounds = known.computeIfAbsent(Arrays.toString(sequence), key -> rounds(sequence));
            for (int j = 0; j < in.length; j++) {
                in[j] += rounds[j] > 0 ? 1 : 0;
                most[j] = Math.max(most[j], rounds[j]);
            }
        }
        Set<String> names = new HashSet<>(Set.of("input", "output", "last", "said", "answer"));
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
        int[] kept = common.places(sequence);
        List<Item> items =
                folding.fold(Arrays.stream(kept).map(place -> sequence[place]).toArray());
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

    /** Where a beginning of a trace has come to: the column, and how often its block was gone through. */
    record State(int column, int rounds) {}

    State reached(int[] beginning) {
        List<Item> items = folding.fold(common.of(beginning));
        if (columns.isEmpty() || items.isEmpty()) {
            return new State(-1, 0);
        }
        return new State(
                alignment.reached(items(items)), items.get(items.size() - 1).rounds());
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
