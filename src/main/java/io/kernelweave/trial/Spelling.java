package io.kernelweave.trial;

import io.kernelweave.decode.WrittenForm.Whitespace;
import io.kernelweave.json.Json;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Writes a document anew: members in their order, numbers with the digits that they have, characters as themselves wherever JSON allows
 * it. With {@link Whitespace#SPACED} this is what Python's {@code json.dumps(value, ensure_ascii=False)} gives.
 */
final class Spelling {
    private Spelling() {}

    /** @throws tools.jackson.core.JacksonException if the text is not JSON */
    static String of(String json, Whitespace whitespace) {
        StringBuilder out = new StringBuilder(json.length() + json.length() / 8);
        String after = whitespace == Whitespace.COMPACT ? "" : " ";
        try (JsonParser parser = Json.mapper().createParser(json)) {
            int depth = 0;
            JsonToken before = null;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token.isStructEnd()) {
                    depth--;
                    if (before != null && !before.isStructStart()) {
                        line(out, whitespace, depth);
                    }
                } else if (before != null && before.isStructStart()) {
                    line(out, whitespace, depth);
                } else if (before != null && before != JsonToken.PROPERTY_NAME) {
                    out.append(',');
                    if (whitespace == Whitespace.PRETTY) {
                        line(out, whitespace, depth);
                    } else {
                        out.append(after);
                    }
                }
                switch (token) {
                    case START_OBJECT, START_ARRAY -> {
                        out.append(token.asString());
                        depth++;
                    }
                    case PROPERTY_NAME -> {
                        quoted(parser.currentName(), out);
                        out.append(':').append(after);
                    }
                    case VALUE_STRING -> quoted(parser.getString(), out);
                    default -> out.append(parser.getString());
                }
                before = token;
            }
        }
        return out.toString();
    }

    private static void line(StringBuilder out, Whitespace whitespace, int depth) {
        if (whitespace == Whitespace.PRETTY) {
            out.append('\n').append("  ".repeat(depth));
        }
    }

    private static void quoted(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || isAlone(text, i)) {
                        out.append("\\u").append(Character.forDigit(c >> 12, 16));
                        out.append(Character.forDigit(c >> 8 & 15, 16)).append(Character.forDigit(c >> 4 & 15, 16));
                        out.append(Character.forDigit(c & 15, 16));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    /** Half a character has no UTF-8; JSON can write it as an escape only. */
    private static boolean isAlone(String text, int i) {
        char c = text.charAt(i);
        if (Character.isHighSurrogate(c)) {
            return i + 1 == text.length() || !Character.isLowSurrogate(text.charAt(i + 1));
        }
        return Character.isLowSurrogate(c) && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
    }
}
