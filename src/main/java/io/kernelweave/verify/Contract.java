package io.kernelweave.verify;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelTest;
import io.kernelweave.schema.SchemaValidator;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
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

    private record Clause(String name, Condition.Severity severity, Check check) {}

    private final Kernel kernel;
    private final List<Clause> before = new ArrayList<>();
    private final List<Clause> after = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private Contract(Kernel kernel) {
        this.kernel = kernel;
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
        return new Contract(kernel);
    }

    /** Judges a prompt: the input schema, as condition {@value #INPUT_SCHEMA}, then the preconditions. */
    public Judgement preconditions(Subject subject) {
        return judge(before, subject);
    }

    /** Judges an answer: {@value #OUTPUT_SCHEMA} first, then postconditions, then evidence. */
    public Judgement postconditions(Subject subject) {
        return judge(after, subject);
    }

    /**
     * Runs the kernel's own tests, and looks for what cannot be checked at all.
     *
     * @return a line per problem; empty if a kernel does what it says of itself
     */
    public List<String> selfTest() {
        List<String> lines = new ArrayList<>(problems);
        if (kernel.examples().isEmpty()) {
            lines.add("kernel " + kernel.kernelId() + " has no examples");
        }
        if (kernel.tests().isEmpty()) {
            lines.add("kernel " + kernel.kernelId() + " has no tests");
        }
        for (KernelTest test : kernel.tests()) {
            String where = "kernel " + kernel.kernelId() + " test \"" + test.name() + "\": ";
            Subject subject = Subject.of(test.prompt(), Json.compact(test.output()));
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

    private static Judgement judge(List<Clause> clauses, Subject subject) {
        return Judgement.of(clauses.stream()
                .map(clause -> new ConditionVerdict(clause.name, clause.severity, clause.check.evaluate(subject)))
                .toList());
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
                        condition.name(), condition.severity(), Checks.parse(condition.check(), origin + "/" + i)));
            } catch (InputException e) {
                refuse(condition.name(), condition.severity(), e, into);
            }
        }
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
        return new Verdict(finding.outcome(), finding.reason(), finding.spans(), check, 1);
    }
}
