/**
 * Data sets: specs ({@code phasecd/*.yaml}), rows with their labels and clusters, the sources that foreign rows are read
 * from, schemas with documents, the generator that expands scenarios into rows with true labels, the
 * checks that a data set must pass, and the form in which others take it.
 *
 * <p>Uses the core ({@code kernel}, {@code verify}, {@code compose}) and {@code storage}. Start reading at
 * {@link io.kernelweave.dataset.DatasetSpec} and {@link io.kernelweave.dataset.Datasets}.
 */
@NullMarked
package io.kernelweave.dataset;

import org.jspecify.annotations.NullMarked;
