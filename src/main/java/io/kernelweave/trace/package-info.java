/**
 * What was done to solve a task, as structured events: {@link io.kernelweave.trace.Trace}, the recorder that captures one,
 * the redaction that keeps secrets out of it, and the forms that other programs write traces in.
 *
 * <p>Uses {@code json}. Start reading at {@link io.kernelweave.trace.TraceRecorder}, for
 * the forms at {@link io.kernelweave.trace.TraceForm}.
 */
@NullMarked
package io.kernelweave.trace;

import org.jspecify.annotations.NullMarked;
