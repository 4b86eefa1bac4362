/**
 * Documents forced through token masks: a schema with documents that are known to be valid or invalid goes in, what the masks let
 * through and how long they took comes out.
 *
 * <p>Uses {@code decode} and {@code json}. Start reading at {@link io.kernelweave.trial.SchemaTrial}.
 */
@NullMarked
package io.kernelweave.trial;

import org.jspecify.annotations.NullMarked;
