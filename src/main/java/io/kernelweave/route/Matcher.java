package io.kernelweave.route;

import io.kernelweave.route.KernelIndex.Match;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** Turns matches into probabilities, and the clauses of a request into the plan of a composition. */
record Matcher(LogisticModel match, double threshold, LogisticModel plan, double planThreshold) {

    /** The numbers that a plan is judged by, in their order. */
    static final List<String> PLAN_FEATURES = List.of(
            "weakest_clause", // logit of the least sure of the chosen clauses
            "mean_clause",
            "whole_top", // logit of the likeliest kernel for the whole request
            "whole_top_chosen",
            "whole_weakest", // logit, for the whole request, of the least likely chosen kernel
            "idle_clauses",
            "enumerated",
            "preconditions_fail");

    /** A kernel with the probability that it fits. */
    record Ranked(Match match, double probability) {}

    /** Kernels for the clauses of a request, in order; {@code hits} are the clauses that chose them. */
    record Plan(List<Ranked> hits, List<String> clauses, double[] features) {
        List<Integer> kernels() {
            return hits.stream().map(hit -> hit.match().kernel()).toList();
        }
    }

    /** Weights for a router that has learned nothing: set by hand, so that half is where the benefit of the doubt ends. */
    static Matcher untrained(boolean vectors) {
        List<Double> weights = vectors
                ? List.of(0.0, 0.0, 0.0, 12.0, 8.0, 3.0, 2.0, 0.0, 1.0, -4.0, -0.5)
                : List.of(0.0, 0.0, 0.0, 0.0, 0.0, 8.0, 8.0, 2.0, 1.0, -4.0, -0.5);
        double bias = vectors ? -8.0 : -4.5;
        return new Matcher(new LogisticModel(KernelIndex.FEATURES, weights, bias), 0.5, untrainedPlan(), 0.5);
    }

    /** As sure as the least sure clause. */
    static LogisticModel untrainedPlan() {
        return new LogisticModel(PLAN_FEATURES, List.of(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, -4.0), 0);
    }

    /** Likeliest first; equals in the order of the index. */
    List<Ranked> rank(List<Match> matches) {
        return matches.stream()
                .map(found -> new Ranked(found, match.probability(found.features())))
                .sorted(Comparator.comparingDouble(Ranked::probability).reversed())
                .toList();
    }

    /**
     * The best plan for a request whose clauses rank kernels so: each kernel that a clause chooses with a probability of at
     * least the threshold, or the two likeliest. Fewer than two hits if all clauses choose the same kernel.
     */
    Plan plan(List<Ranked> whole, List<String> clauses, List<List<Ranked>> ranked, boolean enumerated) {
        TreeMap<Integer, Integer> clauseOf = new TreeMap<>(); // kernel -> the clause that is surest of it
        for (int c = 0; c < ranked.size(); c++) {
            if (!ranked.get(c).isEmpty()) {
                double probability = top(ranked, c).probability();
                int clause = c;
                clauseOf.merge(
                        top(ranked, c).match().kernel(),
                        clause,
                        (held, now) -> top(ranked, held).probability() >= probability ? held : now);
            }
        }
        List<Integer> chosen = clauseOf.values().stream()
                .sorted(Comparator.comparingDouble(
                        (Integer c) -> -top(ranked, c).probability()))
                .toList();
        int sure = (int) chosen.stream()
                .filter(c -> top(ranked, c).probability() >= threshold)
                .count();
        chosen = chosen.stream().limit(Math.max(2, sure)).sorted().toList();
        List<Ranked> hits = chosen.stream().map(c -> top(ranked, c)).toList();
        return new Plan(
                hits,
                chosen.stream().map(clauses::get).toList(),
                features(whole, hits, clauses.size() - hits.size(), enumerated));
    }

    private static double[] features(List<Ranked> whole, List<Ranked> hits, int idle, boolean enumerated) {
        double weakest = 1;
        double sum = 0;
        double wholeWeakest = 1;
        boolean topChosen = false;
        boolean fails = false;
        for (Ranked hit : hits) {
            weakest = Math.min(weakest, hit.probability());
            sum += LogisticModel.logit(hit.probability());
            double inWhole = 0;
            for (Ranked other : whole) {
                if (other.match().kernel() == hit.match().kernel()) {
                    inWhole = other.probability();
                }
            }
            wholeWeakest = Math.min(wholeWeakest, inWhole);
            topChosen |= whole.get(0).match().kernel() == hit.match().kernel();
            fails |= hit.match().preconditions() == io.kernelweave.verify.Outcome.FAIL;
        }
        return new double[] {
            LogisticModel.logit(weakest),
            hits.isEmpty() ? 0 : sum / hits.size(),
            whole.isEmpty()
                    ? LogisticModel.logit(0)
                    : LogisticModel.logit(whole.get(0).probability()),
            topChosen ? 1 : 0,
            LogisticModel.logit(wholeWeakest),
            idle,
            enumerated ? 1 : 0,
            fails ? 1 : 0
        };
    }

    private static Ranked top(List<List<Ranked>> ranked, int clause) {
        return ranked.get(clause).get(0);
    }
}
