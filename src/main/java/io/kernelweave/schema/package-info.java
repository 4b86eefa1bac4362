/**
 * JSON Schema: whether a value satisfies one, with a pointer to whatever does not, and schemas as sets of values under
 * boolean operations, with what may follow in an object or array that has begun, and whether anything may.
 *
 * <p>Uses {@code json} and {@code regex}, and fetches nothing: a schema stands alone. Start reading at {@link
 * io.kernelweave.schema.SchemaValidator}, or at {@link io.kernelweave.schema.Types} for the sets.
 */
@NullMarked
package io.kernelweave.schema;

import org.jspecify.annotations.NullMarked;
