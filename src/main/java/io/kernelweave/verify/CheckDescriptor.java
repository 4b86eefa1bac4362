package io.kernelweave.verify;

import com.fasterxml.jackson.annotation.JsonValue;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trace.Trace;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the reference says of one check. Each check has one such file, {@code checks/<name>.json} beside this class; the
 * published JSON Schema, the reference page and {@code kernelweave checks} are made of them.
 *
 * @param check the check's name
 * @param says what it demands, in one sentence
 * @param arguments a JSON Schema with a description for each argument; {@code #/$defs/…} are those of {@code
 *     definitions.json}
 * @param required the arguments that must be given
 * @param constraints JSON Schema keywords on the arguments together; null if there are none
 * @param examples at least one that passes where the check can pass, and one that does not
 */
public record CheckDescriptor(
        String check,
        Family family,
        String says,
        ObjectNode arguments,
        List<String> required,
        @Nullable ObjectNode constraints,
        List<Example> examples) {

    /** What a check is about. */
    public enum Family {
        TEXT,
        COUNT,
        STRUCTURED,
        EVIDENCE,
        PROCESS,
        SAFETY,
        UNDECIDED,
        CONNECTIVE;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A condition judged.
     *
     * @param trace the trace its events in short; null if there is none
     */
    public record Example(
            ObjectNode condition,
            String prompt,
            String answer,
            @Nullable ObjectNode trace,
            Outcome outcome) {
        public Example {
            prompt = prompt == null ? "" : prompt;
            answer = answer == null ? "" : answer;
        }

        /** What the condition is judged on. */
        public Subject subject() {
            Subject subject = Subject.of(prompt, answer);
            return trace == null ? subject : subject.with(sketched(trace));
        }

        /** A trace of which an example gives only what matters: events without numbers and times. */
        private Trace sketched(ObjectNode sketch) {
            ObjectNode whole = Json.object()
                    .put("trace_id", "t-example")
                    .put("prompt", prompt)
                    .put("started_at", "2024-01-01T00:00:00Z")
                    .put("duration_nanos", 0)
                    .put("verdict", "UNKNOWN");
            whole.setAll(sketch);
            ArrayNode events = whole.putArray("events");
            for (JsonNode event : sketch.path("events")) {
                ObjectNode each =
                        events.addObject().put("sequence", events.size() - 1).put("at_nanos", 0);
                each.putObject("data");
                each.setAll((ObjectNode) event);
            }
            return Json.convert(whole, Trace.class, "the example's trace");
        }
    }

    public CheckDescriptor {
        required = List.copyOf(required);
        examples = List.copyOf(examples);
    }

    /** The descriptors of all checks, by family, then by name. */
    public static List<CheckDescriptor> all() {
        return Checks.names().stream()
                .map(CheckDescriptor::of)
                .sorted(Comparator.comparing(CheckDescriptor::family).thenComparing(CheckDescriptor::check))
                .toList();
    }

    /**
     * The descriptor of one check.
     *
     * @throws InputException if there is no such check
     */
    public static CheckDescriptor of(String check) {
        if (!Checks.names().contains(check)) {
            throw Checks.unknown("check", check);
        }
        String resource = "checks/" + check + ".json";
        return Json.parse(resource(resource), CheckDescriptor.class, resource);
    }

    static String resource(String name) {
        try (InputStream stream = CheckDescriptor.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException("the resource " + name + " is missing");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("the resource " + name + " cannot be read", e);
        }
    }
}
