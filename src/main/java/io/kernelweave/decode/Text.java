package io.kernelweave.decode;

/**
 * A JSON string as an automaton over bytes: which characters are allowed is a {@link Languages} automaton; this class adds
 * the quotes, UTF-8 and the escapes. A character may be written as itself or as any escape that JSON has for it; surrogate
 * halves only come in pairs.
 *
 * <p>A place is a number: the state of the characters in the upper half, what is begun of the next character in the lower.
 * A begun character is a range of code points, so it is allowed if and only if some allowed character lies in the range.
 */
final class Text {
    /** The byte is not allowed. */
    static final long DEAD = -1;
    /** The byte was the closing quote. */
    static final long CLOSED = -2;

    // What is begun: the kind in bits 0 to 2, a count in bits 3 to 5, digits or bits read in 6 to 20, the upper half of
    // a
    // surrogate pair in 21 to 30.
    private static final int NOTHING = 0;
    private static final int OPEN = 1;
    private static final int UTF8 = 2;
    private static final int ESCAPE = 3;
    private static final int HEX = 4;
    private static final int PAIR_ESCAPE = 5;
    private static final int PAIR_U = 6;
    private static final int PAIR_HEX = 7;

    private static final String SHORT_ESCAPES = "\"\\/bfnrt";
    private static final String ESCAPED = "\"\\/\b\f\n\r\t";

    private final Languages characters;
    /** Whether a character has one form only: itself, or else its short escape, or else four hexadecimal digits. */
    private final boolean canonical;

    Text(Languages characters, boolean canonical) {
        this.characters = characters;
        this.canonical = canonical;
    }

    boolean isCanonical() {
        return canonical;
    }

    Languages characters() {
        return characters;
    }

    long begin() {
        return place(characters.start(), OPEN);
    }

    private static long place(int state, int begun) {
        return (long) state << 32 | begun;
    }

    private static int begun(int kind, int count, int bits) {
        return kind | count << 3 | bits << 6;
    }

    /** The state of the characters if no character is begun, else -1. */
    int betweenCharacters(long at) {
        return (int) at == NOTHING ? (int) (at >>> 32) : -1;
    }

    /** The place between characters in a state of theirs. */
    static long after(int state) {
        return place(state, NOTHING);
    }

    /** The place after a byte (0 to 255), {@link #DEAD} or {@link #CLOSED}. */
    long next(long at, int b) {
        int state = (int) (at >>> 32);
        if ((int) at != NOTHING) {
            return goOn(state, (int) at, b);
        }
        if (b >= 0x80) {
            return lead(state, b);
        }
        if (b == '"') {
            return characters.accepts(state) ? CLOSED : DEAD;
        }
        if (b == '\\') {
            return escapable(state) ? place(state, ESCAPE) : DEAD;
        }
        return b < 0x20 ? DEAD : whole(state, b);
    }

    /** Inside a character, or before the string. */
    private long goOn(int state, int begun, int b) {
        int count = begun >>> 3 & 7;
        int bits = begun >>> 6 & 0x7FFF;
        int high = begun >>> 21;
        return switch (begun & 7) {
            case OPEN -> b == '"' ? place(state, NOTHING) : DEAD;
            case UTF8 -> continuation(state, count, bits, b);
            case ESCAPE -> escape(state, b);
            case HEX -> hex(state, count, bits, b);
            case PAIR_ESCAPE -> b == '\\' ? place(state, PAIR_U | high << 21) : DEAD;
            case PAIR_U -> b == 'u' ? place(state, PAIR_HEX | high << 21) : DEAD;
            default -> pairHex(state, count, bits, high, b);
        };
    }

    private long whole(int state, int codePoint) {
        int next = characters.next(state, codePoint);
        return next == Languages.DEAD ? DEAD : place(next, NOTHING);
    }

    private long lead(int state, int b) {
        if (b >= 0xC2 && b <= 0xDF) {
            return utf8(state, 1, b & 0x1F, 0x80);
        }
        if (b >= 0xE0 && b <= 0xEF) {
            return utf8(state, 2, b & 0x0F, 0x800);
        }
        return b >= 0xF0 && b <= 0xF4 ? utf8(state, 3, b & 0x07, 0x10000) : DEAD;
    }

    private long continuation(int state, int left, int bits, int b) {
        if (b >>> 6 != 2) {
            return DEAD;
        }
        int read = bits << 6 | b & 0x3F;
        if (left == 1) {
            return whole(state, read);
        }
        // With three to come the character has four bytes; with two and so few bits read, three. Longer forms are
        // malformed.
        return utf8(state, left - 1, read, left == 3 ? 0x10000 : bits < 0x10 ? 0x800 : 0);
    }

