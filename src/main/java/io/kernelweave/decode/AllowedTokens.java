package io.kernelweave.decode;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A mask in the form that takes the least memory: bits, or a list on top of bits that the whole vocabulary shares. */
final class AllowedTokens {
    private final long[] base;
    private final int @Nullable [] more;
    private final int count;

    private AllowedTokens(long[] base, int @Nullable [] more, int count) {
        this.base = base;
        this.more = more;
        this.count = count;
    }

    /** The plain tokens of at most {@code plain} characters, and {@code more}. */
    static AllowedTokens of(VocabularyIndex index, int plain, int[] more) {
        long[] base = index.plain[plain];
        int count = index.plainCount[plain] + more.length;
        if (more.length * 2 <= base.length) {
            return new AllowedTokens(base, more, count);
        }
        long[] words = base.clone();
        for (int token : more) {
            words[token >>> 6] |= 1L << token;
        }
        return new AllowedTokens(words, null, count);
    }

    void fill(TokenMask mask) {
        System.arraycopy(base, 0, mask.words(), 0, base.length);
        if (more != null) {
            for (int token : more) {
                mask.set(token);
            }
        }
    }

    int count() {
        return count;
    }

    /** Bytes held beyond what the vocabulary shares. */
    int weight() {
        return 64 + (more != null ? 4 * more.length : 8 * base.length);
    }

    @Override
    public String toString() {
        return count + " tokens, " + (more == null ? "bits" : Arrays.toString(more));
    }
}
