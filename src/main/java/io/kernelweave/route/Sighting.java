package io.kernelweave.route;

import org.jspecify.annotations.Nullable;

/**
 * A prompt that a router has decided on, as a {@link DriftCheck} sees it.
 *
 * @param cluster prompts that share an origin share it
 * @param probability of the likeliest kernel
 * @param similarity of that kernel
 * @param routed whether it was taken
 * @param wrong whether it does not fit; null where nobody knows
 */
public record Sighting(
        String cluster,
        double probability,
        double similarity,
        boolean routed,
        @Nullable Boolean wrong) {}
