package io.kernelweave.decode;

import java.util.Arrays;

/** Which tokens of a vocabulary are allowed, one bit a token. A buffer that its owner fills again at each step. */
public final class TokenMask {
    private final int size;
    private final long[] words;

    /** All clear. */
    public TokenMask(int size) {
        this.size = size;
        this.words = new long[(size + 63) >>> 6];
    }

    /** How many tokens the mask is about. */
    public int size() {
        return size;
    }

    /** The bits themselves, token {@code t} in bit {@code t & 63} of word {@code t >> 6}; no bit beyond the size is set. */
    public long[] words() {
        return words;
    }

    public boolean get(int token) {
        return (words[token >>> 6] >>> token & 1) != 0;
    }

    public void set(int token) {
        words[token >>> 6] |= 1L << token;
    }

    public void clear() {
        Arrays.fill(words, 0);
    }

    /** How many tokens are allowed. */
    public int cardinality() {
        int count = 0;
        for (long word : words) {
            count += Long.bitCount(word);
        }
        return count;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenMask mask && size == mask.size && Arrays.equals(words, mask.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }

    @Override
    public String toString() {
        return cardinality() + " of " + size + " tokens";
    }
}
