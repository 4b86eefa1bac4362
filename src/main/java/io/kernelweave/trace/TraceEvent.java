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
        TOOL_CALL,
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
