/**
 * Documents forced through token masks: a schema with documents that are known to be valid or invalid goes in, what the masks let
 * through and how long they took comes out.
 *
 * <p>And answers judged by the conditions of instructions, by the strict and the loose rule: {@link
 * io.kernelweave.trial.InstructionTrial}.
 *
 * <p>Uses {@code decode}, {@code verify} and {@code json}. Start reading at {@link io.kernelweave.trial.SchemaTrial}.
 */
@NullMarked
package io.kernelweave.trial;

import org.jspecify.annotations.NullMarked;
