/**
 * Requests for several tasks at once: how a request falls into clauses, and what kernels give when they answer together.
 * Uses {@code json}, {@code kernel} and {@code verify}. Start reading at {@link io.kernelweave.compose.Composition}.
 */
@NullMarked
package io.kernelweave.compose;

import org.jspecify.annotations.NullMarked;
