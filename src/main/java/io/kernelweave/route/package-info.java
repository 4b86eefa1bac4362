/**
 * The router.
 */
@NullMarked
package io.kernelweave.route;

import org.jspecify.annotations.NullMarked;
