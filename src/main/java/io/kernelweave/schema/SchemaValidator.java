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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A compiled JSON Schema, <a href="https://json-schema.org/draft/2020-12">draft 2020-12</a> unless its {@code $schema} names
 * an older draft. Safe for use by many threads.
 *
 * <p>Schemas are other people's data: nothing is fetched, so a reference must stay inside the document; patterns run on
 * RE2/J in linear time (it has no look-around and no back-references); evaluation is bounded. {@code format} is an
 * annotation, as the draft has it.
 */
public final class SchemaValidator {
    private static final int MAX_DEPTH = 400;

    /** Keywords whose value is data, not schema. */
    private static final Set<String> DATA = Set.of("enum", "const", "default", "examples", "required", "type");

    /** Keywords whose value is an object of schemas by name. */
    private static final Set<String> NAMED =
            Set.of("properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies");

    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemaCacheEnabled(false)
                    .schemaRegistryConfig(SchemaRegistryConfig.builder()
                            .locale(Locale.ENGLISH)
                            .pathType(PathType.JSON_POINTER)
                            .formatAssertionsEnabled(false)
                            .regularExpressionFactory(SchemaValidator::expression)
                            .build()));

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
        if (!schema.isObject() && !schema.isBoolean()) {
            throw InputException.at(origin, "a schema is an object or a boolean", "write {} for any value");
        }
        String dialect = schema.path("$schema").asString(SpecificationVersion.DRAFT_2020_12.getDialectId());
        SpecificationVersion version = SpecificationVersion.fromDialectId(dialect)
                .orElseThrow(() -> InputException.at(
                        origin + "/$schema",
                        "unknown dialect \"" + dialect + "\"",
                        "use " + SpecificationVersion.DRAFT_2020_12.getDialectId()));
        List<Violation> malformed =
                violations(REGISTRY.getSchema(SchemaLocation.of(version.getDialectId())), schema, origin, Limits.WIDE);
        if (!malformed.isEmpty()) {
            Violation first = malformed.get(0);
            throw InputException.at(
                    origin + first.pointer(), "not a schema: " + first.message(), "see the draft's meta-schema");
        }
        inspect(schema, schema, origin);
        try {
            Schema compiled = REGISTRY.getSchema(schema);
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

    /** Finds what the library would only find, or quietly do, at validation. */
    private static void inspect(JsonNode schema, JsonNode root, String pointer) {
        if (!schema.isObject()) {
            return;
        }
        schema.properties().forEach(field -> {
            String keyword = field.getKey();
            JsonNode value = field.getValue();
            String here = pointer + "/" + escape(keyword);
            switch (keyword) {
                case "$ref", "$dynamicRef", "$recursiveRef" -> reference(value.asString(""), root, here);
                case "$id" -> {
                    // An embedded resource would give "#/…" below it another root.
                    if (schema != root) {
                        throw InputException.at(here, "a schema inside a schema has no $id here", "remove it");
                    }
                }
                case "pattern" -> LinearPattern.compile(value.asString(""), here);
                default -> {
                    if (DATA.contains(keyword)) {
                        return;
                    }
                    if (NAMED.contains(keyword)) {
                        value.properties().forEach(named -> {
                            String at = here + "/" + escape(named.getKey());
                            if (keyword.equals("patternProperties")) {
                                LinearPattern.compile(named.getKey(), at);
                            }
                            inspect(named.getValue(), root, at);
                        });
                    } else if (value.isArray()) {
                        for (int i = 0; i < value.size(); i++) {
                            inspect(value.get(i), root, here + "/" + i);
                        }
                    } else {
                        inspect(value, root, here);
                    }
                }
            }
        });
    }

    private static void reference(String reference, JsonNode root, String pointer) {
        if (!reference.startsWith("#")) {
            throw InputException.at(
                    pointer,
                    "the reference \"" + reference + "\" leaves the document, and nothing is fetched",
                    "copy the schema into $defs and refer to \"#/$defs/…\"");
        }
        boolean anchor = reference.length() > 1 && !reference.startsWith("#/");
        if (!anchor && reference.length() > 1 && root.at(reference.substring(1)).isMissingNode()) {
            throw InputException.at(pointer, "nothing stands at \"" + reference + "\"", "correct the reference");
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
