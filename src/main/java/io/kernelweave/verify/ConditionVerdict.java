package io.kernelweave.verify;

import io.kernelweave.kernel.Condition;

/** What was said of one condition of a kernel. */
public record ConditionVerdict(String condition, Condition.Severity severity, Verdict verdict) {
    /** Does this keep the answer out? */
    public boolean blocks() {
        return severity == Condition.Severity.ERROR && verdict.binding() != Outcome.PASS;
    }
}
