package io.kernelweave.verify;

import java.util.ArrayList;
import java.util.List;

/**
 * How many units a text has. Where a text can be read in more than one way the count is a range, and a comparison is
 * decided only if every number of the range says the same.
 *
 * @param low the fewest
 * @param high the most
 * @param found start and end of the first few units, in UTF-16 units; empty where a unit is no stretch of text
 */
record Tally(long low, long high, List<Stretch> found) {
    private static final int SHOWN = 20;

    /** A stretch of text, from {@code start} to before {@code end}. */
    record Stretch(int start, int end) {}

    static Tally of(long count) {
        return new Tally(count, count, List.of());
    }

    boolean isExact() {
        return low == high;
    }

    Tally plus(Tally other) {
        List<Stretch> both = new ArrayList<>(found);
        other.found.stream().limit(Math.max(0, SHOWN - found.size())).forEach(both::add);
        return new Tally(low + other.low, high + other.high, both);
    }

    /** The count, or the range of it. */
    @Override
    public String toString() {
        return isExact() ? String.valueOf(low) : low + " to " + high;
    }

    /** Counts units as they are found. */
    static final class Counting {
        private final List<Stretch> found = new ArrayList<>();
        private long sure;
        private long doubtful;

        void add(int start, int end) {
            sure++;
            show(start, end);
        }

        /** A stretch that some would count and others would not. */
        void doubt(int start, int end) {
            doubtful++;
            show(start, end);
        }

        private void show(int start, int end) {
            if (found.size() < SHOWN) {
                found.add(new Stretch(start, end));
            }
        }

        Tally done() {
            return new Tally(sure, sure + doubtful, List.copyOf(found));
        }
    }
}
