package io.kernelweave.route;

import io.kernelweave.route.Drift.Finding;
import io.kernelweave.route.Drift.Statistic;
import io.kernelweave.route.Drift.Verdict;
import io.kernelweave.stats.BetaFunction;
import io.kernelweave.stats.EProcess;
import io.kernelweave.stats.Holm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Warns when prompts are no longer what a router's guarantee takes them for. A chance of {@value #ALPHA} of a false alarm is
 * shared by three statistics (Holm), each over clusters:
 *
 * <ul>
 *   <li>how many prompts are as improbable as few calibration prompts with a kernel were. Which prompts traffic holds nobody knows, so a
 *       mixture is allowed: the share that the guarantee sets aside for prompts without a kernel may be anything at all;
 *   <li>how many routed prompts lie as far from their kernel's exemplars as few calibration prompts did; as many as the
 *       certified bound lets be wrong may be anything;
 *   <li>where it is known which routes were wrong, whether more were than the bound: an e-process.
 * </ul>
 *
 * <p>The first two are one-sided, towards what may cost errors: traffic that is surer than calibration was is no reason to
 * alarm, nor are some kernels asked for more than others. Each is tested at the points of a {@link Tail}, by the binomial tail
 * of the clusters' mean, where the calibration's own share is replaced by an upper confidence limit (Berger and Boos, <i>P
 * values maximized over a confidence set for the nuisance parameter</i>, JASA 89, 1994).
 */
public final class DriftCheck {
    /** Chance of an alarm where there is no drift. */
    public static final double ALPHA = 0.05;

    /** Part of the traffic whose change a check should see. */
    static final double EFFECT = 0.2;

    /** Chance that a share of the calibration is higher than its limit. */
    private static final double LIMIT_ERROR = 5e-4;

    private static final int MOST_CLUSTERS = 10_000;

    private DriftCheck() {}

    /**
     * Compares prompts with a profile.
     *
     * @param profile null: nothing is known, and the verdict says so
     * @param bound share of wrong kernels among routed prompts, at most; 1 where nothing is certified, and nothing can be broken
     */
    public static Drift of(@Nullable Profile profile, double bound, Guarantee guarantee, List<Sighting> sightings) {
        int clusters =
                byCluster(sightings, sighting -> true, Sighting::probability).size();
        if (profile == null) {
            return new Drift(Verdict.UNKNOWN, clusters, 0, List.of());
        }
        List<Finding> raw = new ArrayList<>();
        raw.add(tail(
                Statistic.IMPROBABLE,
                profile.probability(),
                guarantee.noKernelShare(),
                byCluster(sightings, sighting -> true, Sighting::probability)));
        if (bound < 1) {
            raw.add(tail(
                    Statistic.FAR,
                    profile.similarity(),
                    bound,
                    byCluster(sightings, Sighting::routed, Sighting::similarity)));
            if (sightings.stream().anyMatch(sighting -> sighting.wrong() != null)) {
                raw.add(error(sightings, bound));
            }
        }
        double[] adjusted = Holm.adjust(raw.stream().mapToDouble(Finding::p).toArray());
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < adjusted.length; i++) {
            Finding finding = raw.get(i);
            findings.add(new Finding(
                    finding.statistic(), finding.seen(), finding.allowed(), adjusted[i], adjusted[i] <= ALPHA));
        }
        int needed = needed(profile.probability(), guarantee.noKernelShare(), adjusted.length);
        Verdict verdict = findings.stream().anyMatch(Finding::drifted)
                ? Verdict.DRIFT
                : clusters < needed ? Verdict.UNKNOWN : Verdict.NONE_FOUND;
        return new Drift(verdict, clusters, needed, findings);
    }

    /** Values by cluster, of clusters that have some. */
    private static Map<String, List<Double>> byCluster(
            List<Sighting> sightings, Predicate<Sighting> among, ToDoubleFunction<Sighting> value) {
        return sightings.stream()
                .filter(among)
                .collect(Collectors.groupingBy(
                        Sighting::cluster,
                        TreeMap::new,
                        Collectors.mapping(value::applyAsDouble, Collectors.toList())));
    }

    /** The point of the tail that speaks most for drift. */
    private static Finding tail(
            Statistic statistic, Tail reference, double anything, Map<String, List<Double>> values) {
        int points = reference.at().size();
        Finding worst = new Finding(statistic, 0, anything, 1, false);
        for (int i = 0; i < points && !values.isEmpty(); i++) {
            double allowed = anything + (1 - anything) * reference.atMost(i, LIMIT_ERROR);
            double seen = Tail.share(values, reference.at().get(i));
            double p = Math.min(1, points * (p(seen * values.size(), values.size(), allowed) + LIMIT_ERROR));
            if (i == 0 || p < worst.p()) {
                worst = new Finding(statistic, seen, allowed, p, false);
            }
        }
        return worst;
    }

    /** Chance of a sum of k or more over n clusters whose mean is {@code share} at most. */
    private static double p(double k, int n, double share) {
        return k <= share * n ? 1 : BetaFunction.regularised(share, k, n - k + 1);
    }

    /**
     * Of each cluster, the share of wrong and of right routes. That the sum of the wrong ones is at most {@code bound} times that of
     * both is what was certified; shares instead of whole trials make the evidence smaller, by the inequality of the means.
     */
    private static Finding error(List<Sighting> sightings, double bound) {
        double wrong = 0;
        double right = 0;
        Map<String, List<Sighting>> known = sightings.stream()
                .filter(sighting -> sighting.wrong() != null)
                .collect(Collectors.groupingBy(Sighting::cluster, TreeMap::new, Collectors.toList()));
        for (List<Sighting> own : known.values()) {
            long routed = own.stream().filter(Sighting::routed).count();
            long failed = own.stream()
                    .filter(sighting -> sighting.routed() && Boolean.TRUE.equals(sighting.wrong()))
                    .count();
            wrong += (double) failed / own.size();
            right += (double) (routed - failed) / own.size();
        }
        double p = Math.min(1, StrictMath.exp(-EProcess.logEvidence(wrong, right, bound)));
        return new Finding(Statistic.WRONG, wrong + right > 0 ? wrong / (wrong + right) : 0, bound, p, false);
    }

    /** The fewest clusters at which a change of {@link #EFFECT} at the lowest point would be called drift. */
    private static int needed(Tail reference, double anything, int statistics) {
        if (reference.at().isEmpty()) {
            return 0;
        }
        double allowed = anything + (1 - anything) * reference.atMost(0, LIMIT_ERROR);
        double seen = Math.min(1, allowed + EFFECT);
        int points = reference.at().size();
        int n = 1;
        while (n < MOST_CLUSTERS && points * (p(seen * n, n, allowed) + LIMIT_ERROR) * statistics > ALPHA) {
            n++;
        }
        return n;
    }
}
