package io.kernelweave.trial;

import io.kernelweave.compile.StepModel;

/**
 * How well the steps of a trace were foreseen, with the kernel that was compiled of others and without, see {@link StepModel}.
 *
 * @param steps how many, the stop included
 * @param hits how many of them were foretold with the kernel
 * @param plainHits the same without
 * @param bits to write the trace down with the kernel
 * @param plainBits the same without
 * @param kernelBits to write down the kernel, shared out among the traces that were judged by it
 */
public record Foresight(int steps, int hits, int plainHits, double bits, double plainBits, double kernelBits) {
    static Foresight of(StepModel.Score kernel, StepModel.Score plain, double kernelBits) {
        return new Foresight(kernel.steps(), kernel.hits(), plain.hits(), kernel.bits(), plain.bits(), kernelBits);
    }
}
