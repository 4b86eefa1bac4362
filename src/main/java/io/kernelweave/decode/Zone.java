package io.kernelweave.decode;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A part of a text's structure in which a place is a number: a string, a number, the punctuation between two values. Zones
 * of the same meaning are the same object, so a zone and a place in it are all that the allowed tokens depend on.
 */
abstract class Zone {
    /** The byte is not allowed. */
    static final long DEAD = -1;
    /** The byte is allowed and ends the zone. */
    static final long LEAVE = -2;
    /** The zone ends before the byte. */
    static final long LEAVE_BEFORE = -3;

    /** It was not looked yet which byte is the only one that may follow. */
    static final int UNKNOWN = -3;

    private static final int MOST_ONLY = 1 << 12;

    private long[] places = new long[4];
    private AllowedTokens @Nullable [] masks;
    private int count;
    private int generation;
    /** Places plus 1 and the only byte that may follow there, open addressing. */
    private long[] onlyAt = new long[0];

    private short[] only = new short[0];
    private int onlyCount;
    /** How many bytes the shortest way from the beginning to the end of the text has; -1 before it was asked for. */
    int completion = -1;

    long begin() {
        return 0;
    }

    /**
     * Whether a cursor at the place where the zone begins has read nothing in it yet.
     *
     * @param mark where the innermost string began
     * @param length of the text
     */
    boolean startsAt(int mark, int length) {
        return true;
    }

    /** The place after a byte, or one of the constants. */
    abstract long next(long at, int b);

    /** Moves the cursor to where a byte that ends the zone leads; false if nowhere. */
    boolean leave(Cursor cursor, int b) {
        throw new IllegalStateException("nothing leads out of " + this);
    }

    /** Whether the text may end at a place. */
    boolean isComplete(long at) {
        return false;
    }

    /** Whether the zone can be left at a place without a byte of its own, though more may come. */
    boolean isOver(long at) {
        return false;
    }

    /** What may come at a place, in words. */
    abstract String expected(long at);

    /** Writes bytes that lead out of the zone, or to the end of the text, on a short way. */
    abstract void finish(long at, Completion out);

    /** The tokens that are known to be allowed at a place; null if they are not known. */
    @Nullable
    AllowedTokens mask(long at, int now) {
        if (generation == now && masks != null) {
            for (int i = 0; i < count; i++) {
                if (places[i] == at) {
                    return masks[i];
                }
            }
        }
        return null;
    }

    void keep(long at, AllowedTokens mask, int now) {
        if (generation != now || masks == null) {
            generation = now;
            count = 0;
            masks = new AllowedTokens[4];
        }
        if (count == masks.length) {
            places = Arrays.copyOf(places, 2 * count);
            masks = Arrays.copyOf(masks, 2 * count);
        }
        places[count] = at;
        masks[count++] = mask;
    }

    /** What {@link #keepOnly} was told of a place; {@link #UNKNOWN} if nothing. */
    int only(long at) {
        if (onlyAt.length == 0) {
            return UNKNOWN;
        }
        int slot = slot(at);
        return onlyAt[slot] == 0 ? UNKNOWN : only[slot];
    }

    /** @param value the only byte that may follow at a place, or a negative number */
    void keepOnly(long at, int value) {
        if (2 * onlyCount >= onlyAt.length) {
            long[] oldAt = onlyAt;
            short[] old = only;
            boolean full = onlyCount >= MOST_ONLY;
            onlyAt = new long[full ? 16 : Math.max(16, 2 * oldAt.length)];
            only = new short[onlyAt.length];
            onlyCount = 0;
            for (int i = 0; i < oldAt.length && !full; i++) {
                if (oldAt[i] != 0) {
                    put(oldAt[i] - 1, old[i]);
                }
            }
        }
        put(at, value);
    }

    private void put(long at, int value) {
        int slot = slot(at);
        onlyAt[slot] = at + 1; // a place is no negative number
        only[slot] = (short) value;
        onlyCount++;
    }

    private int slot(long at) {
        int slot = Long.hashCode(at * 0x9E3779B97F4A7C15L) & onlyAt.length - 1;
        while (onlyAt[slot] != 0 && onlyAt[slot] != at + 1) {
            slot = slot + 1 & onlyAt.length - 1;
        }
        return slot;
    }
}
