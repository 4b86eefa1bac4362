package io.kernelweave.route;

import io.kernelweave.compose.Clauses;
import io.kernelweave.compose.Clauses.Reference;
import io.kernelweave.route.KernelIndex.Match;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Turns matches into probabilities, and the clauses of a request into the plan of a composition. */
record Matcher(
        LogisticModel pick,
        LogisticModel fit,
        Calibration calibration,
        double threshold,
        LogisticModel plan,
        double planThreshold) {

    /** The numbers that a kernel's fit is judged by: logit of its share among the listed, and what it and the request are like. */
    static List<String> fitFeatures(List<String> encoders) {
        List<String> names = new ArrayList<>(List.of("share"));
        names.addAll(KernelIndex.features(encoders));
        names.addAll(KernelIndex.requestFeatures(encoders));
        return names;
    }

    /** The numbers that a plan is judged by, in their order. */
    static final List<String> PLAN_FEATURES = List.of(
            "weakest_clause", // logit of the least sure of the chosen clauses
            "mean_clause",
            "whole_top", // logit of the likeliest kernel for the whole request
            "whole_top_chosen",
            "whole_weakest", // logit, for the whole request, of the least likely chosen kernel
            "idle_clauses",
            "enumerated");

    /** What keeps a share of all or nothing finite. */
    private static final double LEAST_SHARE = 1e-4;

    /** Where nothing says how sure a composition has to be: surer than a kernel. */
    static final double UNTRAINED_PLAN_THRESHOLD = 0.75;

    /**
     * A kernel with the probability that it fits.
     *
     * @param fit the numbers that say so
     */
    record Ranked(Match match, double[] fit, double probability) {
        /** May the kernel be given the prompt? What its contract refuses, no probability makes good. */
        boolean isEligible() {
            return match.preconditions() != Outcome.FAIL;
        }

        /** Log of the kernel's share among those listed. */
        double logShare() {
            return -StrictMath.log1p(StrictMath.exp(-fit[0]));
        }
    }

    /**
     * A kernel with the clause that chose it.
     *
     * @param later whether it is to be given what the kernel before it gives
     */
    record Hit(String clause, Ranked ranked, boolean later) {
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

    /**
     * Weights for a router that has learned nothing, set by hand and the same for every store. It goes by the mean of what a
     * kernel says more than by its nearest text, and its probability leaves the rivals out: how far the best one is ahead
     * says little of whether any fits.
     *
     * @param calibration none, or what brings the probabilities back where they were
     */
    static Matcher untrained(List<String> encoders, Calibration calibration) {
        boolean words = encoders.isEmpty();
        Map<String, Double> pick = new HashMap<>();
        pick.put("lexical", words ? 8.0 : 1.0);
        pick.put("coverage", words ? 2.0 : 0.0);
        pick.put("preconditions_pass", 0.5);
        pick.put("preconditions_fail", -4.0);
        pick.put("rivals_refused", 1.0);
        pick.put("conflicts", -0.5);
        Map<String, Double> fit = new HashMap<>(pick);
        fit.put("share", words ? 0.7 : 0.0);
        fit.put("lexical", words ? 8.0 : 0.0);
        fit.put("preconditions_pass", 1.0);
        fit.put("rivals_refused", words ? 2.5 : 3.8);
        double strengths = encoders.stream().mapToDouble(Matcher::strength).sum();
        for (String encoder : encoders) {
            double part = strength(encoder) / strengths;
            pick.put("centroid " + encoder, 1.0 * part);
            pick.put("nearest " + encoder, 0.5 * part);
            fit.put("centroid " + encoder, 0.8 * part);
            fit.put("nearest " + encoder, 0.4 * part);
        }
        return new Matcher(
                weighed(KernelIndex.features(encoders), pick, 0),
                weighed(fitFeatures(encoders), fit, words ? -4.5 : -3.0),
                calibration,
                0.5,
                untrainedPlan(),
                UNTRAINED_PLAN_THRESHOLD);
    }

    /** BGE tells texts apart better than other encoders of its size (Xiao et al. 2023, C-Pack). */
    private static double strength(String encoder) {
        return encoder.startsWith("bge") ? 2.5 : 1;
    }

    private static LogisticModel weighed(List<String> features, Map<String, Double> weights, double bias) {
        return new LogisticModel(
                features,
                features.stream()
                        .map(feature -> weights.getOrDefault(feature, 0.0))
                        .toList(),
                bias);
    }

    /** As sure as the least sure clause. */
    static LogisticModel untrainedPlan() {
        return new LogisticModel(PLAN_FEATURES, List.of(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5), 0);
    }

    /** Best first, equals in the order of the index, each with the probability that it fits. */
    List<Ranked> rank(List<Match> matches) {
        double[] logits = new double[matches.size()];
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logits.length; i++) {
            logits[i] = pick.logit(matches.get(i).features());
            largest = Math.max(largest, logits[i]);
        }
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            sum += StrictMath.exp(logits[i] - largest);
        }
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < logits.length; i++) {
            order.add(i);
        }
        order.sort(Comparator.comparingDouble((Integer i) -> logits[i]).reversed());
        List<Ranked> ranked = new ArrayList<>();
        for (int i : order) {
            double own = StrictMath.exp(logits[i] - largest);
            double[] row = fitRow(matches.get(i), own, sum - own);
            ranked.add(new Ranked(matches.get(i), row, calibration.of(fit.probability(row))));
        }
        return ranked;
    }

    /** Each number that speaks for or against a kernel. */
    List<Signal> signals(Ranked ranked) {
        List<Signal> signals = new ArrayList<>();
        for (int i = 0; i < ranked.fit.length; i++) {
            double weight = fit.weights().get(i);
            signals.add(new Signal(fit.features().get(i), ranked.fit[i], weight * ranked.fit[i]));
        }
        return signals;
    }

    private static double[] fitRow(Match match, double own, double others) {
        double[] features = match.features();
        double[] request = match.request();
        double[] row = new double[1 + features.length + request.length];
        row[0] = StrictMath.log((own + LEAST_SHARE) / (Math.max(0, others) + LEAST_SHARE));
        System.arraycopy(features, 0, row, 1, features.length);
        System.arraycopy(request, 0, row, 1 + features.length, request.length);
        return row;
    }

    /** The kernels for a clause, likeliest first. */
    @FunctionalInterface
    interface Ranking {
        /** @param later whether they are to be given what a clause before gives, and not what the prompt holds */
        List<Ranked> of(String clause, boolean later);
    }

    /**
     * The plans that the readings of a request give, of two kernels or more that would be taken for their clauses alone and whose
     * preconditions hold. A clause that speaks of the result of the one before it chooses among kernels whatever their preconditions say
     * of the prompt; so does one with a pronoun, if the likeliest kernel does not take the prompt and no likelier one does.
     *
     * @param whole ranking for the whole request
     * @param ranking asked once a clause
     */
    List<Plan> plans(String request, List<Ranked> whole, Ranking ranking) {
        boolean enumerated = Clauses.enumerates(request);
        Map<String, Optional<Hit>> found = new HashMap<>();
        List<Plan> plans = new ArrayList<>();
        for (List<String> clauses : Clauses.readings(request)) {
            List<Hit> tops = new ArrayList<>();
            for (String clause : clauses) {
                Reference reference = tops.isEmpty() ? Reference.NONE : Clauses.reference(clause);
                found.computeIfAbsent(clause + " " + reference, key -> hit(clause, reference, ranking))
                        .ifPresent(tops::add);
            }
            List<Hit> hits = choose(tops);
            if (hits.size() > 1) {
                plans.add(new Plan(hits, features(whole, hits, clauses.size() - hits.size(), enumerated)));
            }
        }
        return plans;
    }

    private Optional<Hit> hit(String clause, Reference reference, Ranking ranking) {
        List<Ranked> now = reference == Reference.RESULT
                ? List.of()
                : ranking.of(clause, false).stream()
                        .filter(ranked -> ranked.match.preconditions() == Outcome.PASS)
                        .toList();
        Optional<Hit> hit =
                now.stream().findFirst().map(top -> new Hit(clause, top, false)).filter(this::isTaken);
        return reference == Reference.NONE
                ? hit
                : ranking.of(clause, true).stream()
                        .findFirst()
                        .filter(top -> now.stream().noneMatch(ranked -> ranked.match.kernel() == top.match.kernel()))
                        .map(top -> new Hit(clause, top, true))
                        .filter(this::isTaken)
                        .filter(later ->
                                hit.isEmpty() || later.probability() > hit.get().probability())
                        .or(() -> hit);
    }

    private boolean isTaken(Hit hit) {
        return hit.probability() >= threshold;
    }

    /** For each kernel the clause that is surest of it. */
    private static List<Hit> choose(List<Hit> tops) {
        Set<Integer> kernels = new HashSet<>();
        return tops.stream()
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
            double inWhole = hit.later // the prompt says nothing of what comes about on the way
                    ? hit.probability()
                    : whole.stream()
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
