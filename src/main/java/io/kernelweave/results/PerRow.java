package io.kernelweave.results;

import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * A figure that some rows of a run have, so that two runs can be paired by it.
 *
 * @param among the rows that have it
 * @param figure higher is better
 */
public record PerRow<R extends Row>(Predicate<R> among, ToDoubleFunction<R> figure) {
    /** An error is worth nothing. */
    public double value(R row) {
        return row.error() != null ? 0 : figure.applyAsDouble(row);
    }
}
