package io.kernelweave.trace;

import com.fasterxml.jackson.annotation.JsonValue;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A form that other programs write traces in. */
public enum TraceForm {
    /** Messages with {@code role}, {@code content} and {@code tool_calls}, as chat completions take them. */
    OPENAI(new OpenAiForm()),
    /** OTLP JSON with the spans that OpenTelemetry's conventions for generative AI describe ({@code gen_ai.*}). */
    OTEL(new OtelForm()),
    /** One object a trace with {@code steps[] {kind, tool, args, observation, error}}. */
    CORPUS(new CorpusForm());

    /** One document of a file, or one line of it. */
    record Entry(String where, JsonNode value) {}

    /**
     * A trace in another form.
     *
     * @param lost what that form cannot hold, a line each
     */
    public record Written(JsonNode document, List<String> lost) {}

    interface Codec {
        boolean fits(JsonNode document);

        List<ImportedTrace> read(List<Entry> documents);

        Written write(Trace trace, ImportedTrace.@Nullable Origin origin);
    }

    private final Codec codec;

    TraceForm(Codec codec) {
        this.codec = codec;
    }

    @JsonValue
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static TraceForm of(String label) {
        for (TraceForm form : values()) {
            if (form.label().equals(label)) {
                return form;
            }
        }
        throw InputException.at("\"" + label + "\"", "is no form of traces", "use openai, otel or corpus");
    }

    /** The form that a document obviously has. */
    static TraceForm guess(Entry entry) {
        for (TraceForm form : values()) {
            if (form.codec.fits(entry.value())) {
                return form;
            }
        }
        throw InputException.at(
                entry.where(),
                "has neither messages nor resourceSpans nor steps",
                "give a message log, an OTLP export or a corpus of traces");
    }

    List<ImportedTrace> read(List<Entry> documents) {
        return codec.read(documents);
    }

    /**
     * Writes a trace in this form.
     *
     * @param origin what came with it, if it was imported
     */
    public Written write(Trace trace, ImportedTrace.@Nullable Origin origin) {
        return codec.write(trace, origin);
    }

    /** A field that has to be an array; an absent one is empty. */
    static Iterable<JsonNode> array(JsonNode parent, String field, String where) {
        if (!parent.isObject()) {
            throw InputException.at(where, "is " + shown(parent), "give an object");
        }
        JsonNode value = parent.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        return elements(value, where + "/" + field);
    }

    static Iterable<JsonNode> elements(JsonNode value, String where) {
        if (!value.isArray()) {
            throw InputException.at(where, "is " + shown(value), "give an array");
        }
        return value;
    }

    static String text(JsonNode parent, String field, String where) {
        JsonNode value = parent.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isString()) {
            throw InputException.at(where + "/" + field, "is " + shown(value), "give a text");
        }
        return value.stringValue();
    }

    static String shown(JsonNode value) {
        String text = value.isMissingNode() ? "missing" : Json.compact(value);
        return text.length() <= 40 ? text : text.substring(0, 37) + "...";
    }
}
