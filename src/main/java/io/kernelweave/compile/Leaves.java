package io.kernelweave.compile;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The values of a JSON document by their paths, as the check language writes them ({@code .a.b[*].c}); the elements of a list share
 * a path. Bounded: the first {@value #MOST} values.
 */
final class Leaves {
    private static final int MOST = 200;

    private Leaves() {}

    static Map<String, List<JsonNode>> of(JsonNode document) {
        Map<String, List<JsonNode>> leaves = new LinkedHashMap<>();
        collect(document, "", leaves, new int[] {MOST});
        return leaves;
    }

    private static void collect(JsonNode node, String path, Map<String, List<JsonNode>> into, int[] room) {
        if (node.isObject()) {
            node.properties().forEach(field -> {
                if (AnswerClauses.isStep(field.getKey())) {
                    collect(field.getValue(), path + "." + field.getKey(), into, room);
                }
            });
        } else if (node.isArray()) {
            node.forEach(element -> collect(element, path + "[*]", into, room));
        } else if (!node.isMissingNode() && room[0]-- > 0) {
            into.computeIfAbsent(path, key -> new ArrayList<>(1)).add(node);
        }
    }

    /** A value as a text, the same for 7, 7.0 and "7". */
    static String text(JsonNode value) {
        if (value.isNumber()
                && value.decimalValue().precision() < 400
                && Math.abs(value.decimalValue().scale()) < 400) {
            return value.decimalValue().signum() == 0
                    ? "0"
                    : value.decimalValue().stripTrailingZeros().toPlainString();
        }
        return value.isString() ? value.stringValue() : value.toString();
    }

    /** How many bits it takes to spell a text: what guessing it by accident would have to get right. */
    static double bits(String text) {
        double bits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bits += c >= '0' && c <= '9' ? 3.33 : Character.isLetter(c) ? 4.7 : 5;
        }
        return Math.max(1, bits);
    }
}
