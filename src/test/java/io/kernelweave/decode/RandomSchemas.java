package io.kernelweave.decode;

import io.kernelweave.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Small random schemas over all keywords of all drafts, and small values that they tell apart: both over a few keys, strings and
 * numbers, so that keywords meet.
 */
final class RandomSchemas {
    private static final List<String> DRAFTS = List.of(
            "http://json-schema.org/draft-04/schema#",
            "http://json-schema.org/draft-06/schema#",
            "http://json-schema.org/draft-07/schema#",
            "https://json-schema.org/draft/2019-09/schema",
            "https://json-schema.org/draft/2020-12/schema");
    private static final List<String> KEYS = List.of("a", "b", "ab", "c");
    private static final List<String> STRINGS = List.of("", "a", "b", "ab", "ba", "é\"\n", "2024-02-29", "1.2.3.4");
    private static final List<String> NUMBERS = List.of("0", "1", "2", "3", "-1", "0.5", "1.5", "10");
    private static final List<String> PATTERNS =
            List.of("^a", "b$", "^[ab]*$", "a|c", "^a?b$", "[^a]", "^.$", "^(?!a)");
    private static final List<String> TYPES =
            List.of("null", "boolean", "integer", "number", "string", "array", "object");
    private static final List<String> FORMATS = List.of("date", "ipv4", "unheard-of");

    private final SplittableRandom random;
    private final int draft;
    private int definitions;

    /** @param seed which schema and values these are */
    RandomSchemas(long seed) {
        this.random = new SplittableRandom(seed);
        this.draft = random.nextInt(DRAFTS.size());
    }

    private boolean since(int other) {
        return draft >= other;
    }

    // Schemas

    ObjectNode schema() {
        definitions = random.nextInt(3);
        ObjectNode schema = random.nextInt(12) == 0 ? object() : keywords(3, -1);
        for (int i = 0; i < definitions; i++) {
            schema.withObject("/" + (since(3) ? "$defs" : "definitions")).set("d" + i, keywords(2, i));
        }
        if (draft == 3 && random.nextBoolean()) {
            schema.put("$recursiveAnchor", true);
        } else if (draft == 4) {
            schema.put("$dynamicAnchor", "node");
        }
        ObjectNode all = object().put("$schema", DRAFTS.get(draft));
        all.setAll(schema);
        return all;
    }

    private static ObjectNode object() {
        return Json.object();
    }

    static ArrayNode array() {
        return Json.mapper().createArrayNode();
    }

    /**
     * Something of a schema: a few keywords, mostly about the same kind of values.
     *
     * @param below the number of the definition that this is, or is in without a value between; -1 for none, so that a
     *     reference without a value between only leads to later ones
     */
    private ObjectNode keywords(int depth, int below) {
        ObjectNode schema = object();
        if (definitions > 0 && random.nextInt(8) == 0) {
            int target = below + 1 + random.nextInt(3);
            if (target < definitions) {
                schema.put("$ref", reference(target));
                if (!since(3)) {
                    return schema;
                }
            }
        }
        int about = random.nextInt(10);
        if (random.nextInt(3) == 0) {
            type(schema);
        }
        int count = 1 + random.nextInt(depth > 1 ? 3 : 2);
        for (int i = 0; i < count; i++) {
            switch (about) {
                case 0 -> anyKind(schema);
                case 1 -> numbers(schema);
                case 2 -> strings(schema);
                case 3, 4, 5 -> arrays(schema, depth);
                default -> objects(schema, depth);
            }
        }
        if (depth > 0 && random.nextInt(3) == 0) {
            applicator(schema, depth, below);
        }
        return schema;
    }

    private String reference(int target) {
        return (since(3) ? "#/$defs/d" : "#/definitions/d") + target;
    }

    /** A schema for a value inside another: any reference may stand here. */
    private JsonNode inner(int depth) {
        int choice = random.nextInt(24);
        if (choice == 0 && since(1)) {
            return Json.parse("true", "test");
        }
        if (choice <= 2 && since(1)) {
            return Json.parse("false", "test");
        }
        if (choice == 3) {
            return object().put("$ref", "#");
        }
        if (choice == 4 && draft == 3) {
            return object().put("$recursiveRef", "#");
        }
        if (choice == 4 && draft == 4) {
            return object().put("$dynamicRef", "#node");
        }
        if (choice <= 7 && definitions > 0) {
            return object().put("$ref", reference(random.nextInt(definitions)));
        }
        return same(depth, definitions);
    }

