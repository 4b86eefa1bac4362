/**
 * Run against run: which rows pair, which figures moved, and the verdict of the run gate.
 *
 * <p>Uses {@code gate} and {@code results}. Start reading at {@link io.kernelweave.compare.Comparison}.
 */
@NullMarked
package io.kernelweave.compare;

import org.jspecify.annotations.NullMarked;
