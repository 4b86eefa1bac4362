package io.kernelweave.gate;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStatus;
import io.kernelweave.kernel.KernelStatus.State;
import io.kernelweave.stats.EProcess;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/**
 * Decides when a kernel has earned a higher state: a candidate is verified once "it succeeds half the time at most" is
 * refuted, a verified kernel is trusted once "it succeeds four times in five at most" is, each with an e-process ({@link
 * EProcess}) that may be looked at after every answer and errs with probability {@value #ALPHA} at most.
 *
 * <p>A trial is a cluster of prompts, not a prompt, and a success only if every answer in it passed: UNKNOWN counts as a
 * failure. Traces that the kernel was compiled from do not count. A new digest starts from nothing.
 */
public final class Promotion {
    /** Chance of ever promoting a kernel that has not earned it. */
    public static final double ALPHA = 0.05;

    private static final double LOG_BAR = -StrictMath.log(ALPHA);
    private static final double VERIFIED_ABOVE = 0.5;
    private static final double TRUSTED_ABOVE = 0.8;

    private Promotion() {}

    /**
     * What follows for a kernel from what its ledger holds.
     *
     * @param verifiedLogEvidence ln E against a success rate of at most 0.5
     * @param trustedLogEvidence ln E against a success rate of at most 0.8
     */
    public record Decision(
            State from,
            State to,
            FeedbackLedger.Counts counts,
            double verifiedLogEvidence,
            double trustedLogEvidence,
            String reason) {

        /** The status to write, with the figures that it rests on. */
        public KernelStatus status() {
            ObjectNode evidence = Json.object()
                    .put("clusters", counts.clusters())
                    .put("cluster_successes", counts.clusterSuccesses())
                    .put("successes", counts.successes())
                    .put("failures", counts.failures())
                    .put("unknown", counts.unknown())
                    .put("log_evidence_verified", verifiedLogEvidence)
                    .put("log_evidence_trusted", trustedLogEvidence);
            return new KernelStatus(to, evidence);
        }
    }

    /** Decides by what the ledger holds of the kernel's digest. */
    public static Decision decide(Kernel kernel, FeedbackLedger ledger) {
        String digest = kernel.digest().isEmpty() ? kernel.computedDigest() : kernel.digest();
        return decide(kernel.status().state(), ledger.counts(digest, kernel.sourceTraceIds()));
    }

    /** Decides by counts. A quarantined or retired kernel stays what it is. */
    public static Decision decide(State state, FeedbackLedger.Counts counts) {
        long successes = counts.clusterSuccesses();
        long failures = counts.clusters() - successes;
        double verified = EProcess.logEvidence(successes, failures, VERIFIED_ABOVE);
        double trusted = EProcess.logEvidence(successes, failures, TRUSTED_ABOVE);
        State to = state;
        if (to == State.CANDIDATE && verified >= LOG_BAR) {
            to = State.VERIFIED;
        }
        if (to == State.VERIFIED && trusted >= LOG_BAR) {
            to = State.TRUSTED;
        }
        String reason = String.format(
                Locale.ROOT,
                "%d of %d clusters succeeded: ln E is %.2f against 0.5 and %.2f against 0.8, promotion takes %.2f; %s",
                successes,
                counts.clusters(),
                verified,
                trusted,
                LOG_BAR,
                to == state ? "stays " + state.label() : state.label() + " becomes " + to.label());
        return new Decision(state, to, counts, verified, trusted, reason);
    }
}
