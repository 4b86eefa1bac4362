package io.kernelweave.verify;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A value of a subject that the check language's expressions compute, for whoever looks for conditions rather than judging by them. */
public final class Computed {
    private final Expression expression;

    private Computed(Expression expression) {
        this.expression = expression;
    }

    /**
     * Compiles an expression.
     *
     * @param origin where it stands, for refusals
     * @throws io.kernelweave.json.InputException if it is none
     */
    public static Computed parse(JsonNode expression, String origin) {
        return new Computed(Expression.parse(expression, origin));
    }

    /** Its value; empty where a check of it would be UNKNOWN. */
    public Optional<JsonNode> of(Subject subject) {
        try {
            return Optional.of(expression.value(subject, false));
        } catch (Undecided e) {
            return Optional.empty();
        }
    }
}
