package io.kernelweave.regex;

/** What characters cost in a JSON string, and which of equally dear ones reads best. */
final class Written {
    private Written() {}

    /** How many bytes a character takes in a JSON string at the least. */
    static int bytes(int c) {
        if (c < 0x80) {
            if (c >= 0x20) {
                return c == '"' || c == '\\' ? 2 : 1;
            }
            return c >= '\b' && c <= '\r' && c != 0x0B ? 2 : 6;
        }
        return c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }

    /** How many bytes a character takes in UTF-8. */
    static int utf8(int c) {
        return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    }

    /** Fewer bytes first; then letters, digits, other characters, the space. */
    static int rank(int c) {
        int likeness =
                c >= 'a' && c <= 'z' ? 0 : c >= 'A' && c <= 'Z' ? 1 : c >= '0' && c <= '9' ? 2 : c != ' ' ? 3 : 4;
        return bytes(c) << 3 | likeness;
    }

    /** The best ranked character of a range. */
    static int cheapest(int low, int high) {
        if (low == high) {
            return low;
        }
        int best = low;
        int start = low <= 'a' && 'a' <= high
                ? 'a'
                : low <= 'A' && 'A' <= high ? 'A' : low <= '0' && '0' <= high ? '0' : low;
        if (rank(start) < rank(best)) {
            best = start;
        }
        for (int c = low; c <= high && c <= 0x80 && rank(best) > 1 << 3; c++) {
            best = rank(c) < rank(best) ? c : best;
        }
        return best;
    }

    static int bytes(CodePoints set) {
        int least = 6;
        int[] ranges = set.ranges();
        for (int i = 0; i < ranges.length && least > 1; i += 2) {
            least = Math.min(least, bytes(cheapest(ranges[i], ranges[i + 1])));
        }
        return least;
    }

    static int bytes(int[] word) {
        int sum = 0;
        for (int c : word) {
            sum += bytes(c);
        }
        return sum;
    }
}
