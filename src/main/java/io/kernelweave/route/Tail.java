package io.kernelweave.route;

import io.kernelweave.json.InputException;
import io.kernelweave.stats.BetaFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;

/**
 * The lower part of a distribution over clusters, by a few points: what share of a cluster's prompts lies below a value, mean
 * of the clusters.
 *
 * @param clusters that it was measured on
 * @param at values, ascending
 * @param below share below each
 */
public record Tail(int clusters, List<Double> at, List<Double> below) {
    private static final double[] LEVELS = {0.02, 0.05, 0.1, 0.2, 0.35, 0.5};

    public Tail {
        at = List.copyOf(at);
        below = List.copyOf(below);
        if (clusters < 0 || at.size() != below.size()) {
            throw InputException.at(
                    "/profile",
                    clusters + " clusters, " + at.size() + " values and " + below.size() + " shares",
                    "give as many of both");
        }
    }

    /** Measures the tail of values by cluster. */
    static Tail of(Map<String, List<Double>> values) {
        TreeMap<Double, Double> weights = new TreeMap<>();
        new TreeMap<>(values)
                .values()
                .forEach(own ->
                        own.forEach(value -> weights.merge(value, 1.0 / own.size() / values.size(), Double::sum)));
        List<Double> at = new ArrayList<>();
        List<Double> below = new ArrayList<>();
        double sum = 0;
        int level = 0;
        for (Map.Entry<Double, Double> weight : weights.entrySet()) {
            double before = sum;
            sum += weight.getValue();
            boolean reached = false;
            while (level < LEVELS.length && sum > LEVELS[level]) {
                level++;
                reached = true;
            }
            if (reached && before > 0) {
                at.add(LogisticModel.round(weight.getKey()));
                below.add(LogisticModel.round(share(values, at.get(at.size() - 1))));
            }
        }
        return new Tail(values.size(), at, below);
    }

    /** The share of a cluster below a value, mean of the clusters. */
    static double share(Map<String, List<Double>> values, double at) {
        double sum = 0;
        for (List<Double> own : new TreeMap<>(values).values()) {
            sum += (double) own.stream().filter(value -> value < at).count() / own.size();
        }
        return values.isEmpty() ? 0 : sum / values.size();
    }

    /** The share below the first point that lies above a value, so that at most so much is as low; 1 if none does. */
    public double beneath(double value) {
        for (int i = 0; i < at.size(); i++) {
            if (value < at.get(i)) {
                return below.get(i);
            }
        }
        return 1;
    }

    /** The same shares below other values. */
    Tail moved(DoubleUnaryOperator move) {
        return new Tail(clusters, at.stream().map(move::applyAsDouble).toList(), below);
    }

    /** What the share below a point may really be, at most, with a chance of {@code error} of being wrong. */
    double atMost(int point, double error) {
        double k = below.get(point) * clusters;
        return k >= clusters ? 1 : BetaFunction.quantile(1 - error, k + 1, clusters - k);
    }
}
