package io.kernelweave.verify;

import com.google.re2j.Pattern;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * How values compare. A number and a text that reads as one compare as numbers; two texts compare for equality as they are
 * ({@code 1.10} is not {@code 1.1}), for order as numbers if both read as such.
 */
final class Values {
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:\\d{1,3}(?:,\\d{3})+|\\d+)(?:\\.\\d+)?(?:[eE][+-]?\\d{1,3})?");
    private static final int MAX_NUMBER_LENGTH = 64;

    private Values() {}

    /** The number that a text reads as; null if it is none. */
    static @Nullable BigDecimal reading(String text) {
        String stripped = text.strip();
        return stripped.length() <= MAX_NUMBER_LENGTH && NUMBER.matches(stripped)
                ? new BigDecimal(stripped.replace(",", ""))
                : null;
    }

    private static @Nullable BigDecimal numberOrNull(JsonNode value) {
        if (value.isNumber()) {
            return value.decimalValue();
        }
        return value.isString() ? reading(value.stringValue()) : null;
    }

    /** @param name what the value is called in a reason; written out only there */
    static BigDecimal number(JsonNode value, Object name) throws Undecided {
        BigDecimal number = numberOrNull(value);
        if (number == null) {
            throw new Undecided(name + " is " + show(value) + ", not a number");
        }
        return bounded(number, name);
    }

    static BigDecimal bounded(BigDecimal number, Object name) throws Undecided {
        if (!Subject.inRange(number)) {
            throw new Undecided(name + " is out of range");
        }
        return number;
    }

    /** The elements of an array, at any depth; a single value is a list of one. */
    static List<JsonNode> flat(JsonNode value) {
        List<JsonNode> flat = new ArrayList<>();
        flatten(value, flat);
        return flat;
    }

    private static void flatten(JsonNode value, List<JsonNode> into) {
        if (value.isArray()) {
            value.forEach(element -> flatten(element, into));
        } else {
            into.add(value);
        }
    }

    /** Three-valued: values of kinds that do not compare raise. */
    static boolean equal(JsonNode left, JsonNode right) throws Undecided {
        return equal(left, right, null, null);
    }

    /**
     * The same for numbers that may differ.
     *
     * @param tolerance by this share of the larger one
     * @param within by as much as this
     */
    static boolean equal(JsonNode left, JsonNode right, @Nullable BigDecimal tolerance, @Nullable BigDecimal within)
            throws Undecided {
        if (left.isNull() || right.isNull()) {
            return left.isNull() && right.isNull();
        }
        if (left.isString() && right.isString() && tolerance == null && within == null) {
            return left.stringValue().equals(right.stringValue());
        }
        BigDecimal leftNumber = numberOrNull(left);
        BigDecimal rightNumber = numberOrNull(right);
        if (leftNumber != null && rightNumber != null) {
            BigDecimal bound = within == null ? BigDecimal.ZERO : within;
            if (tolerance != null) {
                bound = bound.max(leftNumber.abs().max(rightNumber.abs()).multiply(tolerance));
            }
            return leftNumber.subtract(rightNumber).abs().compareTo(bound) <= 0;
        }
        if (left.getNodeType() != right.getNodeType()) {
            throw incomparable(left, right);
        }
        return key(left).equals(key(right));
    }

    static int compare(JsonNode left, JsonNode right) throws Undecided {
        BigDecimal leftNumber = numberOrNull(left);
        BigDecimal rightNumber = numberOrNull(right);
        if (leftNumber != null && rightNumber != null) {
            return leftNumber.compareTo(rightNumber);
        }
        if (left.isString() && right.isString()) {
            return left.stringValue().compareTo(right.stringValue());
        }
        throw incomparable(left, right);
    }

    private static Undecided incomparable(JsonNode left, JsonNode right) {
        return new Undecided(show(left) + " and " + show(right) + " do not compare");
    }

    /** A text that is the same for equal values only: numbers without regard to how they are written. */
    static String key(JsonNode value) {
        if (value.isNumber()) {
            return "n" + canonical(value.decimalValue());
        }
        if (value.isString()) {
            return "s" + value.stringValue().length() + ":" + value.stringValue();
        }
        if (value.isArray()) {
            StringBuilder key = new StringBuilder("[");
            value.forEach(element -> key.append(key(element)).append(','));
            return key.append(']').toString();
        }
        if (value.isObject()) {
            StringBuilder key = new StringBuilder("{");
            value.properties().stream()
                    .sorted(java.util.Map.Entry.comparingByKey())
                    .forEach(field -> key.append(field.getKey().length())
                            .append(':')
                            .append(field.getKey())
                            .append(key(field.getValue())));
            return key.append('}').toString();
        }
        return value.toString();
    }

    /** One text for each number. */
    static String canonical(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toString();
    }

    /** Which of the elements is not among the others; null if all are. */
    static @Nullable JsonNode missing(List<JsonNode> elements, List<JsonNode> among) {
        return first(elements, false, among);
    }

    /** Which of the elements is among the others too; null if none is. */
    static @Nullable JsonNode common(List<JsonNode> elements, List<JsonNode> others) {
        return first(elements, true, others);
    }

    private static @Nullable JsonNode first(List<JsonNode> elements, boolean wanted, List<JsonNode> among) {
        Set<String> keys = new HashSet<>();
        Set<String> readings = new HashSet<>();
        for (JsonNode element : among) {
            keys.add(key(element));
            BigDecimal number = element.isString() ? reading(element.stringValue()) : null;
            if (number != null) {
                readings.add("n" + canonical(number));
            }
        }
        for (JsonNode element : elements) {
            BigDecimal number = element.isString() ? reading(element.stringValue()) : null;
            boolean found = keys.contains(key(element))
                    || element.isNumber() && readings.contains(key(element))
                    || number != null && keys.contains("n" + canonical(number));
            if (found == wanted) {
                return element;
            }
        }
        return null;
    }

    /** A value as a reason shows it. */
    static String show(JsonNode value) {
        if (value.isString()) {
            return Finding.quote(value.stringValue());
        }
        if (value.isNumber()) {
            String plain = value.decimalValue().toString();
            return plain.length() > 40 ? plain.substring(0, 40) + "…" : plain;
        }
        String json = value.toString();
        return json.length() > 120 ? json.substring(0, 120) + "…" : json;
    }
}
