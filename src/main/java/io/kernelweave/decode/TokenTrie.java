package io.kernelweave.decode;

import java.util.Arrays;
import java.util.List;

/**
 * Tokens by their bytes, as a trie laid flat in preorder: a walk goes forward through arrays, and leaves out a subtree by
 * jumping to its end. Node 0 is the root. Immutable.
 */
final class TokenTrie {
    /** The byte that leads to a node. */
    final byte[] label;
    /** How many bytes lead to a node. */
    final short[] depth;
    /** The node after a node's subtree. */
    final int[] end;
    /** Where a node's tokens begin in {@link #tokens}; they go up to where the next node's begin. */
    final int[] from;

    final int[] tokens;
    final int height;

    static TokenTrie of(TokenVocabulary vocabulary, List<Integer> tokens) {
        byte[][] bytes = new byte[vocabulary.size()][];
        for (int token : tokens) {
            bytes[token] = vocabulary.bytes(token);
        }
        return new TokenTrie(bytes, tokens.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * @param all by token
     * @param tokens ids of those to put into the trie
     */
    TokenTrie(byte[][] all, int[] tokens) {
        Integer[] sorted = Arrays.stream(tokens).boxed().toArray(Integer[]::new);
        Arrays.sort(sorted, (a, b) -> Arrays.compareUnsigned(all[a], all[b]));
        this.tokens = Arrays.stream(sorted).mapToInt(Integer::intValue).toArray();
        int nodes = 1;
        int highest = 0;
        byte[] before = {};
        for (int token : this.tokens) {
            byte[] bytes = all[token];
            nodes += bytes.length - shared(before, bytes);
            highest = Math.max(highest, bytes.length);
            before = bytes;
        }
        this.height = highest;
        this.label = new byte[nodes];
        this.depth = new short[nodes];
        this.end = new int[nodes];
        this.from = new int[nodes + 1];
        int[] open = new int[height + 1];
        int openDepth = 0;
        int node = 0;
        before = new byte[0];
        for (int i = 0; i < this.tokens.length; i++) {
            byte[] bytes = all[this.tokens[i]];
            int common = shared(before, bytes);
            for (; openDepth > common; openDepth--) {
                end[open[openDepth]] = node + 1;
            }
            while (openDepth < bytes.length) {
                label[++node] = bytes[openDepth];
                depth[node] = (short) ++openDepth;
                open[openDepth] = node;
                from[node] = i;
            }
            before = bytes;
        }
        for (; openDepth >= 0; openDepth--) {
            end[open[openDepth]] = nodes;
        }
        from[nodes] = this.tokens.length;
    }

    /** Which bytes occur in each subtree, its root's included, and how deep it goes. */
    static final class Below {
        private final long[] low;
        private final long[] high;
        private final boolean[] other;
        private final short[] deepest;

        Below(TokenTrie trie) {
            int nodes = trie.label.length;
            this.low = new long[nodes];
            this.high = new long[nodes];
            this.other = new boolean[nodes];
            this.deepest = trie.depth.clone();
            int[] open = new int[trie.height + 1];
            int[] parents = new int[nodes];
            for (int node = 1; node < nodes; node++) {
                parents[node] = open[trie.depth[node] - 1];
                open[trie.depth[node]] = node;
            }
            for (int node = nodes - 1; node > 0; node--) {
                int b = trie.label[node];
                low[node] |= b >= 0 && b < 64 ? 1L << b : 0;
                high[node] |= b >= 64 ? 1L << b - 64 : 0;
                other[node] |= b < 0;
                int parent = parents[node];
                low[parent] |= low[node];
                high[parent] |= high[node];
                other[parent] |= other[node];
                deepest[parent] = (short) Math.max(deepest[parent], deepest[node]);
            }
        }

        /** Whether the subtree has only bytes of a set and goes no deeper than {@code depth}. */
        boolean within(int node, long lowSet, long highSet, boolean others, int depth) {
            return (low[node] & ~lowSet) == 0
                    && (high[node] & ~highSet) == 0
                    && (others || !other[node])
                    && deepest[node] <= depth;
        }
    }

    private static int shared(byte[] one, byte[] other) {
        int mismatch = Arrays.mismatch(one, other);
        return mismatch < 0 ? one.length : mismatch;
    }

    /** The node that bytes lead to, or -1. */
    int find(byte[] bytes) {
        int node = 0;
        for (byte b : bytes) {
            node = child(node, b);
            if (node < 0) {
                return -1;
            }
        }
        return node;
    }

    int child(int node, byte b) {
        for (int child = node + 1; child < end[node]; child = end[child]) {
            if (label[child] == b) {
                return child;
            }
        }
        return -1;
    }

    /** Divides bytes into tokens, the longest possible each time; there must be a token for each byte. */
    int[] longestTokens(byte[] bytes) {
        int[] found = new int[bytes.length];
        int count = 0;
        for (int start = 0; start < bytes.length; count++) {
            int best = start;
            int node = 0;
            for (int i = start; i < bytes.length && (node = child(node, bytes[i])) >= 0; i++) {
                if (from[node + 1] > from[node]) {
                    found[count] = tokens[from[node]];
                    best = i + 1;
                }
            }
            if (best == start) {
                throw new IllegalArgumentException("no token begins with byte " + (bytes[start] & 0xFF));
            }
            start = best;
        }
        return Arrays.copyOf(found, count);
    }
}
