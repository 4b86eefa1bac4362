package io.kernelweave.mine;

import io.kernelweave.kernel.Condition;

/**
 * A condition with where it came from and what supports it.
 *
 * @param weight what its verdict adds to the log-odds of success: so much if it passes, so much less if it fails, nothing if it is UNKNOWN
 */
public record Clause(Condition condition, Part part, Support support, Label label, double weight) {}
