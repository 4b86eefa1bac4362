package io.kernelweave.compare;

import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A place where two JSON documents differ.
 *
 * @param path names of fields joined by dots; elements of a list that have a {@code name} are called by it
 * @param before as JSON text, strings without quotes; null if there was nothing
 * @param after the same; null if there is nothing any more
 */
public record Change(
        String path, @Nullable String before, @Nullable String after) {

    /** {@code added}, {@code removed} or {@code changed}. */
    public String label() {
        return before == null ? "added" : after == null ? "removed" : "changed";
    }

    /** The places where two documents differ, in the order of their paths. */
    static List<Change> between(JsonNode before, JsonNode after) {
        List<Change> changes = new ArrayList<>();
        compare("", before, after, changes);
        return changes;
    }

    private static void compare(String path, JsonNode before, JsonNode after, List<Change> changes) {
        if (before.equals(after)) {
            return;
        }
        Map<String, JsonNode> then = parts(before);
        Map<String, JsonNode> now = parts(after);
        if (then.isEmpty() || now.isEmpty() || before.isArray() != after.isArray()) {
            changes.add(new Change(path, text(before), text(after)));
            return;
        }
        TreeSet<String> names = new TreeSet<>(then.keySet());
        names.addAll(now.keySet());
        int known = changes.size();
        for (String name : names) {
            JsonNode missing = Json.mapper().missingNode();
            String inner = before.isArray() && !isNamed(before) ? path : path.isEmpty() ? name : path + "." + name;
            compare(inner, then.getOrDefault(name, missing), now.getOrDefault(name, missing), changes);
        }
        if (changes.size() == known) {
            changes.add(new Change(path, "in another order", "in another order"));
        }
    }

    /** What a document is made of: fields, named elements, or elements, which are called by what they are. */
    private static Map<String, JsonNode> parts(JsonNode node) {
        Map<String, JsonNode> parts = new LinkedHashMap<>();
        if (node.isObject()) {
            node.properties().forEach(field -> parts.put(field.getKey(), field.getValue()));
        } else if (node.isArray()) {
            boolean named = isNamed(node);
            for (JsonNode element : node) {
                parts.put(named ? element.path("name").asString() : element.toString(), element);
            }
        }
        return parts;
    }

    private static boolean isNamed(JsonNode array) {
        for (JsonNode element : array) {
            if (!element.path("name").isString()) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable String text(JsonNode node) {
        return node.isMissingNode() ? null : node.isString() ? node.stringValue() : Json.compact(node);
    }
}
