/**
 * What was done to solve a task, as structured events: {@link io.kernelweave.trace.Trace}, the recorder that captures one
 * and the redaction that keeps secrets out of it.
 *
 * <p>Uses {@code json}. Start reading at {@link io.kernelweave.trace.TraceRecorder}.
 */
@NullMarked
package io.kernelweave.trace;

import org.jspecify.annotations.NullMarked;
