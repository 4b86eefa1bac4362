package io.kernelweave.results;

import io.kernelweave.gate.RunGate.Direction;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/**
 * A figure that some rows of a run have, so that two runs can be paired by it.
 *
 * @param among the rows that have it; two runs are compared on rows that are among them in both
 * @param figure of a row without an error
 * @param worst what an error counts as; infinite where a figure has no bound, then an error counts as the worst row of both runs
 */
public record PerRow<R extends Row>(Predicate<R> among, ToDoubleFunction<R> figure, Direction direction, double worst) {

    /** A share or score between 0 and 1, of which an error is worth nothing. */
    public PerRow(Predicate<R> among, ToDoubleFunction<R> figure) {
        this(among, figure, Direction.HIGHER_IS_BETTER, 0);
    }

    /** A share of something bad, between 0 and 1, of which an error is all. */
    static <R extends Row> PerRow<R> ofBad(Predicate<R> among, ToDoubleFunction<R> figure) {
        return new PerRow<>(among, figure, Direction.LOWER_IS_BETTER, 1);
    }

    /** Whether it lies between 0 and 1. */
    public boolean isShare() {
        return Double.isFinite(worst);
    }

    /** An error scores worst. */
    public double value(R row) {
        return row.error() != null ? worst : figure.applyAsDouble(row);
    }
}
