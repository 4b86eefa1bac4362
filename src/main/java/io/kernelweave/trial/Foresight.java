package io.kernelweave.trial;

/**
 * How well the steps of a trace were foreseen, with what was compiled and without.
 *
 * @param bits that it takes to say the steps to somebody who has the compiled model
 * @param plainBits the same to somebody who knows how often each step occurs
 * @param predictions how many steps were foretold from those before
 * @param hits how many of them came true
 * @param plainHits the same without the model
 */
public record Foresight(double bits, double plainBits, int predictions, int hits, int plainHits) {}
