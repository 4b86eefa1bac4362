/**
 * Unit vectors by the hundred thousand: an index that finds the nearest ones, and the file it is kept in. Uses
 * {@code json} and the JDK. Start reading at {@link io.kernelweave.vector.VectorIndex}.
 */
@NullMarked
package io.kernelweave.vector;

import org.jspecify.annotations.NullMarked;
