package io.kernelweave.decode;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that may follow a place, in the form that takes the least memory: a list, or bits that other places share with
 * what is added and what is left out. Immutable, and shared by all texts that come to the place.
 */
public final class AllowedTokens {
    private static final int[] NONE = {};

    private final long @Nullable [] bits;
    /** None of them is in the bits. */
    private final int[] added;
    /** The same, sorted; made when first asked for. */
    private int @Nullable [] sorted;
    /** Sorted; all of them are in the bits. */
    private final int[] removed;

    private final int count;
    private final boolean shared;

    private AllowedTokens(long @Nullable [] bits, int[] added, int[] removed, int count, boolean shared) {
        this.bits = bits;
        this.added = added;
        this.removed = removed;
        this.count = count;
        this.shared = shared;
    }

    /**
     * These tokens.
     *
     * @param tokens distinct
     */
    static AllowedTokens of(int[] tokens, int vocabularySize) {
        if (tokens.length <= vocabularySize >>> 6) {
            return new AllowedTokens(null, tokens, NONE, tokens.length, false);
        }
        TokenMask mask = new TokenMask(vocabularySize);
        for (int token : tokens) {
            mask.set(token);
        }
        return of(mask);
    }

    /** All that are set in a mask. */
    static AllowedTokens of(TokenMask mask) {
        return new AllowedTokens(mask.words().clone(), NONE, NONE, mask.cardinality(), false);
    }

    /** These and others that are not among them; the bits are shared. */
    AllowedTokens plus(int[] others) {
        if (others.length == 0) {
            return this;
        }
        int[] all = Arrays.copyOf(added, added.length + others.length);
        System.arraycopy(others, 0, all, added.length, others.length);
        return new AllowedTokens(bits, all, removed, count + others.length, true);
    }

    /** These, with some that may be among them and without some that may not; the bits are shared. */
    AllowedTokens changed(int[] with, int[] without) {
        int[] plus = added;
        int[] minus = removed;
        if (without.length > 0) {
            plus = difference(plus, without);
            minus = union(minus, without, false);
        }
        if (with.length > 0) {
            plus = union(plus, with, true);
            minus = difference(minus, with);
        }
        int base = count - added.length + removed.length;
        return new AllowedTokens(bits, plus, minus, base + plus.length - minus.length, true);
    }

    /** The same as bits of their own. */
    AllowedTokens solid(int vocabularySize) {
        TokenMask mask = new TokenMask(vocabularySize);
        fill(mask);
        return of(mask);
    }

    private static int[] difference(int[] list, int[] others) {
        if (list.length == 0) {
            return list;
        }
        int[] sorted = others.clone();
        Arrays.sort(sorted);
        return Arrays.stream(list)
                .filter(token -> Arrays.binarySearch(sorted, token) < 0)
                .toArray();
    }

    /** These and those of another. */
    AllowedTokens or(AllowedTokens other, int vocabularySize) {
        if (other.count == 0 || this == other) {
            return this;
        }
        TokenMask all = new TokenMask(vocabularySize);
        TokenMask more = new TokenMask(vocabularySize);
        fill(all);
        other.fill(more);
        for (int i = 0; i < all.words().length; i++) {
            all.words()[i] |= more.words()[i];
        }
        return of(all);
    }

    /** A sorted list and others that are in the bits or not, as {@code outside} says, without repeats. */
    private int[] union(int[] list, int[] others, boolean outside) {
        int[] all = Arrays.copyOf(list, list.length + others.length);
        int size = list.length;
        for (int token : others) {
            if (inBits(token) != outside) {
                all[size++] = token;
            }
        }
        if (size == list.length) {
            return list;
        }
        Arrays.sort(all, 0, size);
        int distinct = 0;
        for (int i = 0; i < size; i++) {
            if (i == 0 || all[i] != all[i - 1]) {
                all[distinct++] = all[i];
            }
        }
        return Arrays.copyOf(all, distinct);
    }

    private int[] sorted() {
        int[] known = sorted;
        if (known == null) {
            known = added.clone();
            Arrays.sort(known);
            sorted = known;
        }
        return known;
    }

    private boolean inBits(int token) {
        return bits != null && (bits[token >>> 6] >>> token & 1) != 0;
    }

    /** How many tokens are allowed. */
    public int count() {
        return count;
    }

    /** Whether a token, which must be one of the vocabulary, is allowed. */
    public boolean contains(int token) {
        return inBits(token)
                ? removed.length == 0 || Arrays.binarySearch(removed, token) < 0
                : added.length > 0 && Arrays.binarySearch(sorted(), token) >= 0;
    }

    /** Sets the bits of exactly these tokens. */
    public void fill(TokenMask mask) {
        if (bits == null) {
            mask.clear();
        } else {
            System.arraycopy(bits, 0, mask.words(), 0, bits.length);
        }
        long[] words = mask.words();
        for (int token : added) {
            words[token >>> 6] |= 1L << token;
        }
        for (int token : removed) {
            words[token >>> 6] &= ~(1L << token);
        }
    }

    /** The tokens, in no order that means anything. */
    int[] toArray() {
        TokenMask mask = new TokenMask(bits == null ? 0 : bits.length << 6);
        if (bits == null) {
            return added.clone();
        }
        fill(mask);
        int[] all = new int[count];
        int next = 0;
        for (int w = 0; w < bits.length; w++) {
            for (long word = mask.words()[w]; word != 0; word &= word - 1) {
                all[next++] = w << 6 | Long.numberOfTrailingZeros(word);
            }
        }
        return all;
    }

    /** Bytes held beyond what is shared. */
    int weight() {
        return 64 + 4 * (added.length + removed.length) + (bits == null || shared ? 0 : 8 * bits.length);
    }

    @Override
    public String toString() {
        return count + " tokens" + (bits == null ? ", " + Arrays.toString(added) : "");
    }
}
