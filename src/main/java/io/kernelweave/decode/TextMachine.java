package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.regex.Automaton;
import io.kernelweave.regex.CodePoints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The texts of a grammar as an automaton over bytes, made as it is walked. A place is the set of all ways in which the text so
 * far can be read: a stack of parts that are still to come for each, the stacks interned and shared from below, so that ways
 * which differ only above or only below are kept once. No place is entered from which no text can be completed.
 *
 * <p>Where stacks are deeper than {@value #MAX_DEPTH} parts, only bytes are allowed that bring the end nearer.
 *
 * <p>Source: graph-structured stacks (Tomita, "Efficient Parsing for Natural Language", 1985) of partial derivatives
 * (Antimirov, "Partial derivatives of regular expressions", TCS 1996). Masks are divided as in Dong et al., "XGrammar",
 * 2024: what a token may do inside the part on top is found once for the part; only what leaves it depends on the stack.
 */
final class TextMachine extends Zone {
    static final int MAX_DEPTH = 1000;
    /** How many places one machine has before texts begin with another one. */
    private static final int MANY_PLACES = 50_000;

    private static final int MOST_PLACES = 1_000_000;
    /** About how many bytes are kept of what parts allow. */
    private static final int MOST_BASES = 8 << 20;

    private static final int[] NONE = {};
    private static final int[][] NO_NODES = {};
    private static final Part[] NO_PARTS = {};
    private static final Stack[] NO_STACKS = {};

    private final Parts parts;
    private final PlainTokens tokens;
    private final Map<Stack, Stack> interned = new HashMap<>();
    private final List<Stack> places = new ArrayList<>();
    private final Map<Long, Stack> unions = new HashMap<>();
    private final Set<Long> expanded = new HashSet<>();
    private final Stack dead = new Stack(NO_PARTS, NO_STACKS, false);
    /** Also dead, but only because of what is deep below. */
    private final Stack tooDeep = new Stack(NO_PARTS, NO_STACKS, false);

    private final Stack end;
    private final Stack start;

    private final Map<Part, Base> bases = new HashMap<>();
    private int baseBytes;
    private final List<Stack> masked = new ArrayList<>();
    private int generation;

    private final Stack[] path;
    private int[] found = new int[256];
    private int count;

    /** Ways to go on: each a part on top of further ways. Ways with the same part on top are one. */
    private static final class Stack {
        final Part[] tops;
        final Stack[] below;
        /** Whether the text may end here. */
        final boolean over;

        final int depth;
        private final int hash;
        int id = -1;
        /** By byte; the two halves are made when they are needed. */
        private final Stack[][] rows = new Stack[2][];

        private int distance = -1;
        private @Nullable AllowedTokens mask;

        Stack(Part[] tops, Stack[] below, boolean over) {
            this.tops = tops;
            this.below = below;
            this.over = over;
            int deepest = 0;
            int mixed = over ? 1 : 0;
            for (int i = 0; i < tops.length; i++) {
                deepest = Math.max(deepest, below[i].depth + 1);
                mixed = (mixed * 31 + tops[i].id) * 31 + below[i].id;
            }
            this.depth = deepest;
            this.hash = mixed * 0x9E3779B9;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Stack stack
                    && hash == stack.hash
                    && over == stack.over
                    && Arrays.equals(tops, stack.tops)
                    && Arrays.equals(below, stack.below);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /**
     * What is allowed while a part is on top, whatever is below it.
     *
     * @param inside the tokens that end before the part does, or with it
     * @param leaving nodes of the trie before which the part may be over, by their byte
     * @param depth how deep stacks became on the way
     */
    private record Base(TokenTrie trie, AllowedTokens inside, int[][] leaving, int depth) {}

    /** Ways in the making, in the order of the parts on top. */
    private final class Ways {
        private Part[] tops = new Part[4];
        private Stack[] below = new Stack[4];
        private int size;
        private boolean over;

        void add(Part top, Stack rest) {
            int at = 0;
            while (at < size && tops[at].id < top.id) {
                at++;
            }
            if (at < size && tops[at] == top) {
                below[at] = union(below[at], rest);
                return;
            }
            if (size == tops.length) {
                tops = Arrays.copyOf(tops, 2 * size);
                below = Arrays.copyOf(below, 2 * size);
            }
            System.arraycopy(tops, at, tops, at + 1, size - at);
            System.arraycopy(below, at, below, at + 1, size - at);
            tops[at] = top;
            below[at] = rest;
            size++;
        }

        void add(Stack stack) {
            over |= stack.over;
            for (int i = 0; i < stack.tops.length; i++) {
                add(stack.tops[i], stack.below[i]);
            }
        }

        Stack stack() {
            if (size == 0 && !over) {
                return dead;
            }
            Stack made = new Stack(Arrays.copyOf(tops, size), Arrays.copyOf(below, size), over);
            Stack known = interned.putIfAbsent(made, made);
            if (known != null) {
                return known;
            }
            if (places.size() == MOST_PLACES) {
                throw new InputException("the text can be read in so many ways that more than " + MOST_PLACES
                        + " places were met; make the grammar less ambiguous");
            }
            made.id = places.size();
            places.add(made);
            return made;
        }
    }

    TextMachine(Parts parts, Part root, PlainTokens tokens) {
        this.parts = parts;
        this.tokens = tokens;
        this.path = new Stack[Math.max(tokens.all.height, tokens.plain.height) + 2];
        Ways nothing = new Ways();
        nothing.over = true;
        this.end = nothing.stack();
        this.start = push(root, end);
    }

    /** Whether it has grown so much that a text had better begin with another one. */
    boolean isLarge() {
        return places.size() > MANY_PLACES || unions.size() > 4 * MANY_PLACES;
    }

    private Stack union(Stack one, Stack other) {
        if (one == other) {
            return one;
        }
        long key = (long) Math.min(one.id, other.id) << 32 | Math.max(one.id, other.id);
        Stack known = unions.get(key);
        if (known == null) {
            Ways both = new Ways();
            both.add(one);
            both.add(other);
            known = both.stack();
            unions.put(key, known);
        }
        return known;
    }

    private static boolean isDead(Stack stack) {
        return stack.id < 0;
    }

    /** A part, then what is below. */
    private Stack push(Part part, Stack below) {
        if (part == parts.empty) {
            return below;
        }
        Ways ways = new Ways();
        push(part, below, ways);
        return ways.stack();
    }

    private void push(Part part, Stack below, Ways into) {
        if (part.nullable) {
            into.add(below);
        }
        if (part instanceof Part.Regular regular && !regular.language().goesOn(regular.at())) {
            return;
        }
        into.add(part, part instanceof Part.Repeat repeat && repeat.isStar() ? once(repeat, below) : below);
    }

    /** What is below a star that is put on a stack: two of the same in a row are one. */
    private Stack once(Part.Repeat star, Stack below) {
        for (int i = 0; i < below.tops.length; i++) {
            if (below.tops[i] == star) {
                Ways ways = new Ways();
                ways.over = below.over;
                for (int j = 0; j < below.tops.length; j++) {
                    if (j != i) {
                        ways.add(below.tops[j], below.below[j]);
                    }
                }
                ways.add(below.below[i]);
                return ways.stack();
            }
        }
        return below;
    }

    private Stack step(Stack from, int b) {
        Stack[] row = from.rows[b >>> 7];
        if (row == null) {
            row = new Stack[128];
            from.rows[b >>> 7] = row;
        }
        Stack next = row[b & 0x7F];
        if (next == null) {
            expanded.clear();
            Ways ways = new Ways();
            for (int i = 0; i < from.tops.length; i++) {
                derive(from.tops[i], b, from.below[i], ways);
            }
            next = ways.stack();
            if (next.depth > MAX_DEPTH && distance(next) >= distance(from)) {
                next = tooDeep;
            }
            row[b & 0x7F] = next;
        }
        return next;
    }

    /** Adds the ways on after a byte, with which the part's text begins. */
    private void derive(Part part, int b, Stack below, Ways into) {
        Part rest = part;
        while (rest instanceof Part.Then then) {
            if (then.first.starts(b)) {
                derive(then.first, b, push(then.rest, below), into);
            }
            if (!then.first.nullable) {
                return;
            }
            rest = then.rest;
        }
        if (rest instanceof Part.Regular regular) {
            long next = regular.language().next(regular.at(), b);
            if (next != TextLanguage.DEAD) {
                push(parts.regular(regular.language(), next), below, into);
            }
        } else if (rest.starts(b) && expanded.add((long) rest.id << 32 | below.id)) {
            if (rest instanceof Part.Either either) {
                for (Part one : either.of) {
                    if (one.starts(b)) {
                        derive(one, b, below, into);
                    }
                }
            } else if (rest instanceof Part.Repeat repeat) {
                derive(repeat.body, b, push(parts.less(repeat), below), into);
            } else {
                derive(((Part.Rule) rest).body(), b, below, into);
            }
        }
    }

    /** How many bytes at least lead to the end of the text. */
    private int distance(Stack stack) {
        if (stack.distance < 0) {
            int least = stack.over ? 0 : Parts.FAR;
            for (int i = 0; i < stack.tops.length && least > 0; i++) {
                least = Math.min(least, Parts.plus(stack.tops[i].cost(), distance(stack.below[i])));
            }
            stack.distance = least;
        }
        return stack.distance;
    }

    @Override
    long begin() {
        return start.id;
    }

    @Override
    long next(long at, int b) {
        Stack next = step(places.get((int) at), b);
        return isDead(next) ? DEAD : next.id;
    }

    @Override
    boolean isComplete(long at) {
        return places.get((int) at).over;
    }

    @Override
    void finish(long at, Bytes out) {
        Stack stack = places.get((int) at);
        while (!stack.over) {
            int best = 0;
            for (int i = 1; i < stack.tops.length; i++) {
                if (through(stack, i) < through(stack, best)) {
                    best = i;
                }
            }
            stack.tops[best].write(out);
            stack = stack.below[best];
        }
    }

    private int through(Stack stack, int top) {
        return Parts.plus(stack.tops[top].cost(), distance(stack.below[top]));
    }

    @Override
    @Nullable
    AllowedTokens mask(long at, int now) {
        return now == generation ? places.get((int) at).mask : null;
    }

    @Override
    void keep(long at, AllowedTokens mask, int now) {
        if (now != generation) {
            generation = now;
            masked.forEach(stack -> stack.mask = null);
            masked.clear();
        }
        Stack stack = places.get((int) at);
        stack.mask = mask;
        masked.add(stack);
    }

    /** The tokens that may follow a place. */
    AllowedTokens allowed(long at) {
        Stack stack = places.get((int) at);
        AllowedTokens all = AllowedTokens.of(NONE, tokens.size);
        Base[] bases = new Base[stack.tops.length];
        int deepest = 0;
        for (int i = 0; i < bases.length; i++) {
            bases[i] = base(stack.tops[i]);
            all = merged(all, bases[i].inside);
            deepest = Math.max(deepest, bases[i].depth + stack.below[i].depth);
        }
        count = 0;
        for (int i = 0; i < bases.length; i++) {
            deepest = Math.max(deepest, leave(bases[i], stack.below[i]));
        }
        if (deepest > MAX_DEPTH) {
            // What is too deep for one way is not too deep if another is as long.
            count = 0;
            walk(tokens.all, 0, stack);
            return AllowedTokens.of(Arrays.copyOf(found, count), tokens.size);
        }
        return count == 0 ? all : all.changed(Arrays.copyOf(found, count), NONE);
    }

    /** Adds the tokens that go on below a part, and says how deep that was. */
    private int leave(Base base, Stack below) {
        int deepest = 0;
        for (int b = 0; b < base.leaving.length; b++) {
            int[] nodes = base.leaving[b];
            Stack next = nodes.length == 0 ? dead : step(below, b);
            deepest = Math.max(deepest, depth(next));
            for (int n = 0; !isDead(next) && n < nodes.length; n++) {
                addTokens(base.trie, nodes[n]);
                deepest = Math.max(deepest, walk(base.trie, nodes[n], next));
            }
        }
        return deepest;
    }

    private int depth(Stack stack) {
        return stack == tooDeep ? MAX_DEPTH + 1 : stack.depth;
    }

    private AllowedTokens merged(AllowedTokens one, AllowedTokens other) {
        AllowedTokens large = one.count() < other.count() ? other : one;
        AllowedTokens small = large == one ? other : one;
        return small.count() == 0
                ? large
                : small.count() <= tokens.size >>> 6
                        ? large.changed(small.toArray(), NONE)
                        : large.or(small, tokens.size);
    }

    /** Adds the tokens below a node of the trie that may follow a place, and says how deep that was. */
    private int walk(TokenTrie trie, int root, Stack from) {
        int deepest = 0;
        path[trie.depth[root]] = from;
        for (int node = root + 1; node < trie.end[root]; ) {
            Stack next = step(path[trie.depth[node] - 1], trie.label[node] & 0xFF);
            deepest = Math.max(deepest, depth(next));
            if (isDead(next)) {
                node = trie.end[node];
                continue;
            }
            path[trie.depth[node]] = next;
            addTokens(trie, node);
            node++;
        }
        return deepest;
    }

    private Base base(Part part) {
        Base known = bases.get(part);
        if (known == null) {
            known = makeBase(part);
            int weight = known.inside.weight();
            for (int[] nodes : known.leaving) {
                weight += nodes.length == 0 ? 4 : 24 + 4 * nodes.length;
            }
            if (baseBytes + weight > MOST_BASES) {
                bases.clear();
                baseBytes = 0;
            }
            baseBytes += weight;
            bases.put(part, known);
        }
        return known;
    }

    /**
     * Walks the tokens that begin inside a part. Where the part may be over inside a token, what follows is noted by its first
     * byte, for what is below the part to go on with.
     */
    private Base makeBase(Part part) {
        boolean insideCharacter = part instanceof Part.Regular regular && TextLanguage.isInside(regular.at());
        TokenTrie trie = insideCharacter ? tokens.all : tokens.plain;
        // Subtrees of characters that are known to follow in any order are taken whole.
        long low = 0;
        long high = 0;
        boolean others = false;
        int reach = -1;
        if (!insideCharacter && part instanceof Part.Regular regular) {
            Automaton.Run run = regular.language().run(regular.at());
            CodePoints set = run.characters();
            if (!set.isEmpty()) {
                for (int c = 0; c < 64; c++) {
                    low |= set.contains(c) ? 1L << c : 0;
                    high |= set.contains(c + 64) ? 1L << c : 0;
                }
                int[] excluded = set.complement().ranges();
                others = excluded.length == 0 || excluded[excluded.length - 1] < 128;
                reach = run.length();
            }
        }
        Ways alone = new Ways();
        alone.add(part, end);
        count = 0;
        path[0] = alone.stack();
        int deepest = 0;
        int[][] leaving = NO_NODES;
        int inRun = 0; // the depth down to which the path has characters of the run only
        for (int node = 1; node < trie.end[0]; ) {
            int here = trie.depth[node];
            inRun = Math.min(inRun, here - 1);
            if (inRun == here - 1 && reach >= 0) {
                if (tokens.below.within(node, low, high, others, reach)) {
                    addRange(trie, trie.from[node], trie.from[trie.end[node]]);
                    node = trie.end[node];
                    continue;
                }
                int b = trie.label[node];
                boolean in = b < 0 ? others : ((b < 64 ? low >>> b : high >>> b - 64) & 1) != 0;
                inRun = in ? here : inRun;
            }
            Stack next = step(path[here - 1], trie.label[node] & 0xFF);
            deepest = Math.max(deepest, depth(next));
            if (isDead(next)) {
                node = trie.end[node];
                continue;
            }
            path[here] = next;
            addTokens(trie, node);
            if (next.over) {
                for (int child = node + 1; child < trie.end[node]; child = trie.end[child]) {
                    if (leaving.length == 0) {
                        leaving = new int[256][];
                        Arrays.fill(leaving, NONE);
                    }
                    int b = trie.label[child] & 0xFF;
                    int[] some = leaving[b];
                    leaving[b] = Arrays.copyOf(some, some.length + 1);
                    leaving[b][some.length] = child;
                }
            }
            node++;
        }
        return new Base(trie, AllowedTokens.of(Arrays.copyOf(found, count), tokens.size), leaving, deepest);
    }

    private void addTokens(TokenTrie trie, int node) {
        addRange(trie, trie.from[node], trie.from[node + 1]);
    }

    private void addRange(TokenTrie trie, int from, int to) {
        if (count + to - from > found.length) {
            found = Arrays.copyOf(found, Math.max(2 * found.length, count + to - from));
        }
        System.arraycopy(trie.tokens, from, found, count, to - from);
        count += to - from;
    }

    @Override
    String expected(long at) {
        Stack stack = places.get((int) at);
        for (Part top : stack.tops) {
            if (top instanceof Part.Regular regular && TextLanguage.isInside(regular.at())) {
                return "the rest of a character";
            }
        }
        List<String> some = new ArrayList<>();
        for (int b = 0; b < 128; b++) {
            int last = b;
            while (last < 128 && !isDead(step(stack, last))) {
                last++;
            }
            if (last > b) {
                some.add(last - b > 2 ? named(b) + " to " + named(last - 1) : named(b));
                b = last - b > 2 ? last : b;
            }
        }
        boolean more = false;
        for (int b = 128; b < 256; b++) {
            more |= !isDead(step(stack, b));
        }
        if (more) {
            some.add("a character beyond ASCII");
        }
        if (stack.over) {
            some.add("the end of the text");
        }
        int last = some.size() - 1;
        return last < 1 ? some.get(0) : String.join(", ", some.subList(0, last)) + " or " + some.get(last);
    }

    private static String named(int c) {
        return switch (c) {
            case '\n' -> "a line feed";
            case '\r' -> "a carriage return";
            case '\t' -> "a tab";
            case ' ' -> "a space";
            default -> c < 0x20 || c == 0x7F ? String.format("U+%04X", c) : "'" + (char) c + "'";
        };
    }
}
