/**
 * JSON Schema: deciding whether a value satisfies one, with a pointer to whatever does not.
 *
 * <p>Uses {@code json} only, and fetches nothing: a schema stands alone. Start reading at {@link
 * io.kernelweave.schema.SchemaValidator}.
 */
@NullMarked
package io.kernelweave.schema;

import org.jspecify.annotations.NullMarked;
