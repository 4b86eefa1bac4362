package io.kernelweave.route;

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
 */
public record RouteDecision(
        RouteAction action,
        List<String> kernelIds,
        double probability,
        double threshold,
        String reason,
        List<Candidate> candidates) {
    public RouteDecision {
        kernelIds = List.copyOf(kernelIds);
        candidates = List.copyOf(candidates);
    }
}
