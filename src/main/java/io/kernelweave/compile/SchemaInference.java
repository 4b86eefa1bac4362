package io.kernelweave.compile;

import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The schema that values suggest: their types, the fields that all have required and no others than some have, and room for
 * values of twice the size. Uses the keywords that the mask engine honours.
 */
final class SchemaInference {
    private static final int SHORTEST_ROOM = 40;
    private static final int LONGEST_ROOM = 300;
    private static final int MOST_ITEMS = 20;

    /** With so many values and none that was seen once only, a new one is rarer than one in ten (rule of three). */
    private static final int ENOUGH_TO_ENUMERATE = 30;

    private static final int MOST_NAMES = 12;

    private SchemaInference() {}

    static ObjectNode infer(JsonNode value) {
        return infer(List.of(value));
    }

    /** One schema that every value satisfies; of no values, the schema of everything. */
    static ObjectNode infer(List<? extends JsonNode> values) {
        Set<String> types = new LinkedHashSet<>();
        List<JsonNode> objects = new ArrayList<>();
        List<JsonNode> arrays = new ArrayList<>();
        List<String> strings = new ArrayList<>();
        for (JsonNode value : values) {
            switch (value.getNodeType()) {
                case OBJECT -> {
                    types.add("object");
                    objects.add(value);
                }
                case ARRAY -> {
                    types.add("array");
                    arrays.add(value);
                }
                case STRING -> {
                    types.add("string");
                    strings.add(value.stringValue());
                }
                case NUMBER -> types.add(value.isIntegralNumber() ? "integer" : "number");
                case BOOLEAN -> types.add("boolean");
                default -> types.add("null");
            }
        }
        if (types.contains("number")) {
            types.remove("integer");
        }
        ObjectNode schema = Json.object();
        if (types.size() == 1) {
            schema.put("type", types.iterator().next());
        } else if (!types.isEmpty()) {
            schema.set("type", Json.tree(types));
        }
        if (!objects.isEmpty()) {
            fields(objects, schema);
        }
        if (!arrays.isEmpty()) {
            List<JsonNode> elements = new ArrayList<>();
            arrays.forEach(array -> array.forEach(elements::add));
            schema.set("items", elements.isEmpty() ? room(List.of("")) : infer(elements));
            schema.put("minItems", arrays.stream().anyMatch(JsonNode::isEmpty) ? 0 : 1);
            schema.put(
                    "maxItems",
                    Math.max(
                            MOST_ITEMS,
                            arrays.stream().mapToInt(JsonNode::size).max().orElse(0)));
        }
        if (!strings.isEmpty()) {
            Set<String> names = types.size() == 1 ? names(strings) : Set.of();
            if (names.isEmpty()) {
                room(strings).properties().forEach(keyword -> schema.putIfAbsent(keyword.getKey(), keyword.getValue()));
            } else {
                schema.set("enum", Json.tree(names));
            }
        }
        return schema;
    }

    private static void fields(List<JsonNode> objects, ObjectNode schema) {
        Map<String, List<JsonNode>> fields = new LinkedHashMap<>();
        for (JsonNode object : objects) {
            object.properties()
                    .forEach(field -> fields.computeIfAbsent(field.getKey(), name -> new ArrayList<>())
                            .add(field.getValue()));
        }
        schema.put("additionalProperties", false);
        ArrayNode required = schema.putArray("required");
        ObjectNode properties = schema.putObject("properties");
        fields.forEach((name, values) -> {
            if (values.size() == objects.size()) {
                required.add(name);
            }
            properties.set(name, infer(values));
        });
    }

    /** The few texts that it always is one of, in their order; empty if there may be others. */
    static Set<String> names(List<String> strings) {
        if (strings.size() < ENOUGH_TO_ENUMERATE) {
            return Set.of();
        }
        Map<String, Integer> counts = new TreeMap<>();
        for (String string : strings) {
            counts.merge(string, 1, Integer::sum);
            if (counts.size() > MOST_NAMES || string.length() > SHORTEST_ROOM) {
                return Set.of();
            }
        }
        return counts.containsValue(1) ? Set.of() : counts.keySet();
    }

    private static ObjectNode room(List<String> strings) {
        int shortest = 1;
        int longest = 0;
        for (String string : strings) {
            int length = string.codePointCount(0, string.length());
            shortest = Math.min(shortest, length);
            longest = Math.max(longest, Math.max(length, Math.min(LONGEST_ROOM, Math.max(SHORTEST_ROOM, 2 * length))));
        }
        return Json.object().put("type", "string").put("minLength", shortest).put("maxLength", longest);
    }
}
