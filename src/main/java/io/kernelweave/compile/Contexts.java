package io.kernelweave.compile;

import java.util.HashMap;
import java.util.Map;

/**
 * Probabilities of what comes next, by contexts from general to special: each is a mixture of what was counted in it and of the one
 * before, with as much weight for the latter as there were different things in it (I. Witten and T. Bell, IEEE Transactions on
 * Information Theory 37, 1991, method C); before all of them everything is equally likely.
 */
final class Contexts {
    private final int size;
    private final Map<String, Map<Integer, int[]>> counts = new HashMap<>();
    private final Map<String, int[]> totals = new HashMap<>();

    /** @param size how many things there are, from 0 */
    Contexts(int size) {
        this.size = size;
    }

    void add(int next, String... contexts) {
        for (String context : contexts) {
            counts.computeIfAbsent(context, key -> new HashMap<>(4)).computeIfAbsent(next, key -> new int[1])[0]++;
            totals.computeIfAbsent(context, key -> new int[1])[0]++;
        }
    }

    double p(int next, String... contexts) {
        double p = 1.0 / size;
        for (String context : contexts) {
            p = mixed(p, next, context);
        }
        return p;
    }

    /** @param general the probability in the context before */
    double mixed(double general, int next, String context) {
        Map<Integer, int[]> found = counts.get(context);
        int[] total = totals.get(context);
        if (found == null || total == null) {
            return general;
        }
        int[] count = found.get(next);
        int different = found.size();
        return ((count == null ? 0 : count[0]) + different * general) / (total[0] + different);
    }
}
