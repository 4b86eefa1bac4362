package io.kernelweave.schema;

import com.google.re2j.Pattern;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.ValidationLimitExceededException;
import com.networknt.schema.path.PathType;
import com.networknt.schema.regex.RegularExpression;
import io.kernelweave.json.InputException;
import io.kernelweave.regex.Dialect;
import io.kernelweave.schema.Subschema.Located;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A compiled JSON Schema, <a href="https://json-schema.org/draft/2020-12">draft 2020-12</a> unless its {@code $schema} names
 * an older draft. Safe for use by many threads.
 *
 * <p>Schemas are other people's data: nothing is fetched, so a reference must stay inside the document, whose parts may have
 * an {@code $id} of their own, or lead to a draft's meta-schema; patterns run on RE2/J in linear time (it has no look-around
 * and no back-references); evaluation is bounded. {@code format} is a condition in drafts 4 to 7, and an annotation in later
 * ones.
 */
public final class SchemaValidator {
    private static final String READER = "schema #";
    private static final int MAX_DEPTH = 400;

    /** Keywords whose value is data, not schema. */
    private static final Set<String> DATA = Set.of("enum", "const", "default", "examples", "required", "type");

    /** Keywords whose value is an object of schemas by name. */
    private static final Set<String> NAMED =
            Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies");

    private static final Map<Draft, SchemaRegistry> REGISTRIES = new EnumMap<>(Draft.class);

