package io.kernelweave.runtime;

import io.kernelweave.kernel.PromptInput;
import io.kernelweave.route.Embedder;
import java.util.List;

/**
 * Solved prompts, found again by the similarity of what they ask (cosine of sentence embeddings, all compared). The
 * retrieval arm answers from it.
 */
public final class Memory {
    /**
     * A solved prompt.
     *
     * @param kernelId the kernel that solved it, several joined by {@code +}, or empty for none
     */
    public record Entry(String prompt, String kernelId, String answer) {}

    /** The nearest entry and its cosine. */
    public record Hit(Entry entry, double similarity) {}

    private final Embedder embedder;
    private final List<Entry> entries;
    private final float[][] vectors;

    public Memory(Embedder embedder, List<Entry> entries) {
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("a memory needs at least one entry");
        }
        this.embedder = embedder;
        this.entries = List.copyOf(entries);
        this.vectors = embedder.embedAll(entries.stream()
                        .map(entry -> PromptInput.of(entry.prompt()).request())
                        .toList())
                .toArray(float[][]::new);
    }

    /** The entry nearest to a prompt; the first of equals. */
    public Hit nearest(String prompt) {
        float[] query = embedder.embed(PromptInput.of(prompt).request());
        int best = 0;
        float bestDot = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < vectors.length; i++) {
            float dot = 0;
            for (int d = 0; d < query.length; d++) {
                dot += query[d] * vectors[i][d];
            }
            if (dot > bestDot) {
                bestDot = dot;
                best = i;
            }
        }
        return new Hit(entries.get(best), bestDot);
    }
}
