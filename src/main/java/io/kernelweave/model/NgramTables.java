package io.kernelweave.model;

import io.kernelweave.decode.TokenScores;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Interpolated Kneser-Ney probabilities of what follows a context, in flat arrays.
 *
 * <p>The places whose token is predicted are sorted by the tokens before them, nearest first, so that each context of each
 * length is one range of places, and its extensions are ranges inside it. Contexts are found by binary search; there is no
 * hash table. For each context the followers are stored with the logarithm of their interpolated probability and, apart from
 * them, the logarithm of the weight that the shorter context has for all other tokens, as in the ARPA format.
 */
final class NgramTables {
    /** Contexts of one length, in the order of their ranges. */
    private static final class Level {
        final int[] starts;
        final int[] entries;
        int[] tokens;
        int[] counts;
        final float[] logProbability;
        final float[] logBackoff;

        Level(int[] starts, int[] entries, int[] tokens, int[] counts) {
            this.starts = starts;
            this.entries = entries;
            this.tokens = tokens;
            this.counts = counts;
            this.logProbability = new float[tokens.length];
            this.logBackoff = new float[starts.length];
        }
    }

    private static final double RATE_PRIOR = 2;
    /** Contexts of so many tokens tell which words belong to the form of an answer. */
    private static final int TELLING = 3;

    private final int[] corpus;
    private final int[] places;
    private final double[] copiedBefore;
    private final Level[] levels;
    private final float[] unigrams;

