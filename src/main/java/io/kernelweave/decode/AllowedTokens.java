package io.kernelweave.decode;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that may follow a place, in the form that takes the least memory: bits, or a list on top of bits that the whole
 * vocabulary shares. Immutable, and shared by all texts that come to the place.
 */
public final class AllowedTokens {
    /** Null where the list is all there is. */
    private final long @Nullable [] base;

    private final int[] more;
    private final int count;
    private final boolean shared;

    private AllowedTokens(long @Nullable [] base, int[] more, int count, boolean shared) {
        this.base = base;
        this.more = more;
        this.count = count;
        this.shared = shared;
    }

    /**
     * The plain tokens of at most {@code plain} characters, and {@code more}.
     *
     * @param more none of them plain; sorted here
     */
    static AllowedTokens of(VocabularyIndex index, int plain, int[] more) {
        long[] base = index.plain[plain];
        int count = index.plainCount[plain] + more.length;
        if (more.length * 2 <= base.length) {
            Arrays.sort(more);
            return new AllowedTokens(index.plainCount[plain] == 0 ? null : base, more, count, true);
        }
        long[] words = base.clone();
        for (int token : more) {
            words[token >>> 6] |= 1L << token;
        }
        return new AllowedTokens(words, new int[0], count, false);
    }

    /** All that are set in a mask. */
    static AllowedTokens of(TokenMask mask) {
        return new AllowedTokens(mask.words().clone(), new int[0], mask.cardinality(), false);
    }

    /** How many tokens are allowed. */
    public int count() {
        return count;
    }

    /** Whether a token, which must be one of the vocabulary, is allowed. */
    public boolean contains(int token) {
        return base != null && (base[token >>> 6] >>> token & 1) != 0
                || more.length > 0 && Arrays.binarySearch(more, token) >= 0;
    }

    /** Sets the bits of exactly these tokens. */
    public void fill(TokenMask mask) {
        if (base == null) {
            mask.clear();
        } else {
            System.arraycopy(base, 0, mask.words(), 0, base.length);
        }
        for (int token : more) {
            mask.set(token);
        }
    }

    /** The tokens, in no order that means anything. */
    int[] toArray() {
        int[] all = Arrays.copyOf(more, count);
        int next = more.length;
        for (int w = 0; base != null && w < base.length; w++) {
            for (long bits = base[w]; bits != 0; bits &= bits - 1) {
                all[next++] = w << 6 | Long.numberOfTrailingZeros(bits);
            }
        }
        return all;
    }

    /** Bytes held beyond what the vocabulary shares. */
    int weight() {
        return 64 + 4 * more.length + (shared || base == null ? 0 : 8 * base.length);
    }

    @Override
    public String toString() {
        return count + " tokens, " + (shared ? Arrays.toString(more) : "bits");
    }
}
