package io.kernelweave.trace;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trace.TraceEvent.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The events of one trace as they are read from another program's record, redacted as they come in. */
final class Transcript {
    static final int MOST_EVENTS = 20_000;

    private final String where;
    private final List<TraceEvent> events = new ArrayList<>();

    Transcript(String where) {
        this.where = where;
    }

    /** Adds an event without a time; returns its position. */
    int add(Kind kind, String name, ObjectNode data, @Nullable Integer parent) {
        return add(kind, name, 0, data, parent, null);
    }

    int add(
            Kind kind,
            String name,
            long atNanos,
            ObjectNode data,
            @Nullable Integer parent,
            @Nullable Long durationNanos) {
        if (events.size() == MOST_EVENTS) {
            throw InputException.at(where, "has more than " + MOST_EVENTS + " events", "cut it into several traces");
        }
        int position = events.size();
        events.add(new TraceEvent(
                position,
                kind,
                Redaction.redact(name),
                atNanos,
                (ObjectNode) Redaction.redact(data),
                parent,
                durationNanos));
        return position;
    }

    List<TraceEvent> events() {
        return events;
    }

    ImportedTrace end(String prompt, @Nullable String family, ImportedTrace.Origin origin) {
        return end(prompt, family, null, Instant.EPOCH, 0, finalText(), origin);
    }

    ImportedTrace end(
            String prompt,
            @Nullable String family,
            @Nullable String kernelId,
            Instant startedAt,
            long durationNanos,
            @Nullable String output,
            ImportedTrace.Origin origin) {
        Trace trace = new Trace(
                "",
                Redaction.redact(prompt),
                family,
                kernelId,
                startedAt,
                durationNanos,
                events,
                output == null ? null : Redaction.redact(output),
                "UNKNOWN");
        try {
            return ImportedTrace.named(
                    trace,
                    new ImportedTrace.Origin(
                            origin.form(), Redaction.redact(origin.id()), origin.outcome(), (ObjectNode)
                                    Redaction.redact(origin.fields())));
        } catch (InputException e) {
            throw e.in(where);
        }
    }

    /** What the model wrote last, unless it called a tool after that. */
    @Nullable
    String finalText() {
        for (int i = events.size() - 1; i >= 0; i--) {
            TraceEvent event = events.get(i);
            String text = event.data().path("text").asString("");
            if (event.kind() == Kind.TOOL_CALL) {
                return null;
            }
            if (event.kind() == Kind.GENERATION && !text.isBlank()) {
                return text;
            }
        }
        return null;
    }

    /**
     * Puts a value under a field. A text that is a JSON object or array is put as what it says, so that paths lead into it, and
     * as it was written under {@code <field>_text}; what is missing is put as null.
     */
    static void put(ObjectNode data, String field, JsonNode value) {
        data.set(field, value.isMissingNode() ? Json.mapper().nullNode() : value);
        if (value.isString() && value.stringValue().stripLeading().matches("(?s)[{\\[].*")) {
            try {
                data.set(field, Json.parse(value.stringValue(), field));
                data.set(field + "_text", value);
            } catch (InputException e) {
                data.set(field, value); // it only begins like JSON
            }
        }
    }

    /** What {@link #put} was given; missing if it was not. */
    static JsonNode given(ObjectNode data, String field) {
        return data.has(field + "_text") ? data.get(field + "_text") : data.path(field);
    }

    /** The fields of an object but those that are named; null if there are none. */
    static @Nullable ObjectNode rest(JsonNode object, String... known) {
        ObjectNode rest = ((ObjectNode) object).deepCopy();
        rest.remove(List.of(known));
        return rest.isEmpty() ? null : rest;
    }
}
