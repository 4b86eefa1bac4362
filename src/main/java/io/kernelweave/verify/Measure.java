package io.kernelweave.verify;

import java.util.Locale;

/** The units in which a text is counted. */
enum Measure {
    /** Unicode code points. */
    CHARS,
    /** Runs without white space. */
    WORDS,
    /**
     * Ends of sentences ({@code . ! ?}, closing quotes and brackets included) before white space or the end, a full stop
     * before a lower-case letter not counted, and an unfinished last sentence.
     */
    SENTENCES,
    /** Lines, blank ones included; a line break at the very end starts no further line. */
    LINES,
    /** Elements of an array. */
    ITEMS;

    long of(String text) {
        return switch (this) {
            case CHARS -> text.codePointCount(0, text.length());
            case WORDS -> words(text);
            case SENTENCES -> sentences(text);
            case LINES -> text.lines().count();
            case ITEMS -> throw new IllegalStateException("a text has no items");
        };
    }

    private static long words(String text) {
        long words = 0;
        boolean inside = false;
        for (int i = 0; i < text.length(); i++) {
            boolean space = Character.isWhitespace(text.charAt(i));
            words += !space && !inside ? 1 : 0;
            inside = !space;
        }
        return words;
    }

    private static long sentences(String text) {
        long sentences = 0;
        boolean open = false; // a letter or digit since the last end
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            open |= Character.isLetterOrDigit(c);
            if (!open || c != '.' && c != '!' && c != '?') {
                continue;
            }
            boolean onlyStops = true;
            int next = i;
            while (next < text.length() && ".!?\"'”’)]".indexOf(text.charAt(next)) >= 0) {
                onlyStops &= text.charAt(next) != '!' && text.charAt(next) != '?';
                next++;
            }
            if (next < text.length() && !Character.isWhitespace(text.charAt(next))) {
                continue;
            }
            i = next - 1;
            while (next < text.length() && Character.isWhitespace(text.charAt(next))) {
                next++;
            }
            if (onlyStops && next < text.length() && Character.isLowerCase(text.charAt(next))) {
                continue;
            }
            sentences++;
            open = false;
        }
        return sentences + (open ? 1 : 0);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
