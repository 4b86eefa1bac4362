/**
 * What a run leaves: the row of the results and its Parquet schema, the run folder with parts and manifest, the registry of
 * runs, and the metrics computed from the rows.
 *
 * <p>Uses the core, {@code storage} and {@code dataset}. Start reading at {@link io.kernelweave.results.ResultRow}, {@link
 * io.kernelweave.results.RouteRow}, {@link io.kernelweave.results.MaskRow} and
 * {@link io.kernelweave.results.RunFolder}; {@link io.kernelweave.results.Metrics} defines every figure.
 */
@NullMarked
package io.kernelweave.results;

import org.jspecify.annotations.NullMarked;
