/**
 * The command line: picocli commands, exit codes, progress. Runs without Spring until a job needs it.
 *
 * <p>Uses every other package. Start reading at {@link io.kernelweave.cli.KernelWeave}.
 */
@NullMarked
package io.kernelweave.cli;

import org.jspecify.annotations.NullMarked;
