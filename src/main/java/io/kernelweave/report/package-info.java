/**
 * Reports: view models computed from result rows, FreeMarker templates that say how they read, and figures in SVG. The same
 * rows give the same bytes.
 *
 * <p>Uses {@code results} and below. Start reading at {@link io.kernelweave.report.Bundle}; the templates are in
 * {@code src/main/resources/templates}.
 */
@NullMarked
package io.kernelweave.report;

import org.jspecify.annotations.NullMarked;
