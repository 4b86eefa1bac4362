/**
 * Turns traces of solved tasks into kernels. What comes out is a candidate: every clause held on the trace that it was
 * mined from, and nothing more is claimed.
 *
 * <p>Uses {@code kernel}, {@code trace} and {@code verify}. Start reading at {@link io.kernelweave.compile.KernelCompiler}.
 */
@NullMarked
package io.kernelweave.compile;

import org.jspecify.annotations.NullMarked;
