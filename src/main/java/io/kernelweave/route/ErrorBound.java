package io.kernelweave.route;

import io.kernelweave.stats.BetaFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How many of the routed prompts may be wrong at a threshold, at most. Learn-then-Test (Angelopoulos et al. 2021): thresholds
 * are tried in an order that is fixed beforehand, from the strictest on, until the first whose error cannot be bounded; all
 * before it keep to the bound together.
 *
 * <p>Prompts that a kernel fits, those that none fits, and those whose kernel was hidden are bounded apart, each by an exact
 * binomial bound (Clopper and Pearson 1934) on the mean of its clusters, and mixed as the traffic is said to be. So the bound
 * holds where calibration has other shares than traffic; that clusters of each kind are exchangeable with those to come, it
 * takes for granted.
 */
public final class ErrorBound {
    private static final int GRID = 100;

    /** What a prompt was. */
    public enum Kind {
        IN_SCOPE,
        NO_KERNEL,
        /** Its kernel was hidden: a near miss. */
        HIDDEN
    }

    /**
     * A prompt with the probability of its likeliest kernel.
     *
     * @param right whether that kernel fits; false unless the prompt is in scope
     */
    public record Sample(Kind kind, String cluster, double probability, boolean right) {}

    private final Guarantee guarantee;
    private final double hiddenShare;
    private final Sorted inScopeWrong;
    private final Sorted inScopeRight;
    private final Sorted noKernel;
    private final Sorted hidden;

    /** Clusters' mean losses, by threshold. */
    private static final class Sorted {
        private final Map<String, List<Double>> routedAt = new HashMap<>(); // of each cluster, where the loss begins
        private final Map<String, Integer> sizes = new HashMap<>();

        void add(Sample sample, boolean counts) {
            sizes.merge(sample.cluster, 1, Integer::sum);
            if (counts) {
                routedAt.computeIfAbsent(sample.cluster, id -> new ArrayList<>())
                        .add(sample.probability);
            }
        }

        int clusters() {
            return sizes.size();
        }

        private double sum(double threshold) {
            double sum = 0;
            for (Map.Entry<String, List<Double>> cluster : routedAt.entrySet()) {
                long routed =
                        cluster.getValue().stream().filter(p -> p >= threshold).count();
                sum += (double) routed / sizes.getOrDefault(cluster.getKey(), 1);
            }
            return Math.rint(sum * 1e9) / 1e9; // whatever the order of the map
        }

        double atMost(double threshold, double delta) {
            double k = sum(threshold);
            int n = clusters();
            return k >= n ? 1 : BetaFunction.quantile(1 - delta, k + 1, n - k);
        }

        double atLeast(double threshold, double delta) {
            double k = sum(threshold);
            int n = clusters();
            return k <= 0 ? 0 : BetaFunction.quantile(delta, k, n - k + 1);
        }
    }

    /**
     * @param hiddenShare share of near misses in the traffic that no kernel fits; of no consequence where one kind is absent
     */
    public ErrorBound(List<Sample> samples, Guarantee guarantee, double hiddenShare) {
        this.guarantee = guarantee;
        this.inScopeWrong = new Sorted();
        this.inScopeRight = new Sorted();
        this.noKernel = new Sorted();
        this.hidden = new Sorted();
        for (Sample sample : samples) {
            switch (sample.kind) {
                case IN_SCOPE -> {
                    inScopeWrong.add(sample, !sample.right);
                    inScopeRight.add(sample, sample.right);
                }
                case NO_KERNEL -> noKernel.add(sample, true);
                case HIDDEN -> hidden.add(sample, true);
            }
        }
        this.hiddenShare = hidden.clusters() == 0 ? 0 : noKernel.clusters() == 0 ? 1 : hiddenShare;
    }

    /** The share of wrong kernels among routed prompts, at most, with confidence 1 − δ; 1 where nothing can be said. */
    public double at(double threshold) {
        double delta = guarantee.delta() / (hiddenShare > 0 && hiddenShare < 1 ? 4 : 3);
        double outside = (1 - hiddenShare) * noKernel.atMost(threshold, delta)
                + (hiddenShare > 0 ? hiddenShare * hidden.atMost(threshold, delta) : 0);
        double inside = 1 - guarantee.noKernelShare();
        double wrong = inside * inScopeWrong.atMost(threshold, delta) + guarantee.noKernelShare() * outside;
        double right = inside * inScopeRight.atLeast(threshold, delta);
        return wrong / (wrong + right);
    }

    /** The lowest threshold at which the error is certified to be at most {@code maxError}; empty if there is none. */
    public OptionalDouble certify(double maxError) {
        OptionalDouble certified = OptionalDouble.empty();
        // A kernel with a probability of less than 1 − maxError may be too much by itself, so the order begins there.
        for (int i = (int) Math.ceil(GRID * (1 - maxError)); i >= 0; i--) {
            double threshold = (double) i / GRID;
            if (at(threshold) > maxError) {
                break;
            }
            certified = OptionalDouble.of(threshold);
        }
        return certified;
    }

    /** The next threshold of the order that is as strict. */
    static double onGrid(double threshold) {
        return Math.ceil(threshold * GRID) / GRID;
    }
}
