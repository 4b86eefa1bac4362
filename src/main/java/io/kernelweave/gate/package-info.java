/**
 * What is let through: an answer ({@link io.kernelweave.gate.OutputGate}), a kernel to a higher state ({@link
 * io.kernelweave.gate.Promotion}, on what the {@link io.kernelweave.gate.FeedbackLedger} has of it), and a whole run against
 * its baseline ({@link io.kernelweave.gate.RunGate}).
 *
 * <p>Uses {@code verify}, {@code kernel}, {@code stats} and {@code json}. Start reading at {@link
 * io.kernelweave.gate.OutputGate}, then {@link io.kernelweave.gate.RunGate}.
 */
@NullMarked
package io.kernelweave.gate;

import org.jspecify.annotations.NullMarked;
