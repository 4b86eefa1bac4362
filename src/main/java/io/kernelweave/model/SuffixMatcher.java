package io.kernelweave.model;

/**
 * How long a match with a text ends at each of its places: after symbols s1 ... sn were seen, {@code length(i)} is the
 * largest L for which the last L of them are the L symbols before place i. Kept up with one pass for each symbol.
 *
 * <p>A symbol may be wild, in the text and among those seen; two wild ones match whatever they are.
 */
final class SuffixMatcher {
    /** Longer matches are not told apart. */
    private static final int LONGEST = 64;

    private final int[] text;
    private final boolean[] wild;
    private final byte[] lengths;

    SuffixMatcher(int[] text) {
        this(text, new boolean[text.length]);
    }

    SuffixMatcher(int[] text, boolean[] wild) {
        this.text = text;
        this.wild = wild;
        this.lengths = new byte[text.length + 1];
    }

    void accept(int symbol, boolean isWild) {
        for (int i = text.length; i > 0; i--) {
            int before = lengths[i - 1];
            boolean same = text[i - 1] == symbol || isWild && wild[i - 1];
            lengths[i] = same ? (byte) (before < LONGEST ? before + 1 : LONGEST) : 0;
        }
    }

    int length(int place) {
        return lengths[place];
    }
}