    /** A character with {@code left} more bytes to come, if one in that range, and not below {@code least}, is allowed. */
    private long utf8(int state, int left, int bits, int least) {
        int low = bits << 6 * left;
        int high = Math.min(low | (1 << 6 * left) - 1, Character.MAX_CODE_POINT);
        return characters.any(state, Math.max(low, least), high) ? place(state, begun(UTF8, left, bits)) : DEAD;
    }

    /** Whether some character that is allowed may be written as an escape. */
    private boolean escapable(int state) {
        return canonical
                ? characters.any(state, 0, 0x1F) || characters.any(state, '"', '"') || characters.any(state, '\\', '\\')
                : characters.any(state, 0, Character.MAX_CODE_POINT);
    }

    private long escape(int state, int b) {
        if (b == 'u') {
            // Else every character has this form, and some character is allowed.
            return canonical && !control(state, 0, 0x1F) ? DEAD : place(state, HEX);
        }
        int known = SHORT_ESCAPES.indexOf(b);
        return known < 0 || canonical && b == '/' ? DEAD : whole(state, ESCAPED.charAt(known));
    }

    /** Whether a control character that has no short escape is allowed. */
    private boolean control(int state, int low, int high) {
        for (int c = low; c <= Math.min(high, 0x1F); c++) {
            if (ESCAPED.indexOf(c) < 0 && characters.any(state, c, c)) {
                return true;
            }
        }
        return false;
    }

    private long hex(int state, int count, int bits, int b) {
        int digit = hexDigit(b);
        if (digit < 0) {
            return DEAD;
        }
        int read = bits << 4 | digit;
        if (canonical) {
            int first = read << 4 * (3 - count);
            if (b >= 'A' && b <= 'F' || !control(state, first, first | (1 << 4 * (3 - count)) - 1)) {
                return DEAD;
            }
            return count == 3 ? whole(state, read) : place(state, begun(HEX, count + 1, read));
        }
        if (count == 3) {
            return Character.isHighSurrogate((char) read)
                    ? characters.any(state, pairs(read), pairs(read) + 0x3FF)
                            ? place(state, PAIR_ESCAPE | (read - 0xD800) << 21)
                            : DEAD
                    : Character.isLowSurrogate((char) read) ? DEAD : whole(state, read);
        }
        int low = read << 4 * (3 - count);
        int high = low | (1 << 4 * (3 - count)) - 1;
        boolean alive = characters.any(state, low, high)
                || characters.any(state, pairs(Math.max(low, 0xD800)), pairs(Math.min(high, 0xDBFF)) + 0x3FF);
        return alive ? place(state, begun(HEX, count + 1, read)) : DEAD;
    }

    private long pairHex(int state, int count, int bits, int high, int b) {
        int digit = hexDigit(b);
        if (digit < 0) {
            return DEAD;
        }
        int read = bits << 4 | digit;
        int low = Math.max(read << 4 * (3 - count), 0xDC00);
        int last = Math.min(read << 4 * (3 - count) | (1 << 4 * (3 - count)) - 1, 0xDFFF);
        int base = pairs(0xD800 + high) - 0xDC00;
        if (low > last || !characters.any(state, base + low, base + last)) {
            return DEAD;
        }
        return count == 3 ? whole(state, base + read) : place(state, begun(PAIR_HEX, count + 1, read) | high << 21);
    }

    /** The first code point whose upper surrogate is {@code high}. */
    private static int pairs(int high) {
        return Character.MIN_SUPPLEMENTARY_CODE_POINT + (high - 0xD800 << 10);
    }

    private static int hexDigit(int b) {
        return b < 0x80 ? Character.digit(b, 16) : -1;
    }

