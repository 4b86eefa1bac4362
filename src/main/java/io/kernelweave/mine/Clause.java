package io.kernelweave.mine;

import io.kernelweave.kernel.Condition;

/**
 * A condition with where it came from and what supports it.
 *
 * @param weight what it adds to the log-odds of success for each standard deviation by which a trace meets it, and takes away for each by which
 *     one misses it, of the training traces and at most two; nothing if it is UNKNOWN
 */
public record Clause(Condition condition, Part part, Support support, Label label, double weight) {}
