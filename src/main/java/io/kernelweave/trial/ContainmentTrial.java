package io.kernelweave.trial;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.schema.Containment;
import io.kernelweave.schema.SchemaValidator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What became of a question whether one schema contains another, and how the answer stands to the one that is expected. Whatever an answer
 * shows, it is shown to the standard validator, apart from the search that found it.
 *
 * @param answer of {@link Containment}
 * @param confirmed whether the validator says what the witness of a refutation is said to show; null without one
 * @param why in a disagreement, what speaks for whom; else empty
 * @param cpuNs thread CPU time of the answer
 */
public record ContainmentTrial(
        Containment answer, @Nullable Boolean confirmed, Standing standing, String why, long cpuNs) {

    /** How an answer stands to the one that is expected. */
    public enum Standing {
        /** It is the one that is expected. */
        AGREES,
        /** There is none. */
        UNDECIDED,
        /**
         * It is another, and the validator shows that it is right: a refutation by a witness that it confirms; a proof by values that
         * stand for all, none of which it finds to satisfy the one schema and not the other.
         */
        DISPUTED,
        /** It is another, and nothing shows that it is right. */
        UNSOUND
    }

    /**
     * Asks.
     *
     * @throws InputException if a schema is no JSON
     */
    public static ContainmentTrial of(ContainmentCase subject) {
        JsonNode one = Json.parse(subject.one(), "first schema");
        JsonNode other = Json.parse(subject.other(), "second schema");
        long before = Meter.cpuNanos();
        Containment answer = subject.equivalence() ? Containment.equivalence(one, other) : Containment.of(one, other);
        long cpuNs = Meter.cpuNanos() - before;
        if (answer instanceof Containment.Unknown) {
            return new ContainmentTrial(answer, null, Standing.UNDECIDED, "", cpuNs);
        }
        Boolean confirmed = null;
        if (answer instanceof Containment.Refuted refuted) {
            confirmed = tellsApart(one, other, subject.equivalence(), refuted.witness());
        }
        if (answer instanceof Containment.Proven == subject.expected()) {
            return new ContainmentTrial(answer, confirmed, Standing.AGREES, "", cpuNs);
        }
        if (confirmed != null) {
            return confirmed
                    ? new ContainmentTrial(answer, true, Standing.DISPUTED, "the validator confirms the witness", cpuNs)
                    : new ContainmentTrial(
                            answer, false, Standing.UNSOUND, "the validator does not confirm the witness", cpuNs);
        }
        return proven(answer, one, other, subject.equivalence(), cpuNs);
    }

    /** Where a proof is said to be wrong, the validator looks at every value that matters, if these can be listed. */
    private static ContainmentTrial proven(
            Containment answer, JsonNode one, JsonNode other, boolean equivalence, long cpuNs) {
        Optional<List<JsonNode>> values = Representatives.of(one, other);
        if (values.isEmpty()) {
            return new ContainmentTrial(answer, null, Standing.UNSOUND, "nothing but the proof speaks for it", cpuNs);
        }
        for (JsonNode value : values.get()) {
            if (tellsApart(one, other, equivalence, value)) {
                return new ContainmentTrial(
                        answer,
                        null,
                        Standing.UNSOUND,
                        "the validator tells them apart by " + Json.compact(value),
                        cpuNs);
            }
        }
        return new ContainmentTrial(
                answer,
                null,
                Standing.DISPUTED,
                "of " + values.get().size()
                        + " values that stand for all, the validator finds none in the one that is not in the other",
                cpuNs);
    }

    private static boolean tellsApart(JsonNode one, JsonNode other, boolean equivalence, JsonNode value) {
        try {
            boolean first =
                    SchemaValidator.compile(one, "first schema").validate(value).isEmpty();
            boolean second = SchemaValidator.compile(other, "second schema")
                    .validate(value)
                    .isEmpty();
            return equivalence ? first != second : first && !second;
        } catch (InputException e) {
            return false;
        }
    }
}
