package io.kernelweave.decode;

import io.kernelweave.json.InputException;

/**
 * How to sample.
 *
 * @param temperature divides the logits; 0 takes the best token always
 * @param topK how many of the best allowed tokens are sampled from, at least 1
 * @param maxTokens the budget of one text, at least 1
 * @param seed the same seed, settings and model give the same text
 */
public record DecodeSettings(double temperature, int topK, int maxTokens, long seed) {
    public DecodeSettings {
        if (!(temperature >= 0 && temperature <= 100)) {
            throw InputException.at("temperature", "is " + temperature, "give a number from 0 to 100");
        }
        if (topK < 1) {
            throw InputException.at("top_k", "is " + topK, "give at least 1");
        }
        if (maxTokens < 1) {
            throw InputException.at("max_tokens", "is " + maxTokens, "give at least 1");
        }
    }
}
