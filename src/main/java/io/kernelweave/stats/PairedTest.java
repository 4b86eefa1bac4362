package io.kernelweave.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Did a change change a measure? Rows measured twice are paired, their differences summed by cluster, and the sum of all is
 * compared with what it would be if each cluster's sign were a coin's (Fisher's randomisation test; for clusters: Cai, Canay,
 * Kim and Shaikh, <i>On the implementation of approximate randomization tests in linear models with a small number of
 * clusters</i>, 2023). All sign patterns are enumerated for up to 16 clusters that differ, else 20 000 are drawn from a
 * seeded generator.
 */
public final class PairedTest {
    private static final int MAX_ENUMERATED = 16;
    private static final int DRAWS = 20_000;

    private final int rows;
    private final boolean identical;
    private final ClusterMean difference;
    private final double p;

    /**
     * A row measured under both.
     *
     * @param cluster rows of one cluster share an origin
     */
    public record Pair(String cluster, double baseline, double candidate) {
        public Pair {
            if (!Double.isFinite(baseline) || !Double.isFinite(candidate)) {
                throw new IllegalArgumentException("cluster " + cluster + ": " + baseline + " and " + candidate);
            }
        }
    }

    private PairedTest(int rows, boolean identical, ClusterMean difference, double p) {
        this.rows = rows;
        this.identical = identical;
        this.difference = difference;
        this.p = p;
    }

    /** @throws IllegalArgumentException if there are no pairs */
    public static PairedTest of(List<Pair> pairs, long seed) {
        Map<String, List<Double>> byCluster = new LinkedHashMap<>();
        boolean identical = true;
        for (Pair pair : pairs) {
            double change = pair.candidate() - pair.baseline();
            identical &= change == 0;
            byCluster
                    .computeIfAbsent(pair.cluster(), cluster -> new ArrayList<>())
                    .add(change);
        }
        List<Cluster> clusters = new ArrayList<>();
        byCluster.forEach((cluster, changes) -> {
            double sum = 0;
            for (double change : changes) {
                sum += change;
            }
            clusters.add(new Cluster(cluster, sum, changes.size()));
        });
        double p = signFlip(clusters.stream().mapToDouble(Cluster::sum).toArray(), seed);
        return new PairedTest(pairs.size(), identical, ClusterMean.ofMeasure(clusters), p);
    }

    /** Two-sided: the share of sign patterns whose sum is as far from 0 as the one observed, or farther. */
    static double signFlip(double[] sums, long seed) {
        double[] moved = Arrays.stream(sums).filter(sum -> sum != 0).sorted().toArray();
        double total = 0;
        double scale = 0;
        for (double sum : moved) {
            total += sum;
            scale += Math.abs(sum);
        }
        double bar = Math.abs(total) - 1e-9 * scale; // equal sums, added in another order, are equal
        if (moved.length <= MAX_ENUMERATED) {
            // Gray code: each pattern differs from the last in one sign.
            double sum = total;
            long extreme = 1;
            long patterns = 1L << moved.length;
            boolean[] flipped = new boolean[moved.length];
            for (long i = 1; i < patterns; i++) {
                int at = Long.numberOfTrailingZeros(i);
                sum += flipped[at] ? 2 * moved[at] : -2 * moved[at];
                flipped[at] = !flipped[at];
                extreme += Math.abs(sum) >= bar ? 1 : 0;
            }
            return extreme / (double) patterns;
        }
        SplittableRandom random = new SplittableRandom(seed);
        long extreme = 1; // the pattern observed is one of those possible
        for (int draw = 0; draw < DRAWS; draw++) {
            double sum = 0;
            long signs = 0;
            for (int i = 0; i < moved.length; i++) {
                if (i % Long.SIZE == 0) {
                    signs = random.nextLong();
                }
                sum += (signs & 1) == 0 ? moved[i] : -moved[i];
                signs >>>= 1;
            }
            extreme += Math.abs(sum) >= bar ? 1 : 0;
        }
        return extreme / (double) (DRAWS + 1);
    }

    public int rows() {
        return rows;
    }

    public int clusters() {
        return difference.clusters();
    }

    /** Is every row's measure the same under both? */
    public boolean isIdentical() {
        return identical;
    }

    /** Mean difference per row, candidate − baseline. */
    public double mean() {
        return difference.mean();
    }

    /** 95 %, cluster-robust, of {@link #mean}; unbounded with one cluster unless the rows are identical. */
    public Interval interval() {
        return identical ? new Interval(0, 0) : difference.interval();
    }

    /** Two-sided, of the sign-flip test. */
    public double p() {
        return p;
    }

    /**
     * The mean difference that a run of this size would show at the 5 % level in four of five tries; infinite with one
     * cluster.
     */
    public double smallestDetectable() {
        return clusters() < 2
                ? Double.POSITIVE_INFINITY
                : (StudentT.quantile(0.975, clusters() - 1) + StudentT.quantile(0.8, clusters() - 1))
                        * difference.standardError();
    }

    /** About how many clusters like these it would take to show a mean difference; more than a long holds is its maximum. */
    public long clustersNeeded(double effect) {
        double ratio = smallestDetectable() / Math.abs(effect);
        return identical ? clusters() : (long) StrictMath.ceil(clusters() * ratio * ratio);
    }
}
