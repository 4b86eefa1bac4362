package io.kernelweave.route;

import io.kernelweave.compose.Flow;
import java.util.List;

/**
 * Where a prompt goes, and why.
 *
 * @param kernelIds one kernel, the kernels of a composition in the order of the request, or none
 * @param flow what is to be done, as the text of a {@link Flow} that the algebra accepts; empty for raw generation
 * @param probability that the named kernels fit; where the decision is to generate, that the best candidate
 *     does whose preconditions do not fail
 * @param threshold what {@code probability} had to reach
 * @param reason the decision in words and numbers, one line
 * @param candidates the best kernels for the whole request, likeliest first, at most five
 * @param assurance what is known of the error of such decisions
 */
public record RouteDecision(
        RouteAction action,
        List<String> kernelIds,
        String flow,
        double probability,
        double threshold,
        String reason,
        List<Candidate> candidates,
        Assurance assurance) {
    public RouteDecision {
        kernelIds = List.copyOf(kernelIds);
        candidates = List.copyOf(candidates);
    }

    /** A decision that nothing is known of beside itself; several kernels see the same value. */
    public RouteDecision(
            RouteAction action,
            List<String> kernelIds,
            double probability,
            double threshold,
            String reason,
            List<Candidate> candidates) {
        this(action, kernelIds, probability, threshold, reason, candidates, Assurance.none(List.of()));
    }

    /** The same, of which the error is known. */
    RouteDecision(
            RouteAction action,
            List<String> kernelIds,
            double probability,
            double threshold,
            String reason,
            List<Candidate> candidates,
            Assurance assurance) {
        this(
                action,
                kernelIds,
                kernelIds.isEmpty() ? "" : Flow.together(kernelIds).toString(),
                probability,
                threshold,
                reason,
                candidates,
                assurance);
    }

    /** The same decision, to do this with its kernels. */
    public RouteDecision doing(String other) {
        return new RouteDecision(action, kernelIds, other, probability, threshold, reason, candidates, assurance);
    }

    /** The same decision, with what it was chosen from. */
    RouteDecision with(List<Candidate> others) {
        return new RouteDecision(action, kernelIds, flow, probability, threshold, reason, others, assurance);
    }
}
