/**
 * The check language and its three-valued verdicts: what a kernel's conditions mean. A check addresses a {@link
 * io.kernelweave.verify.Subject} (a prompt with an answer) by path and says PASS, FAIL or UNKNOWN, never PASS because it
 * could not be checked.
 *
 * <p>Uses {@code kernel}, {@code json} and the schema validator of {@code schema}. Start reading at {@link
 * io.kernelweave.verify.Contract}, then {@link io.kernelweave.verify.Checks}, the registry of checks: a new check is one
 * entry in its family.
 */
@NullMarked
package io.kernelweave.verify;

import org.jspecify.annotations.NullMarked;