    /**
     * @param corpus tokens; before each place there are at least {@code length} of them
     * @param places where the predicted tokens stand
     * @param copied for each place, whether its token may have been copied from the prompt
     * @param length of the longest context, at least 1
     * @param symbols one more than the largest token in the corpus
     * @param possible the tokens that may be predicted, of which those never seen share the rest
     */
    NgramTables(
            int[] corpus,
            int[] places,
            boolean[] copied,
            int length,
            int symbols,
            double discount,
            boolean[] possible) {
        this.corpus = corpus;
        int[] order = sorted(corpus, places, length, symbols);
        this.places = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            this.places[i] = places[order[i]];
        }
        this.levels = new Level[length];
        int[] counts = new int[symbols];
        int[] touched = new int[symbols];
        this.copiedBefore = copies(order, copied, Math.min(length, TELLING), counts);
        for (int k = length; k >= 1; k--) {
            levels[k - 1] = count(k, k == length ? null : levels[k], counts, touched);
        }
        for (int entry : levels[0].tokens) {
            counts[entry]++;
        }
        double[] lower = unigrams(counts, discount, possible);
        this.unigrams = new float[possible.length];
        for (int token = 0; token < possible.length; token++) {
            unigrams[token] = (float) StrictMath.log(lower[token]);
        }
        for (int k = 1; k <= length; k++) {
            weigh(k, discount, lower);
        }
    }

    /** The indexes of the places, sorted by the tokens before them, nearest first; radix sort, farthest token first. */
    private static int[] sorted(int[] corpus, int[] places, int length, int symbols) {
        int[] order = IntStream.range(0, places.length).toArray();
        int[] next = new int[places.length];
        for (int back = length; back >= 1; back--) {
            int[] at = new int[symbols + 1];
            for (int place : places) {
                at[corpus[place - back] + 1]++;
            }
            for (int s = 0; s < symbols; s++) {
                at[s + 1] += at[s];
            }
            for (int index : order) {
                next[at[corpus[places[index] - back]]++] = index;
            }
            int[] swap = order;
            order = next;
            next = swap;
        }
        return order;
    }

    /**
     * The contexts of {@code k} tokens with their followers. The longest count how often each follower came, the others in
     * how many contexts of one token more.
     */
    private Level count(int k, @Nullable Level longer, int[] counts, int[] touched) {
        IntArray starts = new IntArray();
        IntArray entries = new IntArray();
        IntArray tokens = new IntArray();
        IntArray sums = new IntArray();
        int child = 0;
        for (int from = 0; from < places.length; ) {
            int to = from + 1;
            while (to < places.length && sameContext(places[from], places[to], k)) {
                to++;
            }
            starts.add(from);
            entries.add(tokens.size());
            int distinct = 0;
            if (longer == null) {
                for (int i = from; i < to; i++) {
                    int token = corpus[places[i]];
                    if (counts[token]++ == 0) {
                        touched[distinct++] = token;
                    }
                }
            } else {
                for (; child < longer.starts.length && longer.starts[child] < to; child++) {
                    for (int e = longer.entries[child]; e < longer.entries[child + 1]; e++) {
                        int token = longer.tokens[e];
                        if (counts[token]++ == 0) {
                            touched[distinct++] = token;
                        }
                    }
                }
            }
            for (int i = 0; i < distinct; i++) {
                tokens.add(touched[i]);
                sums.add(counts[touched[i]]);
                counts[touched[i]] = 0;
            }
            from = to;
        }
        entries.add(tokens.size());
        return new Level(starts.toArray(), entries.toArray(), tokens.toArray(), sums.toArray());
    }

    /**
     * Running sums of how far the tokens were copied. A token that other places with the same context have too is a word of
     * the form, though the prompt may happen to have it; so it counts as copied as far as they do not have it.
     */
    private double[] copies(int[] order, boolean[] copied, int k, int[] counts) {
        double[] sums = new double[places.length + 1];
        for (int from = 0; from < places.length; ) {
            int to = from;
            while (to < places.length && sameContext(places[from], places[to], k)) {
                counts[corpus[places[to++]]]++;
            }
            for (int i = from; i < to; i++) {
                double others = to - from == 1 ? 0 : (counts[corpus[places[i]]] - 1.0) / (to - from - 1);
                sums[i + 1] = sums[i] + (copied[order[i]] ? 1 - others : 0);
            }
            for (int i = from; i < to; i++) {
                counts[corpus[places[i]]] = 0;
            }
            from = to;
        }
        return sums;
    }

    private boolean sameContext(int one, int other, int k) {
        for (int back = 1; back <= k; back++) {
            if (corpus[one - back] != corpus[other - back]) {
                return false;
            }
        }
        return true;
    }

    private static double[] unigrams(int[] counts, double discount, boolean[] possible) {
        long total = 0;
        int seen = 0;
        int all = 0;
        for (int token = 0; token < possible.length; token++) {
            total += counts[token];
            seen += counts[token] > 0 ? 1 : 0;
            all += possible[token] ? 1 : 0;
        }
        double[] probability = new double[counts.length];
        for (int token = 0; token < possible.length; token++) {
            double rest = total == 0 ? 1 : discount * seen / total;
            double own = counts[token] == 0 ? 0 : (counts[token] - discount) / total;
            probability[token] = possible[token] ? own + rest / all : 0;
        }
        return probability;
    }

    /** Turns the counts of level {@code k} into probabilities. */
    private void weigh(int k, double discount, double[] unigram) {
        Level level = levels[k - 1];
        double[] lower = k == 1 ? unigram : new double[unigram.length];
        int parent = -1;
        for (int context = 0; context < level.starts.length; context++) {
            if (k > 1) {
                Level shorter = levels[k - 2];
                while (parent + 1 < shorter.starts.length && shorter.starts[parent + 1] <= level.starts[context]) {
                    parent++;
                    // Followers of a context follow its shorter one too, so older values are never read.
                    for (int e = shorter.entries[parent]; e < shorter.entries[parent + 1]; e++) {
                        lower[shorter.tokens[e]] = StrictMath.exp(shorter.logProbability[e]);
                    }
                }
            }
            int from = level.entries[context];
            int to = level.entries[context + 1];
            long total = 0;
            for (int e = from; e < to; e++) {
                total += level.counts[e];
            }
            double rest = discount * (to - from) / total;
            level.logBackoff[context] = (float) StrictMath.log(rest);
            for (int e = from; e < to; e++) {
                double own = (level.counts[e] - discount) / total;
                level.logProbability[e] = (float) StrictMath.log(own + rest * lower[level.tokens[e]]);
            }
        }
        if (k > 1) {
            levels[k - 2].counts = new int[0];
        }
    }

    /** The logarithms of the probabilities without a context; of tokens that cannot be predicted, negative infinity. */
    float[] unigrams() {
        return unigrams;
    }

    /**
     * The probability of one token after the last tokens of a history: slow, for comparison.
     *
     * @param history tokens, of which the last {@code size} count
     */
    double probability(int token, int[] history, int size) {
        int from = 0;
        int to = places.length;
        double log = unigrams[token];
        for (int k = 1; k <= levels.length && k <= size; k++) {
            from = bound(from, to, k, history[size - k]);
            to = bound(from, to, k, history[size - k] + 1);
            if (from == to) {
                break;
            }
            Level level = levels[k - 1];
            int context = Arrays.binarySearch(level.starts, from);
            log += level.logBackoff[context];
            for (int e = level.entries[context]; e < level.entries[context + 1]; e++) {
                log = level.tokens[e] == token ? level.logProbability[e] : log;
            }
        }
        return StrictMath.exp(log);
    }

    /** The first place in the range whose {@code k}-th token back is not below {@code token}. */
    private int bound(int from, int to, int k, int token) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = low + high >>> 1;
            if (corpus[places[middle] - k] < token) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** What is known of a context, as the parts of a mixture that go with it. */
    final class Context {
        private double logBackoff;
        private double copyRate;

        /**
         * Looks a context up and writes the log-probabilities of the tokens that followed it, less the logarithm of the
         * weight of all that did not, which is {@link #logBackoff}: so the others keep their unigram values.
         *
         * @param history tokens, of which the last {@code size} count
         */
        void patch(int[] history, int size, TokenScores into) {
            int from = 0;
            int to = places.length;
            logBackoff = 0;
            copyRate = rate(from, to, 0.2);
            for (int k = 1; k <= levels.length && k <= size; k++) {
                int token = history[size - k];
                int low = bound(from, to, k, token);
                int high = bound(low, to, k, token + 1);
                if (low == high) {
                    return;
                }
                from = low;
                to = high;
                Level level = levels[k - 1];
                int context = Arrays.binarySearch(level.starts, from);
                logBackoff += level.logBackoff[context];
                copyRate = rate(from, to, copyRate);
                float shift = (float) logBackoff;
                for (int e = level.entries[context]; e < level.entries[context + 1]; e++) {
                    into.put(level.tokens[e], level.logProbability[e] - shift);
                }
            }
        }

        private double rate(int from, int to, double prior) {
            return (copiedBefore[to] - copiedBefore[from] + RATE_PRIOR * prior) / (to - from + RATE_PRIOR);
        }

        double logBackoff() {
            return logBackoff;
        }

        /** How often the token after such a context stood in the prompt. */
        double copyRate() {
            return copyRate;
        }
    }
}
