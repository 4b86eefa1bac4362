/**
 * Turns traces of one family into a kernel: what successes have in common becomes schemas, conditions and steps, and traces that were
 * set aside become its tests. An abstraction is kept if it makes the traces shorter to write down and is no accident; what comes out is a
 * candidate, and every clause says in how many traces it holds.
 *
 * <p>Uses {@code kernel}, {@code trace}, {@code verify}, {@code mine} and {@code stats}. Start reading at {@link
 * io.kernelweave.compile.KernelCompiler}; the steps are learnt in {@code Program} (alphabet, repeated blocks, alignment), {@code
 * Variables} and {@code Guards}. {@link io.kernelweave.compile.StepModel} says how well a kernel tells the next step.
 */
@NullMarked
package io.kernelweave.compile;

import org.jspecify.annotations.NullMarked;
