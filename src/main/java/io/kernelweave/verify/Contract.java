package io.kernelweave.verify;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelTest;
import io.kernelweave.schema.SchemaValidator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A kernel's contract, compiled: what must hold of a prompt before the kernel takes it, and of an answer before anybody gets
 * it. Safe for use by many threads.
 *
 * <p>A schema or condition that does not compile is UNKNOWN on every subject, so such a kernel accepts nothing; {@link
 * #selfTest} says what is wrong with it.
 */
public final class Contract {
    /** The condition that the prompt, as typed input, satisfies the input schema. */
    public static final String INPUT_SCHEMA = "input-schema";

    /** The condition that the answer is one JSON value that satisfies the output schema. */
    public static final String OUTPUT_SCHEMA = "output-schema";

    /** @param fields the answer's fields that the check looks at; empty if it may look at all of them */
    private record Clause(String name, Condition.Severity severity, Check check, Set<String> fields) {
        Clause(String name, Condition.Severity severity, Check check) {
            this(name, severity, check, Set.of());
        }
    }

    private final Kernel kernel;
    private final Judge judge;
    private final List<Clause> before = new ArrayList<>();
    private final List<Clause> after = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private Contract(Kernel kernel, Judge judge) {
        this.kernel = kernel;
        this.judge = judge;
        String origin = "kernel " + kernel.kernelId() + " ";
        SchemaValidator input = schema(kernel.inputSchema(), INPUT_SCHEMA, origin + "/input_schema", before);
        if (input != null) {
            before.add(new Clause(
                    INPUT_SCHEMA,
                    Condition.Severity.ERROR,
                    subject -> decide(
                            INPUT_SCHEMA, () -> StructuredRule.Schema.validate(input, subject.inputJson(), "input"))));
        }
        SchemaValidator output = schema(kernel.outputSchema(), OUTPUT_SCHEMA, origin + "/output_schema", after);
        if (output != null) {
            after.add(new Clause(
                    OUTPUT_SCHEMA,
                    Condition.Severity.ERROR,
                    subject -> decide(
                            OUTPUT_SCHEMA,
                            () -> subject.output().isPresent()
                                    ? StructuredRule.Schema.validate(
                                            output, subject.output().get(), "output")
                                    : Finding.fail("the answer is not JSON: " + subject.parseError()))));
        }
        clauses(kernel.preconditions(), origin + "/preconditions", before);
        clauses(kernel.postconditions(), origin + "/postconditions", after);
        clauses(kernel.evidenceRequirements(), origin + "/evidence_requirements", after);
    }

    public static Contract of(Kernel kernel) {
        return of(kernel, Judge.none());
    }

    /** @param judge decides the conditions that only an opinion can decide */
    public static Contract of(Kernel kernel, Judge judge) {
        return new Contract(kernel, judge);
    }

    public String kernelId() {
        return kernel.kernelId();
    }

    /** Judges a prompt: the input schema, as condition {@value #INPUT_SCHEMA}, then the preconditions. */
    public Judgement preconditions(Subject subject) {
        return Judgement.of(judge(before, subject, ""));
    }

    /** The outcome of {@link #preconditions} without its reasons: what rules a prompt out is enough. */
    public Outcome admits(Subject subject) {
        Outcome outcome = null;
        for (Clause clause : before) {
            if (clause.severity == Condition.Severity.ERROR) {
                Outcome next = clause.check.evaluate(subject).binding();
                if (next == Outcome.FAIL) {
                    return Outcome.FAIL;
                }
                outcome = outcome == null ? next : outcome.and(next);
            }
        }
        return outcome == null ? Outcome.UNKNOWN : outcome;
    }

    /** Judges an answer: {@value #OUTPUT_SCHEMA} first, then postconditions, then evidence. */
    public Judgement postconditions(Subject subject) {
        return Judgement.of(judge(after, subject, ""));
    }

    /** Judges a prompt by several contracts at once; a condition is called {@code <kernel_id>/<condition>}. */
    public static Judgement preconditions(List<Contract> parts, Subject subject) {
        return Judgement.of(parts.stream()
                .flatMap(part -> judge(part.before, subject, part.prefix()).stream())
                .toList());
    }

    /**
     * Judges an answer that joins the answers of several kernels, {@code {"<kernel_id>": …, …}}: the condition {@value
     * #OUTPUT_SCHEMA} says that it is an object with just these fields, each field is judged by its kernel's contract, and
     * those conditions are called {@code <kernel_id>/<condition>}.
     */
    public static Judgement postconditions(List<Contract> parts, Subject subject) {
        JsonNode joined = subject.output().orElse(null);
        Set<String> expected = new TreeSet<>();
        parts.forEach(part -> expected.add(part.kernel.kernelId()));
        List<ConditionVerdict> verdicts = new ArrayList<>();
        verdicts.add(new ConditionVerdict(OUTPUT_SCHEMA, Condition.Severity.ERROR, decide(OUTPUT_SCHEMA, () -> {
            if (joined == null) {
                return Finding.fail("the answer is not JSON: " + subject.parseError());
            }
            Set<String> found = new TreeSet<>(joined.propertyNames());
            return joined.isObject() && found.equals(expected)
                    ? Finding.pass("one field for each kernel")
                    : Finding.fail("the fields are " + found + ", and should be " + expected);
        })));
        for (Contract part : parts) {
            JsonNode answer = joined == null ? null : joined.get(part.kernel.kernelId());
            Subject own = subject.answered(answer == null ? "" : Json.compact(answer));
            verdicts.addAll(judge(part.after, own, part.prefix()));
        }
        return Judgement.of(verdicts);
    }

    private String prefix() {
        return kernel.kernelId() + "/";
    }

    /**
     * Runs the kernel's own tests, and looks for what cannot be checked at all.
     *
     * @return a line per problem; empty if a kernel does what it says of itself
     */
    public List<String> selfTest() {
        List<String> lines = new ArrayList<>(problems);
        boolean asked = kernel.tests().isEmpty()
                || kernel.tests().stream().anyMatch(test -> !test.prompt().isBlank());
        if (kernel.examples().isEmpty() && asked) {
            lines.add("kernel " + kernel.kernelId() + " has no examples");
        }
        if (kernel.tests().isEmpty()) {
            lines.add("kernel " + kernel.kernelId() + " has no tests");
        }
        for (KernelTest test : kernel.tests()) {
            String where = "kernel " + kernel.kernelId() + " test \"" + test.name() + "\": ";
            Subject subject = Subject.of(test.prompt(), Json.compact(test.output()));
            subject = test.trace() == null ? subject : subject.with(test.trace());
            Judgement prompt = preconditions(subject);
            if (prompt.outcome() != Outcome.PASS) {
                lines.add(where + "the prompt is not accepted: " + reasons(prompt));
            }
            Judgement answer = postconditions(subject);
            if (test.expect() == KernelTest.Expectation.PASS) {
                if (answer.outcome() != Outcome.PASS) {
                    lines.add(where + "expected PASS, but " + reasons(answer));
                }
                continue;
            }
            Set<String> expected = new TreeSet<>(test.breaks());
            Set<String> broken = new TreeSet<>(answer.failed());
            if (expected.isEmpty()) {
                lines.add(where + "expects FAIL but names nothing in breaks");
            } else if (!broken.equals(expected)) {
                lines.add(where + "expected " + expected + " not to pass, but these do not: " + broken
                        + (broken.isEmpty() ? "" : ": " + reasons(answer)));
            }
        }
        return lines;
    }

    private static String reasons(Judgement judgement) {
        return String.join(
                "; ",
                judgement.verdicts().stream()
                        .filter(ConditionVerdict::blocks)
                        .map(verdict ->
                                verdict.condition() + " is " + verdict.verdict().outcome() + " ("
                                        + verdict.verdict().reason() + ")")
                        .toList());
    }

    private static List<ConditionVerdict> judge(List<Clause> clauses, Subject subject, String prefix) {
        return clauses.stream()
                .map(clause ->
                        new ConditionVerdict(prefix + clause.name, clause.severity, clause.check.evaluate(subject)))
                .toList();
    }

    private @Nullable SchemaValidator schema(ObjectNode schema, String name, String origin, List<Clause> into) {
        try {
            return SchemaValidator.compile(schema, origin);
        } catch (InputException e) {
            refuse(name, Condition.Severity.ERROR, e, into);
            return null;
        }
    }

    private void clauses(List<Condition> conditions, String origin, List<Clause> into) {
        for (int i = 0; i < conditions.size(); i++) {
            Condition condition = conditions.get(i);
            try {
                if (condition.name().equals(INPUT_SCHEMA) || condition.name().equals(OUTPUT_SCHEMA)) {
                    throw InputException.at(
                            origin + "/" + i + "/name",
                            "\"" + condition.name() + "\" is the schema's own condition",
                            "choose another name");
                }
                into.add(new Clause(
                        condition.name(),
                        condition.severity(),
                        Checks.parse(condition.check(), origin + "/" + i, judge),
                        fields(condition.check())));
            } catch (InputException e) {
                refuse(condition.name(), condition.severity(), e, into);
            }
        }
    }

    /** The answer's fields that the paths of a check begin with; empty if one of them is the whole answer. */
    private static Set<String> fields(JsonNode check) {
        Set<String> paths = new TreeSet<>();
        strings(check, paths);
        Set<String> fields = new TreeSet<>();
        for (String path : paths) {
            if (path.equals("output") || path.startsWith("output[")) {
                return Set.of();
            }
            if (path.startsWith("output.")) {
                fields.add(path.substring("output.".length()).split("[.\\[]", 2)[0]);
            }
        }
        return fields;
    }

    private static void strings(JsonNode node, Set<String> into) {
        if (node.isString()) {
            into.add(node.stringValue());
        }
        node.forEach(element -> strings(element, into));
    }

    /**
     * What of a rejected answer a retry can keep: the text before the first field that a failed condition casts doubt on. Every error
     * condition that looks at the fields before it alone passes. Empty if nothing can be kept.
     *
     * @param answer a JSON document of the output schema
     * @param fewer how many fields less are kept than could be
     */
    public String settledPrefix(String answer, Judgement judgement, int fewer) {
        List<String> fields = new ArrayList<>();
        List<Integer> starts = new ArrayList<>();
        int depth = 0;
        try (JsonParser parser = Json.mapper().createParser(answer)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isStructStart()) {
                    depth++;
                } else if (token.isStructEnd()) {
                    depth--;
                } else if (token == JsonToken.PROPERTY_NAME && depth == 1) {
                    fields.add(parser.currentName());
                    starts.add((int) parser.currentTokenLocation().getCharOffset());
                }
            }
        } catch (JacksonException e) {
            return ""; // not a document: nothing to keep
        }
        int kept = Math.min(settled(fields, judgement.failed()), starts.size() - 1) - fewer;
        return kept <= 0 ? "" : answer.substring(0, starts.get(kept));
    }

    private int settled(List<String> fields, Collection<String> failed) {
        int settled = fields.size();
        for (Clause clause : after) {
            if (clause.severity != Condition.Severity.ERROR || !failed.contains(clause.name)) {
                continue;
            }
            int last = clause.fields.isEmpty() ? fields.size() - 1 : -1;
            for (String field : clause.fields) {
                last = Math.max(last, fields.indexOf(field));
            }
            settled = Math.min(settled, Math.max(0, last));
        }
        return settled;
    }

    private void refuse(String name, Condition.Severity severity, InputException e, List<Clause> into) {
        String problem = String.valueOf(e.getMessage());
        problems.add(problem);
        into.add(new Clause(
                name,
                severity,
                subject -> decide(name, () -> {
                    throw new Undecided("cannot be checked: " + problem);
                })));
    }

    @FunctionalInterface
    private interface Decision {
        Finding make() throws Undecided;
    }

    private static Verdict decide(String check, Decision decision) {
        Finding finding;
        try {
            finding = decision.make();
        } catch (Undecided e) {
            finding = Finding.unknown(e.reason());
        }
        return new Verdict(finding, check, 1);
    }
}
