package io.kernelweave.decode;

import java.util.Arrays;

/** A set of code points: sorted, disjoint, non-adjacent ranges, {@code [low, high, low, high, ...]}, both ends inside. */
record CodePoints(int... ranges) {
    static final CodePoints NONE = new CodePoints();
    /** Every Unicode scalar value: no surrogates. */
    static final CodePoints ANY = new CodePoints(0, 0xD7FF, 0xE000, 0x10FFFF);

    static CodePoints of(int... ranges) {
        return NONE.or(new CodePoints(ranges));
    }

    boolean contains(int codePoint) {
        for (int i = 0; i < ranges.length; i += 2) {
            if (codePoint <= ranges[i + 1]) {
                return codePoint >= ranges[i];
            }
        }
        return false;
    }

    CodePoints or(CodePoints other) {
        long[] all = new long[(ranges.length + other.ranges.length) / 2];
        for (int i = 0; i < all.length; i++) {
            int[] from = 2 * i < ranges.length ? ranges : other.ranges;
            int at = 2 * i < ranges.length ? 2 * i : 2 * i - ranges.length;
            all[i] = (long) from[at] << 32 | from[at + 1];
        }
        Arrays.sort(all);
        int[] merged = new int[2 * all.length];
        int length = 0;
        for (long range : all) {
            int low = (int) (range >>> 32);
            int high = (int) range;
            if (length > 0 && low <= merged[length - 1] + 1) {
                merged[length - 1] = Math.max(merged[length - 1], high);
            } else {
                merged[length++] = low;
                merged[length++] = high;
            }
        }
        return new CodePoints(Arrays.copyOf(merged, length));
    }

    /** Of these the scalar values. */
    CodePoints minusSurrogates() {
        return complement().complement();
    }

    /** All scalar values that are not in this set. */
    CodePoints complement() {
        CodePoints closed = or(new CodePoints(0xD800, 0xDFFF));
        int[] rest = new int[closed.ranges.length + 2];
        int length = 0;
        int next = 0;
        for (int i = 0; i < closed.ranges.length; i += 2) {
            if (closed.ranges[i] > next) {
                rest[length++] = next;
                rest[length++] = closed.ranges[i] - 1;
            }
            next = closed.ranges[i + 1] + 1;
        }
        if (next <= Character.MAX_CODE_POINT) {
            rest[length++] = next;
            rest[length++] = Character.MAX_CODE_POINT;
        }
        return new CodePoints(Arrays.copyOf(rest, length));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodePoints set && Arrays.equals(ranges, set.ranges);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(ranges);
    }

    @Override
    public String toString() {
        return Arrays.toString(ranges);
    }
}
