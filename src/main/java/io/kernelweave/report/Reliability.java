package io.kernelweave.report;

import java.util.ArrayList;
import java.util.List;

/** Stated against observed probability of weighted prompts, over ten bins of equal width. */
record Reliability(String name, List<Bin> bins, double error) {
    private static final int BINS = 10;

    /** A probability that was stated, and whether it was right. */
    record Outcome(double stated, boolean right, double weight) {}

    /** Outcomes of about the same stated probability: how many, their share of all weight, and weighted means. */
    record Bin(int prompts, double share, double stated, double observed) {}

    static Reliability of(String name, List<Outcome> outcomes) {
        List<Bin> bins = new ArrayList<>();
        double all = outcomes.stream().mapToDouble(Outcome::weight).sum();
        double error = 0;
        for (int b = 0; b < BINS; b++) {
            int bin = b;
            List<Outcome> in = outcomes.stream()
                    .filter(outcome -> Math.min(BINS - 1, (int) (outcome.stated * BINS)) == bin)
                    .toList();
            if (!in.isEmpty()) {
                double weight = in.stream().mapToDouble(Outcome::weight).sum();
                double stated = in.stream()
                                .mapToDouble(outcome -> outcome.weight * outcome.stated)
                                .sum()
                        / weight;
                double observed = in.stream()
                                .filter(Outcome::right)
                                .mapToDouble(Outcome::weight)
                                .sum()
                        / weight;
                bins.add(new Bin(in.size(), weight / all, stated, observed));
                error += Math.abs(stated - observed) * weight / all;
            }
        }
        return new Reliability(name, bins, outcomes.isEmpty() ? Double.NaN : error);
    }
}
