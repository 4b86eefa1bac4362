package io.kernelweave.compile;

import io.kernelweave.compile.Compiled.Note;
import io.kernelweave.compile.Compiled.Report;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelTest;
import io.kernelweave.kernel.KernelTest.Expectation;
import io.kernelweave.mine.Clause;
import io.kernelweave.mine.Example;
import io.kernelweave.mine.Label;
import io.kernelweave.mine.Mined;
import io.kernelweave.mine.Miner;
import io.kernelweave.mine.Part;
import io.kernelweave.trace.Trace;
import io.kernelweave.verify.ConditionVerdict;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compiles traces of one family, some that succeeded and some that failed, into one typed candidate kernel: schemas of what all
 * successes have in common, conditions that hold on them, steps, and tests made of traces that were set aside.
 *
 * <p>The kernel is made of the successes; failures are counter-examples. Where nobody knows of any success, it is made of the traces
 * that were not judged. Nothing depends on the order of the examples.
 */
public final class KernelCompiler {
    private static final int MOST_EXAMPLES = 20;

    /** The share of the successes that a condition must hold on to be one of the kernel's. */
    private static final double COMMON = 0.8;

    /** Traces that a kernel's contract is tried on, beside those that were set aside. */
    private static final int MOST_JUDGED = 1000;

    private KernelCompiler() {}

    /**
     * Compiles one trace: every clause has been seen once, and says so.
     *
     * @throws InputException if the id is no id, the trace failed, or it has nothing to compile
     */
    public static Kernel compile(Trace trace, String kernelId) {
        if (trace.verdict().equals("FAIL")) {
            throw InputException.at(
                    "trace " + trace.traceId(), "the gate said FAIL", "compile a trace of a solved task");
        }
        return compile(List.of(Example.of(trace)), kernelId, 0).kernel();
    }

    /**
     * Compiles the traces of one family.
     *
     * @param examples in any order; those with FAIL are counter-examples
     * @param seed decides which traces are set aside for the tests
     * @throws InputException if the id is no id, no example is a solved task, or none of the solved ones has anything to compile
     */
    public static Compiled compile(List<Example> examples, String kernelId, long seed) {
        Kernel.checkId(kernelId);
        List<Sample> samples = samples(examples, kernelId);
        SetAside split = SetAside.of(samples, seed);
        boolean judged = samples.stream().anyMatch(sample -> sample.example().outcome() == Outcome.PASS);
        List<Sample> solved = split.training().stream()
                .filter(sample -> sample.example().outcome() == (judged ? Outcome.PASS : Outcome.UNKNOWN))
                .toList();
        Draft draft = new Draft(kernelId, seed, split, solved);
        if (samples.size() < examples.size()) {
            draft.notes.add(new Note(
                    "traces",
                    false,
                    "traces with neither a call nor an answer to a request",
                    examples.size() - samples.size(),
                    examples.size(),
                    "there is nothing to learn from them"));
        }
        return draft.compile();
    }

    /** Those that hold anything to compile, in an order that does not depend on how they were given. */
    private static List<Sample> samples(List<Example> examples, String kernelId) {
        List<Sample> samples = new ArrayList<>();
        boolean solved = false;
        InputException empty = null;
        for (Example example : examples) {
            Sample sample = Sample.of(example);
            if (example.outcome() != Outcome.FAIL && !sample.usesTools()) {
                String where = "trace " + example.trace().traceId();
                if (sample.output() == null) {
                    empty = InputException.at(where, "has no output", "compile a trace of a solved task");
                    continue;
                }
                if (!sample.asks()) {
                    empty = InputException.at(
                            where, "its prompt asks for nothing", "compile a trace of a prompt in words");
                    continue;
                }
            }
            solved |= example.outcome() != Outcome.FAIL;
            samples.add(sample);
        }
        if (!solved) {
            throw empty != null
                    ? empty
                    : InputException.at(
                            "kernel " + kernelId,
                            "none of its " + samples.size() + " traces is a success",
                            "give one that is");
        }
        samples.sort(Comparator.comparing(Sample::digest)
                .thenComparing(sample -> sample.example().task()));
        return samples;
    }

