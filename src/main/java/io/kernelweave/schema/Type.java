package io.kernelweave.schema;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A set of JSON values: what a schema allows, and what boolean operations make of such sets. Interned by {@link Types}, so
 * the same expression is the same object.
 */
public final class Type {
    enum Op {
        ANY,
        NONE,
        /** What a schema says, its references and applicators included. */
        SCHEMA,
        /** What the keywords of a schema say that speak of one kind of value. */
        KEYWORDS,
        VALUES,
        NOT,
        BOTH,
        EITHER,
        /** Exactly one. */
        ONE
    }

    final int id;
    final Op op;
    final Type[] of;
    /** A {@link Subschema} or {@link Values}. */
    final @Nullable Object leaf;

    /** By {@link Kind}, made when asked for. */
    final @Nullable Object[] projections = new Object[Kind.values().length];

    /** By kind, whether the projection is being made; that of objects may need that of strings. */
    final boolean[] expanding = new boolean[Kind.values().length];

    @Nullable
    Type expanded;

    Emptiness.Known inhabited = Emptiness.Known.NOT_YET;

    Type(int id, Op op, Type[] of, @Nullable Object leaf) {
        this.id = id;
        this.op = op;
        this.of = of;
        this.leaf = leaf;
    }

    /** Whether it is known by its form to hold every value. */
    public boolean isAny() {
        return op == Op.ANY;
    }

    @Override
    public String toString() {
        return leaf != null ? op + "(" + leaf + ")" : of.length == 0 ? op.name() : op + Arrays.toString(of);
    }
}
