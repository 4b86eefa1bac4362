package io.kernelweave.results;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One row of a run's results, of the form that its {@link Measure} has. */
public sealed interface Row
        permits RoutedRow, KeptRow, MaskRow, IfevalRow, SelfTestRow, ContainmentRow, CompilationRow, LoopRow {
    /** What identifies the row within a run. */
    String identity();

    /** Rows of one cluster are no independent evidence. */
    String clusterId();

    /** What went wrong, or null. */
    @Nullable
    String error();

    /** The row as its Parquet schema has it. */
    ObjectNode toJson();
}
