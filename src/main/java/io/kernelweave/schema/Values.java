package io.kernelweave.schema;

import io.kernelweave.json.Json;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * A finite set of JSON values, equal as JSON Schema has it: numbers by their value, objects whatever the order of their
 * members.
 */
final class Values {
    static final Values NONE = new Values(new LinkedHashMap<>());

    /** By canonical text. */
    private final Map<String, JsonNode> values;

    private Values(Map<String, JsonNode> values) {
        this.values = values;
    }

    static Values of(Iterable<JsonNode> nodes) {
        Map<String, JsonNode> values = new LinkedHashMap<>();
        nodes.forEach(node -> values.putIfAbsent(canonical(node), node));
        return new Values(values);
    }

    Values with(JsonNode node) {
        Map<String, JsonNode> more = new LinkedHashMap<>(values);
        more.put(canonical(node), node);
        return new Values(more);
    }

    Collection<JsonNode> nodes() {
        return values.values();
    }

    boolean contains(JsonNode node) {
        return values.containsKey(canonical(node));
    }

    int size() {
        return values.size();
    }

    /** Equal values have the same canonical text, others another. */
    static String canonical(JsonNode node) {
        StringBuilder out = new StringBuilder();
        write(node, out);
        return out.toString();
    }

    private static void write(JsonNode node, StringBuilder out) {
        if (node.isNumber()) {
            BigDecimal number = node.decimalValue();
            out.append(number.signum() == 0 ? "0" : number.stripTrailingZeros().toString());
        } else if (node.isObject()) {
            out.append('{');
            TreeMap<String, JsonNode> members = new TreeMap<>();
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                members.put(member.getKey(), member.getValue());
            }
            members.forEach((key, value) -> {
                out.append(out.charAt(out.length() - 1) == '{' ? "" : ",");
                out.append(Json.compact(key)).append(':');
                write(value, out);
            });
            out.append('}');
        } else if (node.isArray()) {
            out.append('[');
            for (int i = 0; i < node.size(); i++) {
                out.append(i == 0 ? "" : ",");
                write(node.get(i), out);
            }
            out.append(']');
        } else if (node.isString() && isPlain(node.stringValue())) {
            out.append('"').append(node.stringValue()).append('"');
        } else {
            out.append(Json.compact(node));
        }
    }

    /** Whether a string is written as it is. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Values set && values.keySet().equals(set.values.keySet());
    }

    @Override
    public int hashCode() {
        return values.keySet().hashCode();
    }

    @Override
    public String toString() {
        return values.keySet().toString();
    }
}
