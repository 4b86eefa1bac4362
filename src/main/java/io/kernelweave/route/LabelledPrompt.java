package io.kernelweave.route;

import java.util.List;
import java.util.Set;

/**
 * A prompt of which it is known where it belongs.
 *
 * @param clusterId prompts of one origin share it; they are never on both sides of a fit and its measurement
 * @param acceptable the kernels that would do; empty where no single kernel does
 * @param composition the kernels that the prompt asks for together, in order; empty for everything else. Where this and
 *     {@code acceptable} are empty, no kernel fits.
 */
public record LabelledPrompt(String prompt, String clusterId, Set<String> acceptable, List<String> composition) {
    public LabelledPrompt {
        acceptable = Set.copyOf(acceptable);
        composition = List.copyOf(composition);
    }

    /** A prompt for one kernel. */
    public static LabelledPrompt of(String prompt, String clusterId, String kernelId) {
        return new LabelledPrompt(prompt, clusterId, Set.of(kernelId), List.of());
    }

    /** A prompt that no kernel fits. */
    public static LabelledPrompt none(String prompt, String clusterId) {
        return new LabelledPrompt(prompt, clusterId, Set.of(), List.of());
    }

    boolean isComposition() {
        return !composition.isEmpty();
    }

    boolean fitsNoKernel() {
        return acceptable.isEmpty() && composition.isEmpty();
    }
}
