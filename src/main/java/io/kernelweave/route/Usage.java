package io.kernelweave.route;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How often each kernel's answers were accepted: a prior over kernels for traffic that asks for some more than the training did
 * (label shift, Saerens, Latinne and Decaestecker 2002: a share is worth traffic share over training share times as much). The
 * counts are shrunken towards the training's shares, and the shift is bounded, so that it settles what is nearly tied and overrules
 * nothing. It moves the order of kernels alone; how likely one fits, and so whether it is taken, stays what was calibrated.
 *
 * @param accepted clusters of accepted answers, by kernel id
 */
public record Usage(Map<String, Long> accepted) {
    /** What the signal is called by; its contribution is to the order of kernels alone. */
    static final String SIGNAL = "usage";

    /** The most that usage adds to a kernel's logit, or takes from it. */
    static final double MOST = 0.7; // twice the odds

    /** Clusters a kernel that the training's shares count for. */
    private static final double DOUBT = 10;

    public Usage {
        accepted = new TreeMap<>(accepted);
        accepted.forEach((kernel, count) -> {
            if (count == null || count < 0) {
                throw InputException.at("usage of " + kernel, count + " accepted answers", "give 0 or more");
            }
        });
    }

    /** Of a router that has not been told of any. */
    public static Usage none() {
        return new Usage(Map.of());
    }

    /** Accepted clusters of all kernels. */
    public long total() {
        return accepted.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * What usage adds to each kernel's logit.
     *
     * @param trained training prompts of each kernel
     */
    double[] shifts(List<String> kernels, double[] trained) {
        double total = 0;
        double known = 0;
        for (int k = 0; k < trained.length; k++) {
            total += trained[k];
            known += accepted.getOrDefault(kernels.get(k), 0L);
        }
        double doubt = DOUBT * trained.length;
        double[] shifts = new double[trained.length];
        for (int k = 0; k < shifts.length && known > 0; k++) {
            double share = trained[k] / total;
            double ratio = (accepted.getOrDefault(kernels.get(k), 0L) + doubt * share) / ((known + doubt) * share);
            shifts[k] = Math.max(-MOST, Math.min(MOST, StrictMath.log(ratio)));
        }
        return shifts;
    }

    /** Best first by share and usage, equals in the order given. */
    static List<Matcher.Ranked> order(List<Matcher.Ranked> ranked, double[] shifts) {
        List<Matcher.Ranked> ordered = new ArrayList<>(ranked);
        ordered.sort(Comparator.comparingDouble(
                candidate -> -(candidate.logShare() + shifts[candidate.match().kernel()])));
        return ordered;
    }
}
