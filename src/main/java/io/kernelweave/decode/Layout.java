package io.kernelweave.decode;

/** The whitespace that a written form has between tokens of JSON. */
enum Layout {
    COMPACT,
    SPACED,
    FLEXIBLE,
    PRETTY;

    static Layout of(WrittenForm.Whitespace whitespace) {
        return valueOf(whitespace.name());
    }

    boolean isFlexible() {
        return this == FLEXIBLE;
    }

    static boolean isSpace(int b) {
        return b == ' ' || b == '\n' || b == '\t' || b == '\r';
    }

    /** After a colon. */
    String colon() {
        return this == SPACED || this == PRETTY ? " " : "";
    }

    /** After a comma, between members or items at a depth. */
    String comma(int depth) {
        return this == SPACED ? " " : line(depth);
    }

    /** Before the first member or item at a depth, and before the bracket that closes a level. */
    String line(int depth) {
        return this == PRETTY ? "\n" + "  ".repeat(depth) : "";
    }
}
