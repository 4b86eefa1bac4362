/**
 * JSON and YAML as this project reads and writes them: limits on untrusted documents, canonical bytes (RFC 8785) and the
 * digests taken of them, and {@link io.kernelweave.json.InputException}, the one-line refusal of bad input.
 *
 * <p>Uses nothing else of the project. Start reading at {@link io.kernelweave.json.Json}.
 */
@NullMarked
package io.kernelweave.json;

import org.jspecify.annotations.NullMarked;
