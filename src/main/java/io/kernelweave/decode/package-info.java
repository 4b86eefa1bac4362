/**
 * Decoding under a constraint: exact token masks over real vocabularies, the automaton of a JSON Schema behind them, and the
 * decoder that samples, forces and always ends a document.
 *
 * <p>Uses {@code json}, {@code regex} and {@code schema}. Start reading at {@link
 * io.kernelweave.decode.JsonSchemaConstraint}, then {@link io.kernelweave.decode.Decoder}; inside, a text in the making is a
 * {@code Cursor} in a {@code Zone}, and {@code MaskBuilder} finds the tokens that may follow it.
 */
@NullMarked
package io.kernelweave.decode;

import org.jspecify.annotations.NullMarked;
