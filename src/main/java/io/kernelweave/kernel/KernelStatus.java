package io.kernelweave.kernel;

import io.kernelweave.json.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the gate holds of a kernel, kept apart from its content.
 *
 * @param evidence the figures that the state rests on
 */
public record KernelStatus(State state, ObjectNode evidence) {

    /** A kernel's life; {@code RETIRED} is its end. */
    public enum State {
        CANDIDATE,
        VERIFIED,
        TRUSTED,
        QUARANTINED,
        RETIRED;

        /** May the router send prompts to a kernel in this state? */
        public boolean isRoutable() {
            return this != QUARANTINED && this != RETIRED;
        }

        @com.fasterxml.jackson.annotation.JsonValue
        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public KernelStatus(State state, @Nullable ObjectNode evidence) {
        this.state = state;
        this.evidence = evidence == null ? Json.object() : evidence;
    }

    public static KernelStatus candidate() {
        return new KernelStatus(State.CANDIDATE, null);
    }
}
