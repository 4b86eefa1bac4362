/**
 * Conditions mined from traces: what successful traces of a task have in common and failed ones lack, as instances of the check
 * language, each with the counts that support it.
 *
 * <p>Uses {@code trace}, {@code kernel}, {@code verify} and {@code stats}. Start reading at {@link io.kernelweave.mine.Miner}.
 */
@NullMarked
package io.kernelweave.mine;

import org.jspecify.annotations.NullMarked;
