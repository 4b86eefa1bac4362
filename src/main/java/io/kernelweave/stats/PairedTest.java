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
 * clusters</i>, 2023).
 *
 * <p>The test is exact where cluster sums are whole numbers, as those of shares are: all sign patterns are counted by their sum
 * (Pagano and Tritchler, <i>On obtaining permutation distributions in polynomial time</i>, JASA 78, 1983). Of other measures all
 * patterns are enumerated for up to 16 clusters that differ, else 20 000 are drawn from a seeded generator.
 */
public final class PairedTest {
    private static final int MAX_ENUMERATED = 16;
    private static final int MAX_COUNTED = 20_000; // of the sums' total, which is how far a pattern's sum can reach
    private static final int DRAWS = 20_000;
    private static final double Z = 1.6448536269514722; // 95 %, one-sided
    private static final double POWER = 0.8;

    private final int rows;
    private final boolean identical;
    private final boolean share;
    private final double spread;
    private final ClusterMean difference;
    private final double[] sums;
    private final long seed;

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

    /** Which sums are as extreme as the one observed. */
    enum Tail {
        LOWER,
        BOTH
    }

    private PairedTest(int rows, boolean identical, boolean share, double spread, List<Cluster> clusters, long seed) {
        this.rows = rows;
        this.identical = identical;
        this.share = share;
        this.spread = spread;
        this.difference = ClusterMean.ofMeasure(clusters);
        this.sums = clusters.stream().mapToDouble(Cluster::sum).toArray();
        this.seed = seed;
    }

    /** @throws IllegalArgumentException if there are no pairs */
    public static PairedTest of(List<Pair> pairs, long seed) {
        Map<String, double[]> byCluster = new LinkedHashMap<>(); // the sum of changes, and how many
        boolean identical = true;
        boolean share = true;
        for (Pair pair : pairs) {
            double change = pair.candidate() - pair.baseline();
            identical &= change == 0;
            share &= Math.abs(change) == 1 || change == 0;
            double[] cluster = byCluster.computeIfAbsent(pair.cluster(), name -> new double[2]);
            cluster[0] += change;
            cluster[1]++;
        }
        List<Cluster> clusters = new ArrayList<>();
        double squares = 0;
        for (Map.Entry<String, double[]> cluster : byCluster.entrySet()) {
            double size = cluster.getValue()[1];
            squares += size * size;
            clusters.add(new Cluster(cluster.getKey(), cluster.getValue()[0], size));
        }
        double spread = squares / ((double) pairs.size() * pairs.size());
        return new PairedTest(pairs.size(), identical, share, spread, clusters, seed);
    }

    /** The share of sign patterns whose sum is as extreme as the one observed. */
    static double signFlip(double[] sums, Tail tail, long seed) {
        double[] moved = Arrays.stream(sums).filter(sum -> sum != 0).sorted().toArray();
        double total = 0;
        double scale = 0;
        boolean whole = true;
        for (double sum : moved) {
            total += sum;
            scale += Math.abs(sum);
            whole &= sum == Math.rint(sum);
        }
        double slack = 1e-9 * scale; // equal sums, added in another order, are equal
        double bar = tail == Tail.BOTH ? Math.abs(total) - slack : total + slack;
        if (whole && scale <= MAX_COUNTED) {
            return counted(moved, (int) scale, tail, bar);
        }
        return moved.length <= MAX_ENUMERATED ? enumerated(moved, total, tail, bar) : drawn(moved, tail, bar, seed);
    }

    private static boolean isExtreme(double sum, Tail tail, double bar) {
        return tail == Tail.BOTH ? Math.abs(sum) >= bar : sum <= bar;
    }

