package io.kernelweave.route;

import io.kernelweave.compose.Clauses;
import io.kernelweave.route.KernelIndex.Match;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

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
            "enumerated");

    /** Where nothing says how sure a composition has to be: surer than a kernel. */
    static final double UNTRAINED_PLAN_THRESHOLD = 0.75;

    /** A kernel with the probability that it fits. */
    record Ranked(Match match, double probability) {
        /** May the kernel be given the prompt? What its contract refuses, no probability makes good. */
        boolean isEligible() {
            return match.preconditions() != Outcome.FAIL;
        }
    }

    /** A kernel with the clause that chose it. */
    record Hit(String clause, Ranked ranked) {
        double probability() {
            return ranked.probability;
        }

        int kernel() {
            return ranked.match.kernel();
        }
    }

    /** Different kernels for the clauses of a request, in their order. */
    record Plan(List<Hit> hits, double[] features) {
        List<Integer> kernels() {
            return hits.stream().map(Hit::kernel).toList();
        }
    }

    /** Weights for a router that has learned nothing: set by hand, so that half is where the benefit of the doubt ends. */
    static Matcher untrained(boolean vectors) {
        List<Double> weights = vectors
                ? List.of(0.0, 0.0, 0.0, 12.0, 8.0, 3.0, 2.0, 0.0, 1.0, -4.0, 2.5, -0.5)
                : List.of(0.0, 0.0, 0.0, 0.0, 0.0, 8.0, 8.0, 2.0, 1.0, -4.0, 2.5, -0.5);
        double bias = vectors ? -8.0 : -4.5;
        return new Matcher(
                new LogisticModel(KernelIndex.FEATURES, weights, bias), 0.5, untrainedPlan(), UNTRAINED_PLAN_THRESHOLD);
    }

    /** As sure as the least sure clause. */
    static LogisticModel untrainedPlan() {
        return new LogisticModel(PLAN_FEATURES, List.of(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5), 0);
    }

    /** Likeliest first; equals in the order of the index. */
    List<Ranked> rank(List<Match> matches) {
        return matches.stream()
                .map(found -> new Ranked(found, match.probability(found.features())))
                .sorted(Comparator.comparingDouble(Ranked::probability).reversed())
                .toList();
    }

    /**
     * The plans that the readings of a request give, of two kernels or more whose preconditions hold
     * and that would be taken for their clauses alone.
     *
     * @param whole ranking for the whole request
     * @param rank ranking for a clause; asked once a clause
     */
    List<Plan> plans(String request, List<Ranked> whole, Function<String, List<Ranked>> rank) {
        boolean enumerated = Clauses.enumerates(request);
        Map<String, List<Ranked>> ranked = new HashMap<>();
        List<Plan> plans = new ArrayList<>();
        for (List<String> clauses : Clauses.readings(request)) {
            List<Hit> tops = new ArrayList<>();
            for (String clause : clauses) {
                ranked.computeIfAbsent(clause, rank).stream()
                        .filter(top -> top.match.preconditions() == Outcome.PASS)
                        .limit(1)
                        .forEach(top -> tops.add(new Hit(clause, top)));
            }
            List<Hit> hits = choose(tops);
            if (hits.size() > 1) {
                plans.add(new Plan(hits, features(whole, hits, clauses.size() - hits.size(), enumerated)));
            }
        }
        return plans;
    }

    /** For each kernel that reaches the threshold the clause that is surest of it. */
    private List<Hit> choose(List<Hit> tops) {
        Set<Integer> kernels = new HashSet<>();
        return tops.stream()
                .filter(hit -> hit.probability() >= threshold)
                .sorted(Comparator.comparingDouble(Hit::probability).reversed())
                .filter(hit -> kernels.add(hit.kernel()))
                .sorted(Comparator.comparingInt(tops::indexOf))
                .toList();
    }

    private static double[] features(List<Ranked> whole, List<Hit> hits, int idle, boolean enumerated) {
        double weakest = 1;
        double sum = 0;
        double wholeWeakest = 1;
        for (Hit hit : hits) {
            weakest = Math.min(weakest, hit.probability());
            sum += LogisticModel.logit(hit.probability());
            double inWhole = whole.stream()
                    .filter(ranked -> ranked.match.kernel() == hit.kernel())
                    .mapToDouble(Ranked::probability)
                    .sum();
            wholeWeakest = Math.min(wholeWeakest, inWhole);
        }
        int top = whole.get(0).match.kernel();
        return new double[] {
            LogisticModel.logit(weakest),
            sum / Math.max(1, hits.size()),
            LogisticModel.logit(whole.get(0).probability),
            hits.stream().anyMatch(hit -> hit.kernel() == top) ? 1 : 0,
            LogisticModel.logit(wholeWeakest),
            idle,
            enumerated ? 1 : 0
        };
    }
}
