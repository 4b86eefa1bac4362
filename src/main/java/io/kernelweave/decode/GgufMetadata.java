package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a GGUF file says about its tokenizer: the key-value pairs at its head whose keys begin with {@code tokenizer.ggml.}. The
 * others are read over, the tensors after them are not read at all.
 *
 * <p>Versions 2 and 3, little-endian. Method: the GGUF specification in ggml-org/ggml, docs/gguf.md.
 */
final class GgufMetadata {
    private static final String KEPT = "tokenizer.ggml.";
    private static final int MOST_PAIRS = 1 << 16;
    private static final int LONGEST_KEY = 1 << 10;
    private static final int LONGEST_TEXT = 16 << 20;
    private static final int LONGEST_KEPT = 1 << 16;
    private static final int MOST_ELEMENTS = 1 << 22;

    private final Path file;
    private final Map<String, Object> values;

    private GgufMetadata(Path file, Map<String, Object> values) {
        this.file = file;
        this.values = values;
    }

    /** @throws InputException if the file is cut off, is of another kind, or counts more than a file can have */
    static GgufMetadata read(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            return new GgufMetadata(file, new Head(file, in, Files.size(file)).read());
        }
    }

    @Nullable
    String text(String key) {
        return value(key, String.class, "a string");
    }

    /** A whole number, or {@code otherwise} if there is none. */
    long number(String key, long otherwise) {
        Long value = value(key, Long.class, "a whole number");
        return value == null ? otherwise : value;
    }

    boolean flag(String key, boolean otherwise) {
        Boolean value = value(key, Boolean.class, "true or false");
        return value == null ? otherwise : value;
    }

    String @Nullable [] texts(String key) {
        return value(key, String[].class, "an array of strings");
    }

    long @Nullable [] numbers(String key) {
        return value(key, long[].class, "an array of whole numbers");
    }

    float @Nullable [] floats(String key) {
        return value(key, float[].class, "an array of numbers");
    }

    private <T> @Nullable T value(String key, Class<T> type, String expected) {
        Object value = values.get(KEPT + key);
        if (value != null && !type.isInstance(value)) {
            throw InputException.at(file.toString(), KEPT + key + " is of the wrong type", "write " + expected);
        }
        return type.cast(value);
    }

    /** The head of a file, from its beginning on. */
    private static final class Head {
        private static final int STRING = 8;
        private static final int ARRAY = 9;
        /** Bytes of a value of each type; 0 for those that say how long they are. */
        private static final int[] SIZES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

        private final Path file;
        private final InputStream in;
        private final long size;
        private long at;
        private String reading = "the header";

        Head(Path file, InputStream in, long size) {
            this.file = file;
            this.in = in;
            this.size = size;
        }

        Map<String, Object> read() throws IOException {
            if (number(4) != 0x46554747) {
                throw refused("the file does not begin with GGUF", "give a GGUF file");
            }
            int version = (int) number(4);
            if (version != 2 && version != 3) {
                boolean swapped = version == 2 << 24 || version == 3 << 24;
                throw refused(
                        swapped ? "the file is big-endian" : "the format has version " + version,
                        "give a little-endian file of version 2 or 3");
            }
            number(8); // tensors
            long pairs = count(number(8), MOST_PAIRS, 8 + 4 + 1, "key-value pairs");
            Map<String, Object> values = new HashMap<>();
            for (long i = 0; i < pairs; i++) {
                reading = "the key of pair " + i;
                String key = text(LONGEST_KEY);
                reading = key;
                Object value = value(type(), key.startsWith(KEPT));
                if (value != null && values.put(key, value) != null) {
                    throw refused("the key stands there twice", "leave one out");
                }
            }
            return values;
        }

        /** A value, or null if it is not kept. */
        private @Nullable Object value(int type, boolean kept) throws IOException {
            if (type == ARRAY) {
                return array(kept);
            }
            if (type == STRING) {
                return kept ? text(LONGEST_KEPT) : skipText();
            }
            long bits = number(SIZES[type]);
            return !kept
                    ? null
                    : switch (type) {
                        case 6 -> Double.valueOf(Float.intBitsToFloat((int) bits));
                        case 12 -> Double.valueOf(Double.longBitsToDouble(bits));
                        case 7 -> bits != 0;
                        default -> signed(type, bits);
                    };
        }

        private @Nullable Object array(boolean kept) throws IOException {
            int type = type();
            if (type == ARRAY) {
                throw refused("an array of arrays", "give a file without");
            }
            int bytes = SIZES[type];
            int count = count(number(8), kept ? MOST_ELEMENTS : Integer.MAX_VALUE, Math.max(bytes, 1), "elements");
            if (type == STRING) {
                String[] texts = kept ? new String[count(count, count, 8, "strings")] : null;
                for (int i = 0; i < count; i++) {
                    if (texts == null) {
                        skipText();
                    } else {
                        texts[i] = text(LONGEST_KEPT);
                    }
                }
                return texts;
            }
            if (!kept) {
                skip((long) bytes * count);
                return null;
            }
            if (type == 6) {
                float[] floats = new float[count];
                for (int i = 0; i < count; i++) {
                    floats[i] = Float.intBitsToFloat((int) number(4));
                }
                return floats;
            }
            long[] numbers = new long[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = signed(type, number(bytes));
            }
            return numbers;
        }

        private static long signed(int type, long bits) {
            return switch (type) {
                case 1 -> (byte) bits;
                case 3 -> (short) bits;
                case 5 -> (int) bits;
                default -> bits;
            };
        }

        private int type() throws IOException {
            long type = number(4);
            if (type >= SIZES.length) {
                throw refused("a value has the unknown type " + type, "give a file of version 2 or 3");
            }
            return (int) type;
        }

        /** Refuses what cannot be in the rest of the file, before space is made for it. */
        private int count(long count, int most, int bytes, String what) {
            if (count < 0 || count > most || count > (size - at) / bytes) {
                throw refused(
                        "a count of " + Long.toUnsignedString(count) + " " + what + " is too large",
                        "give at most " + Math.min(most, (size - at) / bytes) + " in a file of " + size + " bytes");
            }
            return (int) count;
        }

        private String text(int longest) throws IOException {
            byte[] bytes = bytes(count(number(8), longest, 1, "bytes"));
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                throw refused("a string is not UTF-8", "give a file whose strings are");
            }
        }

        private @Nullable Object skipText() throws IOException {
            skip(count(number(8), LONGEST_TEXT, 1, "bytes"));
            return null;
        }

        private long number(int bytes) throws IOException {
            long value = 0;
            byte[] little = bytes(bytes);
            for (int i = 0; i < bytes; i++) {
                value |= (little[i] & 0xFFL) << 8 * i;
            }
            return value;
        }

        private byte[] bytes(int count) throws IOException {
            byte[] bytes = in.readNBytes(count);
            at += bytes.length;
            if (bytes.length < count) {
                throw cut();
            }
            return bytes;
        }

        private void skip(long count) throws IOException {
            try {
                in.skipNBytes(count);
            } catch (EOFException e) {
                at = size;
                throw cut();
            }
            at += count;
        }

        private InputException cut() {
            return refused("the file ends in the middle", "copy or download it again");
        }

        private InputException refused(String problem, String remedy) {
            return InputException.at(file + " at offset " + at, problem + " (reading " + reading + ")", remedy);
        }
    }
}
