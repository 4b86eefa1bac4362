package io.kernelweave.dataset;

import io.kernelweave.decode.WrittenForm.Formats;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trial.SchemaCase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Schemas with documents, read from the sources of a spec: JSON Lines with {@code schema} and {@code tests} ({@code valid}, {@code data},
 * {@code description}), and an {@code id} or the file of a suite. A line that cannot be read, whatever the reason, is a case with a problem
 * and not the end of the job.
 *
 * @param digest SHA-256 over how the rows are read and the sorted digests of their lines
 * @param cases in the order of the sources
 */
public record SchemaCases(String name, String digest, List<SchemaCase> cases) {
    public SchemaCases {
        cases = List.copyOf(cases);
    }

    /** @throws InputException if a source is missing or is no JSON Lines, or if there is no row at all */
    public static SchemaCases read(DatasetSpec spec) {
        DatasetSpec.Schemas settings = spec.schemas();
        if (settings == null) {
            throw InputException.at(
                    "data set " + spec.name(), "its rows are prompts, not schemas", "name a spec with schemas");
        }
        List<SchemaCase> cases = new ArrayList<>();
        List<String> digests = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        Map<String, Integer> groups = new HashMap<>();
        spec.sources()
                .forEach((name, source) -> Sources.readLines(source, spec.obtain(), (origin, line) -> {
                    Line read = Line.read(line, settings.file(), spec.fields());
                    String given = read.id != null
                            ? read.id
                            : read.file != null
                                    ? read.file + "#" + groups.merge(read.file, 1, Integer::sum)
                                    : name + "-" + (cases.size() + 1);
                    String id = given;
                    for (int i = 2; !ids.add(id); i++) {
                        id = given + "~" + i;
                    }
                    cases.add(read.toCase(id, spec.name(), settings));
                    digests.add(Digest.of(line));
                }));
        if (cases.isEmpty()) {
            throw InputException.at("data set " + spec.name(), "its sources hold no row", "give sources with rows");
        }
        digests.sort(null);
        String digest = Digest.of(settings + "\n" + spec.fields() + "\n" + String.join("\n", digests));
        return new SchemaCases(spec.name(), digest, cases);
    }

    /** What a line says, kept as text; read by a parser that does not build what may be deep or large. */
    private static final class Line {
        private @Nullable String id;
        private @Nullable String file;
        private @Nullable String schema;
        private String description = "";
        private @Nullable List<SchemaCase.Instance> instances;
        private @Nullable String problem;

        static Line read(String text, @Nullable String fileField, Map<String, String> fields) {
            Line line = new Line();
            try (JsonParser parser = Json.mapper().createParser(text)) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    line.problem = "the line is not a JSON object";
                    return line;
                }
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String field = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (field.equals(fields.getOrDefault("id", "id")) && value.isScalarValue()) {
                        line.id = parser.getString();
                    } else if (field.equals(fileField) && value.isScalarValue()) {
                        line.file = parser.getString();
                    } else if (field.equals(fields.getOrDefault("description", "description"))
                            && value.isScalarValue()) {
                        line.description = parser.getString();
                    } else if (field.equals(fields.getOrDefault("schema", "schema"))) {
                        line.schema = source(parser, text);
                    } else if (field.equals(fields.getOrDefault("tests", "tests")) && value == JsonToken.START_ARRAY) {
                        line.instances = line.instances(parser, text);
                    } else {
                        parser.skipChildren();
                    }
                }
                if (parser.nextToken() != null) {
                    line.problem = "something follows the JSON object";
                }
            } catch (JacksonException e) {
                line.problem = "the line cannot be read: "
                        + String.valueOf(e.getOriginalMessage()).replaceAll("\\s*\\R.*", "");
            }
            if (line.problem == null) {
                line.problem = line.schema == null
                        ? "the line has no schema"
                        : line.instances == null ? "the line has no list of tests" : null;
            }
            return line;
        }

        private List<SchemaCase.Instance> instances(JsonParser parser, String text) {
            List<SchemaCase.Instance> found = new ArrayList<>();
            for (JsonToken test = parser.nextToken(); test != JsonToken.END_ARRAY; test = parser.nextToken()) {
                Boolean valid = null;
                String data = null;
                String about = "";
                while (test == JsonToken.START_OBJECT && parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String field = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (field.equals("valid") && value.isBoolean()) {
                        valid = parser.getBooleanValue();
                    } else if (field.equals("data")) {
                        data = source(parser, text);
                    } else if (field.equals("description") && value.isScalarValue()) {
                        about = parser.getString();
                    } else {
                        parser.skipChildren();
                    }
                }
                if (valid == null || data == null) {
                    problem = "test " + found.size() + " is no object with valid and data";
                    parser.skipChildren();
                }
                found.add(new SchemaCase.Instance(Boolean.TRUE.equals(valid), about, data == null ? "null" : data));
            }
            return found;
        }

        /** The text of the value that the parser is at; leaves the parser at its end. */
        private static String source(JsonParser parser, String text) {
            int from = Math.toIntExact(parser.currentTokenLocation().getCharOffset());
            parser.skipChildren();
            parser.finishToken(); // a string is not read to its end before it is asked for
            return text.substring(from, Math.toIntExact(parser.currentLocation().getCharOffset()));
        }

        SchemaCase toCase(String caseId, String source, DatasetSpec.Schemas settings) {
            String draft = file == null ? null : file.substring(0, Math.max(0, file.indexOf('/')));
            String below = file == null ? "" : file.substring(file.indexOf('/') + 1);
            Formats formats =
                    settings.assertedIn().stream().anyMatch(below::startsWith) ? Formats.ASSERTED : settings.formats();
            return new SchemaCase(
                    caseId,
                    source,
                    file == null || draft == null
                            ? null
                            : new SchemaCase.Place(file, draft, !below.startsWith("optional/")),
                    description,
                    formats,
                    draft == null ? null : settings.drafts().get(draft),
                    schema == null ? "" : schema,
                    problem != null ? List.of() : Objects.requireNonNull(instances),
                    problem);
        }
    }
}
