package io.kernelweave.verify;

/**
 * A text to look for. Finds it in time linear in the text whatever both are (Knuth, Morris and Pratt, <i>Fast Pattern
 * Matching in Strings</i>, 1977), without regard to case by folding each UTF-16 unit by itself.
 */
final class Needle {
    private final char[] wanted;
    private final int[] border;
    private final boolean ignoreCase;
    private final boolean wholeWord;

    private Needle(String wanted, boolean ignoreCase, boolean wholeWord) {
        this.wanted = wanted.toCharArray();
        this.ignoreCase = ignoreCase;
        this.wholeWord = wholeWord;
        for (int i = 0; i < this.wanted.length; i++) {
            this.wanted[i] = fold(this.wanted[i]);
        }
        this.border = new int[this.wanted.length + 1];
        border[0] = -1;
        int k = -1;
        for (int i = 0; i < this.wanted.length; i++) {
            while (k >= 0 && this.wanted[k] != this.wanted[i]) {
                k = border[k];
            }
            border[i + 1] = ++k;
        }
    }

    /** @param wholeWord only where no letter, digit or underscore goes on before or after it */
    static Needle of(String wanted, boolean ignoreCase, boolean wholeWord) {
        if (wanted.isEmpty()) {
            throw new IllegalArgumentException("an empty text is everywhere");
        }
        return new Needle(wanted, ignoreCase, wholeWord);
    }

    int length() {
        return wanted.length;
    }

    /** Whether the text is there from a place on. */
    boolean isAt(String text, int at) {
        if (at < 0 || at + wanted.length > text.length()) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (fold(text.charAt(at + i)) != wanted[i]) {
                return false;
            }
        }
        return !wholeWord || isWord(text, at, at + wanted.length);
    }

    /** Where it occurs first; −1 if nowhere. */
    int find(String text) {
        return in(text).next(0);
    }

    Haystack in(String text) {
        return new Haystack(text);
    }

    private char fold(char c) {
        if (!ignoreCase) {
            return c;
        }
        if (c < 128) {
            return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
        }
        return Character.toLowerCase(Character.toUpperCase(c));
    }

    private static boolean isWord(String text, int start, int end) {
        return (start == 0 || !isWordPart(text.charAt(start - 1)) || !isWordPart(text.charAt(start)))
                && (end == text.length() || !isWordPart(text.charAt(end)) || !isWordPart(text.charAt(end - 1)));
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    /** The occurrences in one text, from the first to the last; those of whole words where that is asked. */
    final class Haystack {
        private final String text;
        private int read;
        private int matched;

        private Haystack(String text) {
            this.text = text;
        }

        /** Where it occurs at {@code from} or later; −1 if nowhere. {@code from} does not fall from call to call. */
        int next(int from) {
            while (read < text.length()) {
                char c = fold(text.charAt(read++));
                while (matched >= 0 && wanted[matched] != c) {
                    matched = border[matched];
                }
                matched++;
                if (matched == wanted.length) {
                    int start = read - matched;
                    matched = border[matched];
                    if (start >= from && (!wholeWord || isWord(text, start, read))) {
                        return start;
                    }
                }
            }
            return -1;
        }
    }
}
