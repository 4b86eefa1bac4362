package io.kernelweave.trace;

import io.kernelweave.json.CanonicalJson;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The record of one task: the prompt, what happened, what came out, and what the gate said of it.
 *
 * @param kernelId the kernel that answered, or null for raw generation
 * @param startedAt wall-clock start, UTC; the epoch where another program's record does not say
 * @param durationNanos from the first to the last event; 0 where nobody knows
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

    /** What happened, and in which order, but not when: the start is the epoch, and nothing took any time. */
    public Trace timeless() {
        return new Trace(
                traceId,
                prompt,
                taskFamily,
                kernelId,
                Instant.EPOCH,
                0,
                events.stream().map(TraceEvent::timeless).toList(),
                output,
                verdict);
    }

    /**
     * SHA-256 of the canonical JSON of what happened: without the trace's id, and without start, times and durations, which
     * differ each time the same thing happens.
     */
    public String digest() {
        return Digest.of(content());
    }

    /** What the digest covers. */
    ObjectNode content() {
        ObjectNode json = Json.tree(this);
        json.remove(List.of("trace_id", "started_at", "duration_nanos"));
        json.path("events")
                .forEach(event -> ((ObjectNode) event).remove(List.of("sequence", "at_nanos", "duration_nanos")));
        return (ObjectNode) digestible(json);
    }

    /** Other programs' data may have numbers that the canonical form refuses: they count as their texts. */
    static JsonNode digestible(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = Json.object();
            object.properties().forEach(field -> copy.set(field.getKey(), digestible(field.getValue())));
            return copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = Json.mapper().createArrayNode();
            array.forEach(element -> copy.add(digestible(element)));
            return copy;
        }
        if (node.isNumber()) {
            try {
                CanonicalJson.text(node);
            } catch (InputException e) {
                return Json.tree(node.toString());
            }
        }
        return node;
    }
}
