package io.kernelweave.compile;

import io.kernelweave.mine.Example;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which traces are of one kind, so that one kernel can be compiled of them: those that declare one task family, and of the others those
 * whose sequences of operations are shorter to write together than apart (minimum description length). A sequence is written by
 * what follows what, counted in the family's other traces; it joins the family that writes it shortest, or founds its own where
 * that is shorter than any.
 */
public final class Families {
    private static final int ROUNDS = 5;

    /** Sequences that may found a family; there is no end to odd ones. */
    private static final int FOUNDERS = 500;

    /**
     * Traces of one kind.
     *
     * @param name the declared family, or one made of the operations that most of its traces have
     * @param declared did the traces say so themselves?
     */
    public record Family(String name, boolean declared, List<Example> examples) {
        public Family {
            examples = List.copyOf(examples);
        }
    }

    private Families() {}

    /** The families, the declared ones first, each kind by name. */
    public static List<Family> of(List<Example> examples) {
        TreeMap<String, List<Example>> declared = new TreeMap<>();
        List<Example> others = new ArrayList<>();
        for (Example example : examples) {
            String family = example.trace().taskFamily();
            if (family == null || family.isBlank()) {
                others.add(example);
            } else {
                declared.computeIfAbsent(family, name -> new ArrayList<>()).add(example);
            }
        }
        List<Family> families = new ArrayList<>();
        declared.forEach((name, members) -> families.add(new Family(name, true, members)));
        families.addAll(clustered(others));
        return families;
    }

    /** Sequences of one kind, as counts of what follows what. */
    private static final class Cluster {
        private final List<String> members = new ArrayList<>();
        private final Map<String, Integer> pairs = new HashMap<>();
        private final Map<String, Integer> firsts = new HashMap<>();

        void add(List<String> words, int weight) {
            for (int i = 1; i < words.size(); i++) {
                pairs.merge(words.get(i - 1) + "\n" + words.get(i), weight, Integer::sum);
                firsts.merge(words.get(i - 1), weight, Integer::sum);
            }
        }

        /** Bits to write a sequence: half a count for each thing that may follow (Krichevsky and Trofimov). */
        double bits(List<String> words, int alphabet) {
            double bits = 0;
            for (int i = 1; i < words.size(); i++) {
                int pair = pairs.getOrDefault(words.get(i - 1) + "\n" + words.get(i), 0);
                int first = firsts.getOrDefault(words.get(i - 1), 0);
                bits -= Alphabet.log2((pair + 0.5) / (first + 0.5 * alphabet));
            }
            return bits;
        }
    }

    private static List<Family> clustered(List<Example> examples) {
        Map<String, List<String>> sequences = new HashMap<>();
        Map<String, List<Example>> members = new TreeMap<>();
        TreeMap<String, Integer> alphabet = new TreeMap<>();
        for (Example example : examples) {
            List<String> words = words(example);
            String key = String.join("\n", words);
            sequences.put(key, words);
            members.computeIfAbsent(key, each -> new ArrayList<>()).add(example);
            words.forEach(word -> alphabet.merge(word, 1, Integer::sum));
        }
        List<String> order = members.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, List<Example>> each) ->
                                -each.getValue().size())
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey)
                .toList();
        List<Cluster> clusters = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            boolean first = round == 0;
            List<Cluster> known = clusters;
            List<Cluster> next = new ArrayList<>();
            if (!first) {
                known.forEach(cluster -> next.add(new Cluster()));
            }
            for (int i = 0; i < order.size(); i++) {
                String key = order.get(i);
                List<String> words = sequences.getOrDefault(key, List.of());
                int weight = members.getOrDefault(key, List.of()).size();
                int best = -1;
                double least = first && i < FOUNDERS || known.isEmpty()
                        ? new Cluster().bits(words, alphabet.size() + 1)
                        : Double.POSITIVE_INFINITY;
                for (int c = 0; c < known.size(); c++) {
                    double bits = known.get(c).bits(words, alphabet.size() + 1) + Alphabet.log2(known.size());
                    if (bits < least) {
                        least = bits;
                        best = c;
                    }
                }
                if (best < 0) {
                    best = known.size();
                    known.add(new Cluster());
                }
                Cluster joined = first ? known.get(best) : next.get(best);
                joined.members.add(key);
                joined.add(words, weight);
            }
            if (!first) {
                next.removeIf(cluster -> cluster.members.isEmpty());
                clusters = next;
            }
        }
        TreeMap<String, Family> named = new TreeMap<>();
        for (Cluster cluster : clusters) {
            List<Example> all = new ArrayList<>();
            cluster.members.forEach(key -> all.addAll(members.getOrDefault(key, List.of())));
            String base = name(all);
            String name = base;
            for (int copy = 2; named.containsKey(name); copy++) {
                name = base + "-" + copy;
            }
            named.put(name, new Family(name, false, all));
        }
        return List.copyOf(named.values());
    }

    /** The operations between a beginning and an end; the end says what fields the answer has. */
    private static List<String> words(Example example) {
        List<String> words = new ArrayList<>();
        words.add("^");
        Operation.of(example.trace()).forEach(operation -> words.add(operation.title()));
        Sample sample = Sample.of(example);
        words.add(
                sample.output() == null
                        ? "$"
                        : "$ " + String.join(" ", sample.output().propertyNames()));
        return words;
    }

    /** The tools that most traces call, else the fields of the answer. */
    private static String name(List<Example> examples) {
        TreeMap<String, Integer> counts = new TreeMap<>();
        for (Example example : examples) {
            Operation.of(example.trace()).stream()
                    .filter(Operation::isCall)
                    .map(Operation::name)
                    .distinct()
                    .forEach(name -> counts.merge(name, 2, Integer::sum));
            Sample sample = Sample.of(example);
            if (sample.output() != null) {
                sample.output().propertyNames().forEach(field -> counts.merge(field, 1, Integer::sum));
            }
        }
        String name = counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry::getKey))
                .limit(2)
                .map(Map.Entry::getKey)
                .reduce((one, other) -> one + "-" + other)
                .orElse("general");
        String slug =
                name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
        return slug.isEmpty() ? "general" : slug;
    }
}
