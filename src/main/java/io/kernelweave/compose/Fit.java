package io.kernelweave.compose;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import tools.jackson.databind.JsonNode;

/** Whether what one part gives is always what the next takes. */
public sealed interface Fit {
    /** Always. */
    record Proven() implements Fit {}

    /**
     * Not always, or never.
     *
     * @param witness a value that the one may give and the other does not take
     * @param reason what of the other's demands it fails, one line
     */
    record Refuted(@JsonInclude JsonNode witness, String reason) implements Fit {}

    /**
     * It could not be told: a guard decides when it runs.
     *
     * @param reason one line
     */
    record Unknown(String reason) implements Fit {}

    /** {@code PROVEN}, {@code REFUTED} or {@code UNKNOWN}. */
    @JsonProperty("answer")
    default String answer() {
        return this instanceof Proven ? "PROVEN" : this instanceof Refuted ? "REFUTED" : "UNKNOWN";
    }

    /** Both hold. */
    default Fit and(Fit other) {
        if (this instanceof Refuted || other instanceof Proven) {
            return this;
        }
        return other instanceof Refuted || this instanceof Proven ? other : this;
    }
}
