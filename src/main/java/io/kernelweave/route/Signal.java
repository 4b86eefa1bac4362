package io.kernelweave.route;

/**
 * One number that a kernel was judged by.
 *
 * @param name of the signal; after a blank, the encoder that it comes from
 * @param value what was measured
 * @param contribution what it adds to the logit of the probability; for {@code usage}, to that of the share by which kernels are ordered
 */
public record Signal(String name, double value, double contribution) {}
