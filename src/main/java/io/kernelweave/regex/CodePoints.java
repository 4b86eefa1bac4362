package io.kernelweave.regex;

import java.util.Arrays;
import java.util.List;

/** A set of code points: sorted, disjoint, non-adjacent ranges, {@code [low, high, low, high, ...]}, both ends inside. */
public record CodePoints(int... ranges) {
    public static final CodePoints NONE = new CodePoints();
    /** Every Unicode scalar value: no surrogates. */
    public static final CodePoints ANY = new CodePoints(0, 0xD7FF, 0xE000, 0x10FFFF);

    /** The union of ranges in any order. */
    public static CodePoints of(int... ranges) {
        boolean sorted = true;
        for (int i = 2; i < ranges.length; i += 2) {
            sorted &= ranges[i] > ranges[i - 1] + 1;
        }
        return sorted ? new CodePoints(ranges) : merged(ranges, ranges.length);
    }

    static CodePoints union(List<CodePoints> sets) {
        int length = 0;
        for (CodePoints set : sets) {
            length += set.ranges.length;
        }
        int[] all = new int[length];
        length = 0;
        for (CodePoints set : sets) {
            System.arraycopy(set.ranges, 0, all, length, set.ranges.length);
            length += set.ranges.length;
        }
        return merged(all, length);
    }

    private static CodePoints merged(int[] ranges, int length) {
        long[] all = new long[length / 2];
        for (int i = 0; i < all.length; i++) {
            all[i] = (long) ranges[2 * i] << 32 | ranges[2 * i + 1];
        }
        Arrays.sort(all);
        int[] merged = new int[length];
        int used = 0;
        for (long range : all) {
            int low = (int) (range >>> 32);
            int high = (int) range;
            if (used > 0 && low <= merged[used - 1] + 1) {
                merged[used - 1] = Math.max(merged[used - 1], high);
            } else {
                merged[used++] = low;
                merged[used++] = high;
            }
        }
        return new CodePoints(Arrays.copyOf(merged, used));
    }

    public boolean isEmpty() {
        return ranges.length == 0;
    }

    public boolean contains(int codePoint) {
        if (ranges.length <= 16) {
            for (int i = 0; i < ranges.length; i += 2) {
                if (codePoint <= ranges[i + 1]) {
                    return codePoint >= ranges[i];
                }
            }
            return false;
        }
        int found = Arrays.binarySearch(ranges, codePoint);
        return found >= 0 || (-found - 1 & 1) == 1; // between a low and its high
    }

    public CodePoints or(CodePoints other) {
        if (ranges.length == 0 || other.equals(this)) {
            return other;
        }
        return other.ranges.length == 0 ? this : union(List.of(this, other));
    }

    public CodePoints and(CodePoints other) {
        int[] common = new int[ranges.length + other.ranges.length];
        int used = 0;
        for (int i = 0, j = 0; i < ranges.length && j < other.ranges.length; ) {
            int low = Math.max(ranges[i], other.ranges[j]);
            int high = Math.min(ranges[i + 1], other.ranges[j + 1]);
            if (low <= high) {
                common[used++] = low;
                common[used++] = high;
            }
            if (ranges[i + 1] < other.ranges[j + 1]) {
                i += 2;
            } else {
                j += 2;
            }
        }
        return new CodePoints(Arrays.copyOf(common, used));
    }

    /** Of these the scalar values. */
    public CodePoints minusSurrogates() {
        for (int i = 0; i < ranges.length; i += 2) {
            if (ranges[i] <= 0xDFFF && ranges[i + 1] >= 0xD800) {
                return and(ANY);
            }
        }
        return this;
    }

    /** All scalar values that are not in this set. */
    public CodePoints complement() {
        int[] rest = new int[ranges.length + 2];
        int used = 0;
        int next = 0;
        for (int i = 0; i < ranges.length; i += 2) {
            if (ranges[i] > next) {
                rest[used++] = next;
                rest[used++] = ranges[i] - 1;
            }
            next = ranges[i + 1] + 1;
        }
        if (next <= Character.MAX_CODE_POINT) {
            rest[used++] = next;
            rest[used++] = Character.MAX_CODE_POINT;
        }
        return new CodePoints(Arrays.copyOf(rest, used)).and(ANY);
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
