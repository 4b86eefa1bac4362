package io.kernelweave.compose;

import io.kernelweave.json.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A set of JSON values, as a JSON Schema of draft 2020-12 that other shapes may be made of: references are moved along with
 * what they stand in.
 */
record Shape(JsonNode schema) {
    static final Shape ANY = new Shape(BooleanNode.TRUE);
    static final Shape NONE = new Shape(BooleanNode.FALSE);
    static final Shape SCALAR = of("type", Json.tree(List.of("number", "boolean")));

    private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

    /** What cannot be moved into another document, or means something else there. */
    private static final Set<String> BOUND = Set.of("$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef");

    private static final Set<String> DATA = Set.of("enum", "const", "default", "examples", "required", "type");

    /** The values of a schema; nothing if it is of another draft, or cannot be part of another. */
    static Optional<Shape> of(JsonNode schema) {
        String dialect = schema.path("$schema").asString(DIALECT);
        if (!dialect.replace("#", "").equals(DIALECT) || schema.findValue("$schema") != schema.get("$schema")) {
            return Optional.empty();
        }
        for (String keyword : BOUND) {
            if (schema.findValue(keyword) != null) {
                return Optional.empty();
            }
        }
        return Optional.of(new Shape(schema));
    }

    static Shape of(String keyword, JsonNode value) {
        ObjectNode schema = Json.object();
        schema.set(keyword, value);
        return new Shape(schema);
    }

    static Shape type(String type) {
        return of("type", Json.tree(type));
    }

    static Shape constant(JsonNode value) {
        return of("const", value);
    }

    boolean isAny() {
        return schema.isBoolean() && schema.booleanValue() || schema.isObject() && schema.isEmpty();
    }

    boolean isNone() {
        return schema.isBoolean() && !schema.booleanValue();
    }

    static Shape all(Shape... shapes) {
        return all(Arrays.asList(shapes));
    }

    static Shape all(List<Shape> shapes) {
        if (shapes.stream().anyMatch(Shape::isNone)) {
            return NONE;
        }
        return joined(
                "allOf", ANY, shapes.stream().filter(shape -> !shape.isAny()).distinct());
    }

    static Shape any(Shape... shapes) {
        return any(Arrays.asList(shapes));
    }

    static Shape any(List<Shape> shapes) {
        if (shapes.stream().anyMatch(Shape::isAny)) {
            return ANY;
        }
        return joined(
                "anyOf", NONE, shapes.stream().filter(shape -> !shape.isNone()).distinct());
    }

    private static Shape joined(String keyword, Shape none, Stream<Shape> shapes) {
        List<Shape> parts = shapes.toList();
        if (parts.size() < 2) {
            return parts.isEmpty() ? none : parts.get(0);
        }
        ObjectNode schema = Json.object();
        ArrayNode array = schema.putArray(keyword);
        for (int i = 0; i < parts.size(); i++) {
            array.add(parts.get(i).below("/" + keyword + "/" + i));
        }
        return new Shape(schema);
    }

    Shape not() {
        return isAny() ? NONE : isNone() ? ANY : of("not", below("/not"));
    }

    /** Objects that have a field with such a value. */
    Shape in(String field) {
        ObjectNode schema = Json.object().put("type", "object");
        schema.putArray("required").add(field);
        schema.putObject("properties").set(field, below("/properties/" + escaped(field)));
        return new Shape(schema);
    }

    /** Objects with just these fields. */
    static Shape object(Map<String, Shape> fields) {
        if (fields.values().stream().anyMatch(Shape::isNone)) {
            return NONE;
        }
        ObjectNode schema = Json.object().put("type", "object");
        ArrayNode required = schema.putArray("required");
        ObjectNode properties = schema.putObject("properties");
        fields.forEach((name, shape) -> {
            required.add(name);
            properties.set(name, shape.below("/properties/" + escaped(name)));
        });
        return new Shape(schema.put("additionalProperties", false));
    }

