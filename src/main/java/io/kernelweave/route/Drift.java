package io.kernelweave.route;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Whether prompts still are what a router was calibrated on.
 *
 * @param clusters of the prompts that were looked at
 * @param needed clusters from which on a change of {@value DriftCheck#EFFECT} of the traffic is likely to be found; 0 where
 *     no number would do
 * @param findings one a statistic, in a fixed order; none where the router keeps no profile
 */
public record Drift(Verdict verdict, int clusters, int needed, List<Finding> findings) {
    /** What the check says. */
    public enum Verdict {
        NONE_FOUND,
        DRIFT,
        UNKNOWN;

        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** What is compared. */
    public enum Statistic {
        /** Share of the prompts that are as improbable as few calibration prompts with a kernel were. */
        IMPROBABLE(
                "prompts as improbable as few with a kernel were",
                "more of the traffic fits no kernel than the guarantee takes; state a higher no_kernel_share, or train anew with such"
                        + " prompts"),
        /** Share of the routed prompts that lie as far from their kernel's exemplars as few calibration prompts did. */
        FAR(
                "routed prompts as far from their kernel's exemplars as few were",
                "what is routed is put in words that its kernels have not seen; train anew with such prompts"),
        /** Share of the routed prompts that were sent to a wrong kernel. */
        WRONG(
                "routed prompts sent to a wrong kernel",
                "the certified bound does not hold for this traffic; train anew with such prompts");

        private final String says;
        private final String remedy;

        Statistic(String says, String remedy) {
            this.says = says;
            this.remedy = remedy;
        }

        /** In words. */
        public String says() {
            return says;
        }

        /** What to do if it has drifted. */
        public String remedy() {
            return remedy;
        }

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One statistic.
     *
     * @param seen the share that was seen
     * @param allowed the share that calibration and guarantee allow
     * @param p chance of seeing as much without drift, at most, adjusted for the number of statistics; for the error 1/E of an
     *     e-process, which may be looked at at any time
     */
    public record Finding(Statistic statistic, double seen, double allowed, double p, boolean drifted) {}

    public Drift {
        findings = List.copyOf(findings);
    }

    /** The verdict with what it rests on and what to do, one line. */
    public String says() {
        return switch (verdict) {
            case NONE_FOUND -> "no drift found in " + clusters + " clusters";
            case UNKNOWN ->
                needed == 0
                        ? "drift unknown: the router keeps no profile of its calibration; train it anew"
                        : "drift unknown: " + clusters + " clusters are too few, it takes " + needed;
            case DRIFT ->
                findings.stream()
                        .filter(Finding::drifted)
                        .map(finding -> String.format(
                                Locale.ROOT,
                                "drift: %s %.1f %%, allowed %.1f %% (p = %.2g); %s",
                                finding.statistic.says,
                                100 * finding.seen,
                                100 * finding.allowed,
                                finding.p,
                                finding.statistic.remedy))
                        .collect(Collectors.joining("; "));
        };
    }
}
