package io.kernelweave.stats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * From which score on a cheap answer may stand, and what that costs: the others are handed to a dearer method. The
 * threshold is the lowest one at which, on trials that neither method was fitted on, the cheap method's errors among its
 * accepted answers exceed the dear one's by no more than a stated share of all trials. The figures are cross-fitted: each
 * trial is judged by a threshold that was set without its cluster.
 *
 * @param threshold scores from here on are accepted; infinite if none is
 * @param trials how many there were
 * @param accepted share of their weight that the cheap method answers
 * @param cheapError share of wrong answers among the accepted ones
 * @param dearError what the dear method's share would be on the same ones
 */
public record Handover(double threshold, int trials, double accepted, double cheapError, double dearError) {
    private static final int FOLDS = 5;

    /**
     * One prompt answered both ways.
     *
     * @param cluster prompts of one origin
     * @param score the cheap method's confidence: higher is surer; −∞ where it has no answer
     * @param weight what the prompt counts for among the others
     */
    public record Trial(String cluster, double score, boolean cheapRight, boolean dearRight, double weight) {
        /** One that counts like any other. */
        public Trial(String cluster, double score, boolean cheapRight, boolean dearRight) {
            this(cluster, score, cheapRight, dearRight, 1);
        }
    }

    /**
     * Chooses the threshold.
     *
     * @param loss how many more errors are let in, as a share of all trials' weight; may be 0
     */
    public static Handover fit(List<Trial> trials, double loss) {
        TreeMap<String, Integer> folds = new TreeMap<>();
        trials.forEach(trial -> folds.put(trial.cluster, 0));
        int next = 0;
        for (var entry : folds.entrySet()) {
            entry.setValue(next++ % FOLDS);
        }
        double accepted = 0;
        double cheap = 0;
        double dear = 0;
        for (int fold = 0; fold < FOLDS; fold++) {
            int held = fold;
            double threshold = threshold(
                    trials.stream()
                            .filter(trial -> folds.getOrDefault(trial.cluster, 0) != held)
                            .toList(),
                    loss);
            for (Trial trial : trials) {
                if (folds.getOrDefault(trial.cluster, 0) == fold && trial.score >= threshold) {
                    accepted += trial.weight;
                    cheap += trial.cheapRight ? 0 : trial.weight;
                    dear += trial.dearRight ? 0 : trial.weight;
                }
            }
        }
        return new Handover(
                threshold(trials, loss),
                trials.size(),
                share(accepted, weight(trials)),
                share(cheap, accepted),
                share(dear, accepted));
    }

    private static double share(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }

    private static double weight(List<Trial> trials) {
        return trials.stream().mapToDouble(Trial::weight).sum();
    }

    private static double threshold(List<Trial> trials, double loss) {
        List<Trial> surest = new ArrayList<>(trials);
        surest.sort(Comparator.comparing(Trial::score).reversed());
        double threshold = Double.POSITIVE_INFINITY;
        double most = loss * weight(trials);
        double extra = 0;
        for (int i = 0; i < surest.size(); i++) {
            Trial trial = surest.get(i);
            extra += ((trial.cheapRight ? 0 : 1) - (trial.dearRight ? 0 : 1)) * trial.weight;
            boolean last = i + 1 == surest.size() || surest.get(i + 1).score < trial.score;
            if (last
                    && trial.score > Double.NEGATIVE_INFINITY
                    && extra <= most + 1e-9 * most) { // equal scores are accepted together
                threshold = trial.score;
            }
        }
        return threshold;
    }

    /** May an answer of this score stand? */
    public boolean accepts(double score) {
        return score >= threshold && score > Double.NEGATIVE_INFINITY;
    }

    /** Errors that the handover adds, as a share of all trials; below 0 it saves some. */
    public double loss() {
        return accepted * (cheapError - dearError);
    }
}
