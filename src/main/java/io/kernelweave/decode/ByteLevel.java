package io.kernelweave.decode;

import java.nio.charset.StandardCharsets;

/**
 * GPT-2's alphabet: vocabulary files write each byte as one printable character, so that a token of any bytes is a string.
 * Bytes that are printable in Latin-1 stand for themselves, the others are the characters from U+0100 on, in order.
 */
final class ByteLevel {
    private static final char[] CHARACTERS = new char[256];
    private static final short[] BYTES = new short[256 + 68];

    static {
        java.util.Arrays.fill(BYTES, (short) -1);
        char next = 256;
        for (int b = 0; b < 256; b++) {
            boolean printable = b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE;
            CHARACTERS[b] = printable ? (char) b : next++;
            BYTES[CHARACTERS[b]] = (short) b;
        }
    }

    private ByteLevel() {}

    /** The bytes that a token stands for; a token with a character outside the alphabet is ordinary text. */
    static byte[] bytes(String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            if (c >= BYTES.length || BYTES[c] < 0) {
                return token.getBytes(StandardCharsets.UTF_8);
            }
            bytes[i] = (byte) BYTES[c];
        }
        return bytes;
    }

    static String write(byte[] bytes) {
        StringBuilder token = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            token.append(CHARACTERS[b & 0xFF]);
        }
        return token.toString();
    }
}
