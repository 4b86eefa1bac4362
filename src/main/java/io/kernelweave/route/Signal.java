package io.kernelweave.route;

/**
 * One number that a kernel was judged by.
 *
 * @param name of the signal; after a blank, the encoder that it comes from
 * @param value what was measured
 * @param contribution what it adds to the logit of the probability
 */
public record Signal(String name, double value, double contribution) {}
