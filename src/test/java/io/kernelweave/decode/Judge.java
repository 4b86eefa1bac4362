package io.kernelweave.decode;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.regex.RegularExpression;
import io.kernelweave.json.Json;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.JsonNodeException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Whether values satisfy a schema, as networknt's validator has it: it shares no code with the masks. */
record Judge(Schema schema) {
    private static final SchemaRegistry ASSERTED = registry(true);
    private static final SchemaRegistry ANNOTATED = registry(false);

    /**
     * Formats that it decides as their specifications do. Of others it does not: {@code email} wants one of the top-level
     * domains that it knows, {@code uri} allows any port and leading zeros in addresses, {@code hostname} any length,
     * {@code duration} hours and seconds without minutes, {@code iri} no {@code V1} in capitals, {@code json-pointer} no {@code #}.
     */
    private static final Set<String> FORMATS =
            Set.of("date", "date-time", "time", "ipv4", "ipv6", "uuid", "unheard-of");

    /** Nothing if the validator cannot read the schema, or is known to decide otherwise than its specification. */
    static Optional<Judge> of(Subject subject) {
        boolean formats = subject.formats() == WrittenForm.Formats.ASSERTED;
        if (formats && !decides(subject.schema())) {
            return Optional.empty();
        }
        if (subject.name().contains("ecmascript-regex")) {
            return Optional.empty(); // Java knows other spaces and other names of properties
        }
        try {
            return Optional.of(of(subject.schema(), subject.formats()));
        } catch (SchemaException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private static boolean decides(JsonNode schema) {
        for (JsonNode part : schema) {
            if (!decides(part)) {
                return false;
            }
        }
        return !schema.path("format").isString()
                || FORMATS.contains(schema.path("format").stringValue());
    }

    static Judge of(JsonNode schema, WrittenForm.Formats formats) {
        Schema compiled = (formats == WrittenForm.Formats.ASSERTED ? ASSERTED : ANNOTATED).getSchema(schema);
        return new Judge(compiled);
    }

    boolean accepts(JsonNode value) {
        return errors(value).isEmpty();
    }

    List<Error> errors(JsonNode value) {
        try {
            return schema.validate(value);
        } catch (JsonNodeException e) {
            return schema.validate(
                    whole(value)); // it stumbles over integers beyond 64 bits that are written with a fraction
        }
    }

    private static JsonNode whole(JsonNode value) {
        if (value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0) {
            return Json.tree(value.decimalValue().toBigIntegerExact());
        }
        if (value instanceof ObjectNode object) {
            ObjectNode copy = Json.object();
            object.properties().forEach(member -> copy.set(member.getKey(), whole(member.getValue())));
            return copy;
        }
        if (value.isArray()) {
            ArrayNode copy = Json.mapper().createArrayNode();
            value.forEach(item -> copy.add(whole(item)));
            return copy;
        }
        return value;
    }

    private static SchemaRegistry registry(boolean formats) {
        return SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaCacheEnabled(false)
                        .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                .formatAssertionsEnabled(formats)
                                .regularExpressionFactory(Judge::expression)
                                .build()));
    }

    /** Java's expressions, where a dollar is the end as in ECMA-262: not before a last line break. */
    private static RegularExpression expression(String pattern) {
        StringBuilder java = new StringBuilder();
        boolean set = false;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            set = c == '[' || set && c != ']';
            java.append(c == '$' && !set ? "\\z" : c);
            if (c == '\\' && ++i < pattern.length()) {
                java.append(pattern.charAt(i));
            }
        }
        Pattern compiled = Pattern.compile(java.toString());
        return text -> compiled.matcher(text).find();
    }
}
