package io.kernelweave.trace;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/**
 * One thing that happened.
 *
 * @param sequence position in the trace, from 0
 * @param atNanos nanoseconds since the trace began
 * @param data what is particular to the kind: a decision's candidates, a verification's verdicts, an answer's text
 */
public record TraceEvent(int sequence, Kind kind, String name, long atNanos, ObjectNode data) {
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
        EVIDENCE,
        GENERATION,
        VERIFICATION,
        FAILURE,
        RETRY,
        ROLLBACK,
        OUTPUT;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
