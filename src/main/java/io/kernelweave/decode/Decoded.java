package io.kernelweave.decode;

/**
 * A text that was decoded, and what it took.
 *
 * @param text the text
 * @param tokens how many tokens it has, forced and steered ones included; more than the budget only if the shortest document
 *     did not fit into it
 * @param forcedTokens how many of them followed without a choice, so that the model was not asked
 * @param maskedTokens how many vocabulary entries the masks kept out, summed over the tokens: all but one where a token was
 *     forced or steered to, none in a free text
 * @param complete whether the text ended by itself: always so under a constraint; in a free text, if the end token came
 *     before the budget was used up
 * @param maskNanos time in masks, matching and sampling
 * @param modelNanos time in the model
 * @param steeredTokens how many tokens at the end were taken from a shortest completion because the budget ran out
 */
public record Decoded(
        String text,
        int tokens,
        int forcedTokens,
        long maskedTokens,
        boolean complete,
        long maskNanos,
        long modelNanos,
        int steeredTokens) {}
