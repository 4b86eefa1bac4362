package io.kernelweave.decode;

/**
 * Characters in UTF-8, byte by byte. What is begun of a character is a number: how many bytes are to come in the lowest two
 * bits, the bits that were read above them; 0 if nothing is begun. It stands for a range of characters, never an empty one.
 */
final class Utf8 {
    static final int MALFORMED = -1;

    private Utf8() {}

    /** What is begun after the first byte of a character that has several. */
    static int begin(int b) {
        if (b >= 0xC2 && b <= 0xDF) {
            return begun(1, b & 0x1F);
        }
        if (b >= 0xE0 && b <= 0xEF) {
            return begun(2, b & 0x0F);
        }
        return b >= 0xF0 && b <= 0xF4 ? begun(3, b & 0x07) : MALFORMED;
    }

    /** What is begun after one more byte; another one must be to come after it. */
    static int goOn(int begun, int b) {
        int left = left(begun);
        int bits = begun >>> 2;
        int more = b & 0x3F;
        boolean wrong = b >>> 6 != 2
                || left == 3
                        && (bits == 0 && more < 0x10 || bits == 4 && more >= 0x10) // too long a form; beyond Unicode
                || left == 2
                        && (bits == 0 && more < 0x20 || bits == 0xD && more >= 0x20); // too long a form; a surrogate
        return wrong ? MALFORMED : begun(left - 1, bits << 6 | more);
    }

    private static int begun(int left, int bits) {
        return left | bits << 2;
    }

    /** How many bytes are to come. */
    static int left(int begun) {
        return begun & 3;
    }

    /** The character that a last byte completes; {@link #MALFORMED} if it is no such byte. */
    static int last(int begun, int b) {
        return b >>> 6 == 2 ? begun >>> 2 << 6 | b & 0x3F : MALFORMED;
    }

    /** The first character that begins so. */
    static int low(int begun) {
        int low = begun >>> 2 << 6 * left(begun);
        return low > 0 ? low : left(begun) == 3 ? 0x10000 : 0x800;
    }

    /** The last character that begins so. */
    static int high(int begun) {
        return Math.min(begun >>> 2 << 6 * left(begun) | (1 << 6 * left(begun)) - 1, Character.MAX_CODE_POINT);
    }

    /** Which bytes may come next does not depend on what is begun, but on how many are to come; else a number above 0. */
    static int peculiarity(int begun) {
        int bits = begun >>> 2;
        return switch (left(begun)) {
            case 2 -> bits == 0 ? 1 : bits == 0xD ? 2 : 0;
            case 3 -> bits == 0 ? 1 : bits == 4 ? 2 : 0;
            default -> 0;
        };
    }

    /** How many bytes a character takes. */
    static int length(int c) {
        return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }
}