    /** The chance of each sum, one cluster after the other; sums are kept from −reach to reach. */
    private static double counted(double[] moved, int reach, Tail tail, double bar) {
        double[] chance = new double[2 * reach + 1];
        chance[reach] = 1;
        int reached = 0;
        for (double sum : moved) {
            int step = (int) Math.abs(sum);
            double[] next = new double[chance.length];
            for (int at = reach - reached; at <= reach + reached; at++) {
                next[at - step] += chance[at] / 2;
                next[at + step] += chance[at] / 2;
            }
            chance = next;
            reached += step;
        }
        double extreme = 0;
        for (int at = 0; at < chance.length; at++) {
            extreme += isExtreme(at - reach, tail, bar) ? chance[at] : 0;
        }
        return Math.min(1, Math.max(Double.MIN_VALUE, extreme));
    }

    private static double enumerated(double[] moved, double total, Tail tail, double bar) {
        // Gray code: each pattern differs from the last in one sign.
        double sum = total;
        long extreme = 1;
        long patterns = 1L << moved.length;
        boolean[] flipped = new boolean[moved.length];
        for (long i = 1; i < patterns; i++) {
            int at = Long.numberOfTrailingZeros(i);
            sum += flipped[at] ? 2 * moved[at] : -2 * moved[at];
            flipped[at] = !flipped[at];
            extreme += isExtreme(sum, tail, bar) ? 1 : 0;
        }
        return extreme / (double) patterns;
    }

    private static double drawn(double[] moved, Tail tail, double bar, long seed) {
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
            extreme += isExtreme(sum, tail, bar) ? 1 : 0;
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
        return signFlip(sums, Tail.BOTH, seed);
    }

    /** One-sided, of the sign-flip test: how likely a loss like this one, or a greater one, is if nothing was lost. */
    public double pLoss() {
        return signFlip(sums, Tail.LOWER, seed);
    }

    /** The fewest clusters that can show anything at a level: all of them lose, and chance does this with 2<sup>−C</sup>. */
    public static int fewestClusters(double alpha) {
        int fewest = 1;
        while (StrictMath.scalb(1.0, -fewest) > alpha) {
            fewest++;
        }
        return fewest;
    }

    /**
     * Is it shown that no more than a margin is lost? The 95 % interval has to stay above −margin. Where each row's difference is
     * −1, 0 or 1, few rows that differ make that interval too narrow, so the mean must also lie further above −margin than
     * chance explains (5 %, one-sided) if the margin were lost: then the variance of a row is at least margin · (1 − margin)
     * (the variance under the hypothesis, as in Farrington and Manning, Statistics in Medicine 9, 1990), and rows of a cluster may all
     * go together.
     */
    public boolean excludesLoss(double margin) {
        return interval().low() > -margin
                && (!share || mean() + margin > Z * StrictMath.sqrt(margin * (1 - margin) * spread));
    }

    /**
     * The mean loss that a run of this size would show, at a one-sided level, in four of five tries; infinite with fewer clusters
     * than can show anything.
     */
    public double smallestDetectable(double alpha) {
        if (clusters() < Math.max(2, fewestClusters(alpha))) {
            return Double.POSITIVE_INFINITY;
        }
        double reach = StudentT.quantile(1 - alpha, clusters() - 1.0) + StudentT.quantile(POWER, clusters() - 1.0);
        double seen = reach * difference.standardError();
        // A loss e of rows that differ by one at most brings a variance of e (1 − e) with it.
        double square = reach * reach * spread;
        return share ? Math.max(seen, square / (1 + square)) : seen;
    }

    /**
     * About how many clusters like these it takes to show, in four of five tries, that no more than a margin is lost if nothing is;
     * more than a long holds is its maximum.
     */
    public long clustersNeeded(double margin) {
        if (clusters() < 2) {
            return identical ? 1 : Long.MAX_VALUE;
        }
        double degrees = clusters() - 1.0;
        double reach = (StudentT.quantile(0.975, degrees) + StudentT.quantile(POWER, degrees))
                * difference.standardError()
                / margin;
        double bound = share ? Z * Z * (1 - margin) * spread / margin : 0;
        double needed = identical ? bound : Math.max(reach * reach, bound);
        return (long) Math.max(fewestClusters(0.05), StrictMath.ceil(clusters() * needed));
    }
}
