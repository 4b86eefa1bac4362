package io.kernelweave.decode;

import io.kernelweave.json.InputException;

/**
 * How to sample. The filters come first, in the order top-k, top-p, min-p, and go by the model's own probabilities of the allowed
 * tokens; temperature then shapes the choice among those that are left. The best token is always left.
 *
 * <p>Method: the order is that of llama.cpp's default sampler chain (common/common.h). Top-p is nucleus sampling (Holtzman, Buys, Du,
 * Forbes, Choi, "The Curious Case of Neural Text Degeneration", ICLR 2020), min-p is of Nguyen et al., "Turning Up the Heat:
 * Min-p Sampling for Creative and Coherent LLM Outputs" (ICLR 2025).
 *
 * @param temperature divides the logits; 0 takes the best token always
 * @param topK how many of the best allowed tokens are sampled from, at least 1
 * @param topP the fewest of the best tokens whose probabilities add up to this share of all; 1 for no such filter
 * @param minP the least probability of a token, as a share of the best one's; 0 for no such filter
 * @param maxTokens the budget of one text, at least 1
 * @param seed the same seed, settings and model give the same text
 */
public record DecodeSettings(double temperature, int topK, double topP, double minP, int maxTokens, long seed) {
    public DecodeSettings {
        if (!(temperature >= 0 && temperature <= 100)) {
            throw InputException.at("temperature", "is " + temperature, "give a number from 0 to 100");
        }
        if (topK < 1) {
            throw InputException.at("top_k", "is " + topK, "give at least 1");
        }
        if (!(topP > 0 && topP <= 1)) {
            throw InputException.at("top_p", "is " + topP, "give a number above 0, up to 1");
        }
        if (!(minP >= 0 && minP <= 1)) {
            throw InputException.at("min_p", "is " + minP, "give a number from 0 to 1");
        }
        if (maxTokens < 1) {
            throw InputException.at("max_tokens", "is " + maxTokens, "give at least 1");
        }
    }

    /** Without top-p and min-p. */
    public DecodeSettings(double temperature, int topK, int maxTokens, long seed) {
        this(temperature, topK, 1, 0, maxTokens, seed);
    }

    public DecodeSettings withSeed(long other) {
        return new DecodeSettings(temperature, topK, topP, minP, maxTokens, other);
    }
}
