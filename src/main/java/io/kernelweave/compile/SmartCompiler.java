package io.kernelweave.compile;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelTest;
import io.kernelweave.kernel.KernelTest.Expectation;
import io.kernelweave.mine.Clause;
import io.kernelweave.mine.Example;
import io.kernelweave.mine.Label;
import io.kernelweave.mine.Part;
import io.kernelweave.mine.Proposed;
import io.kernelweave.mine.Proposer;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Adds to a compiled kernel what a {@link Proposer} thinks of, as far as traces bear it out: {@link Proposed} tries it on the traces
 * that the kernel was made of, and the kernel's own tests, which are made of traces that were set aside, must still hold. Without
 * an answer the kernel stays as it was compiled.
 *
 * @param kernel a candidate that passes the tests that it passed before
 * @param notes a line for each thing that was added or left, and why
 */
public record SmartCompiler(Kernel kernel, List<String> notes) {
    public SmartCompiler {
        notes = List.copyOf(notes);
    }

    /**
     * Asks, and adds.
     *
     * @param kernel as {@link KernelCompiler} made it
     * @param examples those that it was given; only those that the kernel names as its sources are shown and tried
     * @param seed decides which are shown
     */
    public static SmartCompiler improve(Kernel kernel, List<Example> examples, Proposer proposer, long seed) {
        Set<String> sources = Set.copyOf(kernel.sourceTraceIds());
        List<Example> training = examples.stream()
                .filter(example -> sources.contains(example.trace().traceId())
                        || sources.contains("t-" + example.trace().digest().substring(0, 16)))
                .toList();
        Proposed proposed;
        try {
            proposed = Proposed.of(proposer, training, seed);
        } catch (Proposer.Unavailable e) {
            return new SmartCompiler(kernel, List.of("nothing is proposed: " + e.getMessage()));
        }
        List<String> notes = new ArrayList<>();
        Kernel improved = kernel;
        Set<Object> known = demands(kernel);
        Set<String> names = names(kernel);
        for (Clause clause : proposed.clauses()) {
            Condition condition = clause.condition();
            if (!known.add(demand(condition))) {
                notes.add("not added, " + condition.name() + ": the kernel demands it already");
                continue;
            }
            Kernel more = with(improved, clause, names);
            if (more == null) {
                notes.add("not added, " + condition.name() + ": it does not hold on the traces that were set aside");
            } else {
                improved = more;
                notes.add("added, %s: %s, holds on %d of %d successes and %d of %d failures"
                        .formatted(
                                condition.name(),
                                clause.label().toString().toLowerCase(Locale.ROOT),
                                clause.support().passes(),
                                clause.support().successes(),
                                clause.support().failurePasses(),
                                clause.support().failures()));
            }
        }
        ObjectNode json = Json.tree(improved);
        for (Condition text : proposed.texts()) {
            ((ArrayNode) json.get("postconditions")).add(named(text.check(), names));
            notes.add("in words, without a say: " + text.says());
        }
        proposed.description().ifPresent(description -> {
            json.put("description", description + " " + kernel.description());
            notes.add("described as: " + description);
        });
        proposed.dropped().forEach(dropped -> notes.add("not added, " + dropped));
        return new SmartCompiler(read(json).sealed(), notes);
    }

    /** The kernel with one more clause; null if a success that was set aside does not satisfy it. */
    private static @org.jspecify.annotations.Nullable Kernel with(Kernel kernel, Clause clause, Set<String> names) {
        ObjectNode json = Json.tree(kernel);
        ObjectNode check = named(clause.condition().check(), names);
        boolean always = clause.support().passes() == clause.support().successes();
        // A count of calls alone says how the examples went, not what is right.
        boolean decides = clause.label() != Label.PROVISIONAL
                && always
                && !check.path("check").asString("").equals("toolCalls");
        check.put("severity", decides ? "error" : "warn");
        check.put(
                "says",
                "%s (proposed; %s, holds on %d of %d successes, %d of %d failures)"
                        .formatted(
                                clause.condition().says(),
                                clause.label().toString().toLowerCase(Locale.ROOT),
                                clause.support().passes(),
                                clause.support().successes(),
                                clause.support().failurePasses(),
                                clause.support().failures()));
        ((ArrayNode) json.get(part(clause.part()))).add(check);
        Kernel more = read(json);
        Contract contract = Contract.of(more);
        ArrayNode tests = json.putArray("tests");
        for (KernelTest test : kernel.tests()) {
            Subject subject = Subject.of(test.prompt(), Json.compact(test.output()));
            subject = test.trace() == null ? subject : subject.with(test.trace());
            Judgement answer = contract.postconditions(subject);
            boolean fails = java.util.stream.Stream.of(contract.preconditions(subject), answer)
                    .flatMap(judgement -> judgement.verdicts().stream())
                    .anyMatch(verdict ->
                            verdict.condition().equals(check.get("name").stringValue())
                                    && verdict.verdict().outcome() != io.kernelweave.verify.Outcome.PASS);
            if (test.expect() == Expectation.PASS && fails) {
                return null;
            }
            boolean refused = test.expect() == Expectation.FAIL;
            tests.add((JsonNode) Json.tree(new KernelTest(
                    test.name(),
                    test.prompt(),
                    test.output(),
                    test.expect(),
                    refused ? answer.failed() : test.breaks(),
                    test.trace())));
        }
        return read(json);
    }

    private static String part(Part part) {
        return switch (part) {
            case PRECONDITION -> "preconditions";
            case POSTCONDITION -> "postconditions";
            case EVIDENCE -> "evidence_requirements";
        };
    }

    private static ObjectNode named(ObjectNode check, Set<String> names) {
        ObjectNode copy = check.deepCopy();
        String name = check.path("name").asString("proposed");
        for (int number = 2; !names.add(copy.path("name").asString("proposed")); number++) {
            copy.put("name", name + "-" + number);
        }
        return copy;
    }

    private static Set<String> names(Kernel kernel) {
        Set<String> names = new HashSet<>(Set.of(Contract.INPUT_SCHEMA, Contract.OUTPUT_SCHEMA));
        conditions(kernel).forEach(condition -> names.add(condition.name()));
        return names;
    }

    private static Set<Object> demands(Kernel kernel) {
        Set<Object> demands = new HashSet<>();
        conditions(kernel).forEach(condition -> demands.add(demand(condition)));
        return demands;
    }

    private static List<Condition> conditions(Kernel kernel) {
        List<Condition> all = new ArrayList<>(kernel.preconditions());
        all.addAll(kernel.outputConditions());
        return all;
    }

    /** What a condition demands, whatever it is called. */
    private static Object demand(Condition condition) {
        return condition.check().deepCopy().without(List.of("name", "says", "severity"));
    }

    private static Kernel read(ObjectNode json) {
        return Json.convert(json, Kernel.class, "compiled kernel");
    }
}
