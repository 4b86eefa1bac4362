package io.kernelweave.decode;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that may follow a place, in the form that takes the least memory: bits, a list, or a list on top of bits that
 * other places share. Immutable, and shared by all texts that come to the place.
 */
public final class AllowedTokens {
    private static final int[] NONE = {};

    private final long @Nullable [] bits;
    /** Sorted; none of them is in the bits. */
    private final int[] list;

    private final int count;
    private final boolean shared;

    private AllowedTokens(long @Nullable [] bits, int[] list, int count, boolean shared) {
        this.bits = bits;
        this.list = list;
        this.count = count;
        this.shared = shared;
    }

    /**
     * These tokens.
     *
     * @param tokens distinct; sorted here
     */
    static AllowedTokens of(int[] tokens, int vocabularySize) {
        if (tokens.length <= vocabularySize >>> 6) {
            Arrays.sort(tokens);
            return new AllowedTokens(null, tokens, tokens.length, false);
        }
        TokenMask mask = new TokenMask(vocabularySize);
        for (int token : tokens) {
            mask.set(token);
        }
        return of(mask);
    }

    /** All that are set in a mask. */
    static AllowedTokens of(TokenMask mask) {
        return new AllowedTokens(mask.words().clone(), NONE, mask.cardinality(), false);
    }

    /** These and others, of which some may be among these; the bits are shared. */
    AllowedTokens with(int[] others) {
        int[] all = Arrays.copyOf(list, list.length + others.length);
        int size = list.length;
        for (int token : others) {
            if (!contains(token)) {
                all[size++] = token;
            }
        }
        int[] sorted = Arrays.copyOf(all, size);
        Arrays.sort(sorted);
        return new AllowedTokens(bits, sorted, count + size - list.length, true);
    }

    /** The list of these on top of the bits of another, none of which is in the list. */
    AllowedTokens onTopOf(AllowedTokens other) {
        return new AllowedTokens(other.bits, list, other.count - other.list.length + list.length, true);
    }

    /** How many tokens are allowed. */
    public int count() {
        return count;
    }

    /** Whether a token, which must be one of the vocabulary, is allowed. */
    public boolean contains(int token) {
        return bits != null && (bits[token >>> 6] >>> token & 1) != 0
                || list.length > 0 && Arrays.binarySearch(list, token) >= 0;
    }

    /** Sets the bits of exactly these tokens. */
    public void fill(TokenMask mask) {
        if (bits == null) {
            mask.clear();
        } else {
            System.arraycopy(bits, 0, mask.words(), 0, bits.length);
        }
        for (int token : list) {
            mask.set(token);
        }
    }

    /** The tokens, in no order that means anything. */
    int[] toArray() {
        int[] all = Arrays.copyOf(list, count);
        int next = list.length;
        for (int w = 0; bits != null && w < bits.length; w++) {
            for (long word = bits[w]; word != 0; word &= word - 1) {
                all[next++] = w << 6 | Long.numberOfTrailingZeros(word);
            }
        }
        return all;
    }

    /** Bytes held beyond what is shared. */
    int weight() {
        return 64 + 4 * list.length + (bits == null || shared ? 0 : 8 * bits.length);
    }

    @Override
    public String toString() {
        return count + " tokens" + (bits == null ? ", " + Arrays.toString(list) : "");
    }
}