    /** A kernel in the making. */
    private static final class Draft {
        private final String kernelId;
        private final long seed;
        private final SetAside split;
        private final List<Sample> solved;
        private final List<Note> notes = new ArrayList<>();

        Draft(String kernelId, long seed, SetAside split, List<Sample> solved) {
            this.kernelId = kernelId;
            this.seed = seed;
            this.split = split;
            this.solved = solved;
        }

        Compiled compile() {
            ObjectNode json = Json.object().put("kernel_id", kernelId);
            List<String> requests = requests();
            json.put("name", requests.isEmpty() ? words(kernelId) : title(requests.get(0)));
            json.put("task_family", family());
            json.put("description", description(requests));
            json.set("examples", Json.tree(requests));
            json.set("input_schema", inputSchema());
            json.set("output_schema", outputSchema(solved));
            json.putArray("preconditions");
            json.putArray("postconditions");
            json.putArray("evidence_requirements");
            Steps steps = Steps.of(solved);
            clauses(json, steps.answer());
            notes.addAll(steps.notes());
            json.set("steps", Json.tree(steps.steps()));
            Handlers handlers = Handlers.of(solved);
            notes.addAll(handlers.notes());
            ArrayNode rollback = json.putArray("rollback").addAll((ArrayNode) Json.tree(handlers.rollback()));
            rollback.addObject()
                    .put("when", "a condition does not hold")
                    .put("do", "Drop the answer and reply from raw generation.");
            ArrayNode capabilities = json.putArray("capabilities");
            steps.steps().stream()
                    .map(Kernel.Step::tool)
                    .filter(Objects::nonNull)
                    .distinct()
                    .sorted()
                    .forEach(tool -> capabilities.add("tool:" + tool));
            ArrayNode sources = json.putArray("source_trace_ids");
            split.training()
                    .forEach(sample -> sources.add(sample.example().trace().traceId()));
            json.put("version", 1);
            settle(json);
            int[] refused = tests(json);
            Kernel kernel = read(json).sealed();
            return new Compiled(kernel, report(refused));
        }

        private Report report(int[] refused) {
            int failures = (int) split.training().stream()
                    .filter(sample -> sample.example().outcome() == Outcome.FAIL)
                    .count();
            boolean judged = solved.stream().anyMatch(sample -> sample.example().outcome() == Outcome.PASS);
            int unjudged = (int) split.training().stream()
                    .filter(sample -> sample.example().outcome() == Outcome.UNKNOWN)
                    .count();
            return new Report(
                    judged ? solved.size() : 0,
                    failures,
                    unjudged,
                    split.tests().size(),
                    refused[0],
                    refused[1],
                    notes);
        }

        private Kernel read(ObjectNode json) {
            return Json.convert(json, Kernel.class, "compiled kernel " + kernelId);
        }

        /** What was asked for, each once, the shortest first. */
        private List<String> requests() {
            return solved.stream()
                    .filter(Sample::asks)
                    .map(sample -> sample.input().request())
                    .distinct()
                    .sorted(Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder()))
                    .limit(MOST_EXAMPLES)
                    .toList();
        }

        private String family() {
            Map<String, Integer> families = new LinkedHashMap<>();
            for (Sample sample : solved) {
                if (sample.trace().taskFamily() != null) {
                    families.merge(sample.trace().taskFamily(), 1, Integer::sum);
                }
            }
            return families.entrySet().stream()
                    .max(Map.Entry.<String, Integer>comparingByValue()
                            .thenComparing(
                                    Map.Entry.<String, Integer>comparingByKey().reversed()))
                    .map(Map.Entry::getKey)
                    .orElse("general");
        }

