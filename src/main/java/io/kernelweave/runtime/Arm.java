package io.kernelweave.runtime;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.kernelweave.json.InputException;
import java.util.Arrays;

/** A way to answer prompts; a benchmark compares several on the same rows. */
public enum Arm {
    /** The model alone. */
    RAW("raw", "the model alone, no kernel"),
    /** The routed kernel's hints in the prompt; nothing enforces them. */
    PROMPT_WRAPPER("prompt-wrapper", "the routed kernel's hints in the prompt, no mask"),
    /** The answer of the nearest training prompt, word for word. */
    RETRIEVAL("retrieval", "the recorded answer of the nearest training prompt"),
    /** The routed kernel, decoded under its mask. */
    ROUTER("router", "the routed kernel, decoded under its mask"),
    /** The same, judged by the gate, with retries and rollback. */
    ROUTER_GATE("router+gate", "the same, judged by the gate, with retries and rollback"),
    /** The same, and what was accepted before the run is used again. */
    ROUTER_GATE_CACHE("router+gate+cache", "the same, with the answers that were accepted before the run");

    private final String label;
    private final String description;

    Arm(String label, String description) {
        this.label = label;
        this.description = description;
    }

    @JsonValue
    public String label() {
        return label;
    }

    /** Whether the gate judges its answers. */
    public boolean isGated() {
        return this == ROUTER_GATE || this == ROUTER_GATE_CACHE;
    }

    /** Whether the router decides where its prompts go. */
    public boolean routes() {
        return this != RAW && this != RETRIEVAL;
    }

    public String description() {
        return description;
    }

    @JsonCreator
    public static Arm of(String label) {
        return Arrays.stream(values())
                .filter(arm -> arm.label.equals(label))
                .findFirst()
                .orElseThrow(() -> InputException.at(
                        "arm \"" + label + "\"",
                        "is unknown",
                        "use one of " + Arrays.stream(values()).map(Arm::label).toList()));
    }
}
