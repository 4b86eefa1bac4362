package io.kernelweave.stats;

/**
 * Evidence against "a trial succeeds with probability at most p₀", valid at every moment: the mixture over all p above p₀ of
 * the likelihood ratio of p to p₀, uniformly weighted,
 *
 * <pre>E = B(S+1, F+1) · [1 − I<sub>p₀</sub>(S+1, F+1)] / [(1 − p₀) · p₀<sup>S</sup> · (1 − p₀)<sup>F</sup>]</pre>
 *
 * <p>after S successes and F failures. By Ville's inequality E ever reaches 1/α with probability at most α if the claim is
 * true, so one may look after each trial (Ramdas, Grünwald, Vovk, Shafer, <i>Game-theoretic statistics and safe anytime-valid
 * inference</i>, Statistical Science 38, 2023).
 *
 * <p>A trial that is in part a success, a share of it (and a share of it nothing), adds these shares to S and F: by the inequality of
 * the means its likelihood ratio is at most the mixture of the whole ones, so that E only becomes smaller.
 */
public final class EProcess {
    private EProcess() {}

    /** ln E. */
    public static double logEvidence(double successes, double failures, double p0) {
        if (!(successes >= 0 && failures >= 0) || !(p0 > 0 && p0 < 1)) {
            throw new IllegalArgumentException(successes + " successes, " + failures + " failures, p0 " + p0);
        }
        double a = successes + 1.0;
        double b = failures + 1.0;
        return BetaFunction.logBeta(a, b)
                + BetaFunction.logComplement(p0, a, b)
                - successes * StrictMath.log(p0)
                - b * StrictMath.log1p(-p0);
    }

    /** E; infinite where a double does not hold it. */
    public static double evidence(double successes, double failures, double p0) {
        return StrictMath.exp(logEvidence(successes, failures, p0));
    }
}
