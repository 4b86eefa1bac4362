package io.kernelweave.verify;

import org.jspecify.annotations.Nullable;

/**
 * A text without the differences that do not count, in which other such texts are looked for.
 *
 * @param name what the text is called in spans
 * @param origins for each unit of {@code text} its place in the original; null if they are the same
 */
record Folded(String text, String name, int @Nullable [] origins) {
    /** Searches whose worst case is beyond this are made without going back in the text. */
    private static final long LARGE = 1 << 22;

    /** What does not count as a difference. */
    enum Normalize {
        EXACT("exact"),
        WHITESPACE("whitespace"),
        /** Neither white space nor case. */
        IGNORE_CASE("ignoreCase");

        private final String label;

        Normalize(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    static Folded of(String original, String name, Normalize normalize) {
        if (normalize == Normalize.EXACT) {
            return new Folded(original, name, null);
        }
        StringBuilder text = new StringBuilder(original.length());
        int[] origins = new int[original.length()];
        for (int i = 0; i < original.length(); i++) {
            char c = original.charAt(i);
            if (isSpace(c)) {
                if (text.isEmpty() || text.charAt(text.length() - 1) == ' ') {
                    continue;
                }
                c = ' ';
            }
            origins[text.length()] = i;
            text.append(normalize == Normalize.IGNORE_CASE ? Character.toLowerCase(Character.toUpperCase(c)) : c);
        }
        if (!text.isEmpty() && text.charAt(text.length() - 1) == ' ') {
            text.setLength(text.length() - 1);
        }
        return new Folded(text.toString(), name, origins);
    }

    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }

    /** Where another folded text stands first; null if it does not occur. */
    @Nullable
    Span find(String wanted) {
        return find(wanted, false);
    }

    /** @param wholeWord not as a part of a longer run of letters and digits */
    @Nullable
    Span find(String wanted, boolean wholeWord) {
        boolean large = (long) text.length() * wanted.length() > LARGE;
        int at = large ? searched(wanted, wholeWord) : tried(wanted, wholeWord);
        if (at < 0) {
            return null;
        }
        int end = at + wanted.length();
        return origins == null || wanted.isEmpty()
                ? new Span(name, at, end)
                : new Span(name, origins[at], origins[end - 1] + 1);
    }

    private int tried(String wanted, boolean wholeWord) {
        int at = text.indexOf(wanted);
        while (at >= 0 && wholeWord && !isWhole(at, at + wanted.length())) {
            at = text.indexOf(wanted, at + 1);
        }
        return at;
    }

    /** The search of Knuth, Morris and Pratt, <i>Fast pattern matching in strings</i>, 1977. */
    private int searched(String wanted, boolean wholeWord) {
        int[] borders = new int[wanted.length()];
        for (int i = 1, k = 0; i < wanted.length(); i++) {
            while (k > 0 && wanted.charAt(i) != wanted.charAt(k)) {
                k = borders[k - 1];
            }
            k += wanted.charAt(i) == wanted.charAt(k) ? 1 : 0;
            borders[i] = k;
        }
        for (int i = 0, k = 0; i < text.length(); i++) {
            while (k > 0 && (k == wanted.length() || text.charAt(i) != wanted.charAt(k))) {
                k = borders[k - 1];
            }
            k += text.charAt(i) == wanted.charAt(k) ? 1 : 0;
            if (k == wanted.length() && (!wholeWord || isWhole(i + 1 - k, i + 1))) {
                return i + 1 - k;
            }
        }
        return -1;
    }

    private boolean isWhole(int start, int end) {
        return !joined(start) && !joined(end);
    }

    /** Is there a word across this place? */
    private boolean joined(int at) {
        return at > 0
                && at < text.length()
                && Character.isLetterOrDigit(text.charAt(at - 1))
                && Character.isLetterOrDigit(text.charAt(at));
    }
}
