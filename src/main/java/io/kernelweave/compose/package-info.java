/**
 * Kernels together: the algebra of flows, its text form, contracts that prove or refute that parts fit, and the executor that undoes
 * what fails; how a request falls into clauses, and what kernels give when they answer one prompt. Uses {@code json}, {@code
 * kernel}, {@code trace}, {@code schema} and {@code verify}. Start reading at {@link io.kernelweave.compose.Flow} and {@link
 * io.kernelweave.compose.Composer}.
 */
@NullMarked
package io.kernelweave.compose;

import org.jspecify.annotations.NullMarked;
