package io.kernelweave.dataset;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;

/**
 * The variable parts of a scenario. A slot is a list (one element is drawn), {@code {pick: n | [low, high], of: […]}} (so
 * many different ones), {@code {range: [low, high]}} (an integer), {@code {from: path}} (one element of a list drawn
 * before), or any other value, taken as it is.
 */
final class Slots {
    private Slots() {}

    /** Draws every slot, in order. */
    static Map<String, Object> draw(JsonNode slots, SplittableRandom random, String origin) {
        Map<String, Object> drawn = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> slot : slots.properties()) {
            try {
                drawn.put(slot.getKey(), draw(slot.getValue(), drawn, random));
            } catch (IllegalArgumentException | ClassCastException | NullPointerException e) {
                throw InputException.at(
                        origin + " /slots/" + slot.getKey(),
                        "cannot be drawn: " + e.getMessage(),
                        "use a list, pick/of, range or from");
            }
        }
        return drawn;
    }

    private static Object draw(JsonNode slot, Map<String, Object> before, SplittableRandom random) {
        if (slot.isArray()) {
            return plain(slot.get(random.nextInt(slot.size())));
        }
        if (slot.has("range")) {
            JsonNode range = slot.get("range");
            return random.nextInt(range.get(0).asInt(), range.get(1).asInt() + 1);
        }
        if (slot.has("from")) {
            Object at = before;
            for (String step : slot.get("from").stringValue().split("\\.")) {
                at = at instanceof Map<?, ?> map ? map.get(step) : null;
            }
            if (!(at instanceof List<?> choices)) {
                throw new IllegalArgumentException(slot.get("from") + " is no list drawn before");
            }
            return choices.get(random.nextInt(choices.size()));
        }
        if (slot.has("pick")) {
            JsonNode pick = slot.get("pick");
            int count = pick.isArray()
                    ? random.nextInt(pick.get(0).asInt(), pick.get(1).asInt() + 1)
                    : pick.asInt();
            List<Object> pool = new ArrayList<>();
            slot.get("of").forEach(choice -> pool.add(plain(choice)));
            if (count > pool.size()) {
                throw new IllegalArgumentException("pick " + count + " of " + pool.size());
            }
            List<Object> picked = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                picked.add(pool.remove(random.nextInt(pool.size())));
            }
            return picked;
        }
        return plain(slot);
    }

    private static Object plain(JsonNode value) {
        return Json.mapper().treeToValue(value, Object.class);
    }
}
