/**
 * The statistics that verdicts rest on: intervals for clustered rows, paired tests, corrections for many tests, and the
 * evidence that promotes a kernel. Every number is computed by {@link StrictMath} and seeded generators, so that any machine
 * computes the same.
 *
 * <p>Uses nothing else of the project. Start reading at {@link io.kernelweave.stats.ClusterMean} and {@link
 * io.kernelweave.stats.PairedTest}.
 */
@NullMarked
package io.kernelweave.stats;

import org.jspecify.annotations.NullMarked;
