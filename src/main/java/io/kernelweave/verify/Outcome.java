package io.kernelweave.verify;

/**
 * What a check says, with the connectives of strong Kleene logic (S. C. Kleene, <i>Introduction to Metamathematics</i>,
 * §64): UNKNOWN stands for "one of the other two".
 */
public enum Outcome {
    PASS,
    FAIL,
    UNKNOWN;

    public Outcome and(Outcome other) {
        if (this == FAIL || other == FAIL) {
            return FAIL;
        }
        return this == PASS ? other : UNKNOWN;
    }

    public Outcome or(Outcome other) {
        return not().and(other.not()).not();
    }

    public Outcome not() {
        return switch (this) {
            case PASS -> FAIL;
            case FAIL -> PASS;
            case UNKNOWN -> UNKNOWN;
        };
    }
}
