/**
 * Archives: one zip of everything that a run is, reproducible to the byte, with a manifest and checksums.
 *
 * <p>Uses {@code results}, {@code dataset} and {@code storage}. Start reading at {@link io.kernelweave.export.Archive}.
 */
@NullMarked
package io.kernelweave.export;

import org.jspecify.annotations.NullMarked;
