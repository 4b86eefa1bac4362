package io.kernelweave.model;

import java.util.Arrays;

/** Sums of weights by token, in the order in which tokens were first added: a hash table of primitives. */
final class TokenWeights {
    private int[] slots = new int[256];
    private int[] tokens = new int[128];
    private double[] sums = new double[128];
    private int size;

    void clear() {
        Arrays.fill(slots, 0);
        size = 0;
    }

    private int slot(int token) {
        int mask = slots.length - 1;
        int slot = token * 0x9E3779B1 >>> 7 & mask;
        while (slots[slot] != 0 && tokens[slots[slot] - 1] != token) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    /** The sum of a token that was added. */
    double sumOf(int token) {
        return sums[slots[slot(token)] - 1];
    }

    void add(int token, double weight) {
        int slot = slot(token);
        if (slots[slot] == 0) {
            if (size == tokens.length) {
                grow();
                add(token, weight);
                return;
            }
            tokens[size] = token;
            sums[size] = 0;
            slots[slot] = ++size;
        }
        sums[slots[slot] - 1] += weight;
    }

    private void grow() {
        int[] oldTokens = tokens;
        double[] oldSums = sums;
        int count = size;
        slots = new int[2 * slots.length];
        tokens = new int[2 * tokens.length];
        sums = new double[2 * sums.length];
        size = 0;
        for (int i = 0; i < count; i++) {
            add(oldTokens[i], oldSums[i]);
        }
    }

    int size() {
        return size;
    }

    int token(int index) {
        return tokens[index];
    }

    double sum(int index) {
        return sums[index];
    }
}
