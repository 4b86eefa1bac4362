package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Small values of types, and small ways to complete objects and arrays. */
public final class Smallest {
    private static final int MAX_TRIED = 64;
    private static final int MAX_DEPTH = 200;
    /** The longest document that is taken on where only the shortest will do. */
    private static final int MAX_TEXT = 1_000_000;

    private final Types types;
    private final Map<Type, Optional<JsonNode>> known = new HashMap<>();
    private final Map<JsonNode, Long> lengths = new IdentityHashMap<>();
    private final Set<Type> building = new LinkedHashSet<>();
    /** How often the search for a small value turned back because it came to a type that it was building. */
    private int cut;

    Smallest(Types types) {
        this.types = types;
    }

    /** A small value of a type; empty if there is none. */
    public Optional<JsonNode> of(Type type) {
        @Nullable Optional<JsonNode> found = known.get(type);
        if (found != null) {
            return found;
        }
        if (!building.add(type)) {
            cut++;
            return Optional.empty(); // a smaller one is without itself
        }
        int outer = building.size();
        int before = cut;
        try {
            if (outer > MAX_DEPTH) {
                cut++;
                return Optional.empty();
            }
            Optional<JsonNode> value = types.emptiness().inhabited(type) ? search(type) : Optional.empty();
            if (cut == before || outer == 1) {
                known.put(type, value); // it does not depend on where it was asked for
            }
            return value;
        } finally {
            building.remove(type);
        }
    }

    private Optional<JsonNode> search(Type type) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        List<JsonNode> found = new ArrayList<>();
        if (types.emptiness().inhabited(type, Kind.NUMBER)) {
            NumberText text = types.text(types.numbers(type));
            found.add(make.numberNode(new BigDecimal(text.completion(text.start()))));
        }
        types.regex().shortest(types.strings(type)).ifPresent(text -> found.add(make.stringNode(text)));
        if (types.literal(type, Kind.NULL)) {
            found.add(make.nullNode());
        }
        if (types.literal(type, Kind.TRUE)) {
            found.add(make.booleanNode(true));
        }
        if (types.literal(type, Kind.FALSE)) {
            found.add(make.booleanNode(false));
        }
        if (found.stream().noneMatch(value -> length(value) <= 2)) {
            array(types.contents(type, Kind.ARRAY)).ifPresent(found::add);
            members(types.contents(type, Kind.OBJECT), UsedKeys.NONE).ifPresent(found::add);
        }
        return found.stream().min((a, b) -> Long.compare(length(a), length(b)));
    }

    /** How long the text of a small value is; a part that occurs often is looked at once. */
    private long length(JsonNode value) {
        if (!value.isContainer()) {
            return Json.compact(value).length();
        }
        @Nullable Long length = lengths.get(value);
        if (length == null) {
            long sum = 1 + Math.max(1, value.size());
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                sum += Json.compact(member.getKey()).length() + 1 + length(member.getValue());
            }
            for (int i = 0; value.isArray() && i < value.size(); i++) {
                sum += length(value.get(i));
            }
            if (sum > MAX_TEXT) {
                throw new InputException(
                        "the shortest document has more than " + MAX_TEXT + " characters; ask for less");
            }
            length = sum;
            lengths.put(value, length);
        }
        return length;
    }

    /** The best of what a search passes on. */
    private final class Best {
        private @Nullable JsonNode value;
        private int tried;

        /** Whether it is not worth looking on. */
        boolean offer(Optional<? extends JsonNode> next) {
            if (next.isPresent() && (value == null || length(next.get()) < length(value))) {
                value = next.get();
            }
            return value != null && length(value) <= 2 || ++tried >= MAX_TRIED;
        }
    }

    /** Few and small members that complete an object, as one of its own; empty if it cannot be completed. */
    public Optional<JsonNode> members(Formula formula, UsedKeys used) {
        if (formula.isFalse()) {
            return Optional.empty();
        }
        Best best = new Best();
        new MemberSearch(types, used, members -> best.offer(object(members))).search(formula);
        return Optional.ofNullable(best.value);
    }

    /** Few and small items that complete an array, as one of its own; empty if it cannot be completed. */
    public Optional<JsonNode> array(Formula formula) {
        if (formula.isFalse()) {
            return Optional.empty();
        }
        Best best = new Best();
        new ItemSearch(types, items -> best.offer(array(items))).search(formula);
        return Optional.ofNullable(best.value);
    }

    /** The same as values. */
    Optional<List<JsonNode>> items(Formula formula) {
        return array(formula).map(array -> {
            List<JsonNode> items = new ArrayList<>();
            array.forEach(items::add);
            return items;
        });
    }

    private Optional<ObjectNode> object(Map<String, Type> members) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, Type> member : members.entrySet()) {
            Optional<JsonNode> value = of(member.getValue());
            if (value.isEmpty()) {
                return Optional.empty();
            }
            object.set(member.getKey(), value.get());
        }
        return Optional.of(object);
    }

    private Optional<ArrayNode> array(List<Type> items) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (Type item : items) {
            Optional<JsonNode> value = of(item);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            array.add(value.get());
        }
        return Optional.of(array);
    }
}
