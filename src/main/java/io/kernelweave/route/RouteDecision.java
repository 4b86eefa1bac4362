package io.kernelweave.route;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.kernelweave.compose.Flow;
import java.util.List;

/**
 * Where a prompt goes, and why.
 *
 * @param kernelIds one kernel, the kernels of a composition in the order of the request, or none
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
        double probability,
        double threshold,
        String reason,
        List<Candidate> candidates,
        Assurance assurance) {
    public RouteDecision {
        kernelIds = List.copyOf(kernelIds);
        candidates = List.copyOf(candidates);
    }

    /** A decision that nothing is known of beside itself. */
    public RouteDecision(
            RouteAction action,
            List<String> kernelIds,
            double probability,
            double threshold,
            String reason,
            List<Candidate> candidates) {
        this(action, kernelIds, probability, threshold, reason, candidates, Assurance.none(List.of()));
    }

    /** What is to be done, as the text of a {@link Flow}: all kernels on the same value; empty for raw generation. */
    @JsonProperty("flow")
    public String flow() {
        return kernelIds.isEmpty() ? "" : Flow.together(kernelIds).toString();
    }

    /** The same decision, with what it was chosen from. */
    RouteDecision with(List<Candidate> others) {
        return new RouteDecision(action, kernelIds, probability, threshold, reason, others, assurance);
    }
}
