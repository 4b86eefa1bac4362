package io.kernelweave.decode;

import io.kernelweave.regex.Automaton;
import io.kernelweave.regex.Regex;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tokens that may follow a place, by walking a trie of tokens and the automaton side by side.
 *
 * <p>Inside a string in which (nearly) every character may follow, nearly all tokens are known beforehand: those that stay
 * inside, and those that close the string, by what may come after the quote. What is left to walk are few.
 */
final class MaskBuilder {
    private final VocabularyIndex index;
    private final VocabularyIndex.Strings strings;
    private Zone[] zones;
    private long[] places;
    private int[] marks;
    private Cursor.@Nullable Marks[] remembered;
    private int[] found = new int[1024];
    private int count;
    private int[] endings = new int[64];
    private final Map<Language, Inside> insides = new HashMap<>();
    private final Map<Regex.Node, Automaton> wholes = new HashMap<>();
    private final Map<Closers, AllowedTokens> closers = new HashMap<>();

    MaskBuilder(VocabularyIndex index, boolean canonical) {
        this.index = index;
        this.strings = index.strings(canonical);
        int height = index.all.height + 2;
        this.zones = new Zone[height];
        this.places = new long[height];
        this.marks = new int[height];
        this.remembered = new Cursor.Marks[height];
    }

    /** The tokens that may follow where the cursor is; it is there again afterwards. */
    AllowedTokens allowed(Cursor cursor) {
        cursor.scouting = true;
        try {
            return find(cursor);
        } finally {
            cursor.scouting = false;
        }
    }

    private AllowedTokens find(Cursor cursor) {
        if (cursor.zone instanceof JsonMachine.Characters string) {
            int state = string.text.betweenCharacters(cursor.at);
            if (state >= 0) {
                Automaton only = string.text.characters().only();
                if (only == null) {
                    return patterned(cursor, string.text, state);
                }
                int[] lengths = only.lengths(state);
                if (lengths != null) {
                    return counted(cursor, lengths[0], lengths[1]);
                }
                List<String> exceptions = only.exceptions(state);
                return exceptions != null ? nearlyFree(cursor, exceptions) : patterned(cursor, string.text, state);
            }
        } else if (cursor.zone instanceof JsonMachine.Key key) {
            int state = key.text.betweenCharacters(cursor.at);
            if (state >= 0) {
                return key.othersAlike()
                                && key.text
                                                .characters()
                                                .automaton(0)
                                                .exceptions(
                                                        key.text.characters().state(state, 0))
                                        != null
                        ? nearlyFree(cursor, key.special(Text.decode(cursor.text, cursor.mark, cursor.length)))
                        : patterned(cursor, key.text, state);
            }
        } else if (cursor.zone instanceof TextMachine text) {
            return text.allowed(cursor.at);
        }
        return byFullWalk(cursor);
    }

    /** In a string or key that may not be anything: the tokens that stay inside depend on its languages alone. */
    private AllowedTokens patterned(Cursor cursor, Text text, int state) {
        Languages languages = text.characters();
        AllowedTokens inside = null;
        for (int i = 0; i < languages.deciding(); i++) {
            int of = languages.state(state, i);
            if (of != Languages.DEAD) {
                AllowedTokens some = inside(languages.automaton(i), of, text.isCanonical()).tokens;
                inside = inside == null ? some : inside.or(some, index.size);
            }
        }
        count = 0;
        walk(strings.leaving, cursor, 0, 1, strings.leaving.end[0]);
        return java.util.Objects.requireNonNull(inside).plus(Arrays.copyOf(found, count));
    }

    /**
     * The tokens that stay inside a string of one language.
     *
     * @param farthest how many characters are enough to complete the string after any of them; the largest number if unknown
     */
    private record Inside(AllowedTokens tokens, int farthest) {}

    private record Language(Automaton automaton, int state) {}

    private Inside inside(Automaton automaton, int state, boolean canonical) {
        if (automaton.endless(state)) {
            return new Inside(strings.inside, Integer.MAX_VALUE);
        }
        Language language = new Language(automaton, state);
        Inside known = insides.get(language);
        if (known != null) {
            return known;
        }
        Automaton.Cut cut = automaton.cut(state);
        if (cut != null) {
            // Where there is room enough, the limit excludes no token.
            Automaton whole = wholes.computeIfAbsent(cut.language(), automaton::of);
            Inside uncut = inside(whole, whole.start(), canonical);
            if (uncut.farthest < Integer.MAX_VALUE && (long) uncut.farthest + strings.reach <= cut.length()) {
                insides.put(language, uncut);
                return uncut;
            }
        }
        count = 0;
        int farthest = stay(automaton, state, new Text(new Languages(automaton), canonical));
        Inside made = new Inside(AllowedTokens.of(Arrays.copyOf(found, count), index.size), farthest);
        insides.put(language, made);
        return made;
    }

