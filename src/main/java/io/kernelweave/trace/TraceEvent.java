package io.kernelweave.trace;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One thing that happened.
 *
 * @param sequence position in the trace, from 0
 * @param atNanos nanoseconds since the trace began
 * @param data what is particular to the kind: a decision's candidates, a verification's verdicts, an answer's text
 * @param parent the event that it is part of, by its position; null if it is part of none
 * @param durationNanos how long it took; null if it took no time, or nobody knows
 */
public record TraceEvent(
        int sequence,
        Kind kind,
        String name,
        long atNanos,
        ObjectNode data,
        @JsonInclude(Include.NON_NULL) @Nullable Integer parent,
        @JsonInclude(Include.NON_NULL) @Nullable Long durationNanos) {
    /** What sort of event it was. */
    public enum Kind {
        PLAN,
        /** A tool, {@code name}, is called; {@code data.arguments}, or all of the data, is what with. */
        TOOL_CALL,
        /**
         * What a tool, {@code name}, gave back: {@code data.result}, or all of the data; {@code data.error} if it failed.
         * Where calls overlap, {@code data.call} is the same in both events. One that is called {@code state} is the state of
         * the world.
         */
        OBSERVATION,
        DECISION,
        /** {@code data.source} says where from, {@code data.text} what, {@code data.reliability} how far to trust it, 0 to 1. */
        EVIDENCE,
        /** A model wrote {@code data.text}. */
        GENERATION,
        VERIFICATION,
        FAILURE,
        RETRY,
        ROLLBACK,
        OUTPUT,
        /** What another program recorded and this one has no kind for: named as it was there, its data as they were. */
        UNKNOWN;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    TraceEvent timeless() {
        return new TraceEvent(sequence, kind, name, 0, data, parent, null);
    }
}
