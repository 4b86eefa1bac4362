package io.kernelweave.decode;

import java.util.Arrays;

/**
 * Numbers for some of a vocabulary's tokens, in the order in which the tokens first came: a hash table of primitives. A
 * buffer that its owner fills again at each step.
 */
public final class TokenScores {
    private int[] slots = new int[512];
    private int[] tokens = new int[256];
    private double[] scores = new double[256];
    private int size;

    /** Forgets all tokens. */
    public void clear() {
        Arrays.fill(slots, 0);
        size = 0;
    }

    /** Sets the number of a token. */
    public void put(int token, double score) {
        int at = index(token); // may make the arrays anew
        scores[at] = score;
    }

    /** Adds to the number of a token, which is 0 before. */
    public void add(int token, double score) {
        int at = index(token);
        scores[at] += score;
    }

    /** The number of a token, or {@code otherwise} if it has none. */
    public double get(int token, double otherwise) {
        int entry = slots[slot(token)];
        return entry == 0 ? otherwise : scores[entry - 1];
    }

    public boolean contains(int token) {
        return slots[slot(token)] != 0;
    }

    /** How many tokens there are. */
    public int size() {
        return size;
    }

    public int token(int index) {
        return tokens[index];
    }

    public double score(int index) {
        return scores[index];
    }

    private int slot(int token) {
        int mask = slots.length - 1;
        int slot = token * 0x9E3779B1 >>> 7 & mask;
        while (slots[slot] != 0 && tokens[slots[slot] - 1] != token) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /** Where the token is, after it was added if need be. */
    private int index(int token) {
        int slot = slot(token);
        if (slots[slot] != 0) {
            return slots[slot] - 1;
        }
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * size);
            scores = Arrays.copyOf(scores, 2 * size);
            slots = new int[2 * slots.length];
            for (int i = 0; i < size; i++) {
                slots[slot(tokens[i])] = i + 1;
            }
            slot = slot(token);
        }
        tokens[size] = token;
        scores[size] = 0;
        slots[slot] = ++size;
        return size - 1;
    }
}
