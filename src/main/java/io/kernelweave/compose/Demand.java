package io.kernelweave.compose;

import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Condition;
import io.kernelweave.schema.SchemaValidator;
import io.kernelweave.schema.Violation;
import io.kernelweave.verify.Check;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.ConditionVerdict;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import io.kernelweave.verify.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a part demands of the value that it is given: a schema, and checks that see it as {@code input}. Compiled once. */
final class Demand {
    private final String name;
    private final JsonNode schema;
    private final List<Condition> conditions;
    private final List<Check> checks = new ArrayList<>();
    private @Nullable SchemaValidator validator;
    private @Nullable String problem;

    Demand(String name, JsonNode schema, List<Condition> conditions) {
        this.name = name;
        this.schema = schema;
        this.conditions = conditions;
        try {
            validator = SchemaValidator.compile(schema, name + " /schema");
            for (Condition condition : conditions) {
                checks.add(Checks.parse(condition.check(), name + " /" + condition.name()));
            }
        } catch (InputException e) {
            problem = String.valueOf(e.getMessage());
        }
    }

    /** Who demands it. */
    String name() {
        return name;
    }

    JsonNode schema() {
        return schema;
    }

    List<Condition> conditions() {
        return conditions;
    }

    /** Why it cannot be checked at all; null if it can. */
    @Nullable
    String problem() {
        return problem;
    }

    /** How a value violates the schema; null if it does not. UNKNOWN counts as no violation. */
    @Nullable
    String violation(JsonNode value) {
        SchemaValidator compiled = validator;
        try {
            List<Violation> violations = compiled == null ? List.of() : compiled.validate(value);
            return violations.isEmpty()
                    ? null
                    : "at \"" + violations.get(0).pointer() + "\": "
                            + violations.get(0).message();
        } catch (InputException e) {
            return null;
        }
    }

    /** What a check says of a value, by its place among the conditions. */
    Verdict verdict(int condition, JsonNode value) {
        return checks.get(condition).evaluate(Subject.of(value, ""));
    }

    /** Why a value is not taken, UNKNOWN included; null if it is. */
    @Nullable
    String refusal(JsonNode value) {
        SchemaValidator compiled = validator;
        if (problem != null || compiled == null) {
            return "cannot be checked: " + problem;
        }
        try {
            if (!compiled.validate(value).isEmpty()) {
                return violation(value);
            }
        } catch (InputException e) {
            return e.getMessage();
        }
        for (int i = 0; i < checks.size(); i++) {
            Verdict verdict = verdict(i, value);
            if (verdict.binding() != Outcome.PASS) {
                return conditions.get(i).name() + " is " + verdict.binding() + ": " + verdict.reason();
            }
        }
        return null;
    }

    /** Why a judgement is not PASS; null if it is. */
    static @Nullable String reason(Judgement judgement) {
        if (judgement.outcome() == Outcome.PASS) {
            return null;
        }
        return judgement.verdicts().stream()
                .filter(ConditionVerdict::blocks)
                .findFirst()
                .map(verdict -> verdict.condition() + " is " + verdict.verdict().binding() + ": "
                        + verdict.verdict().reason())
                .orElse("nothing says that it holds");
    }

    /** This and what a value is known to be besides. */
    Shape shape() {
        List<Shape> shapes = new ArrayList<>();
        shapes.add(Shape.of(schema).orElse(Shape.ANY));
        conditions.forEach(
                condition -> shapes.add(ConditionSets.of(condition.check()).mayPass()));
        return Shape.all(shapes);
    }
}
