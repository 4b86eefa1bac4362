package io.kernelweave.model;

import java.util.Arrays;

/**
 * Where copies begin and end, as counted in training. Begin: for a slot of an answer (its last two tokens) and one or two
 * tokens of the prompt, how often the answer went on with the word after those tokens. End: how often, where a word was
 * copied before some token of the prompt, that token was copied too. A hash table of primitives.
 */
final class CopyHabits {
    /** A word found in many places of the prompt says little about which of them was copied. */
    private static final int MOST_PLACES = 4;

    /** Two tokens of the prompt say more than one. */
    private static final double PAIR = 8;

    private static final long WENT_ON = -1;
    private static final long STOPPED = -2;

    private long[] keys = new long[1 << 12];
    private float[] counts = new float[1 << 12];
    private int size;

    /** A number for the last two of {@code size} tokens. */
    static long slot(int[] history, int size) {
        return size < 2 ? 0 : (long) history[size - 2] << 32 | history[size - 1];
    }

    /** @param context the tokens before the answer, as a session sees them */
    void learn(CopySource source, int[] context, int[] answer) {
        int[] history = Arrays.copyOf(context, context.length + answer.length);
        System.arraycopy(answer, 0, history, context.length, answer.length);
        int[] byToken = sortedStarts(source);
        for (int i = 0; i < answer.length; i++) {
            int[] next = i == 0 ? new int[0] : source.after(answer[i - 1]);
            for (int j = 0; j < next.length && next.length <= MOST_PLACES; j++) {
                add(mixed(next[j] == answer[i] ? WENT_ON : STOPPED, next[j]), 1f / next.length);
            }
            int from = firstOf(source, byToken, answer[i]);
            int to = from;
            while (to < byToken.length && source.tokens[byToken[to]] == answer[i]) {
                to++;
            }
            if (to - from <= MOST_PLACES) {
                for (int j = from; j < to; j++) {
                    long slot = slot(history, context.length + i);
                    add(key(slot, source, byToken[j], 1), 1f / (to - from));
                    add(key(slot, source, byToken[j], 2), 1f / (to - from));
                }
            }
        }
    }

    /** Where words begin in the source, by their first tokens. */
    private static int[] sortedStarts(CopySource source) {
        long[] order = new long[source.tokens.length];
        int count = 0;
        for (int i = 0; i < order.length; i++) {
            if (source.wordStarts[i]) {
                order[count++] = (long) source.tokens[i] << 32 | i;
            }
        }
        Arrays.sort(order, 0, count);
        int[] sorted = new int[count];
        Arrays.setAll(sorted, i -> (int) order[i]);
        return sorted;
    }

    private static int firstOf(CopySource source, int[] byToken, int token) {
        int low = 0;
        int high = byToken.length;
        while (low < high) {
            int middle = low + high >>> 1;
            if (source.tokens[byToken[middle]] < token) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** What speaks for copying, in this slot, the word that begins with token {@code start} of the source. */
    double weight(long slot, CopySource source, int start) {
        return counts[find(key(slot, source, start, 1))] + PAIR * counts[find(key(slot, source, start, 2))];
    }

    /** The probability that a copy of what stands before {@code token} goes on with it. */
    double goesOn(int token) {
        double wentOn = counts[find(mixed(WENT_ON, token))];
        double stopped = counts[find(mixed(STOPPED, token))];
        return (wentOn + 1) / (wentOn + stopped + 1.5);
    }

    /** Two different keys may share a number once in a very long while; a count is then too high. */
    private static long key(long slot, CopySource source, int start, int tokens) {
        long one = mixed(slot, source.before[start]);
        return tokens == 1 ? one : mixed(one, source.twoBefore[start]);
    }

    private static long mixed(long key, int token) {
        long mixed = (key * 0x9E3779B97F4A7C15L ^ token) * 0xBF58476D1CE4E5B9L;
        mixed ^= mixed >>> 31;
        return mixed == 0 ? 1 : mixed;
    }

    private int find(long key) {
        int mask = keys.length - 1;
        int at = (int) (key >>> 20) & mask;
        while (keys[at] != 0 && keys[at] != key) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void add(long key, float count) {
        int at = find(key);
        if (keys[at] == 0) {
            keys[at] = key;
            size++;
        }
        counts[at] += count;
        if (2 * size > keys.length) {
            long[] oldKeys = keys;
            float[] oldCounts = counts;
            keys = new long[2 * oldKeys.length];
            counts = new float[keys.length];
            for (int i = 0; i < oldKeys.length; i++) {
                if (oldKeys[i] != 0) {
                    int to = find(oldKeys[i]);
                    keys[to] = oldKeys[i];
                    counts[to] = oldCounts[i];
                }
            }
        }
    }
}
