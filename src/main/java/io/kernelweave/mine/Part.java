package io.kernelweave.mine;

/** Which part of a kernel's contract a clause belongs to. */
public enum Part {
    /** About the prompt alone. */
    PRECONDITION,
    /** About the answer, or how it was made. */
    POSTCONDITION,
    /** About what the answer rests on. */
    EVIDENCE
}
