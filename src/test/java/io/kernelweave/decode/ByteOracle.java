package io.kernelweave.decode;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The documents of a schema written down a second time, as a {@code java.util.regex} pattern over bytes (each a char below
 * 256). A prefix can be completed if the matcher would have read on at its end: the patterns have no dead ends.
 */
record ByteOracle(String schema, Pattern pattern) {
    ByteOracle(String schema, String regex) {
        this(schema, Pattern.compile(regex, Pattern.DOTALL));
    }

    static final String HEX = "[0-9a-fA-F]";
    /** One character of a JSON string, in every spelling. */
    static final String CHARACTER = "(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7f]"
            + "|[\\xc2-\\xdf][\\x80-\\xbf]"
            + "|\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf][\\x80-\\xbf]|\\xed[\\x80-\\x9f][\\x80-\\xbf]"
            + "|\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}"
            + "|\\\\[\"\\\\/bfnrt]"
            + "|\\\\u(?:[0-9a-cA-CefEF]" + HEX + "{3}|[dD][0-7]" + HEX + "{2})"
            + "|\\\\u[dD][89abAB]" + HEX + "{2}\\\\u[dD][c-fC-F]" + HEX + "{2})";

    /** A character in every spelling. */
    static String spelled(int c) {
        StringBuilder forms = new StringBuilder("(?:");
        if (c >= 0x20 && c != '"' && c != '\\') {
            for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                forms.append(String.format("\\x%02x", b & 0xFF));
            }
            forms.append('|');
        }
        int known = "\"\\/\b\f\n\r\t".indexOf(c);
        if (known >= 0) {
            forms.append("\\\\").append(Pattern.quote("\"\\/bfnrt".substring(known, known + 1)));
            forms.append('|');
        }
        for (char unit : Character.toChars(c)) {
            forms.append("\\\\u");
            for (char digit : String.format("%04x", (int) unit).toCharArray()) {
                forms.append('[')
                        .append(digit)
                        .append(Character.toUpperCase(digit))
                        .append(']');
            }
        }
        return forms.append(')').toString();
    }

    static String spelled(String text) {
        StringBuilder all = new StringBuilder();
        text.codePoints().forEach(c -> all.append(spelled(c)));
        return all.toString();
    }

    static String chars(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    boolean canBeCompleted(byte[] prefix) {
        Matcher matcher = pattern.matcher(chars(prefix));
        return matcher.matches() || matcher.hitEnd();
    }

    boolean isComplete(byte[] document) {
        return pattern.matcher(chars(document)).matches();
    }
}
