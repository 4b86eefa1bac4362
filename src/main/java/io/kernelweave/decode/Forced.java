package io.kernelweave.decode;

/**
 * What became of a given text under a constraint.
 *
 * @param accepted whether the whole text is allowed and complete
 * @param tokens how many of its canonical tokens were allowed, up to the refusal
 * @param forcedTokens how many of those followed without a choice
 * @param maskedTokens how many vocabulary entries the masks kept out, summed over those tokens
 * @param refusedAtByte where the first byte stands that is not allowed, in UTF-8 bytes; the text's length if it ends too
 *     early; -1 if accepted
 * @param reason what stands there and what was expected, in words; empty if accepted
 */
public record Forced(
        boolean accepted, int tokens, int forcedTokens, long maskedTokens, int refusedAtByte, String reason) {}
