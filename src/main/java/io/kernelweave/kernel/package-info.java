/**
 * Kernels: the typed, reusable form of a solved task, and the store that keeps them. A {@link io.kernelweave.kernel.Kernel}
 * is data; what its conditions mean is decided in {@code verify}, what its schemas allow in {@code schema}.
 *
 * <p>Uses {@code json}. Start reading at {@link io.kernelweave.kernel.Kernel}, then
 * {@link io.kernelweave.kernel.KernelStore}; {@link io.kernelweave.kernel.PromptInput} says how a prompt becomes a kernel's
 * typed input.
 */
@NullMarked
package io.kernelweave.kernel;

import org.jspecify.annotations.NullMarked;
