package io.kernelweave.json;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonPointer;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.MapperBuilder;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The project's two mappers, JSON and YAML, set up for other people's data: a depth of at most 200, strings of at most
 * 16 MiB, documents of at most 256 MiB, no duplicate keys, no unknown fields. Field names are snake_case, records are the
 * objects, decimal numbers keep their digits.
 *
 * <p>Every method that reads raises {@link InputException} naming the origin and, where the parser knows it, line, column
 * and JSON pointer.
 */
public final class Json {
    private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
            .maxNestingDepth(200)
            .maxStringLength(16 << 20)
            .maxDocumentLength(256L << 20)
            .maxNumberLength(400)
            .build();

    private static final ObjectMapper JSON = configure(JsonMapper.builder(
                    JsonFactory.builder().streamReadConstraints(LIMITS).build()))
            .build();

    private static final ObjectMapper YAML = configure(YAMLMapper.builder(
                    YAMLFactory.builder().streamReadConstraints(LIMITS).build()))
            .build();

    /** For texts that were read byte by byte before. */
    private static final ObjectMapper TRUSTED = configure(JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(1000)
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNumberLength(Integer.MAX_VALUE)
                            .build())
                    .build()))
            .build();

    private Json() {}

    private static <M extends ObjectMapper, B extends MapperBuilder<M, B>> B configure(B builder) {
        return builder.propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                // Components of records only: a record's own isX() and getX() are not data.
                .changeDefaultVisibility(visibility -> visibility
                        .withFieldVisibility(Visibility.ANY)
                        .withIsGetterVisibility(Visibility.NONE)
                        .withGetterVisibility(Visibility.NONE))
                .enable(
                        SerializationFeature
                                .ORDER_MAP_ENTRIES_BY_KEYS) // the order of Map.of differs from process to process
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY);
    }

    /** The JSON mapper, for conversions between trees and records. */
    public static ObjectMapper mapper() {
        return JSON;
    }

    public static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /** Parses one JSON document; {@code origin} names it in a refusal. */
    public static JsonNode parse(String text, String origin) {
        return read(JSON, text, JsonNode.class, origin);
    }

    /** The same for a text that is known to be JSON, however long its numbers are. */
    public static JsonNode parseTrusted(String text) {
        return read(TRUSTED, text, JsonNode.class, "text");
    }

    public static <T> T parse(String text, Class<T> type, String origin) {
        return read(JSON, text, type, origin);
    }

    public static <T> T parseYaml(String text, Class<T> type, String origin) {
        return read(YAML, text, type, origin);
    }

    public static String yaml(Object value) {
        return YAML.writeValueAsString(value);
    }

    /** Reads a local JSON file. */
    public static <T> T read(Path file, Class<T> type) {
        return parse(text(file), type, file.toString());
    }

    /** Reads a local YAML file. */
    public static <T> T readYaml(Path file, Class<T> type) {
        return parseYaml(text(file), type, file.toString());
    }

    /** Turns a tree into a record, refusing what does not fit. */
    public static <T> T convert(JsonNode tree, Class<T> type, String origin) {
        try {
            return JSON.treeToValue(tree, type);
        } catch (JacksonException e) {
            throw refusal(e, origin, e.getLocation());
        }
    }

    public static <T extends JsonNode> T tree(Object value) {
        return JSON.valueToTree(value);
    }

    /** One line, no spaces, fields of records in declaration order, those of maps in the order of their names. */
    public static String compact(Object value) {
        return JSON.writeValueAsString(value);
    }

    /** Two-space indentation and {@code \n} on every platform, with a final line break. */
    public static String pretty(Object value) {
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
        return JSON.writer().with(printer).writeValueAsString(value) + "\n";
    }

    private static <T> T read(ObjectMapper mapper, String text, Class<T> type, String origin) {
        try {
            T value = mapper.readValue(text, type);
            if (value == null || value instanceof JsonNode node && node.isMissingNode()) {
                throw InputException.at(origin, "the document is empty", "give one value");
            }
            return value;
        } catch (JacksonException e) {
            throw refusal(e, origin, location(e, mapper, text));
        } catch (ArithmeticException | NumberFormatException e) { // an exponent that no BigDecimal holds
            throw InputException.at(origin, "holds a number that is out of range", "write it as a string");
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw InputException.at(file.toString(), "there is no such file", "check the path");
        } catch (java.nio.charset.CharacterCodingException e) {
            throw InputException.at(file.toString(), "the bytes are not UTF-8", "save the file as UTF-8");
        } catch (IOException e) {
            throw InputException.at(file.toString(), "cannot be read: " + e.getMessage(), "check its permissions");
        }
    }

    /** The parser's words without the names of Java types and of the parser's own things. */
    private static @Nullable String plain(@Nullable String message) {
        return message == null
                ? null
                : message.replaceAll("Cannot deserialize value of type `[^`]*` from ", "unexpected ")
                        .replaceAll("Cannot construct instance of `[^`]*`.*", "a value of the wrong type")
                        .replaceAll(" \\(token `[^`]*`\\)", "")
                        .replaceAll("\\s*\\(?(?:for (?:Array|Object) starting at|start marker at) \\[Source.*", "")
                        .replaceAll("\\(code \\d+[^)]*\\)", "")
                        .replace("`", "")
                        .strip();
    }

    private static InputException refusal(JacksonException e, String origin, @Nullable TokenStreamLocation location) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof InputException input) {
                return input.in(origin + place(e, location));
            }
        }
        String problem = plain(e.getOriginalMessage());
        String remedy = "correct the document";
        if (e instanceof UnrecognizedPropertyException unknown) {
            problem = "unknown field \"" + unknown.getPropertyName() + "\"";
            remedy = "known here: "
                    + String.join(
                            ", ",
                            unknown.getKnownPropertyIds() == null
                                    ? java.util.List.of()
                                    : unknown.getKnownPropertyIds().stream()
                                            .map(String::valueOf)
                                            .sorted()
                                            .toList());
        } else if (problem == null) {
            problem = e.getClass().getSimpleName();
        } else {
            int detail = problem.indexOf('\n');
            problem = detail < 0 ? problem : problem.substring(0, detail);
        }
        return InputException.at(origin + place(e, location), problem, remedy);
    }

    private static String place(JacksonException e, @Nullable TokenStreamLocation location) {
        StringBuilder place = new StringBuilder();
        if (location != null && location.getLineNr() > 0) {
            place.append(" line ").append(location.getLineNr());
            if (location.getColumnNr() > 0) {
                place.append(" column ").append(location.getColumnNr());
            }
        }
        String pointer = pointer(e);
        return pointer.isEmpty()
                ? place.toString()
                : place.append(" at ").append(pointer).toString();
    }

    /** The JSON pointer of what does not fit; empty if it is the document, or no JSON at all. */
    private static String pointer(JacksonException e) {
        StringBuilder pointer = new StringBuilder();
        if (e instanceof DatabindException databind) {
            for (JacksonException.Reference step : databind.getPath()) {
                String name = step.getPropertyName();
                pointer.append('/')
                        .append(
                                name == null
                                        ? String.valueOf(step.getIndex())
                                        : name.replace("~", "~0").replace("/", "~1"));
            }
        }
        return pointer.toString();
    }

    /** Where what does not fit stands in the text; the parser that noticed may be lines ahead of it. */
    private static @Nullable TokenStreamLocation location(JacksonException e, ObjectMapper mapper, String text) {
        String pointer = pointer(e);
        if (!pointer.isEmpty()) {
            JsonPointer wanted = JsonPointer.compile(pointer);
            try (JsonParser parser = mapper.createParser(text)) {
                while (parser.nextToken() != null) {
                    if (parser.streamReadContext().pathAsPointer().equals(wanted)) {
                        return parser.currentTokenLocation();
                    }
                }
            } catch (JacksonException broken) {
                return e.getLocation();
            }
        }
        return e.getLocation();
    }
}
