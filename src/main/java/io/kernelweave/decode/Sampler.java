package io.kernelweave.decode;

import java.util.SplittableRandom;

/**
 * Draws a token from the best allowed ones. The top k are kept in a heap, and only those are exponentiated: what top-p and min-p
 * leave of them is their beginning, as they are sorted.
 *
 * <p>Of scores for the whole vocabulary the allowed ones are looked at one by one. Of scores that differ from a shared base for
 * some tokens only, those are looked at, and of the base the best until no better one can come: the same tokens with the same
 * scores, so the same draw.
 */
final class Sampler {
    /** No token. */
    static final int NONE = -1;

    /** From so many allowed tokens in a thousand on it is quicker to go down the ranking than through those allowed. */
    private static final int DENSE = 8;

    private final double temperature;
    private final double topP;
    private final double minP;
    private final SplittableRandom random;
    private final float[] scores;
    private final int[] tokens;
    private final double[] weights;
    private int count;

    Sampler(DecodeSettings settings, int vocabularySize) {
        this.temperature = settings.temperature();
        this.topP = settings.topP();
        this.minP = settings.minP();
        this.random = new SplittableRandom(settings.seed());
        int k = temperature == 0 ? 1 : Math.min(settings.topK(), vocabularySize);
        this.scores = new float[k];
        this.tokens = new int[k];
        this.weights = new double[k];
    }

    /** One of the tokens of a mask that is not empty; of equal scores the lower id is the better. */
    int pick(float[] logits, TokenMask mask) {
        count = 0;
        long[] words = mask.words();
        for (int w = 0; w < words.length; w++) {
            for (long bits = words[w]; bits != 0; bits &= bits - 1) {
                int token = w << 6 | Long.numberOfTrailingZeros(bits);
                offer(logits[token], token);
            }
        }
        return draw();
    }

    /**
     * The same where the scores are those of a base but for some tokens.
     *
     * @param end a token that is allowed too, or {@link #NONE}
     */
    int pick(BaseScores base, TokenScores changed, AllowedTokens allowed, int end) {
        count = 0;
        for (int i = 0; i < changed.size(); i++) {
            int token = changed.token(i);
            if (allows((float) changed.score(i), token) && (token == end || allowed.contains(token))) {
                offer((float) changed.score(i), token);
            }
        }
        if (end != NONE && !changed.contains(end)) {
            offer(base.score(end), end);
        }
        if (1000L * allowed.count() < (long) DENSE * base.size()) {
            for (int token : allowed.toArray()) {
                if (!changed.contains(token)) {
                    offer(base.score(token), token);
                }
            }
        } else {
            for (int place = 0; place < base.size(); place++) {
                int token = base.ranked(place);
                if (!allows(base.score(token), token)) {
                    break;
                }
                if (token != end && allowed.contains(token) && !changed.contains(token)) {
                    offer(base.score(token), token);
                }
            }
        }
        return draw();
    }

    /** Whether a token would be among the best of those so far. */
    private boolean allows(float score, int token) {
        return count < scores.length || !worse(score, token, 0);
    }

    private int draw() {
        sort();
        int kept = kept();
        double total = 0;
        int drawable = 0;
        for (; drawable < kept; drawable++) {
            double weight = weight(drawable, temperature);
            if (total + weight == total) {
                break; // the others weigh no more, and what is drawn is less than the total
            }
            weights[drawable] = weight;
            total += weight;
        }
        if (drawable == 1) {
            return tokens[0];
        }
        double drawn = random.nextDouble() * total;
        for (int i = 0; i < drawable - 1; i++) {
            drawn -= weights[i];
            if (drawn < 0) {
                return tokens[i];
            }
        }
        return tokens[drawable - 1];
    }

    /** How many of the sorted tokens top-p and min-p leave. */
    private int kept() {
        if (topP == 1 && minP == 0 || temperature == 0) {
            return count;
        }
        double total = 0;
        for (int i = 0; i < count; i++) {
            weights[i] = weight(i, 1);
            total += weights[i];
        }
        double sum = weights[0];
        int kept = 1;
        while (kept < count && (topP == 1 || sum < topP * total) && weights[kept] >= minP) {
            sum += weights[kept++];
        }
        return kept;
    }

    /** How likely a token is, as a share of the best one. */
    private double weight(int index, double divisor) {
        // Where all are impossible to the model, all are as likely.
        return scores[index] == scores[0] ? 1 : StrictMath.exp(((double) scores[index] - scores[0]) / divisor);
    }

    /** Keeps a token if it is among the top k; the worst of them is on top of the heap. */
    private void offer(float given, int token) {
        float score = given >= Float.NEGATIVE_INFINITY ? given : Float.NEGATIVE_INFINITY; // NaN is no score
        if (count < scores.length) {
            up(score, token);
        } else if (!worse(score, token, 0)) {
            down(score, token, count);
        }
    }

    /** The best first. */
    private void sort() {
        for (int last = count - 1; last > 0; last--) {
            float score = scores[last];
            int token = tokens[last];
            scores[last] = scores[0];
            tokens[last] = tokens[0];
            down(score, token, last);
        }
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

    /** Puts a token in place of the one on top, in a heap of {@code size}. */
    private void down(float score, int token, int size) {
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            if (child + 1 < size && worse(scores[child + 1], tokens[child + 1], child)) {
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
