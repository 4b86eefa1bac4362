/**
 * Language models: what stands where a model would, with its identity stated. Recorded answers, and an n-gram model that is
 * trained at run time; a model server would be another {@link io.kernelweave.model.LanguageModel}.
 *
 * <p>Uses {@code decode} and {@code json}. Start reading at {@link io.kernelweave.model.LanguageModel}, then
 * {@link io.kernelweave.model.NgramModel}.
 */
@NullMarked
package io.kernelweave.model;

import org.jspecify.annotations.NullMarked;
