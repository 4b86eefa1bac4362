package io.kernelweave.trial;

import io.kernelweave.json.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Finitely many values that stand for all: if none of them satisfies the one of two schemas and not the other, no value does. There are
 * such values where the one schema lists its values, and where both speak of numbers, kinds and single values alone: what they say of
 * a number depends on which of their steps divide it, which repeats with the least common multiple of the steps, and on where it lies
 * among their bounds. So it is enough to try, from one period below the least bound to one above the greatest, every multiple of the
 * greatest common divisor of steps and bounds and the middle between each two.
 */
final class Representatives {
    private static final Set<String> SPOKEN = Set.of(
            "$schema",
            "title",
            "description",
            "type",
            "multipleOf",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "enum",
            "const",
            "allOf",
            "anyOf",
            "oneOf",
            "not");
    private static final int MOST = 20_000;

    private final List<JsonNode> values = new ArrayList<>();
    private final List<BigDecimal> steps = new ArrayList<>();
    private final List<BigDecimal> bounds = new ArrayList<>();

    private Representatives() {}

    /** Empty if there are none, or too many. */
    static Optional<List<JsonNode>> of(JsonNode one, JsonNode other) {
        Representatives all = new Representatives();
        if (one.isObject()
                && one.properties().stream()
                        .allMatch(field -> Set.of("$schema", "const", "enum").contains(field.getKey()))
                && (one.has("const") || one.has("enum"))) {
            all.name(one);
            return Optional.of(all.values);
        }
        return all.read(one) && all.read(other) && all.kinds() && all.numbers()
                ? Optional.of(all.values)
                : Optional.empty();
    }

    private void name(JsonNode schema) {
        if (schema.has("const")) {
            values.add(schema.get("const"));
        }
        schema.path("enum").forEach(values::add);
    }

    private boolean read(JsonNode schema) {
        if (schema.isBoolean()) {
            return true;
        }
        if (!schema.isObject() || !SPOKEN.containsAll(schema.propertyNames())) {
            return false;
        }
        name(schema);
        if (schema.path("multipleOf").isNumber()) {
            steps.add(schema.get("multipleOf").decimalValue());
        }
        for (String bound : List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")) {
            if (schema.path(bound).isNumber()) {
                bounds.add(schema.get(bound).decimalValue());
            }
        }
        boolean known = !schema.has("not") || read(schema.get("not"));
        for (String keyword : List.of("allOf", "anyOf", "oneOf")) {
            for (JsonNode part : schema.path(keyword)) {
                known &= read(part);
            }
        }
        return known;
    }

    /** One value of each kind that no schema names, beside those that it names. */
    private boolean kinds() {
        for (JsonNode value : List.copyOf(values)) {
            if (value.isNumber()) {
                bounds.add(value.decimalValue());
            }
        }
        String fresh = "other" + Json.compact(Json.tree(values)).length();
        for (String text :
                List.of("null", "true", "false", "\"" + fresh + "\"", "[\"" + fresh + "\"]", "{\"" + fresh + "\":0}")) {
            values.add(Json.parseTrusted(text));
        }
        return true;
    }

    private boolean numbers() {
        steps.add(BigDecimal.ONE); // of whole numbers
        bounds.add(BigDecimal.ZERO);
        int scale = 1; // a digit for the middles
        for (List<BigDecimal> list : List.of(steps, bounds)) {
            for (BigDecimal number : list) {
                if (number.precision() > 30 || Math.abs(number.scale()) > 30) {
                    return false;
                }
                scale = Math.max(scale, number.scale() + 1);
            }
        }
        BigInteger period = BigInteger.ONE;
        BigInteger unit = BigInteger.ZERO;
        for (BigDecimal step : steps) {
            BigInteger whole = whole(step, scale);
            if (whole.signum() <= 0) {
                return false;
            }
            period = period.multiply(whole).divide(period.gcd(whole));
            unit = unit.gcd(whole);
        }
        BigInteger low = BigInteger.ZERO;
        BigInteger high = BigInteger.ZERO;
        for (BigDecimal bound : bounds) {
            BigInteger whole = whole(bound, scale);
            unit = unit.gcd(whole);
            low = low.min(whole);
            high = high.max(whole);
        }
        BigInteger half = unit.divide(BigInteger.TWO); // the unit is a multiple of ten
        BigInteger from = low.subtract(period).divide(half).subtract(BigInteger.ONE);
        BigInteger to = high.add(period).divide(half).add(BigInteger.ONE);
        if (to.subtract(from).bitLength() > 31 || to.subtract(from).intValue() > MOST) {
            return false;
        }
        for (BigInteger at = from; at.compareTo(to) <= 0; at = at.add(BigInteger.ONE)) {
            BigDecimal number = new BigDecimal(at.multiply(half), scale).stripTrailingZeros();
            values.add(JsonNodeFactory.instance.numberNode(number));
            if (number.scale() <= 0) { // draft 4 looks at how a whole number is written
                values.add(Json.parseTrusted(number.toPlainString()));
                values.add(Json.parseTrusted(number.setScale(1).toPlainString()));
            }
        }
        return true;
    }

    private static BigInteger whole(BigDecimal number, int scale) {
        return number.setScale(scale).unscaledValue();
    }
}
