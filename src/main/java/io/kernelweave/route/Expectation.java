package io.kernelweave.route;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a router's decisions may be held to: the few figures of its adapter that a run keeps for its reports.
 *
 * @param adapter its digest
 * @param threshold the least probability at which a kernel is taken
 * @param bound share of wrong kernels among those taken, at most; 1 if nothing can be said
 * @param profile what the prompts of the calibration looked like; null if nothing was kept of it
 */
public record Expectation(
        String adapter,
        double threshold,
        double bound,
        Guarantee guarantee,
        @Nullable Profile profile) {

    public static Expectation of(RouterAdapter adapter) {
        return new Expectation(
                adapter.digest(), adapter.threshold(), adapter.bound(), adapter.guarantee(), adapter.profile());
    }

    /** Whether the expectation still holds. */
    public Drift drift(List<Sighting> sightings) {
        return DriftCheck.of(profile, bound, guarantee, sightings);
    }

    /** The guarantee in words, one line. */
    public String says() {
        if (bound >= 1) {
            return "Nothing is certified of the error among routed prompts.";
        }
        return String.format(
                Locale.ROOT,
                "Of prompts that are routed, at most %.1f %% go to a wrong kernel (confidence %.0f %%, no kernel fits %.0f %% of the"
                        + " traffic, threshold %.2f)%s, if %s.",
                100 * bound,
                100 * (1 - guarantee.delta()),
                100 * guarantee.noKernelShare(),
                threshold,
                bound <= guarantee.maxError() ? "" : ": more than was asked for",
                Assurance.EXCHANGEABLE);
    }
}
