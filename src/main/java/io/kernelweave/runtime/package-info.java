/**
 * The loop, one prompt at a time: route, decode under the mask, judge, retry, roll back, and record the trace. The arms
 * that a benchmark compares are this loop with parts left out.
 *
 * <p>Uses the whole core. Start reading at {@link io.kernelweave.runtime.KernelRuntime}.
 */
@NullMarked
package io.kernelweave.runtime;

import org.jspecify.annotations.NullMarked;
