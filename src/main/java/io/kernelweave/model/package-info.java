/**
 * Language models: what stands where a model would, with its identity stated. Recorded answers, an n-gram model that is
 * trained at run time, and transformers from GGUF files, whose native code runs in processes of its own; and {@link
 * io.kernelweave.model.Endpoint}, a model behind a server, which gives texts and no logits: it proposes and judges.
 *
 * <p>Uses {@code decode}, {@code mine}, {@code verify} and {@code json}; only {@code LlamaLibrary} knows JNA. Start reading at
 * {@link io.kernelweave.model.LanguageModel}, then {@link io.kernelweave.model.NgramModel} and
 * {@link io.kernelweave.model.LlamaModel}.
 */
@NullMarked
package io.kernelweave.model;

import org.jspecify.annotations.NullMarked;