    /**
     * Finds the tokens that stay inside a string, after a state between characters. Where it is known that characters of a set
     * may follow in any order, a subtree of tokens that have no others is taken as it is.
     */
    private int stay(Automaton automaton, int state, Text text) {
        TokenTrie trie = strings.staying;
        Automaton.Run run = automaton.run(state);
        long low = 0;
        long high = 0;
        boolean others = false;
        int reach = -1;
        if (!run.characters().isEmpty()) {
            for (int c = 0; c < 128; c++) {
                if (c != '\\' && run.characters().contains(c)) {
                    low |= c < 64 ? 1L << c : 0;
                    high |= c >= 64 ? 1L << c - 64 : 0;
                }
            }
            int[] excluded = run.characters().complement().ranges();
            others = excluded.length == 0 || excluded[excluded.length - 1] < 128;
            reach = run.length();
        }
        long farthest = automaton.atLeast(state);
        int last = state;
        places[0] = Text.after(state);
        int inRun = 0; // the depth down to which the path has characters of the set only
        for (int node = 1; node < trie.end[0]; ) {
            int here = trie.depth[node];
            inRun = Math.min(inRun, here - 1);
            if (inRun == here - 1 && reach >= 0) {
                if (strings.below.within(node, low, high, others, reach)) {
                    addRange(trie.tokens, trie.from[node], trie.from[trie.end[node]]);
                    node = trie.end[node];
                    continue;
                }
                int b = trie.label[node];
                boolean in = b < 0 ? others : ((b < 64 ? low >>> b : high >>> b - 64) & 1) != 0;
                inRun = in ? here : inRun;
            }
            long next = text.next(places[here - 1], trie.label[node] & 0xFF);
            if (next < 0) {
                node = trie.end[node];
                continue;
            }
            places[here] = next;
            int after = text.betweenCharacters(next);
            if (farthest >= 0 && after >= 0 && after != last) {
                long left = automaton.atLeast(after);
                farthest = left < 0 ? -1 : Math.max(farthest, left);
                last = after;
            }
            addTokens(trie, node);
            node++;
        }
        return farthest < 0 ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, farthest);
    }

    private void addRange(int[] tokens, int from, int to) {
        if (count + to - from > found.length) {
            found = Arrays.copyOf(found, Math.max(2 * found.length, count + to - from));
        }
        System.arraycopy(tokens, from, found, count, to - from);
        count += to - from;
    }

    AllowedTokens byFullWalk(Cursor cursor) {
        count = 0;
        walk(index.all, cursor, 0, 1, index.all.end[0]);
        return AllowedTokens.of(Arrays.copyOf(found, count), index.size);
    }

    /** In a string of which {@code min} to {@code max} characters are still to come, any of them. */
    private AllowedTokens counted(Cursor cursor, int min, int max) {
        count = 0;
        AllowedTokens inside = strings.inside;
        if (max < strings.reach) {
            inside = strings.plain[Math.min(max, strings.plain.length - 1)];
            walk(strings.crooked, cursor, 0, 1, strings.crooked.end[0]);
        }
        walk(strings.crookedEndings, cursor, 0, 1, strings.crookedEndings.end[0]);
        int[] crooked = count == 0 ? NONE : Arrays.copyOf(found, count);
        if (min < strings.reach) {
            Zone zone = cursor.zone;
            long at = cursor.at;
            int mark = cursor.mark;
            Cursor.Marks open = cursor.marks;
            int length = cursor.length;
            cursor.put(cursor.length++, '"');
            zone.leave(cursor, '"');
            inside = closing(inside, cursor, min, Math.min(max, strings.reach));
            cursor.restore(zone, at, mark, open, length);
        }
        return inside.plus(crooked);
    }

    /** What may follow the quote that closes a string, by number, with how many characters there are before it. */
    private record Closers(int[] endings, int min, int max) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Closers closers
                    && min == closers.min
                    && max == closers.max
                    && Arrays.equals(endings, closers.endings);
        }

        @Override
        public int hashCode() {
            return (Arrays.hashCode(endings) * 31 + min) * 31 + max;
        }
    }

    /** Tokens that stay inside a string, and those that close it and go on as it may go on where the cursor is. */
    private AllowedTokens closing(AllowedTokens inside, Cursor cursor, int min, int max) {
        count = 0;
        TokenTrie trie = strings.endings;
        walk(trie, cursor, 0, 1, trie.end[0]);
        for (int i = trie.from[0]; i < trie.from[1]; i++) {
            add(trie.tokens[i]); // nothing after the quote
        }
        Closers key = new Closers(Arrays.copyOf(found, count), min, max);
        AllowedTokens known = inside == strings.inside ? closers.get(key) : null;
        if (known == null) {
            count = 0;
            for (int ending : key.endings) {
                int[] tokens = strings.tokens[ending];
                int[] before = strings.before[ending];
                for (int j = 0; j < tokens.length && before[j] <= max; j++) {
                    if (before[j] >= min) {
                        add(tokens[j]);
                    }
                }
            }
            known = inside.plus(Arrays.copyOf(found, count));
            if (inside == strings.inside) {
                known = known.solid(index.size);
                closers.put(key, known);
            }
        }
        return known;
    }

    private static final int[] NONE = {};

    /**
     * In a string or key that may be anything, but for some that may not be or that lead elsewhere.
     *
     * @param special how those go on
     */
    private AllowedTokens nearlyFree(Cursor cursor, List<String> special) {
        Zone zone = cursor.zone;
        long at = cursor.at;
        int mark = cursor.mark;
        Cursor.Marks open = cursor.marks;
        int length = cursor.length;
        count = 0;
        walk(strings.crookedEndings, cursor, 0, 1, strings.crookedEndings.end[0]);
        int[] crooked = count == 0 ? NONE : Arrays.copyOf(found, count);
        cursor.put(cursor.length++, '"');
        if (zone instanceof JsonMachine.Key key) {
            key.leaveAsOther(cursor);
        } else {
            zone.leave(cursor, '"');
        }
        AllowedTokens usual = closing(strings.inside, cursor, 0, strings.reach);
        cursor.restore(zone, at, mark, open, length);
        // The tokens that close a special one are looked at again.
        int[] again = NONE;
        int[] looked = NONE;
        for (String name : special) {
            byte[] rest = written(name);
            int node = index.all.find(rest);
            int quote = node < 0 ? -1 : index.all.child(node, (byte) '"');
            if (quote >= 0) {
                looked = append(looked, index.all.tokens, index.all.from[quote], index.all.from[index.all.end[quote]]);
                count = 0;
                walkFrom(cursor, rest, quote);
                again = append(again, found, 0, count);
            }
        }
        if (looked.length == 0) {
            return usual.plus(crooked);
        }
        return usual.changed(NONE, looked).changed(append(crooked, again, 0, again.length), NONE);
    }

    private static int[] append(int[] list, int[] other, int from, int to) {
        int[] all = Arrays.copyOf(list, list.length + to - from);
        System.arraycopy(other, from, all, list.length, to - from);
        return all;
    }

    private static byte[] written(String characters) {
        Bytes out = new Bytes();
        characters.codePoints().forEach(c -> Text.write(c, out));
        return out.toArray();
    }

    /** Walks the subtree of a node that {@code rest} and a quote lead to. */
    private void walkFrom(Cursor cursor, byte[] rest, int node) {
        Zone zone = cursor.zone;
        long at = cursor.at;
        int mark = cursor.mark;
        Cursor.Marks open = cursor.marks;
        int length = cursor.length;
        boolean alive = true;
        for (int i = 0; i < rest.length && alive; i++) {
            alive = cursor.step(rest[i] & 0xFF);
        }
        if (alive && cursor.step('"')) {
            addTokens(index.all, node);
            walk(index.all, cursor, index.all.depth[node], node + 1, index.all.end[node]);
        }
        cursor.restore(zone, at, mark, open, length);
    }

    /** Whether a token whose bytes begin with those of {@code node} and go on is allowed, where those led to the cursor. */
    boolean goesOn(int node, Cursor cursor) {
        count = 0;
        walk(index.all, cursor, index.all.depth[node], node + 1, index.all.end[node]);
        return count > 0;
    }

    /** Nodes {@code from} to {@code to}, the subtree of a node at {@code depth} that led to where the cursor is. */
    private void walk(TokenTrie trie, Cursor cursor, int depth, int from, int to) {
        Zone zone = cursor.zone;
        long at = cursor.at;
        int mark = cursor.mark;
        Cursor.Marks open = cursor.marks;
        int length = cursor.length;
        int base = length - depth;
        zones[depth] = zone;
        places[depth] = at;
        marks[depth] = mark;
        remembered[depth] = open;
        for (int node = from; node < to; ) {
            int here = trie.depth[node];
            Zone before = zones[here - 1];
            int b = trie.label[node] & 0xFF;
            long next = before.next(places[here - 1], b);
            if (next >= 0) {
                zones[here] = before;
                places[here] = next;
                marks[here] = marks[here - 1];
                remembered[here] = remembered[here - 1];
                cursor.put(base + here - 1, b);
            } else {
                boolean alive = false;
                if (next != Zone.DEAD) {
                    cursor.restore(before, places[here - 1], marks[here - 1], remembered[here - 1], base + here - 1);
                    alive = cursor.step(b);
                }
                if (!alive) {
                    node = trie.end[node];
                    continue;
                }
                zones[here] = cursor.zone;
                places[here] = cursor.at;
                marks[here] = cursor.mark;
                remembered[here] = cursor.marks;
            }
            addTokens(trie, node);
            node++;
        }
        cursor.restore(zone, at, mark, open, length);
    }

    private void addTokens(TokenTrie trie, int node) {
        for (int i = trie.from[node]; i < trie.from[node + 1]; i++) {
            add(trie.tokens[i]);
        }
    }

    private void add(int token) {
        if (count == found.length) {
            found = Arrays.copyOf(found, 2 * count);
        }
        found[count++] = token;
    }
}
