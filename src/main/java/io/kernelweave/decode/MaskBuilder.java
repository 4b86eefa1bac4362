package io.kernelweave.decode;

import java.util.Arrays;

/** Finds the tokens that may follow a state, by walking the trie of the vocabulary and the automaton side by side. */
final class MaskBuilder {
    private final VocabularyIndex index;
    private final State[] states;
    private final long[] places;
    private int[] found = new int[256];
    private int count;

    private MaskBuilder(VocabularyIndex index) {
        this.index = index;
        this.states = new State[index.all.height + 1];
        this.places = new long[index.all.height + 1];
    }

    /** The mask of a state. In a string without a pattern the plain tokens are known and only the others are walked. */
    static AllowedTokens allowed(VocabularyIndex index, State state) {
        MaskBuilder builder = new MaskBuilder(index);
        if (state.part instanceof Part.Characterwise string
                && string.text.characters() instanceof Counted counted
                && string.text.betweenCharacters(state.at) >= 0) {
            int left = Math.min(counted.left(string.text.betweenCharacters(state.at)), index.plain.length - 1);
            builder.walkFromRoot(index.special, state);
            return AllowedTokens.of(index, left, builder.tokens());
        }
        builder.walkFromRoot(index.all, state);
        return AllowedTokens.of(index, 0, builder.tokens());
    }

    /** The same tokens by the plain way, as a yardstick: a walk over the whole trie, byte by byte. */
    static AllowedTokens byFullWalk(VocabularyIndex index, State state) {
        MaskBuilder builder = new MaskBuilder(index);
        builder.walkFromRoot(index.all, state);
        return AllowedTokens.of(index, 0, builder.tokens());
    }

    /** Whether a token whose bytes begin with those of {@code node} and go on is allowed. */
    static boolean goesOn(VocabularyIndex index, int node, State after) {
        MaskBuilder builder = new MaskBuilder(index);
        builder.walk(index.all, node + 1, index.all.end[node], after, index.all.depth[node]);
        return builder.count > 0;
    }

    private int[] tokens() {
        return Arrays.copyOf(found, count);
    }

    private void walkFromRoot(TokenTrie trie, State state) {
        if (state.part instanceof Part.Characterwise string) {
            walkString(trie, 1, trie.end[0], string.text, state, 0);
        } else {
            walk(trie, 1, trie.end[0], state, 0);
        }
    }

    /** Nodes {@code from} to {@code to}, the subtree of a node at {@code depth} that {@code state} was reached at. */
    private void walk(TokenTrie trie, int from, int to, State state, int depth) {
        states[depth] = state;
        for (int node = from; node < to; ) {
            State next = states[trie.depth[node] - 1].step(trie.label[node] & 0xFF);
            if (next == null) {
                node = trie.end[node];
                continue;
            }
            add(trie, node);
            if (next.part instanceof Part.Characterwise string) {
                walkString(trie, node + 1, trie.end[node], string.text, next, trie.depth[node]);
                node = trie.end[node];
            } else {
                states[trie.depth[node]] = next;
                node++;
            }
        }
    }

    /** The same inside a string, where moving needs no objects. */
    private void walkString(TokenTrie trie, int from, int to, Text text, State state, int depth) {
        places[depth] = state.at;
        for (int node = from; node < to; ) {
            int here = trie.depth[node];
            long next = text.next(places[here - 1], trie.label[node] & 0xFF);
            if (next == Text.DEAD) {
                node = trie.end[node];
                continue;
            }
            add(trie, node);
            if (next == Text.CLOSED) {
                if (trie.end[node] > node + 1) {
                    walk(trie, node + 1, trie.end[node], state.rest, here);
                }
                node = trie.end[node];
            } else {
                places[here] = next;
                node++;
            }
        }
    }

    private void add(TokenTrie trie, int node) {
        for (int i = trie.from[node]; i < trie.from[node + 1]; i++) {
            if (count == found.length) {
                found = Arrays.copyOf(found, 2 * count);
            }
            found[count++] = trie.tokens[i];
        }
    }
}