    static {
        for (Draft draft : Draft.values()) {
            REGISTRIES.put(
                    draft,
                    SchemaRegistry.withDefaultDialect(
                            draft.version(),
                            builder -> builder.schemaCacheEnabled(false)
                                    .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                            .locale(Locale.ENGLISH)
                                            .pathType(PathType.JSON_POINTER)
                                            .formatAssertionsEnabled(false) // heeded from draft 2019-09 on
                                            .regularExpressionFactory(SchemaValidator::expression)
                                            .build())));
        }
    }

    /** What is left of the work on patterns, characters times instructions; the library gives a pattern no context. */
    private static final ThreadLocal<long[]> PATTERN_STEPS = ThreadLocal.withInitial(() -> new long[1]);

    /**
     * How much an evaluation may take.
     *
     * @param steps of the evaluation of keywords
     * @param patternSteps characters that patterns are run on, times the instructions of each
     */
    public record Limits(long steps, long patternSteps) {
        /** Enough for every document that can be read. */
        public static final Limits WIDE = new Limits(1_000_000, 1_000_000_000);

        private ExecutionConfig config() {
            return ExecutionConfig.builder()
                    .maxEvaluationSteps(steps)
                    .maxEvaluationDepth(MAX_DEPTH)
                    .build();
        }
    }

    private final Schema schema;
    private final String origin;

    private SchemaValidator(Schema schema, String origin) {
        this.schema = schema;
        this.origin = origin;
    }

    /**
     * Compiles a schema.
     *
     * @param origin names the schema in a refusal
     * @throws InputException naming the JSON pointer of what is not a schema: a keyword with a wrong value, a pattern that
     *     RE2/J does not know, a reference that leaves the document or leads nowhere
     */
    public static SchemaValidator compile(JsonNode schema, String origin) {
        return compile(schema, origin, Draft.V2020_12);
    }

    /**
     * The same for a schema of another draft.
     *
     * @param unnamed the draft if the schema names none
     * @throws InputException as {@link #compile(JsonNode, String)}
     */
    public static SchemaValidator compile(JsonNode schema, String origin, Draft unnamed) {
        if (!schema.isObject() && !schema.isBoolean()) {
            throw InputException.at(origin, "a schema is an object or a boolean", "write {} for any value");
        }
        String dialect = schema.path("$schema").asString(unnamed.version().getDialectId());
        SpecificationVersion version = SpecificationVersion.fromDialectId(dialect)
                .orElseThrow(() -> InputException.at(
                        origin + "/$schema",
                        "unknown dialect \"" + dialect + "\"",
                        "use " + SpecificationVersion.DRAFT_2020_12.getDialectId()));
        SchemaRegistry registry = registry(unnamed);
        List<Violation> malformed =
                violations(registry.getSchema(SchemaLocation.of(version.getDialectId())), schema, origin, Limits.WIDE);
        if (!malformed.isEmpty()) {
            Violation first = malformed.get(0);
            throw new MalformedException(
                    origin + first.pointer() + ": not a schema: " + first.message() + "; see the draft's meta-schema");
        }
        SchemaReader reader = new Types(schema, unnamed, draft -> false, Dialect.ECMA, 1).reader();
        inspect(reader.document(), reader, origin);
        try {
            Schema compiled = registry.getSchema(schema);
            compiled.initializeValidators();
            return new SchemaValidator(compiled, origin);
        } catch (SchemaException e) {
            throw InputException.at(origin, "not a schema: " + e.getMessage(), "correct it");
        }
    }

    /**
     * Everything that keeps a value from satisfying the schema, ordered by pointer; empty if it is valid.
     *
     * @throws InputException if it cannot be told: the evaluation has no end within its bounds (a schema that refers to
     *     itself), or a number is out of range
     */
    public List<Violation> validate(JsonNode value) {
        return validate(value, Limits.WIDE);
    }

    /**
     * The same within limits.
     *
     * @throws InputException as {@link #validate(JsonNode)}, and if it takes more than the limits
     */
    public List<Violation> validate(JsonNode value, Limits limits) {
        return violations(schema, value, origin, limits);
    }

    private static List<Violation> violations(Schema schema, JsonNode value, String origin, Limits limits) {
        PATTERN_STEPS.get()[0] = limits.patternSteps;
        try {
            List<Violation> violations = new ArrayList<>();
            schema.validate(value, context -> context.setExecutionConfig(limits.config()))
                    .forEach(error -> violations.add(new Violation(
                            error.getInstanceLocation().toString(), error.getKeyword(), error.getMessage())));
            violations.sort(Comparator.comparing(Violation::pointer).thenComparing(Violation::keyword));
            return List.copyOf(violations);
        } catch (ValidationLimitExceededException e) {
            throw InputException.at(
                    origin,
                    "the schema cannot be evaluated in " + e.getLimit() + " steps or levels",
                    "remove references that lead back to themselves");
        } catch (JacksonException | ArithmeticException e) {
            throw InputException.at(
                    origin, "the value holds a number out of range: " + e.getMessage(), "make it smaller");
        }
    }

    /** The meta-schema does not accept the schema: it means nothing. */
    static final class MalformedException extends InputException {
        MalformedException(String message) {
            super(message);
        }
    }

    private static SchemaRegistry registry(Draft unnamed) {
        return Objects.requireNonNull(REGISTRIES.get(unnamed), "each draft has one");
    }

    /** Finds what the library would only find, or quietly do, at validation. */
    private static void inspect(Located place, SchemaReader reader, String origin) {
        if (!place.node().isObject()) {
            return;
        }
        Located at = reader.enter(place);
        at.node().properties().forEach(field -> {
            String keyword = field.getKey();
            JsonNode value = field.getValue();
            String pointer = at.pointer() + "/" + escape(keyword);
            switch (keyword) {
                case "$ref", "$dynamicRef", "$recursiveRef" ->
                    reference(at, keyword, value.asString(""), reader, origin);
                case "pattern" -> LinearPattern.compile(value.asString(""), origin + pointer);
                default -> {
                    if (DATA.contains(keyword)) {
                        return;
                    }
                    if (NAMED.contains(keyword)) {
                        value.properties().forEach(named -> {
                            String below = pointer + "/" + escape(named.getKey());
                            if (keyword.equals("patternProperties")) {
                                LinearPattern.compile(named.getKey(), origin + below);
                            }
                            inspect(new Located(named.getValue(), below, at.resource()), reader, origin);
                        });
                    } else if (value.isArray()) {
                        for (int i = 0; i < value.size(); i++) {
                            inspect(new Located(value.get(i), pointer + "/" + i, at.resource()), reader, origin);
                        }
                    } else {
                        inspect(new Located(value, pointer, at.resource()), reader, origin);
                    }
                }
            }
        });
    }

    private static void reference(Located at, String keyword, String reference, SchemaReader reader, String origin) {
        try {
            reader.resolve(new Subschema(at.node(), at.pointer(), at.resource(), List.of()), keyword, reference);
        } catch (InputException e) {
            String said = String.valueOf(e.getMessage()); // the reader names the place from the schema on
            throw said.startsWith(READER) ? new InputException(origin + said.substring(READER.length())) : e.in(origin);
        }
    }

    private static RegularExpression expression(String pattern) {
        Pattern compiled = LinearPattern.compile(pattern, "pattern");
        long size = LinearPattern.size(compiled);
        return text -> {
            long[] left = PATTERN_STEPS.get();
            left[0] -= text.length() * size;
            if (left[0] < 0) {
                throw InputException.at(
                        "pattern", "the text is too long to be matched by \"" + pattern + "\"", "shorten it");
            }
            return compiled.matcher(text).find();
        };
    }

    private static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
