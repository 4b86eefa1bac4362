package io.kernelweave.decode;

import org.jspecify.annotations.Nullable;

/**
 * A place in a document in the making: the innermost part that is open, how far it is, and what comes after it. Immutable;
 * equal places are equal. From every state that a part hands out, a document can be completed.
 */
final class State {
    /** After the document: nothing may follow. */
    static final State END = new State();

    final Part part;
    /** How far; only the part knows what it means. */
    final long at;
    /** What comes after the part; {@link #END} is followed by itself. */
    final State rest;

    private final int hash;
    /** How many bytes a shortest completion after the part has; -1 before it is asked for, always the same then. */
    private int restLength = -1;

    private State() {
        this.part = new Part.End();
        this.at = 0;
        this.rest = this;
        this.hash = 1;
        this.restLength = 0;
    }

    State(Part part, long at, State rest) {
        this.part = part;
        this.at = at;
        this.rest = rest;
        this.hash = (System.identityHashCode(part) * 31 + Long.hashCode(at * 0x9E3779B97F4A7C15L)) * 31 + rest.hash;
    }

    /** The same part, moved. */
    State to(long place) {
        return new State(part, place, rest);
    }

    /** The state after a byte (0 to 255), or null if it is not allowed. */
    @Nullable
    State step(int b) {
        return part.step(this, b);
    }

    /** Whether the document may end here. */
    boolean isComplete() {
        return part.mayEnd(at) && (this == END || rest.isComplete());
    }

    /** The only byte that may follow, or -1 if there are several, or none, or the document may end. */
    int onlyByte() {
        if (isComplete()) {
            return -1;
        }
        int only = -1;
        for (int b = 0; b < 256; b++) {
            if (step(b) != null) {
                if (only >= 0) {
                    return -1;
                }
                only = b;
            }
        }
        return only;
    }

    /** The bytes of a shortest completion. */
    byte[] shortestCompletion() {
        Bytes out = new Bytes();
        for (State state = this; state != END; state = state.rest) {
            state.part.finish(state.at, out);
        }
        return out.toArray();
    }

    /** How many bytes that is. */
    int shortestCompletionLength() {
        Bytes out = new Bytes();
        part.finish(at, out);
        if (restLength < 0) {
            restLength = rest.shortestCompletionLength();
        }
        return out.length() + restLength;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof State state
                        && hash == state.hash
                        && part == state.part
                        && at == state.at
                        && rest.equals(state.rest);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