    /** Arrays that have such a value at an index. */
    Shape at(int index) {
        ObjectNode schema = Json.object().put("type", "array").put("minItems", index + 1);
        ArrayNode items = schema.putArray("prefixItems");
        for (int i = 0; i < index; i++) {
            items.add(true);
        }
        items.add(below("/prefixItems/" + index));
        return new Shape(schema);
    }

    /** Arrays of such values. */
    Shape each(int least) {
        ObjectNode schema = Json.object().put("type", "array");
        if (least > 0) {
            schema.put("minItems", least);
        }
        schema.set("items", below("/items"));
        return new Shape(schema);
    }

    /** Arrays with at least one such value. */
    Shape some() {
        ObjectNode schema = Json.object().put("type", "array");
        schema.set("contains", below("/contains"));
        return new Shape(schema);
    }

    /** Values with such a value at a pointer, where a number is an index or a field. */
    Shape at(JsonPointer pointer) {
        if (pointer.matches()) {
            return this;
        }
        Shape rest = at(pointer.tail());
        int index = pointer.getMatchingIndex();
        Shape field = rest.in(pointer.getMatchingProperty());
        return index < 0 || index > 1_000 ? field : any(rest.at(index), field);
    }

    /** What is known of the value at a pointer, if there is one. */
    Shape below(JsonPointer pointer) {
        JsonNode here = schema;
        for (JsonPointer rest = pointer; !rest.matches(); rest = rest.tail()) {
            JsonNode next = here.path("properties").get(rest.getMatchingProperty());
            if (next == null && rest.getMatchingIndex() >= 0) {
                JsonNode prefix = here.path("prefixItems");
                next = rest.getMatchingIndex() < prefix.size()
                        ? prefix.get(rest.getMatchingIndex())
                        : here.get("items");
                next = next == null || here.path("type").asString("").equals("array") ? next : null;
            }
            if (next == null || here.has("$ref")) {
                return ANY;
            }
            here = next;
        }
        return here.findValue("$ref") == null ? new Shape(here) : ANY;
    }

    /** What is known of the elements of an array. */
    Shape items() {
        JsonNode items = schema.get("items");
        boolean plain =
                items != null && !schema.has("$ref") && !schema.has("prefixItems") && items.findValue("$ref") == null;
        return plain ? new Shape(items) : ANY;
    }

    /** What is known of the length of an array. */
    Shape length() {
        ObjectNode bounds = Json.object();
        for (String keyword : List.of("minItems", "maxItems")) {
            if (schema.has(keyword) && !schema.has("$ref")) {
                bounds.set(keyword, schema.get(keyword));
            }
        }
        return new Shape(bounds);
    }

    private JsonNode below(String pointer) {
        return moved(schema, pointer, true);
    }

    private static JsonNode moved(JsonNode schema, String pointer, boolean root) {
        if (schema instanceof ArrayNode array) {
            ArrayNode copy = Json.mapper().createArrayNode();
            array.forEach(element -> copy.add(moved(element, pointer, false)));
            return copy;
        }
        if (!(schema instanceof ObjectNode object)) {
            return schema;
        }
        ObjectNode copy = Json.object();
        object.properties().forEach(field -> {
            JsonNode value = field.getValue();
            String keyword = field.getKey();
            if (keyword.equals("$ref")
                    && value.isString()
                    && value.stringValue().startsWith("#")) {
                copy.put(keyword, "#" + pointer + value.stringValue().substring(1));
            } else if (!(root && keyword.equals("$schema"))) {
                copy.set(keyword, DATA.contains(keyword) ? value : moved(value, pointer, false));
            }
        });
        return copy;
    }

    private static String escaped(String field) {
        // A reference is a URI: what is no plain name would have to be percent-encoded too.
        return URLEncoder.encode(field.replace("~", "~0").replace("/", "~1"), StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%7E", "~");
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Shape shape && schema.equals(shape.schema);
    }

    @Override
    public int hashCode() {
        return schema.hashCode();
    }
}
