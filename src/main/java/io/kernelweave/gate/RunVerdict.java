package io.kernelweave.gate;

/** What the run gate says, the gravest first. */
public enum RunVerdict {
    /** Not comparable, nothing measured, or too little of it. */
    INVALID(30),
    /** Worse than the baseline, and not shown to be so within the margin. */
    FAIL(10),
    /** Too few clusters to tell. */
    INCONCLUSIVE(20),
    /** Not worse than the margin allows. */
    PASS(0),
    /** No row differs. */
    IDENTICAL(0);

    private final int exitCode;

    RunVerdict(int exitCode) {
        this.exitCode = exitCode;
    }

    /** Of the process that ran the gate. */
    public int exitCode() {
        return exitCode;
    }

    RunVerdict graver(RunVerdict other) {
        return compareTo(other) <= 0 ? this : other;
    }
}