    /** A schema for the same value. */
    private ObjectNode same(int depth, int below) {
        if (depth > 0) {
            return keywords(depth - 1, below);
        }
        ObjectNode schema = object();
        switch (random.nextInt(4)) {
            case 0 -> anyKind(schema);
            case 1 -> numbers(schema);
            case 2 -> strings(schema);
            default -> type(schema);
        }
        return schema;
    }

    private void type(ObjectNode schema) {
        if (random.nextInt(3) > 0) {
            schema.put("type", pick(TYPES));
        } else {
            ArrayNode types = schema.putArray("type");
            TYPES.stream().filter(t -> random.nextInt(3) == 0).forEach(types::add);
            if (types.isEmpty()) {
                types.add("null");
            }
        }
    }

    private void anyKind(ObjectNode schema) {
        if (since(1) && random.nextInt(3) == 0) {
            schema.set("const", value(2));
        } else {
            ArrayNode all = schema.putArray("enum");
            for (int i = random.nextInt(4); i >= 0; i--) {
                JsonNode value = value(2);
                boolean known = false;
                for (JsonNode other : all) {
                    known |= other.equals(value);
                }
                if (!known) {
                    all.add(value);
                }
            }
        }
    }

    private void numbers(ObjectNode schema) {
        BigDecimal number = new BigDecimal(pick(NUMBERS));
        switch (random.nextInt(5)) {
            case 0 -> schema.put("minimum", number);
            case 1 -> schema.put("maximum", number);
            case 2 -> exclusive(schema, "Minimum", number);
            case 3 -> exclusive(schema, "Maximum", number);
            default ->
                schema.put("multipleOf", new BigDecimal(pick(List.of("1", "2", "0.5", "3", "0.75", "0.1", "1e0"))));
        }
    }

    private void exclusive(ObjectNode schema, String bound, BigDecimal number) {
        if (since(1)) {
            schema.put("exclusive" + bound, number);
        } else {
            schema.put("exclusive" + bound, random.nextBoolean());
            schema.put(bound.toLowerCase(java.util.Locale.ROOT), number);
        }
    }

    private void strings(ObjectNode schema) {
        switch (random.nextInt(4)) {
            case 0 -> schema.put("minLength", random.nextInt(3));
            case 1 -> schema.put("maxLength", random.nextInt(4));
            case 2 -> schema.put("pattern", pick(PATTERNS));
            default -> schema.put("format", pick(FORMATS));
        }
    }