    /** How many bytes a character takes in a JSON string at the least. */
    static int writtenBytes(int codePoint) {
        if (codePoint < 0x20 || codePoint == '"' || codePoint == '\\') {
            return ESCAPED.indexOf(codePoint) >= 0 ? 2 : 6;
        }
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** Writes the shortest remainder of the string, with the closing quote. */
    void finish(long at, Bytes out) {
        int state = (int) (at >>> 32);
        int begun = (int) at;
        if (begun == OPEN) {
            out.add('"');
        } else if (begun != NOTHING) {
            state = finishCharacter(state, begun, out);
        }
        while (characters.distance(state) > 0) {
            int c = characters.nearest(state);
            write(c, out);
            state = characters.next(state, c);
        }
        out.add('"');
    }

    static void write(int c, Bytes out) {
        int known = c == '/' ? -1 : ESCAPED.indexOf(c);
        if (known >= 0) {
            out.add('\\').add(SHORT_ESCAPES.charAt(known));
        } else if (c < 0x20) {
            out.add(escaped(c));
        } else {
            out.add(Character.toString(c));
        }
    }

    private static String escaped(int codePoint) {
        StringBuilder out = new StringBuilder();
        for (char unit : Character.toChars(codePoint)) {
            out.append(String.format("\\u%04x", (int) unit));
        }
        return out.toString();
    }

    private int finishCharacter(int state, int begun, Bytes out) {
        int count = begun >>> 3 & 7;
        int bits = begun >>> 6 & 0x7FFF;
        int base = pairs(0xD800 + (begun >>> 21)) - 0xDC00;
        Best best = new Best(state);
        switch (begun & 7) {
            case UTF8 -> {
                int low = bits << 6 * count;
                int least = count == 3 ? 0x10000 : count == 2 && bits < 0x10 ? 0x800 : 0;
                int c = characters.nearest(
                        state, Math.max(low, least), Math.min(low | (1 << 6 * count) - 1, Character.MAX_CODE_POINT));
                for (int left = count - 1; left >= 0; left--) {
                    out.add(0x80 | c >>> 6 * left & 0x3F);
                }
                return characters.next(state, c);
            }
            case ESCAPE -> {
                for (int i = 0; i < ESCAPED.length(); i++) {
                    if (!canonical || ESCAPED.charAt(i) != '/') {
                        best.offer(ESCAPED.charAt(i), SHORT_ESCAPES.substring(i, i + 1));
                    }
                }
                if (canonical) {
                    best.offerControls(0, 0x1F, 1);
                } else {
                    best.offer(0, 0xFFFF, 1);
                    best.offer(0x10000, Character.MAX_CODE_POINT, 1);
                }
            }
            case HEX -> {
                int low = bits << 4 * (4 - count);
                int high = low | (1 << 4 * (4 - count)) - 1;
                if (canonical) {
                    best.offerControls(low, high, 2 + count);
                    break;
                }
                best.offer(low, high, 2 + count);
                best.offer(pairs(Math.max(low, 0xD800)), pairs(Math.min(high, 0xDBFF)) + 0x3FF, 2 + count);
            }
            case PAIR_ESCAPE -> best.offer(base + 0xDC00, base + 0xDFFF, 6);
            case PAIR_U -> best.offer(base + 0xDC00, base + 0xDFFF, 7);
            default -> {
                int low = bits << 4 * (4 - count);
                int high = low | (1 << 4 * (4 - count)) - 1;
                best.offer(base + Math.max(low, 0xDC00), base + Math.min(high, 0xDFFF), 8 + count);
            }
        }
        out.add(best.remainder);
        return best.next;
    }

    /** The way of ending a begun escape that leads to the shortest string. */
    private final class Best {
        private final int state;
        private int next = Languages.DEAD;
        private String remainder = "";
        private int length = Integer.MAX_VALUE;

        Best(int state) {
            this.state = state;
        }

        void offer(int codePoint, String ending) {
            int after = characters.next(state, codePoint);
            if (after != Languages.DEAD && ending.length() + characters.distance(after) < length) {
                next = after;
                remainder = ending;
                length = ending.length() + characters.distance(after);
            }
        }

        void offerControls(int low, int high, int written) {
            for (int c = low; c <= Math.min(high, 0x1F); c++) {
                if (ESCAPED.indexOf(c) < 0) {
                    offer(c, escaped(c).substring(written));
                }
            }
        }

        /** Of a range of characters, each as hexadecimal escapes of which some characters are written already. */
        void offer(int low, int high, int written) {
            int c = low <= high ? characters.nearest(state, low, high) : Languages.DEAD;
            if (c != Languages.DEAD) {
                offer(c, escaped(c).substring(written));
            }
        }
    }

    /** What may come next, in words. */
    String expected(long at, String says) {
        if ((int) at == OPEN) {
            return says;
        }
        if ((int) at != NOTHING) {
            return "the rest of a character or escape in " + says;
        }
        int state = (int) (at >>> 32);
        boolean more = characters.any(state, 0, Character.MAX_CODE_POINT);
        if (!more) {
            return "the closing quote of " + says;
        }
        return (characters.accepts(state) ? "a character or the closing quote of " : "another character of ") + says;
    }

    /** The characters of a string's text between its quotes, which must be whole. */
    static String decode(byte[] bytes, int from, int to) {
        String raw = new String(bytes, from, to - from, java.nio.charset.StandardCharsets.UTF_8);
        int escape = raw.indexOf('\\');
        if (escape < 0) {
            return raw;
        }
        StringBuilder out = new StringBuilder(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '\\') {
                out.append(c);
            } else if (raw.charAt(++i) == 'u') {
                out.append((char) Integer.parseInt(raw.substring(i + 1, i + 5), 16));
                i += 4;
            } else {
                out.append(ESCAPED.charAt(SHORT_ESCAPES.indexOf(raw.charAt(i))));
            }
        }
        return out.toString();
    }
}
