package io.kernelweave.json;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import tools.jackson.core.io.schubfach.DoubleToDecimal;
import tools.jackson.databind.JsonNode;

/**
 * The JSON Canonicalization Scheme, <a href="https://www.rfc-editor.org/rfc/rfc8785">RFC 8785</a>: one byte sequence for
 * each JSON value, whatever its spacing, key order or number spelling. Digests are taken of it.
 *
 * <p>The scheme knows numbers as IEEE doubles only; an integer that no double holds is refused rather than rounded,
 * and so is a text with half a surrogate pair.
 */
public final class CanonicalJson {
    private CanonicalJson() {}

    /** The canonical bytes of a value, UTF-8. */
    public static byte[] bytes(JsonNode value) {
        return text(value).getBytes(StandardCharsets.UTF_8);
    }

    public static String text(JsonNode value) {
        StringBuilder out = new StringBuilder(256);
        write(value, out);
        return out.toString();
    }

    private static void write(JsonNode value, StringBuilder out) {
        switch (value.getNodeType()) {
            case OBJECT -> {
                List<String> names = new ArrayList<>(value.propertyNames());
                Collections.sort(names); // UTF-16 code units, as the scheme asks
                out.append('{');
                for (int i = 0; i < names.size(); i++) {
                    if (i > 0) {
                        out.append(',');
                    }
                    append(names.get(i), out);
                    out.append(':');
                    write(value.get(names.get(i)), out);
                }
                out.append('}');
            }
            case ARRAY -> {
                out.append('[');
                for (int i = 0; i < value.size(); i++) {
                    if (i > 0) {
                        out.append(',');
                    }
                    write(value.get(i), out);
                }
                out.append(']');
            }
            case STRING -> append(value.stringValue(), out);
            case NUMBER -> out.append(number(value.isDouble() ? exact(value.doubleValue()) : value.decimalValue()));
            case BOOLEAN -> out.append(value.booleanValue());
            case NULL -> out.append("null");
            default -> throw new IllegalArgumentException("not a JSON value: " + value.getNodeType());
        }
    }

    /** Appends a text as a JSON string. */
    public static void append(String text, StringBuilder out) {
        out.append('"');
        int from = 0; // of what is not appended yet
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x20 && c != '"' && c != '\\' && !Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    throw InputException.at(
                            "text \"" + abbreviate(text.replaceAll("\\p{Cs}", "\ufffd")) + '"',
                            "holds half a surrogate pair, which has no UTF-8",
                            "write the character whole");
                }
                i++;
                continue;
            }
            out.append(text, from, i);
            from = i + 1;
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\f' -> out.append("\\f");
                case '\r' -> out.append("\\r");
                default ->
                    out.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            }
        }
        out.append(text, from, text.length()).append('"');
    }

    /** ECMAScript's Number::toString of the double nearest to {@code exact}. */
    static String number(BigDecimal exact) {
        double value = exact.doubleValue();
        if (value == 0) {
            return "0";
        }
        BigDecimal shortest = Double.isInfinite(value) ? BigDecimal.ZERO : shortest(Math.abs(value));
        // A large double's own text stands for it, although its digits end in zeros that are not those of the double.
        if (exact.scale() <= 0
                && shortest.compareTo(exact.abs()) != 0
                && (Double.isInfinite(value) || new BigDecimal(value).compareTo(exact) != 0)) {
            throw InputException.at(
                    "number " + abbreviate(exact.toString()), "no IEEE double holds it", "write it as a string");
        }
        String digits = shortest.unscaledValue().toString();
        int count = digits.length();
        int point = count - shortest.scale(); // decimal point position, counted from the first digit
        StringBuilder out = new StringBuilder(value < 0 ? "-" : "");
        if (count <= point && point <= 21) {
            out.append(digits).append("0".repeat(point - count));
        } else if (0 < point && point <= 21) {
            out.append(digits, 0, point).append('.').append(digits, point, count);
        } else if (-6 < point && point <= 0) {
            out.append("0.").append("0".repeat(-point)).append(digits);
        } else {
            out.append(digits.charAt(0));
            if (count > 1) {
                out.append('.').append(digits, 1, count);
            }
            int exponent = point - 1;
            out.append('e').append(exponent < 0 ? '-' : '+').append(Math.abs(exponent));
        }
        return out.toString();
    }

    private static BigDecimal exact(double value) {
        if (!Double.isFinite(value)) {
            throw InputException.at("number " + value, "is no JSON", "leave it out");
        }
        return new BigDecimal(value);
    }

    /** The shortest digits that read back as the same double, on every JDK. */
    private static BigDecimal shortest(double value) {
        BigDecimal shortest = new BigDecimal(DoubleToDecimal.toString(value)).stripTrailingZeros();
        // Java writes two digits at least, ECMAScript one where one will do: 4.9E-324 there, 5e-324 here.
        BigDecimal digit = shortest.round(new MathContext(1));
        return digit.doubleValue() == value ? digit : shortest;
    }

    private static String abbreviate(String text) {
        return text.length() <= 40 ? text : text.substring(0, 37) + "...";
    }
}
