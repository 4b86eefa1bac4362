package io.kernelweave.decode;

import io.kernelweave.json.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Writes values as JSON in a form, a second time and apart from the masks: what a form leaves open is drawn at random. */
final class Texts {
    private static final String SHORT = "\"\\/bfnrt";
    private static final String ESCAPED = "\"\\/\b\f\n\r\t";

    private final WrittenForm form;
    private final @Nullable SplittableRandom random;
    private final StringBuilder out = new StringBuilder();

    private Texts(WrittenForm form, @Nullable SplittableRandom random) {
        this.form = form;
        this.random = random;
    }

    /** The plainest text of a value; members as they stand in it. */
    static String plain(JsonNode value, WrittenForm.Whitespace whitespace) {
        return new Texts(
                        new WrittenForm(
                                WrittenForm.Order.SCHEMA,
                                whitespace,
                                WrittenForm.Escapes.NEEDED,
                                WrittenForm.Formats.ASSERTED),
                        null)
                .write(value);
    }

    static String plain(JsonNode value) {
        return plain(value, WrittenForm.Whitespace.COMPACT);
    }

    /** Any text of a value; members in any order if the form leaves it open, else as they stand in it. */
    static String any(JsonNode value, WrittenForm form, SplittableRandom random) {
        return new Texts(form, random).write(value);
    }

    private String write(JsonNode value) {
        value(value, 0);
        return out.toString();
    }

    private boolean chance(int one) {
        return random != null && random.nextInt(one) == 0;
    }

    private void value(JsonNode value, int depth) {
        if (value.isObject()) {
            List<Map.Entry<String, JsonNode>> members = new ArrayList<>(value.properties());
            if (random != null && form.order() == WrittenForm.Order.ANY) {
                shuffle(members, random);
            }
            out.append('{');
            for (int i = 0; i < members.size(); i++) {
                before(i, depth + 1);
                string(members.get(i).getKey());
                space();
                out.append(form.whitespace() == WrittenForm.Whitespace.COMPACT ? ":" : blank(": ", ":"));
                space();
                value(members.get(i).getValue(), depth + 1);
                space();
            }
            close(members.isEmpty(), depth).append('}');
        } else if (value.isArray()) {
            out.append('[');
            for (int i = 0; i < value.size(); i++) {
                before(i, depth + 1);
                value(value.get(i), depth + 1);
                space();
            }
            close(value.isEmpty(), depth).append(']');
        } else if (value.isString()) {
            string(value.stringValue());
        } else if (value.isNumber()) {
            number(value.decimalValue());
        } else {
            out.append(value);
        }
    }

    private String blank(String fixed, String free) {
        return form.whitespace() == WrittenForm.Whitespace.FLEXIBLE ? free : fixed;
    }

    private void before(int place, int depth) {
        out.append(place > 0 ? "," : "");
        switch (form.whitespace()) {
            case COMPACT -> {}
            case SPACED -> out.append(place > 0 ? " " : "");
            case PRETTY -> out.append('\n').append("  ".repeat(depth));
            case FLEXIBLE -> space();
        }
    }

    private StringBuilder close(boolean empty, int depth) {
        if (form.whitespace() == WrittenForm.Whitespace.PRETTY && !empty) {
            out.append('\n').append("  ".repeat(depth));
        }
        if (empty) {
            space();
        }
        return out;
    }

    /** Whitespace as it may stand between any two tokens of JSON. */
    private void space() {
        if (form.whitespace() == WrittenForm.Whitespace.FLEXIBLE && random != null) {
            while (random.nextInt(3) == 0) {
                out.append(" \n\t\r".charAt(random.nextInt(4)));
            }
        }
    }

    private void number(BigDecimal number) {
        out.append(number.toPlainString());
    }

    private void string(String text) {
        boolean free = form.escapes() == WrittenForm.Escapes.ANY;
        out.append('"');
        text.codePoints().forEach(c -> {
            int known = ESCAPED.indexOf(c);
            boolean must = c < 0x20 || c == '"' || c == '\\';
            if (!must && !(free && chance(4))) {
                out.appendCodePoint(c);
            } else if (known >= 0 && !(free && chance(2))) {
                out.append('\\').append(SHORT.charAt(known));
            } else {
                for (char unit : Character.toChars(c)) {
                    out.append(String.format(free && chance(2) ? "\\u%04X" : "\\u%04x", (int) unit));
                }
            }
        });
        out.append('"');
    }

    static <T> void shuffle(List<T> list, SplittableRandom random) {
        for (int i = list.size() - 1; i > 0; i--) {
            list.add(list.remove(random.nextInt(i + 1)));
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static JsonNode parse(String text) {
        return Json.parse(text, "test");
    }
}
