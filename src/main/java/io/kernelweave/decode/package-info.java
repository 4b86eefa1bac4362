/**
 * Decoding under a constraint: exact token masks over real vocabularies, the automaton of a JSON Schema behind them, and the
 * decoder that samples, forces and always ends a document.
 *
 * <p>Uses {@code json}. Start reading at {@link io.kernelweave.decode.JsonSchemaConstraint}, then
 * {@link io.kernelweave.decode.Decoder}; inside, a document in the making is a {@code State} of nested {@code Part}s.
 */
@NullMarked
package io.kernelweave.decode;

import org.jspecify.annotations.NullMarked;
