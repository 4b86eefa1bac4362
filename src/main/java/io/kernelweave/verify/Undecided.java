package io.kernelweave.verify;

/** Why something cannot be told; becomes a verdict UNKNOWN. Cheap to raise: no stack trace. */
final class Undecided extends Exception {
    private final boolean nothingThere;

    private Undecided(String reason, boolean nothingThere) {
        super(reason, null, false, false);
        this.nothingThere = nothingThere;
    }

    Undecided(String reason) {
        this(reason, false);
    }

    /** A path with {@code [*]} over an empty array. */
    static Undecided nothingAt(String path) {
        return new Undecided("there is nothing at " + path, true);
    }

    boolean nothingThere() {
        return nothingThere;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
