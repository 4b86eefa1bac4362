package io.kernelweave.decode;

import java.util.Arrays;

/** Finds the tokens that may follow a state, by walking the trie of the vocabulary and the automaton side by side. */
final class MaskBuilder {
    private final VocabularyIndex index;
    private final State[] states;
    private final long[] places;
    private int[] found = new int[256];
    private int count;
    private boolean staysInside;

    private MaskBuilder(VocabularyIndex index) {
        this.index = index;
        this.states = new State[index.all.height + 1];
        this.places = new long[index.all.height + 1];
    }

    /**
     * The mask of a state. In a string the tokens that stay inside it depend on the string alone and are kept for all places
     * where such a string may stand; those that may end it are few, and are walked apart.
     */
    static AllowedTokens allowed(VocabularyIndex index, State state) {
        if (!(state.part instanceof Part.Characterwise string) || string.text.betweenCharacters(state.at) < 0) {
            return byFullWalk(index, state);
        }
        MaskBuilder builder = new MaskBuilder(index);
        builder.walkFromRoot(index.special, state);
        return inside(index, state, string.text).with(builder.tokens());
    }

    /**
     * The same with masks kept. In a string without a pattern, what may end it is the same at all places that are far enough
     * from where it may end first and where it must, so that no token reaches there.
     */
    static AllowedTokens allowed(VocabularyIndex index, State state, BoundedCache<AllowedTokens> masks) {
        if (state.part instanceof Part.Characterwise string
                && string.text.characters() instanceof Counted counted
                && string.text.betweenCharacters(state.at) >= 0) {
            int like = counted.alike(string.text.betweenCharacters(state.at), index.reach);
            return masks.get(state.to(Text.after(like)), key -> allowed(index, key))
                    .onTopOf(inside(index, state, string.text));
        }
        return masks.get(state, key -> allowed(index, key));
    }

    /** The tokens that stay inside a string. */
    private static AllowedTokens inside(VocabularyIndex index, State state, Text text) {
        if (text.characters() instanceof Counted) {
            return index.plain[Math.min(charactersLeft(state), index.plain.length - 1)];
        }
        return index.inside.get(new State(state.part, state.at, State.END), key -> {
            MaskBuilder builder = new MaskBuilder(index);
            builder.staysInside = true;
            builder.walkFromRoot(index.all, key);
            return AllowedTokens.of(builder.tokens(), index.size);
        });
    }

    /** How many more characters may follow in a string without a pattern, between characters; else -1. */
    static int charactersLeft(State state) {
        if (state.part instanceof Part.Characterwise string && string.text.characters() instanceof Counted counted) {
            int characters = string.text.betweenCharacters(state.at);
            return characters < 0 ? -1 : counted.left(characters);
        }
        return -1;
    }

    /** The mask of a state by the plain way, a walk over the whole trie, byte by byte. */
    static AllowedTokens byFullWalk(VocabularyIndex index, State state) {
        MaskBuilder builder = new MaskBuilder(index);
        builder.walkFromRoot(index.all, state);
        return AllowedTokens.of(builder.tokens(), index.size);
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
            if (next != Text.CLOSED || !staysInside) {
                add(trie, node);
            }
            if (next == Text.CLOSED) {
                if (!staysInside && trie.end[node] > node + 1) {
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
