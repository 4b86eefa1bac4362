package io.kernelweave.decode;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;

/** Which two neighbouring tokens become one, and which pairs go first: a hash table of primitives. */
final class TokenPairs {
    /** What {@link #merge} gives for a pair that stays two. */
    static final long NONE = Long.MAX_VALUE;

    private long[] keys = new long[1024]; // 0 is free, so keys are one more than the pair
    private long[] merges = new long[1024];
    private int count;

    /** Adds a pair; of a pair that is added twice the first rule holds. */
    void put(int left, int right, int rank, int token) {
        if (2 * ++count > keys.length) {
            grow();
        }
        set(((long) left << 32 | right) + 1, (long) rank << 32 | token);
    }

    /** The rank in the upper half, the lower the earlier, and the token in the lower half; or {@link #NONE}. */
    long merge(int left, int right) {
        long key = ((long) left << 32 | right) + 1;
        for (int slot = slot(key); keys[slot] != 0; slot = slot + 1 & keys.length - 1) {
            if (keys[slot] == key) {
                return merges[slot];
            }
        }
        return NONE;
    }

    private void set(long key, long merge) {
        int slot = slot(key);
        while (keys[slot] != 0) {
            if (keys[slot] == key) {
                return;
            }
            slot = slot + 1 & keys.length - 1;
        }
        keys[slot] = key;
        merges[slot] = merge;
    }

    private int slot(long key) {
        return (int) (key * 0x9E3779B97F4A7C15L >>> 40) & keys.length - 1;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldMerges = merges;
        keys = new long[2 * oldKeys.length];
        merges = new long[2 * oldKeys.length];
        for (int slot = 0; slot < oldKeys.length; slot++) {
            if (oldKeys[slot] != 0) {
                set(oldKeys[slot], oldMerges[slot]);
            }
        }
    }

    /** All rules, in an order that does not depend on the table. */
    void digestInto(MessageDigest digest) {
        ByteBuffer rule = ByteBuffer.allocate(16);
        Arrays.stream(keys).filter(key -> key != 0).sorted().forEach(key -> {
            long pair = key - 1;
            rule.clear().putLong(pair).putLong(merge((int) (pair >>> 32), (int) pair));
            digest.update(rule.array());
        });
    }
}
