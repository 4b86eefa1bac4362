package io.kernelweave.decode;

import java.util.SplittableRandom;

/**
 * Draws a token from the best allowed ones. One pass over the set bits of the mask keeps the top k in a heap; only those are
 * exponentiated, and what is not allowed is never looked at.
 */
final class Sampler {
    private final double temperature;
    private final SplittableRandom random;
    private final float[] scores;
    private final int[] tokens;
    private final double[] weights;
    private int count;

    Sampler(DecodeSettings settings, int vocabularySize) {
        this.temperature = settings.temperature();
        this.random = new SplittableRandom(settings.seed());
        int k = temperature == 0 ? 1 : Math.min(settings.topK(), vocabularySize);
        this.scores = new float[k];
        this.tokens = new int[k];
        this.weights = new double[k];
    }

    /** One of the tokens of a mask that is not empty; of equal scores the lower id is the better. */
    int pick(float[] logits, TokenMask mask) {
        select(logits, mask);
        if (count == 1) {
            return tokens[0];
        }
        float best = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            best = Math.max(best, scores[i]);
        }
        double total = 0;
        for (int i = 0; i < count; i++) {
            // Where all are impossible to the model, all are as likely.
            weights[i] = scores[i] == best ? 1 : StrictMath.exp(((double) scores[i] - best) / temperature);
            total += weights[i];
        }
        double drawn = random.nextDouble() * total;
        for (int i = 0; i < count - 1; i++) {
            drawn -= weights[i];
            if (drawn < 0) {
                return tokens[i];
            }
        }
        return tokens[count - 1];
    }

    /** The top k into a heap with the worst on top. */
    private void select(float[] logits, TokenMask mask) {
        count = 0;
        long[] words = mask.words();
        for (int w = 0; w < words.length; w++) {
            if (words[w] == -1 && count == scores.length && !anyAbove(scores[0], logits, w << 6)) {
                continue; // most of a string's mask is such words
            }
            for (long bits = words[w]; bits != 0; bits &= bits - 1) {
                int token = w << 6 | Long.numberOfTrailingZeros(bits);
                float score = logits[token];
                if (count < scores.length) {
                    up(score >= Float.NEGATIVE_INFINITY ? score : Float.NEGATIVE_INFINITY, token); // NaN is no score
                } else if (score > scores[0]) {
                    down(score, token);
                }
            }
        }
    }

    private static boolean anyAbove(float threshold, float[] logits, int from) {
        for (int token = from; token < from + 64; token += 4) {
            if (logits[token] > threshold
                    || logits[token + 1] > threshold
                    || logits[token + 2] > threshold
                    || logits[token + 3] > threshold) {
                return true;
            }
        }
        return false;
    }

    private void up(float score, int token) {
        int at = count++;
        while (at > 0 && worse(score, token, (at - 1) >> 1)) {
            scores[at] = scores[(at - 1) >> 1];
            tokens[at] = tokens[(at - 1) >> 1];
            at = (at - 1) >> 1;
        }
        scores[at] = score;
        tokens[at] = token;
    }

    private void down(float score, int token) {
        int at = 0;
        for (int child = 1; child < count; child = 2 * at + 1) {
            if (child + 1 < count && worse(scores[child + 1], tokens[child + 1], child)) {
                child++;
            }
            if (worse(score, token, child)) {
                break;
            }
            scores[at] = scores[child];
            tokens[at] = tokens[child];
            at = child;
        }
        scores[at] = score;
        tokens[at] = token;
    }

    private boolean worse(float score, int token, int than) {
        return score < scores[than] || score == scores[than] && token > tokens[than];
    }
}
