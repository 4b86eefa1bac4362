package io.kernelweave.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Counts of durations, in buckets whose width grows with the duration, so that millions of them fit into a few hundred numbers.
 * Below 128 ns a bucket is one nanosecond, above there are 64 to each doubling: what is read back is off by at most 0.8 %. The sum and the
 * largest are kept exactly.
 *
 * <p>The buckets are those of Tene's HdrHistogram with six bits of precision.
 */
public final class LogHistogram {
    private static final int BITS = 6;
    private static final int EXACT = 2 << BITS;

    private long[] counts = new long[0];
    private long count;
    private long sum;
    private long max;

    /**
     * Some durations that are as good as equal.
     *
     * @param ns the middle of the bucket
     */
    public record Bucket(long ns, long count) {}

    /** Counts one duration; a clock that went backwards gives zero. */
    public void add(long ns) {
        long value = Math.max(0, ns);
        add(value, 1);
        sum += value;
        max = Math.max(max, value);
    }

    /** Counts what another histogram counted, given as it was kept. */
    public void add(List<Bucket> buckets, long sumNs, long maxNs) {
        buckets.forEach(bucket -> add(bucket.ns(), bucket.count()));
        sum += sumNs;
        max = Math.max(max, maxNs);
    }

    private void add(long ns, long times) {
        int bucket = bucket(ns);
        if (bucket >= counts.length) {
            counts = Arrays.copyOf(counts, bucket + (2 << BITS));
        }
        counts[bucket] += times;
        count += times;
    }

    private static int bucket(long ns) {
        if (ns < EXACT) {
            return (int) ns;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(ns) - BITS;
        return (shift << BITS) + (int) (ns >>> shift);
    }

    private static long middle(int bucket) {
        if (bucket < EXACT) {
            return bucket;
        }
        int shift = (bucket >>> BITS) - 1;
        return ((long) bucket - ((long) shift << BITS) << shift) + (1L << shift - 1);
    }

    /** The buckets that are not empty, shortest duration first. */
    public List<Bucket> buckets() {
        List<Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                buckets.add(new Bucket(middle(i), counts[i]));
            }
        }
        return buckets;
    }

    public long count() {
        return count;
    }

    /** Nanoseconds, exact. */
    public long sum() {
        return sum;
    }

    /** Nanoseconds, exact; 0 of nothing. */
    public long max() {
        return max;
    }

    /** Mean nanoseconds; NaN of nothing. */
    public double mean() {
        return count == 0 ? Double.NaN : (double) sum / count;
    }

    /** The duration, in nanoseconds, that a share of all does not exceed (nearest rank); NaN of nothing. */
    public double quantile(double share) {
        long rank = Math.max(1, (long) Math.ceil(share * count));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return Math.min(middle(i), max);
            }
        }
        return Double.NaN;
    }
}
