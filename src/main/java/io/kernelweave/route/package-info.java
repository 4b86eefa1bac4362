/**
 * The router: which kernel, which kernels together, or none. It compares a prompt with what kernels say of themselves and
 * with labelled prompts, by words and by sentence vectors, and states the probability that a kernel fits; with what it has
 * learned in a {@link io.kernelweave.route.RouterAdapter}.
 *
 * <p>Uses {@code json}, {@code kernel}, {@code verify} and {@code compose}; a sentence encoder stands behind
 * {@link io.kernelweave.route.Embedder}, and without one the words decide. Start reading at
 * {@link io.kernelweave.route.Router}, then {@link io.kernelweave.route.KernelIndex} for what is measured and
 * {@link io.kernelweave.route.RouterTrainer} for how it is weighed.
 */
@NullMarked
package io.kernelweave.route;

import org.jspecify.annotations.NullMarked;