        private String description(List<String> requests) {
            if (requests.isEmpty()) {
                return "Learnt from " + solved.size() + " traces that had no prompt; nothing is claimed of the input.";
            }
            StringBuilder text = new StringBuilder("Answers requests like: ");
            text.append(shorten(requests.get(0), 200));
            for (String request : requests.subList(1, Math.min(3, requests.size()))) {
                text.append(" | ").append(shorten(request, 200));
            }
            return text.append(
                            solved.stream().allMatch(sample -> sample.input().source() != null)
                                    ? " Needs the pasted material."
                                    : "")
                    .toString();
        }

        /** What all prompts have: a request, and the material, the quotes or the numbers that come with it. */
        private ObjectNode inputSchema() {
            ObjectNode schema = Json.object().put("type", "object");
            if (!solved.stream().allMatch(Sample::asks)) {
                return schema;
            }
            ArrayNode required = schema.putArray("required").add("request");
            ObjectNode properties = schema.putObject("properties");
            properties.putObject("request").put("type", "string").put("minLength", Sample.SHORTEST_REQUEST);
            int quotes = solved.stream()
                    .mapToInt(sample -> sample.input().quoted().size())
                    .min()
                    .orElse(0);
            if (solved.stream()
                    .allMatch(sample -> sample.input().source() != null
                            && !sample.input().source().isEmpty())) {
                required.add("source");
                properties.putObject("source").put("type", "string").put("minLength", 1);
            } else if (quotes > 0) {
                required.add("quoted");
                properties.putObject("quoted").put("type", "array").put("minItems", quotes);
            } else if (solved.stream()
                    .noneMatch(sample -> sample.input().numbers().isEmpty())) {
                required.add("numbers");
                properties.putObject("numbers").put("type", "array").put("minItems", 1);
            }
            return schema;
        }

        /** What all answers have in common; of traces that gave none, nothing is claimed. */
        private static ObjectNode outputSchema(List<Sample> samples) {
            List<JsonNode> outputs = new ArrayList<>();
            for (Sample sample : samples) {
                if (sample.output() == null) {
                    return Json.object();
                }
                outputs.add(sample.output());
            }
            return SchemaInference.infer(outputs);
        }

        private void clauses(ObjectNode json, List<Binding> answer) {
            Set<String> names = new HashSet<>(Set.of(Contract.INPUT_SCHEMA, Contract.OUTPUT_SCHEMA));
            for (AnswerClauses.Clause clause : AnswerClauses.of(solved, answer)) {
                String part = clause.isEvidence() ? "evidence_requirements" : "postconditions";
                names.add(clause.check().get("name").stringValue());
                ((ArrayNode) json.get(part)).add(clause.check());
                notes.add(new Note(part, true, clause.says(), clause.holds(), clause.holds(), "holds on every answer"));
            }
            Mined mined =
                    Miner.mine(split.training().stream().map(Sample::example).toList(), seed);
            for (Clause clause : mined.clauses()) {
                Condition condition = clause.condition();
                // What few successes have tells them from failures, and is nothing to demand of the next one.
                boolean common = clause.label() == Label.PROVISIONAL
                        ? clause.support().passes() == clause.support().successes()
                        : clause.support().passes() >= COMMON * clause.support().successes();
                if (!common) {
                    continue;
                }
                if (!names.add(condition.name())) {
                    continue;
                }
                String part = clause.part() == Part.PRECONDITION
                        ? "preconditions"
                        : clause.part() == Part.EVIDENCE ? "evidence_requirements" : "postconditions";
                ((ArrayNode) json.get(part)).add(condition.check());
                notes.add(new Note(
                        part,
                        true,
                        condition.says(),
                        clause.support().passes(),
                        clause.support().successes(),
                        "%s; holds on %d of %d failures"
                                .formatted(
                                        clause.label().toString().toLowerCase(Locale.ROOT),
                                        clause.support().failurePasses(),
                                        clause.support().failures())));
            }
        }

