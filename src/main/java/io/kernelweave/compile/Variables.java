package io.kernelweave.compile;

import io.kernelweave.compile.Alphabet.Symbol;
import io.kernelweave.compile.Program.Column;
import io.kernelweave.compile.Program.Move;
import io.kernelweave.stats.BetaFunction;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.trace.TraceEvent.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the arguments of a program's moves are made of (anti-unification: G. Plotkin, <i>A note on inductive generalization</i>, 1970):
 * a constant where all traces agree, else a variable. Values that are the same in every trace are one variable. A variable is bound
 * to the place where its values stand before the step, if writing "it stands there" is shorter than writing the values, and if that
 * they stand there is no accident.
 *
 * <p>The test of accident: for each trace, how likely does this value stand at this place of another task's trace? Counted in other
 * traces, with one more observation that guessing the letters would give. The chance that so many traces agree is at most the product of
 * these, times the number of ways to choose the traces, times the number of places that were looked at (Bonferroni); it must be
 * below {@value #ACCIDENT}. A task counts once.
 */
final class Variables {
    private static final double ACCIDENT = 0.01;

    /** Traces that are looked at: the first ones in an order that depends on their content alone. */
    private static final int MOST_TRACES = 1000;

    /** Tasks that must agree for a constant, where there are so many. */
    private static final int ENOUGH_TASKS = 5;

    /** Other tasks' traces that a value is looked for in. */
    private static final int OTHERS = 24;

    private record Leaf(Move move, String path) {}

    /** The answer, as what the last step of all is done with. */
    static final Move ANSWER = new Move(Integer.MAX_VALUE, 0, "answer", new Symbol("answer", false, "", ""));

    /** One value of an argument in one trace, with the places where it stood and how many values were to choose from. */
    private record Use(int trace, List<JsonNode> values, List<String> texts, Map<String, Pointer> found, int places) {}

    /** A place that holds the values: how many it has to choose from, and the bits to point them out. */
    private record Pointer(int choices, double bits) {}

    private final Map<Leaf, List<Use>> uses = new LinkedHashMap<>();
    private final Map<Move, Integer> times = new HashMap<>();
    private final List<Places> places = new ArrayList<>();
    private final List<String> tasks = new ArrayList<>();
    private final Map<Move, List<Binding>> bindings = new LinkedHashMap<>();

    private Variables() {}

    static Variables of(Program program, List<Sample> samples) {
        Variables variables = new Variables();
        for (Sample sample : samples.subList(0, Math.min(MOST_TRACES, samples.size()))) {
            variables.read(program, sample);
        }
        for (Column column : program.columns()) {
            for (Move move : column.moves()) {
                variables.bindings.put(move, new ArrayList<>());
            }
        }
        variables.bind();
        return variables;
    }

    /** The bindings of a move's arguments, in the order in which they were first seen. */
    List<Binding> of(Move move) {
        return bindings.getOrDefault(move, List.of());
    }

    /** What is looked at while a trace goes on. */
    interface Walk {
        void step(Operation operation, @Nullable Move move, Places before);
    }

    /** Goes through a trace, with the places as they are before each operation. */
    static Places walk(Program program, Sample sample, Walk walk) {
        List<Operation> operations = Operation.of(sample.trace());
        @Nullable Move[] moves = program.moves(operations);
        Places places = new Places(sample.input());
        List<TraceEvent> events = sample.trace().events();
        int next = 0;
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            for (; next < operation.at(); next++) {
                TraceEvent event = events.get(next);
                if (event.kind() == Kind.OBSERVATION
                        && event.data().path("text").isString()) {
                    places.said(event.data().get("text").stringValue());
                }
            }
            Move move = moves[i];
            walk.step(operation, move, places);
            if (move != null) {
                places.called(move.name(), Leaves.of(operation.arguments()));
            }
            if (operation.result() != null) {
                places.returned(move == null ? "last" : move.name(), operation.result());
            }
        }
        return places;
    }

    private void read(Program program, Sample sample) {
        int trace = places.size();
        tasks.add(sample.example().task());
        Places last = walk(program, sample, (operation, move, before) -> {
            if (move != null) {
                use(trace, move, operation.arguments(), before);
            }
        });
        places.add(last);
        if (sample.output() != null) {
            use(trace, ANSWER, sample.output(), last);
        }
    }

    private void use(int trace, Move move, JsonNode arguments, Places before) {
        times.merge(move, 1, Integer::sum);
        Leaves.of(arguments).forEach((path, values) -> {
            List<String> texts = Places.texts(values);
            Map<String, Pointer> found = new TreeMap<>();
            for (String place : before.of(texts)) {
                // A step's own earlier rounds are no place to take a value from.
                if (!place.equals(move.name() + ".arguments" + path)) {
                    found.put(place, new Pointer(before.choices(place), before.bits(place, texts)));
                }
            }
            uses.computeIfAbsent(new Leaf(move, path), key -> new ArrayList<>())
                    .add(new Use(trace, values, texts, found, before.size()));
        });
    }

    private void bind() {
        Map<String, String> variables = new HashMap<>();
        Set<String> names = new HashSet<>();
        List<Leaf> order = uses.keySet().stream()
                .sorted(Comparator.comparingInt((Leaf leaf) -> leaf.move().column())
                        .thenComparingInt(leaf -> leaf.move().position())
                        .thenComparing(Leaf::path))
                .toList();
        for (Leaf leaf : order) {
            List<Use> seen = uses.getOrDefault(leaf, List.of());
            List<Binding> bound = bindings.computeIfAbsent(leaf.move(), move -> new ArrayList<>());
            List<JsonNode> values = new ArrayList<>();
            seen.forEach(use -> values.addAll(use.values()));
            String own = leaf.move().name() + ".arguments" + leaf.path();
            boolean optional = seen.size() < times.getOrDefault(leaf.move(), 0);
            JsonNode constant = constant(seen);
            if (constant != null && !optional) {
                bound.add(new Binding(leaf.path(), "", "", false, true, constant, seen.size(), seen.size()));
                continue;
            }
            JsonNode schema = SchemaInference.infer(values);
            Choice choice = choose(seen);
            String place = choice == null ? "" : choice.place;
            boolean chosen = choice != null && choice.chosen;
            String source = place.isEmpty() ? own : chosen ? own : place;
            String known = variables.get(source);
            boolean repeated = known != null;
            String variable = known != null ? known : name(leaf, names);
            variables.put(own, variable);
            if (!chosen && !place.isEmpty()) {
                variables.put(place, variable);
            }
            bound.add(new Binding(
                    leaf.path(),
                    variable,
                    repeated ? "=" + place : place,
                    chosen,
                    false,
                    schema,
                    choice == null ? 0 : choice.hits,
                    seen.size()));
        }
    }

    private static String name(Leaf leaf, Set<String> names) {
        String last = leaf.path().replaceAll("\\[\\*\\]", "");
        String base = last.substring(last.lastIndexOf('.') + 1).replaceAll("[^A-Za-z0-9_]+", "_");
        base = base.isEmpty() ? leaf.move().name().replace('-', '_') : base;
        String name = base;
        for (int copy = 2; !names.add(name); copy++) {
            name = base + "_" + copy;
        }
        return name;
    }

    /** The value that all tasks have; null if there is none, or only few tasks have the step. */
    private @Nullable JsonNode constant(List<Use> seen) {
        long enough = Math.min(ENOUGH_TASKS, tasks.stream().distinct().count());
        Set<String> texts = new HashSet<>();
        Set<String> of = new HashSet<>();
        for (Use use : seen) {
            texts.addAll(use.texts);
            of.add(tasks.get(use.trace));
        }
        return texts.size() == 1
                        && of.size() > 1
                        && of.size() >= enough
                        && seen.get(0).values.size() == 1
                ? seen.get(0).values.get(0)
                : null;
    }

    private record Choice(String place, boolean chosen, int hits, double saving) {}

    /** The place that the values are best written by; null if none is worth it or it may be an accident. */
    private @Nullable Choice choose(List<Use> seen) {
        Map<String, Integer> different = new HashMap<>();
        seen.forEach(use -> different.merge(String.join("\n", use.texts), 1, Integer::sum));
        Map<String, double[]> totals = new TreeMap<>();
        for (Use use : seen) {
            String text = String.join("\n", use.texts);
            // Spelt once, and then again by its number.
            int times = different.getOrDefault(text, 1);
            double again = Math.min(Leaves.bits(text), Alphabet.log2(seen.size() / (double) times) + 1);
            double spelt = (Leaves.bits(text) + (times - 1) * again) / times;
            use.found.forEach((place, pointer) -> {
                double[] total = totals.computeIfAbsent(place, key -> new double[3]);
                total[0]++;
                total[1] += Math.max(0, spelt - pointer.bits);
                total[2] += pointer.choices > 1 ? 1 : 0;
            });
        }
        int most = seen.stream().mapToInt(Use::places).max().orElse(1);
        List<Choice> choices = new ArrayList<>();
        totals.forEach((place, total) -> {
            double share = total[0] / seen.size();
            double flag = share == 1 ? 0 : seen.size() * entropy(share);
            double saving = total[1] - flag - Alphabet.log2(most + 1.0) - 0.5 * Alphabet.log2(seen.size() + 1.0);
            if (saving > 0 && 2 * total[0] > seen.size()) {
                choices.add(
                        new Choice(place, place.startsWith("~") || total[2] * 2 > total[0], (int) total[0], saving));
            }
        });
        // The most telling first; of equals the one that holds a single value, then the input, then results.
        choices.sort(Comparator.comparingDouble((Choice choice) -> -choice.saving)
                .thenComparing(Choice::chosen)
                .thenComparing(choice -> choice.place.contains(".arguments"))
                .thenComparing(choice -> !choice.place.contains("input."))
                .thenComparing(choice -> choice.place.contains("last.result"))
                .thenComparing(Choice::place));
        for (Choice choice : choices) {
            if (accident(choice, seen) < Alphabet.log2(ACCIDENT)) {
                return choice;
            }
        }
        return null;
    }

    private static double entropy(double share) {
        return share <= 0 || share >= 1 ? 0 : -share * Alphabet.log2(share) - (1 - share) * Alphabet.log2(1 - share);
    }

    /** Binary logarithm of a bound of the chance that values stand at a place so often by accident. */
    private double accident(Choice choice, List<Use> seen) {
        Set<String> counted = new LinkedHashSet<>();
        double log = Alphabet.log2(seen.stream().mapToInt(Use::places).max().orElse(1));
        int hits = 0;
        for (Use use : seen) {
            if (!counted.add(tasks.get(use.trace)) || !use.found.containsKey(choice.place)) {
                continue;
            }
            hits++;
            int others = 0;
            int there = 0;
            for (int step = 1; step < places.size() && others < OTHERS; step++) {
                int other = (use.trace + step) % places.size();
                if (!tasks.get(other).equals(tasks.get(use.trace))
                        && places.get(other).choices(choice.place) > 0) {
                    others++;
                    there += places.get(other).holds(choice.place, use.texts) ? 1 : 0;
                }
            }
            Pointer pointer = use.found.get(choice.place);
            double guess = Math.min(
                    1,
                    (pointer == null ? 1 : pointer.choices)
                            * StrictMath.pow(2, -Leaves.bits(String.join("\n", use.texts))));
            log += Alphabet.log2((there + guess) / (others + 1));
        }
        int misses = counted.size() - hits;
        return log
                + (BetaFunction.logGamma(counted.size() + 1.0)
                                - BetaFunction.logGamma(misses + 1.0)
                                - BetaFunction.logGamma(hits + 1.0))
                        / StrictMath.log(2);
    }

    /** The list that a block goes through, one value a round; null if there is none. */
    @Nullable
    Binding through(Column column) {
        for (Binding binding : column.block() ? of(column.moves().get(0)) : List.<Binding>of()) {
            if (!binding.isBound() || !binding.chosen() || !binding.place().contains("[*]") || binding.isRepeated()) {
                continue;
            }
            Map<Integer, Set<String>> rounds = new HashMap<>();
            for (Use use : uses.getOrDefault(new Leaf(column.moves().get(0), binding.path()), List.of())) {
                rounds.computeIfAbsent(use.trace, key -> new HashSet<>()).addAll(use.texts);
            }
            long all = rounds.entrySet().stream()
                    .filter(each ->
                            each.getValue().equals(places.get(each.getKey()).at(binding.place())))
                    .count();
            if (2 * all > rounds.size()) {
                return binding;
            }
        }
        return null;
    }

    /** Bits to write down where everything comes from. */
    double bits() {
        double bits = 0;
        int most = places.stream().mapToInt(Places::size).max().orElse(1);
        for (List<Binding> each : bindings.values()) {
            for (Binding binding : each) {
                bits += 1.58; // a constant, a place, or the model's
                bits += binding.constant()
                        ? Leaves.bits(Leaves.text(binding.value()))
                        : binding.isBound() ? Alphabet.log2(most + 1.0) + 0.5 * Alphabet.log2(binding.of() + 1.0) : 0;
            }
        }
        return bits;
    }
}
