package io.kernelweave.schema;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A condition on what an object's members or an array's items still to come must be: conditions joined by and and or, in
 * negation normal form. Interned by {@link Formulas}.
 */
public final class Formula {
    enum Op {
        TRUE,
        FALSE,
        ATOM,
        ALL,
        ANY
    }

    final int id;
    final Op op;
    final Formula[] of;
    final @Nullable Atom atom;
    /** Whether what follows depends on the values of items, not only on their types. */
    final boolean remembers;
    /** Whether it depends on the types of a value that was read. */
    final boolean watches;

    Formula(int id, Op op, Formula[] of, @Nullable Atom atom) {
        this.id = id;
        this.op = op;
        this.of = of;
        this.atom = atom;
        boolean remembering = atom instanceof Atom.Distinct || atom instanceof Atom.Repeats;
        boolean watching = atom instanceof Atom.Value;
        for (Formula part : of) {
            remembering |= part.remembers;
            watching |= part.watches;
        }
        this.remembers = remembering;
        this.watches = watching;
    }

    /** Whether nothing satisfies it, by its form. */
    public boolean isFalse() {
        return op == Op.FALSE;
    }

    /** Whether the values of items must be told to {@link Formulas#remember}. */
    public boolean remembers() {
        return remembers;
    }

    @Override
    public int hashCode() {
        return id;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public String toString() {
        return atom != null ? atom.toString() : of.length == 0 ? op.name() : op + Arrays.toString(of);
    }
}
