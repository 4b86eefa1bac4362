package io.kernelweave.compile;

import io.kernelweave.compile.Alphabet.Symbol;
import io.kernelweave.compile.Program.Column;
import io.kernelweave.compile.Program.Move;
import io.kernelweave.json.InputException;
import io.kernelweave.mine.Example;
import io.kernelweave.trace.Trace;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How well the steps of a trace can be told beforehand: the most likely next step, and the bits that it takes to write a trace down.
 *
 * <p><b>A step</b> is an operation of the agent (a tool called, something written), or that it stops. What others say and what tools
 * give back is known for nothing. <b>Two steps are the same</b> if their tools are, and those arguments that the kernel takes as
 * constants, such as the button that is pressed; what a step is called with beyond that is no part of its identity, but has to be paid
 * for in bits.
 *
 * <p><b>The code.</b> Of a step first which it is, then each argument: whether it is there, and its value, which is one seen before for
 * that argument, or spelt letter by letter. All probabilities are counted on the training traces with an escape to what was never seen.
 * Without a kernel a step is told by the two before it and whether the last one failed. With a kernel by that and by the column of the
 * kernel that the trace has come to, with how often its block was repeated, in a mixture whose weight is chosen by cross-validation within the training traces; and an
 * argument that is bound costs one bit of a coin with the chance of the binding's counts, and which of the values that stand
 * at its place. Both codes are otherwise the same, with the same alphabet of steps.
 *
 * <p>{@link #kernelBits} is what it takes to write down the kernel's steps and bindings; a compression ratio has to add it.
 */
public final class StepModel {
    private static final int LETTERS = 130;
    private static final int OTHER_LETTER = 128;
    private static final int END = 129;
    private static final int LONGEST_TEXT = 2000;
    private static final int MOST_LETTERS = 400_000;
    private static final int MOST_FOLD_TRACES = 1000;
    private static final double[] WEIGHTS = {0, 0.1, 0.25, 0.5, 0.75, 0.9, 1};

    private final Program program;
    private final @Nullable Variables variables;
    private final Alphabet alphabet;
    private final Contexts steps;
    private final Contexts kernelSteps;
    private final Contexts letters = new Contexts(LETTERS);
    /** How often a tool was called, and which of its arguments were there how often. */
    private final Map<String, Integer> called = new HashMap<>();

    private final Map<String, TreeMap<String, Integer>> paths = new HashMap<>();
    /** The values of an argument with their counts. */
    private final Map<String, Map<String, Integer>> values = new HashMap<>();

    private final Map<Move, Map<String, Binding>> bindings = new HashMap<>();
    private int spelt;
    private double weight;

    /**
     * What became of a trace, step by step.
     *
     * @param steps how many there were, the stop included
     * @param hits how many of them were the most likely one
     * @param bits to write them all down
     * @param stepBits of that, for which step it is
     */
    public record Score(int steps, int hits, double bits, double stepBits) {
        /** Both together. */
        public Score plus(Score other) {
            return new Score(steps + other.steps, hits + other.hits, bits + other.bits, stepBits + other.stepBits);
        }
    }

    /**
     * The most likely next step.
     *
     * @param step the tool, with its constant argument in brackets where it has one; {@code stop} for none
     */
    public record Next(String step, double probability) {}

    private StepModel(List<Sample> samples, Alphabet alphabet, boolean kernel) {
        List<Sample> solved = samples.stream()
                .filter(sample -> sample.example().outcome() == Outcome.PASS)
                .toList();
        List<Sample> sources = solved.isEmpty() ? samples : solved;
        List<List<Operation>> operations =
                sources.stream().map(sample -> Operation.of(sample.trace())).toList();
        this.alphabet = alphabet;
        this.program = Program.of(operations, alphabet);
        this.variables = kernel ? Variables.of(program, sources) : null;
        if (variables != null) {
            for (Column column : program.columns()) {
                for (Move move : column.moves()) {
                    Map<String, Binding> bound = new HashMap<>();
                    variables.of(move).stream()
                            .filter(Binding::isBound)
                            .forEach(binding -> bound.put(binding.path(), binding));
                    bindings.put(move, bound);
                }
            }
        }
        int size = alphabet.size() + 2;
        this.steps = new Contexts(size);
        this.kernelSteps = new Contexts(size);
        samples.forEach(this::learn);
    }

    /**
     * Fits a model with the kernel that the examples give.
     *
     * @throws InputException if there is no example
     */
    public static StepModel fit(List<Example> training) {
        List<Sample> samples = samples(training);
        Alphabet alphabet = alphabet(samples);
        StepModel model = new StepModel(samples, alphabet, true);
        model.weight = weight(samples, alphabet);
        return model;
    }

    /** Fits a model without one. */
    public static StepModel baseline(List<Example> training) {
        List<Sample> samples = samples(training);
        return new StepModel(samples, alphabet(samples), false);
    }

    private static Alphabet alphabet(List<Sample> samples) {
        return Alphabet.of(
                samples.stream().map(sample -> Operation.of(sample.trace())).toList());
    }

    private static List<Sample> samples(List<Example> training) {
        if (training.isEmpty()) {
            throw InputException.at("training", "has no traces", "give at least one");
        }
        return training.stream()
                .map(Sample::of)
                .sorted(Comparator.comparing(Sample::digest)
                        .thenComparing(sample -> sample.example().task()))
                .toList();
    }

    /** The weight of the kernel's word against the baseline's that serves best in two halves of the training tasks. */
    private static double weight(List<Sample> samples, Alphabet alphabet) {
        List<String> tasks = samples.stream()
                .map(sample -> sample.example().task())
                .distinct()
                .toList();
        double[] bits = new double[WEIGHTS.length];
        for (int fold = 0; fold < 2 && tasks.size() > 1; fold++) {
            List<Sample> train = new ArrayList<>();
            List<Sample> test = new ArrayList<>();
            for (Sample sample : samples) {
                boolean tested = tasks.indexOf(sample.example().task()) % 2 == fold;
                (tested ? test : train).add(sample);
            }
            StepModel model = new StepModel(train.subList(0, Math.min(MOST_FOLD_TRACES, train.size())), alphabet, true);
            for (Sample sample : test.subList(0, Math.min(MOST_FOLD_TRACES, test.size()))) {
                List<Operation> operations = Operation.of(sample.trace());
                int[] symbols = model.symbols(operations);
                for (int i = 0; i <= operations.size(); i++) {
                    String[] plain = plain(symbols, operations, i);
                    double base = model.steps.p(symbols[i], plain);
                    double with = model.kernelP(base, symbols, operations, i, symbols[i]);
                    for (int w = 0; w < WEIGHTS.length; w++) {
                        bits[w] -= Alphabet.log2(WEIGHTS[w] * with + (1 - WEIGHTS[w]) * base);
                    }
                }
            }
        }
        int best = 0;
        for (int w = 1; w < bits.length; w++) {
            best = bits[w] < bits[best] ? w : best;
        }
        return WEIGHTS[best];
    }

    /** The steps as numbers, with the stop. */
    private int[] symbols(List<Operation> operations) {
        int[] read = alphabet.read(operations);
        int[] symbols = new int[read.length + 1];
        for (int i = 0; i < read.length; i++) {
            symbols[i] = read[i] < 0 ? alphabet.size() + 1 : read[i];
        }
        symbols[read.length] = alphabet.size();
        return symbols;
    }

    private static String[] plain(int[] symbols, List<Operation> operations, int at) {
        String last = at == 0 ? "^" : symbols[at - 1] + (operations.get(at - 1).failed() ? "!" : "");
        String before = at < 2 ? "^" : String.valueOf(symbols[at - 2]);
        return new String[] {"", last, before + " " + last};
    }

    private String[] column(int[] symbols, List<Operation> operations, int at) {
        int[] beginning = new int[at];
        for (int i = 0; i < at; i++) {
            beginning[i] = symbols[i] > alphabet.size() ? -1 : symbols[i];
        }
        Program.State reached = program.reached(beginning);
        String column = "@" + reached.column();
        String history = plain(symbols, operations, at)[2];
        return new String[] {column + " " + history, column + " " + history + " " + reached.rounds()};
    }

    private double kernelP(double base, int[] symbols, List<Operation> operations, int at, int next) {
        double p = base;
        for (String context : column(symbols, operations, at)) {
            p = kernelSteps.mixed(p, next, context);
        }
        return p;
    }

    private void learn(Sample sample) {
        List<Operation> operations = Operation.of(sample.trace());
        int[] symbols = symbols(operations);
        for (int i = 0; i <= operations.size(); i++) {
            steps.add(symbols[i], plain(symbols, operations, i));
            if (variables != null) {
                kernelSteps.add(symbols[i], column(symbols, operations, i));
            }
        }
        for (Operation operation : operations) {
            String title = operation.title();
            called.merge(title, 1, Integer::sum);
            Leaves.of(operation.arguments()).forEach((path, leaves) -> {
                String key = title + path;
                paths.computeIfAbsent(title, each -> new TreeMap<>()).merge(path, 1, Integer::sum);
                for (JsonNode leaf : leaves) {
                    String text = Leaves.text(leaf);
                    values.computeIfAbsent(key, each -> new HashMap<>()).merge(text, 1, Integer::sum);
                    spell(text, true);
                }
            });
        }
    }

    /** The bits to spell a text; learns from it instead, and gives 0, if it is to be learnt. */
    private double spell(String text, boolean learning) {
        if (learning && spelt > MOST_LETTERS) {
            return 0;
        }
        double bits = 0;
        char before = 0;
        char last = 0;
        int length = Math.min(LONGEST_TEXT, text.length());
        for (int i = 0; i <= length; i++) {
            char c = i == length ? 0 : text.charAt(i);
            int letter = i == length ? END : c >= 128 ? OTHER_LETTER : c;
            String[] contexts = {"", String.valueOf(last), String.valueOf(before) + last};
            if (learning) {
                letters.add(letter, contexts);
                spelt++;
            } else {
                bits += -Alphabet.log2(letters.p(letter, contexts)) + (letter == OTHER_LETTER ? 9 : 0);
            }
            before = last;
            last = c;
        }
        return learning ? 0 : bits + 7.0 * (text.length() - length);
    }

    /** What it takes to write down the kernel that the model knows, in bits; 0 without one. */
    public double kernelBits() {
        return variables == null ? 0 : program.bits() + variables.bits();
    }

    /** Bits to write down the steps of a trace. */
    public double bits(Trace trace) {
        return score(trace).bits();
    }

    /** The most likely next step after a trace that has come so far. */
    public Next next(Trace prefix) {
        List<Operation> operations = Operation.of(prefix);
        int[] symbols = symbols(operations);
        int best = best(symbols, operations, operations.size());
        return new Next(name(best), p(symbols, operations, operations.size(), best));
    }

    /** What a step is called by {@link #next}, for each step of a trace and the stop. */
    public List<String> steps(Trace trace) {
        List<String> names = new ArrayList<>();
        for (Operation operation : Operation.of(trace)) {
            names.add(alphabet.symbol(operation).shown());
        }
        names.add("stop");
        return names;
    }

    private String name(int symbol) {
        return symbol == alphabet.size()
                ? "stop"
                : symbol > alphabet.size() ? "new" : alphabet.get(symbol).shown();
    }

    private double p(int[] symbols, List<Operation> operations, int at, int next) {
        double base = steps.p(next, plain(symbols, operations, at));
        return variables == null || weight == 0
                ? base
                : weight * kernelP(base, symbols, operations, at, next) + (1 - weight) * base;
    }

    private int best(int[] symbols, List<Operation> operations, int at) {
        int best = 0;
        double most = -1;
        for (int next = 0; next <= alphabet.size(); next++) {
            double p = p(symbols, operations, at, next);
            if (p > most) {
                most = p;
                best = next;
            }
        }
        return best;
    }

    /** Goes through a trace: guesses each step, and pays for it. */
    public Score score(Trace trace) {
        Sample sample = Sample.of(Example.of(trace));
        List<Operation> operations = Operation.of(sample.trace());
        int[] symbols = symbols(operations);
        double stepBits = 0;
        int hits = 0;
        for (int i = 0; i <= operations.size(); i++) {
            stepBits -= Alphabet.log2(p(symbols, operations, i, symbols[i]));
            if (symbols[i] > alphabet.size()) {
                stepBits += spell(operations.get(i).title(), false);
            }
            hits += best(symbols, operations, i) == symbols[i] ? 1 : 0;
        }
        double[] bits = {stepBits};
        List<Operation> done = new ArrayList<>();
        Variables.walk(program, sample, (operation, ignored, before) -> {
            done.add(operation);
            @Nullable Move[] moves = variables == null ? null : program.moves(done);
            bits[0] += arguments(operation, moves == null ? null : moves[done.size() - 1], before);
        });
        return new Score(symbols.length, hits, bits[0], stepBits);
    }

    /** Bits to write down what a step is called with. */
    private double arguments(Operation operation, @Nullable Move move, Places before) {
        String title = operation.title();
        Symbol symbol = alphabet.symbol(operation);
        Map<String, List<JsonNode>> leaves = Leaves.of(operation.arguments());
        double bits = 0;
        int all = called.getOrDefault(title, 0);
        Map<String, Integer> known = paths.getOrDefault(title, new TreeMap<>());
        for (Map.Entry<String, Integer> path : known.entrySet()) {
            double there = (path.getValue() + 0.5) / (all + 1);
            bits -= Alphabet.log2(leaves.containsKey(path.getKey()) ? there : 1 - there);
        }
        for (Map.Entry<String, List<JsonNode>> leaf : leaves.entrySet()) {
            if (symbol.path().equals(leaf.getKey().replaceFirst("^\\.", ""))
                    && !symbol.path().isEmpty()) {
                continue; // the step's identity says it
            }
            if (!known.containsKey(leaf.getKey())) {
                bits += spell(leaf.getKey(), false) + Alphabet.log2(all + 2.0);
            }
            if (leaf.getKey().contains("[*]")) {
                bits += 2 * Alphabet.log2(leaf.getValue().size() + 1.0) + 1;
            }
            bits += value(title + leaf.getKey(), Places.texts(leaf.getValue()), binding(move, leaf.getKey()), before);
        }
        return bits;
    }

    private @Nullable Binding binding(@Nullable Move move, String path) {
        return move == null ? null : bindings.getOrDefault(move, Map.of()).get(path);
    }

    private double value(String key, List<String> texts, @Nullable Binding binding, Places before) {
        double bits = 0;
        if (binding != null) {
            String place = binding.isRepeated() ? binding.place().substring(1) : binding.place();
            if (before.choices(place) > 0) {
                double hit = (binding.hits() + 0.5) / (binding.of() + 1.0);
                if (before.holds(place, texts)) {
                    return before.bits(place, texts) - Alphabet.log2(hit);
                }
                bits -= Alphabet.log2(1 - hit);
            }
        }
        Map<String, Integer> seen = values.getOrDefault(key, Map.of());
        int total = seen.values().stream().mapToInt(Integer::intValue).sum();
        for (String text : texts) {
            Integer count = seen.get(text);
            if (count != null) {
                bits -= Alphabet.log2(count / (double) (total + seen.size()));
            } else {
                bits += (total == 0 ? 0 : -Alphabet.log2(seen.size() / (double) (total + seen.size())))
                        + spell(text, false);
            }
        }
        return bits;
    }
}
