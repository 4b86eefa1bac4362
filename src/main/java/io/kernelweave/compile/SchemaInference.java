package io.kernelweave.compile;

import io.kernelweave.json.Json;
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
                schema.set("items", value.isEmpty() ? room(0) : items((ArrayNode) value));
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

    /** The first element's schema, with room for the longest string where all are strings. */
    private static ObjectNode items(ArrayNode array) {
        int longest = 0;
        for (JsonNode element : array) {
            if (!element.isString()) {
                return infer(array.get(0));
            }
            longest = Math.max(longest, element.stringValue().length());
        }
        return room(longest);
    }

    private static ObjectNode room(int length) {
        return Json.object()
                .put("type", "string")
                .put("minLength", length > 0 ? 1 : 0)
                .put("maxLength", Math.max(length, Math.min(LONGEST_ROOM, Math.max(SHORTEST_ROOM, 2 * length))));
    }
}
