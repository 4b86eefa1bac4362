package io.kernelweave.route;

/**
 * What a router's own prompts looked like to it when it was calibrated, each scored without its cluster: what later traffic is
 * compared with.
 *
 * @param probability of the likeliest kernel, for prompts that a kernel fits
 * @param similarity of the kernel taken, for prompts that were routed right
 */
public record Profile(Tail probability, Tail similarity) {}
