package io.kernelweave.decode;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Writes the head of a GGUF file. */
final class GgufWriter {
    private final Map<String, Object> values = new LinkedHashMap<>();
    int magic = 0x46554747;
    int version = 3;
    Long pairs;

    GgufWriter put(String key, Object value) {
        values.put(key, value);
        return this;
    }

    GgufWriter remove(String key) {
        values.remove(key);
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        number(out, magic, 4);
        number(out, version, 4);
        number(out, 2, 8);
        number(out, pairs == null ? values.size() : pairs, 8);
        values.forEach((key, value) -> {
            text(out, key);
            value(out, value);
        });
        return out.toByteArray();
    }

    private static void value(ByteArrayOutputStream out, Object value) {
        if (value instanceof String text) {
            number(out, 8, 4);
            text(out, text);
        } else if (value instanceof Integer number) {
            number(out, 4, 4);
            number(out, number, 4);
        } else if (value instanceof Boolean flag) {
            number(out, 7, 4);
            number(out, flag ? 1 : 0, 1);
        } else if (value instanceof Float number) {
            number(out, 6, 4);
            number(out, Float.floatToIntBits(number), 4);
        } else if (value instanceof Long number) {
            number(out, 11, 4);
            number(out, number, 8);
        } else if (value instanceof String[] texts) {
            array(out, 8, texts.length);
            for (String text : texts) {
                text(out, text);
            }
        } else if (value instanceof float[] numbers) {
            array(out, 6, numbers.length);
            for (float number : numbers) {
                number(out, Float.floatToIntBits(number), 4);
            }
        } else if (value instanceof int[] numbers) {
            array(out, 5, numbers.length);
            for (int number : numbers) {
                number(out, number, 4);
            }
        } else if (value instanceof byte[] raw) { // as it is, type and all
            out.writeBytes(raw);
        } else {
            throw new IllegalArgumentException(String.valueOf(value));
        }
    }

    private static void array(ByteArrayOutputStream out, int type, int count) {
        number(out, 9, 4);
        number(out, type, 4);
        number(out, count, 8);
    }

    private static void text(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        number(out, bytes.length, 8);
        out.writeBytes(bytes);
    }

    static void number(ByteArrayOutputStream out, long value, int bytes) {
        out.write(
                ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array(),
                0,
                bytes);
    }
}
