package io.kernelweave.report;

import io.kernelweave.results.RoutedPrompt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What share of the prompts that a kernel fits a router takes at each threshold, and what share of those that it takes is wrong. */
record RiskCurve(List<Point> points) {
    /**
     * At a threshold.
     *
     * @param routed prompts taken
     * @param coverage prompts taken, among those that a kernel fits; NaN without one
     * @param error share of the wrong ones in the weight of the prompts taken; NaN where none is
     */
    record Point(double threshold, int routed, double coverage, double error) {}

    /** A point for each probability that was stated, highest first. */
    static RiskCurve of(List<RoutedPrompt> prompts, ToDoubleFunction<RoutedPrompt> weights) {
        List<RoutedPrompt> sorted = prompts.stream()
                .sorted(Comparator.comparingDouble(RoutedPrompt::probability).reversed())
                .toList();
        double inScope = prompts.stream().filter(RoutedPrompt::inScope).count();
        List<Point> points = new ArrayList<>();
        int covered = 0;
        double taken = 0;
        double wrong = 0;
        for (int i = 0; i < sorted.size(); i++) {
            covered += sorted.get(i).inScope() ? 1 : 0;
            double weight = weights.applyAsDouble(sorted.get(i));
            taken += weight;
            wrong += sorted.get(i).right() ? 0 : weight;
            double threshold = sorted.get(i).probability();
            if (i + 1 == sorted.size() || sorted.get(i + 1).probability() < threshold) {
                points.add(new Point(threshold, i + 1, covered / inScope, wrong / taken));
            }
        }
        return new RiskCurve(points);
    }

    Point at(double threshold) {
        return points.stream()
                .filter(point -> point.threshold >= threshold)
                .reduce((first, second) -> second)
                .orElse(new Point(threshold, 0, points.isEmpty() ? Double.NaN : 0, Double.NaN));
    }
}
