package io.kernelweave.trace;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The record of one task: the prompt, what happened, what came out, and what the gate said of it.
 *
 * @param kernelId the kernel that answered, or null for raw generation
 * @param startedAt wall-clock start, UTC
 * @param durationNanos from the first to the last event
 * @param verdict {@code PASS}, {@code FAIL} or {@code UNKNOWN}: what the gate said, never assumed
 */
public record Trace(
        String traceId,
        String prompt,
        @Nullable String taskFamily,
        @Nullable String kernelId,
        Instant startedAt,
        long durationNanos,
        List<TraceEvent> events,
        @Nullable String output,
        String verdict) {

    public Trace {
        require("trace_id", traceId);
        require("prompt", prompt);
        require("started_at", startedAt);
        require("verdict", verdict);
        events = events == null ? List.of() : List.copyOf(events);
    }

    private static void require(String field, @Nullable Object value) {
        if (value == null) {
            throw InputException.at("/" + field, "is missing", "give it a value");
        }
    }

    /** Reads a trace from its JSON. */
    public static Trace parse(String text, String origin) {
        return Json.parse(text, Trace.class, origin);
    }

    /** The last event of a kind. */
    public Optional<TraceEvent> last(TraceEvent.Kind kind) {
        return events.stream().filter(event -> event.kind() == kind).reduce((first, second) -> second);
    }
}
