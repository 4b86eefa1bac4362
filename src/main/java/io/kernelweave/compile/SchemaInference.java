package io.kernelweave.compile;

import io.kernelweave.json.Json;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The schema that one value suggests: its types, all its fields required and no others, and room for values of twice the
 * size. Uses the keywords that the mask engine honours.
 */
final class SchemaInference {
    private static final int SHORTEST_ROOM = 40;
    private static final int LONGEST_ROOM = 300;
    private static final int MOST_ITEMS = 20;

    private SchemaInference() {}

    static ObjectNode infer(JsonNode value) {
        ObjectNode schema = Json.object();
        switch (value.getNodeType()) {
            case OBJECT -> {
                schema.put("type", "object").put("additionalProperties", false);
                ArrayNode required = schema.putArray("required");
                ObjectNode properties = schema.putObject("properties");
                value.properties().forEach(field -> {
                    required.add(field.getKey());
                    properties.set(field.getKey(), infer(field.getValue()));
                });
            }
            case ARRAY -> {
                schema.put("type", "array");
                schema.set("items", value.isEmpty() ? room(0) : items(value));
                schema.put("minItems", value.isEmpty() ? 0 : 1);
                schema.put("maxItems", Math.max(MOST_ITEMS, value.size()));
            }
            case STRING ->
                schema.setAll(room(value.stringValue()
                        .codePointCount(0, value.stringValue().length())));
            case NUMBER -> schema.put("type", value.isIntegralNumber() ? "integer" : "number");
            case BOOLEAN -> schema.put("type", "boolean");
            default -> schema.put("type", "null");
        }
        return schema;
    }

    /** One schema that every element satisfies. */
    private static ObjectNode items(JsonNode array) {
        ObjectNode joined = infer(array.get(0));
        for (JsonNode element : array) {
            joined = join(joined, infer(element));
        }
        return joined;
    }

    /** The schema of what satisfies either: all types, the fields that both require, room for the longer text. */
    private static ObjectNode join(ObjectNode one, ObjectNode other) {
        ObjectNode joined = one.deepCopy();
        other.properties().forEach(keyword -> {
            JsonNode before = one.get(keyword.getKey());
            JsonNode value = keyword.getValue();
            if (before == null) {
                joined.set(keyword.getKey(), value);
                return;
            }
            switch (keyword.getKey()) {
                case "type" -> joined.set("type", types(before, value));
                case "items" -> joined.set("items", join((ObjectNode) before, (ObjectNode) value));
                case "required" -> {
                    ArrayNode both = joined.putArray("required");
                    before.forEach(name -> {
                        if (contains(value, name)) {
                            both.add(name);
                        }
                    });
                }
                case "properties" -> {
                    ObjectNode fields = joined.putObject("properties");
                    before.properties().forEach(field -> fields.set(field.getKey(), field.getValue()));
                    value.properties().forEach(field -> {
                        JsonNode known = before.get(field.getKey());
                        fields.set(
                                field.getKey(),
                                known == null
                                        ? field.getValue()
                                        : join((ObjectNode) known, (ObjectNode) field.getValue()));
                    });
                }
                case "minLength", "minItems" ->
                    joined.put(keyword.getKey(), Math.min(before.intValue(), value.intValue()));
                case "maxLength", "maxItems" ->
                    joined.put(keyword.getKey(), Math.max(before.intValue(), value.intValue()));
                default -> {}
            }
        });
        return joined;
    }

    private static JsonNode types(JsonNode one, JsonNode other) {
        Set<String> types = new LinkedHashSet<>();
        for (JsonNode type : List.of(one, other)) {
            if (type.isArray()) {
                type.forEach(name -> types.add(name.stringValue()));
            } else {
                types.add(type.stringValue());
            }
        }
        if (types.contains("number")) {
            types.remove("integer");
        }
        return types.size() == 1 ? Json.tree(types.iterator().next()) : Json.tree(types);
    }

    private static boolean contains(JsonNode array, JsonNode wanted) {
        for (JsonNode element : array) {
            if (element.equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private static ObjectNode room(int length) {
        return Json.object()
                .put("type", "string")
                .put("minLength", length > 0 ? 1 : 0)
                .put("maxLength", Math.max(length, Math.min(LONGEST_ROOM, Math.max(SHORTEST_ROOM, 2 * length))));
    }
}
