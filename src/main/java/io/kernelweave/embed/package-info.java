/**
 * Sentence encoders behind {@link io.kernelweave.route.Embedder}, and the cache that spares encoding a text twice. Uses
 * {@code json}, {@code route} and ONNX Runtime; no other package of the core knows a tensor framework. Start reading at
 * {@link io.kernelweave.embed.SentenceEncoder}.
 */
@NullMarked
package io.kernelweave.embed;

import org.jspecify.annotations.NullMarked;
