/**
 * Language models: what stands where a model would, with its identity stated. Recorded answers, an n-gram model that is
 * trained at run time, and transformers from GGUF files, whose native code runs in processes of its own; a model server would be
 * another {@link io.kernelweave.model.LanguageModel}.
 *
 * <p>Uses {@code decode} and {@code json}; only {@code LlamaLibrary} knows JNA. Start reading at
 * {@link io.kernelweave.model.LanguageModel}, then {@link io.kernelweave.model.NgramModel} and
 * {@link io.kernelweave.model.LlamaModel}.
 */
@NullMarked
package io.kernelweave.model;

import org.jspecify.annotations.NullMarked;
