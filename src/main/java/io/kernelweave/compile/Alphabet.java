package io.kernelweave.compile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * What operations are told apart by: the tool, and such values of an argument as tell what comes before or after. A value is such a
 * one if the sequences are shorter to write with it as a word of its own (minimum description length: what it tells of its
 * neighbours, less half the logarithm of the count for each number to be learnt, and its own spelling).
 */
final class Alphabet {
    private static final int FEWEST = 3;
    private static final int MOST_VALUES = 40;
    private static final String END = "";

    /** @param path of the argument that is fixed; empty if none is */
    record Symbol(String title, boolean call, String path, String value) {
        String shown() {
            return path.isEmpty() ? title : title + "(" + value + ")";
        }
    }

    private final List<Symbol> symbols = new ArrayList<>();
    private final Map<Symbol, Integer> numbers = new HashMap<>();
    /** For each tool the argument that distinguishes, and the values of it that do. */
    private final Map<String, Map<String, Set<String>>> fixed = new TreeMap<>();

    private Alphabet() {}

    static Alphabet of(List<List<Operation>> traces) {
        Alphabet alphabet = new Alphabet();
        alphabet.distinguish(traces);
        // Numbers by name: they do not depend on the order of the traces.
        TreeMap<String, Symbol> all = new TreeMap<>();
        for (List<Operation> trace : traces) {
            for (Operation operation : trace) {
                Symbol symbol = alphabet.symbol(operation);
                all.put(symbol.title + "\n" + symbol.path + "\n" + symbol.value, symbol);
            }
        }
        for (Symbol symbol : all.values()) {
            alphabet.numbers.put(symbol, alphabet.symbols.size());
            alphabet.symbols.add(symbol);
        }
        return alphabet;
    }

    int size() {
        return symbols.size();
    }

    Symbol get(int number) {
        return symbols.get(number);
    }

    /** The operations as numbers; one that was never seen is -1. */
    int[] read(List<Operation> operations) {
        return operations.stream()
                .mapToInt(operation -> numbers.getOrDefault(symbol(operation), -1))
                .toArray();
    }

    Symbol symbol(Operation operation) {
        String title = operation.title();
        Map<String, Set<String>> paths = fixed.get(title);
        if (paths != null) {
            for (Map.Entry<String, Set<String>> path : paths.entrySet()) {
                JsonNode value = operation.arguments().path(path.getKey());
                if (value.isString() && path.getValue().contains(value.stringValue())) {
                    return new Symbol(title, operation.isCall(), path.getKey(), value.stringValue());
                }
            }
        }
        return new Symbol(title, operation.isCall(), "", "");
    }

    /** Counts of neighbours, with and without a value. */
    private static final class Neighbours {
        private final Map<String, int[]> before = new TreeMap<>();
        private final Map<String, int[]> after = new TreeMap<>();
        private int with;
        private int traces;
    }

    private void distinguish(List<List<Operation>> traces) {
        Map<String, Map<String, Map<String, Neighbours>>> values = new TreeMap<>();
        Map<String, Map<String, Integer>> next = new HashMap<>();
        Map<String, Map<String, Integer>> previous = new HashMap<>();
        for (List<Operation> trace : traces) {
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < trace.size(); i++) {
                Operation operation = trace.get(i);
                String title = operation.title();
                String after = i + 1 < trace.size() ? trace.get(i + 1).title() : END;
                String before = i > 0 ? trace.get(i - 1).title() : END;
                next.computeIfAbsent(title, key -> new TreeMap<>()).merge(after, 1, Integer::sum);
                previous.computeIfAbsent(title, key -> new TreeMap<>()).merge(before, 1, Integer::sum);
                for (Map.Entry<String, JsonNode> argument :
                        operation.arguments().properties()) {
                    String value = argument.getValue().asString("");
                    if (!argument.getValue().isString() || value.length() > 60) {
                        continue;
                    }
                    Neighbours found = values.computeIfAbsent(title, key -> new TreeMap<>())
                            .computeIfAbsent(argument.getKey(), key -> new HashMap<>())
                            .computeIfAbsent(value, key -> new Neighbours());
                    found.with++;
                    found.traces += seen.add(title + "\n" + argument.getKey() + "\n" + value) ? 1 : 0;
                    found.after.computeIfAbsent(after, key -> new int[1])[0]++;
                    found.before.computeIfAbsent(before, key -> new int[1])[0]++;
                }
            }
        }
        values.forEach((title, paths) -> paths.forEach((path, found) -> {
            TreeSet<String> kept = new TreeSet<>();
            found.forEach((value, counts) -> {
                if (counts.traces >= FEWEST) {
                    double gain = gain(counts.with, counts.after, counts(next, title))
                            + gain(counts.with, counts.before, counts(previous, title));
                    if (gain > Leaves.bits(value)) {
                        kept.add(value);
                    }
                }
            });
            if (!kept.isEmpty() && kept.size() <= MOST_VALUES) {
                fixed.computeIfAbsent(title, key -> new TreeMap<>()).put(path, kept);
            }
        }));
    }

    private static Map<String, Integer> counts(Map<String, Map<String, Integer>> all, String title) {
        return all.getOrDefault(title, Map.of());
    }

    /** The bits that the neighbours are shorter by if it is known whether the value is there. */
    private static double gain(int with, Map<String, int[]> there, Map<String, Integer> all) {
        int total = all.values().stream().mapToInt(Integer::intValue).sum();
        int without = total - with;
        if (without == 0) {
            return 0;
        }
        double gain = 0;
        for (Map.Entry<String, Integer> each : all.entrySet()) {
            int in = there.getOrDefault(each.getKey(), new int[1])[0];
            int out = each.getValue() - in;
            gain += term(in, with) + term(out, without) - term(each.getValue(), total);
        }
        return gain - (all.size() - 1) * 0.5 * log2(total);
    }

    private static double term(int count, int of) {
        return count == 0 ? 0 : count * log2(count / (double) of);
    }

    static double log2(double x) {
        return StrictMath.log(x) / StrictMath.log(2);
    }
}