    private void arrays(ObjectNode schema, int depth) {
        switch (random.nextInt(9)) {
            case 0, 1 -> {
                if (!schema.has("items")) {
                    schema.set("items", inner(depth - 1));
                }
            }
            case 2, 3 -> {
                ArrayNode first = array();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    first.add(inner(depth - 1));
                }
                schema.set(since(4) ? "prefixItems" : "items", first);
                if (!since(4) && random.nextBoolean()) {
                    schema.set("additionalItems", inner(depth - 1));
                }
            }
            case 4 -> schema.put("minItems", random.nextInt(4));
            case 5 -> schema.put("maxItems", random.nextInt(4));
            case 6 -> schema.put("uniqueItems", random.nextInt(4) > 0);
            case 7 -> {
                // In 2019-09 contains evaluates no item, which the validator does not know.
                if (since(1) && !(draft == 3 && schema.has("unevaluatedItems"))) {
                    schema.set("contains", inner(depth - 1));
                    if (since(3) && random.nextBoolean()) {
                        schema.put("minContains", random.nextInt(4));
                    }
                    if (since(3) && random.nextBoolean()) {
                        schema.put("maxContains", random.nextInt(3));
                    }
                }
            }
            default -> {
                if (since(3) && !(draft == 3 && schema.has("contains"))) {
                    schema.set("unevaluatedItems", inner(depth - 1));
                }
            }
        }
    }

    private void objects(ObjectNode schema, int depth) {
        switch (random.nextInt(11)) {
            case 0, 1, 2 -> {
                for (String key : some(KEYS)) {
                    schema.withObject("/properties").set(key, inner(depth - 1));
                }
            }
            case 3 -> schema.withObject("/patternProperties").set(pick(PATTERNS), inner(depth - 1));
            case 4 -> schema.set("additionalProperties", inner(depth - 1));
            case 5 -> {
                if (since(1)) {
                    ObjectNode names = object();
                    strings(names);
                    schema.set("propertyNames", random.nextInt(4) == 0 ? same(0, definitions) : names);
                }
            }
            case 6 -> {
                ArrayNode required = schema.putArray("required");
                some(KEYS).forEach(required::add);
            }
            case 7 -> schema.put("minProperties", random.nextInt(4));
            case 8 -> schema.put("maxProperties", random.nextInt(4));
            case 9 -> {
                boolean list = random.nextBoolean();
                String keyword = !since(3) ? "dependencies" : list ? "dependentRequired" : "dependentSchemas";
                if (list) {
                    ArrayNode needed = array();
                    some(KEYS).forEach(needed::add);
                    schema.withObject("/" + keyword).set(pick(KEYS), needed);
                } else {
                    schema.withObject("/" + keyword).set(pick(KEYS), same(depth - 1, definitions));
                }
            }
            default -> {
                if (since(3)) {
                    schema.set("unevaluatedProperties", inner(depth - 1));
                }
            }
        }
    }

    private void applicator(ObjectNode schema, int depth, int below) {
        switch (random.nextInt(5)) {
            case 0 -> schema.set("allOf", list(depth, below));
            case 1 -> schema.set("anyOf", list(depth, below));
            case 2 -> schema.set("oneOf", list(depth, below));
            case 3 -> schema.set("not", same(depth - 1, below));
            default -> {
                if (since(2)) {
                    schema.set("if", same(depth - 1, below));
                    if (random.nextInt(4) > 0) {
                        schema.set("then", same(depth - 1, below));
                    }
                    if (random.nextBoolean()) {
                        schema.set("else", same(depth - 1, below));
                    }
                }
            }
        }
    }

    private ArrayNode list(int depth, int below) {
        ArrayNode list = array();
        for (int i = random.nextInt(3); i >= 0; i--) {
            list.add(same(depth - 1, below));
        }
        return list;
    }

    // Values

    /** Small values of every kind: all of some shapes, and some of deeper ones. */
    List<JsonNode> values() {
        List<JsonNode> scalars = new ArrayList<>();
        for (String literal : List.of("null", "true", "false", "[]", "{}")) {
            scalars.add(Json.parse(literal, "test"));
        }
        NUMBERS.forEach(number -> scalars.add(Json.parse(number, "test")));
        scalars.add(Json.parse("1.0", "test"));
        scalars.add(Json.parse("-0.0", "test"));
        scalars.add(Json.parse("1.75", "test"));
        STRINGS.forEach(string -> scalars.add(Json.tree(string)));
        List<JsonNode> few = List.of(
                Json.parse("null", "test"), Json.parse("1", "test"), Json.tree("a"), Json.parse("{\"a\":1}", "test"));
        List<JsonNode> values = new ArrayList<>(scalars);
        for (JsonNode one : scalars) {
            values.add(array().add(one));
            KEYS.forEach(key -> values.add(object().set(key, one)));
        }
        for (JsonNode one : few) {
            for (JsonNode other : few) {
                values.add(array().add(one).add(other));
                few.forEach(third -> values.add(array().add(one).add(other).add(third)));
                for (int i = 0; i < KEYS.size(); i++) {
                    for (int j = 0; j < i; j++) {
                        values.add(object().set(KEYS.get(i), one).set(KEYS.get(j), other));
                    }
                }
            }
        }
        for (int i = 0; i < 200; i++) {
            values.add(value(3));
        }
        return values;
    }

    private JsonNode value(int depth) {
        int kind = random.nextInt(depth > 0 ? 9 : 5);
        if (kind < 5) {
            return switch (kind) {
                case 0 -> Json.parse(pick(List.of("null", "true", "false")), "test");
                case 1, 2 -> Json.parse(pick(NUMBERS), "test");
                default -> Json.tree(pick(STRINGS));
            };
        }
        if (kind < 7) {
            ArrayNode array = array();
            for (int i = random.nextInt(5); i > 0; i--) {
                array.add(value(depth - 1));
            }
            return array;
        }
        ObjectNode object = object();
        some(KEYS).forEach(key -> object.set(key, value(depth - 1)));
        return object;
    }

    private List<String> some(List<String> of) {
        List<String> some = new ArrayList<>(of);
        for (int i = some.size() - 1; i > 0; i--) {
            some.add(some.remove(random.nextInt(i + 1)));
        }
        return some.subList(0, random.nextInt(of.size() + 1));
    }

    private <T> T pick(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }
}
