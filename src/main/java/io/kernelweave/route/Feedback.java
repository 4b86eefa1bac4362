package io.kernelweave.route;

import io.kernelweave.json.InputException;

/**
 * What became of an answer that a kernel gave to a prompt routed to it.
 *
 * @param clusterId prompts that share an origin share it
 * @param probability that the router stated for the kernel
 * @param accepted whether the answer passed; no proof that the kernel was the right one, nor the contrary
 */
public record Feedback(String kernelId, String clusterId, double probability, boolean accepted) {
    public Feedback {
        if (!(probability >= 0 && probability <= 1)) {
            throw InputException.at("feedback of " + kernelId, probability + " is no probability", "give 0 to 1");
        }
    }
}
