package io.kernelweave.report;

import java.util.ArrayList;
import java.util.List;

/** Stated against observed probability, over ten bins of equal width. */
record Reliability(String name, List<Bin> bins, double error) {
    private static final int BINS = 10;

    /** A probability that was stated, and whether it was right. */
    record Outcome(double stated, boolean right) {}

    /** Outcomes of about the same stated probability: means. */
    record Bin(int prompts, double stated, double observed) {}

    static Reliability of(String name, List<Outcome> outcomes) {
        List<Bin> bins = new ArrayList<>();
        double error = 0;
        for (int b = 0; b < BINS; b++) {
            int bin = b;
            List<Outcome> in = outcomes.stream()
                    .filter(outcome -> Math.min(BINS - 1, (int) (outcome.stated * BINS)) == bin)
                    .toList();
            if (!in.isEmpty()) {
                double stated =
                        in.stream().mapToDouble(Outcome::stated).average().orElse(0);
                double observed = (double) in.stream().filter(Outcome::right).count() / in.size();
                bins.add(new Bin(in.size(), stated, observed));
                error += Math.abs(stated - observed) * in.size() / outcomes.size();
            }
        }
        return new Reliability(name, bins, outcomes.isEmpty() ? Double.NaN : error);
    }
}