        /**
         * Widens what a success refutes: one that was set aside, or one that the kernel was made of where mining allows
         * exceptions. A schema grows to hold the answer, and a clause that does not pass becomes a warning.
         */
        private void settle(ObjectNode json) {
            List<Sample> successes = new ArrayList<>(solved.subList(0, Math.min(MOST_JUDGED, solved.size())));
            split.tests().stream()
                    .filter(sample -> sample.example().outcome() == Outcome.PASS)
                    .forEach(successes::add);
            Contract contract = Contract.of(read(json));
            Map<String, Integer> broken = new LinkedHashMap<>();
            for (Sample sample : successes) {
                Subject subject = sample.subject();
                for (Judgement judgement : List.of(contract.preconditions(subject), contract.postconditions(subject))) {
                    for (ConditionVerdict verdict : judgement.verdicts()) {
                        if (verdict.blocks()) {
                            broken.merge(verdict.condition(), 1, Integer::sum);
                        }
                    }
                }
            }
            broken.forEach((name, times) -> {
                if (name.equals(Contract.INPUT_SCHEMA)) {
                    json.set("input_schema", Json.object().put("type", "object"));
                } else if (name.equals(Contract.OUTPUT_SCHEMA)) {
                    List<Sample> all = new ArrayList<>(solved);
                    all.addAll(successes);
                    json.set("output_schema", outputSchema(all));
                } else {
                    for (String part : List.of("preconditions", "postconditions", "evidence_requirements")) {
                        for (JsonNode clause : json.get(part)) {
                            if (Condition.of(clause).name().equals(name)) {
                                ((ObjectNode) clause).put("severity", "warn");
                            }
                        }
                    }
                }
                notes.add(new Note(
                        "contract",
                        false,
                        name,
                        successes.size() - times,
                        successes.size(),
                        "does not hold on every success, so it "
                                + (name.endsWith("-schema") ? "was widened" : "only warns")));
            });
        }

        /**
         * Tests made of the traces that were set aside, or where there are none of the first one that the kernel was made of.
         *
         * @return how many failures that were set aside are refused, and how many there are
         */
        private int[] tests(ObjectNode json) {
            ArrayNode tests = json.putArray("tests");
            Kernel untested = read(json);
            Contract contract = Contract.of(untested);
            int successes = 0;
            int failures = 0;
            int refused = 0;
            for (Sample sample : split.tests()) {
                Subject subject = sample.subject();
                if (sample.example().outcome() == Outcome.PASS) {
                    tests.add(test("held-out success " + ++successes, sample, Expectation.PASS, List.of()));
                } else if (sample.example().outcome() == Outcome.FAIL) {
                    failures++;
                    List<String> breaks = contract.postconditions(subject).failed();
                    if (!breaks.isEmpty()) {
                        refused++;
                        if (contract.preconditions(subject).outcome() == Outcome.PASS) {
                            tests.add(test("held-out failure " + refused, sample, Expectation.FAIL, breaks));
                        }
                    }
                }
            }
            Sample first = solved.get(0);
            if (successes == 0) {
                tests.add(test(
                        solved.size() == 1 ? "the trace" : "a trace that it was made of",
                        first,
                        Expectation.PASS,
                        List.of()));
            }
            Subject empty = Subject.of(first.trace().prompt(), "{}").with(first.trace());
            List<String> broken = contract.postconditions(empty).failed();
            if (!broken.isEmpty()) { // empty where the trace's own answer is an empty object
                ObjectNode test = Json.tree(test("an empty answer", first, Expectation.FAIL, broken));
                test.set("output", Json.object());
                tests.add(test);
            }
            return new int[] {refused, failures};
        }

        private static JsonNode test(String name, Sample sample, Expectation expect, List<String> breaks) {
            JsonNode output = Json.parse(sample.answer(), "answer");
            return Json.tree(new KernelTest(
                    name, sample.trace().prompt(), output, expect, breaks, sample.usesTools() ? sample.trace() : null));
        }
    }

    static String title(String request) {
        String[] words = request.split(" ");
        String title = String.join(" ", List.of(words).subList(0, Math.min(8, words.length)));
        return shorten(title.isBlank() ? "Unnamed task" : title, 80);
    }

    private static String words(String id) {
        String words = id.replaceAll("[._-]+", " ").strip();
        return words.isEmpty() ? id : Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    static String shorten(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length - 1) + "…";
    }
}
