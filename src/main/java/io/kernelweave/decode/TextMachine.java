package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.regex.Automaton;
import io.kernelweave.regex.CodePoints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
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
    /** About how many bytes the places of one machine take, in sixteens, before texts begin with another one. */
    private static final int MUCH_WEIGHT = 1 << 20;

    private static final int MOST_WEIGHT = 6 << 20;
    private static final int WEIGHT_OF_A_PLACE = 16;
    /** How many ways are looked at for a byte or a mask. */
    private static final int MOST_WORK = 1_500_000;
    /** How many places are forgotten if a mask makes so many of its own. */
    private static final int MANY_PLACES = 20_000;
    /** From how many bytes on each has a place of its own. */
    private static final int MANY_BYTES = 16;

    /** About how many bytes are kept of what parts allow. */
    private static final int MOST_BASES = 8 << 20;

    private static final int[] NONE = {};
    private static final int[][] NO_NODES = {};
    private static final Part[] NO_PARTS = {};
    private static final Stack[] NO_STACKS = {};
    private static final byte[] NO_BYTES = {};
    private static final Comparator<Way> BY_TOP = Comparator.comparingInt(way -> way.top.id);
    private static final Comparator<Stack> BY_ID = Comparator.comparingInt(stack -> stack.id);
    /** A part before all with which its texts may begin. */
    private static final Comparator<Part> OUTERMOST_FIRST =
            Comparator.comparingInt(Part::rank).reversed().thenComparingInt(part -> part.id);

    private final Parts parts;
    private final PlainTokens tokens;
    private final Map<Stack, Stack> interned = new HashMap<>();
    private final List<Stack> places = new ArrayList<>();
    private final Map<List<Stack>, Stack> unions = new HashMap<>();
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
    private int weight;
    private int work;

    /** Ways to go on: each a part on top of further ways. Ways with the same part on top are one. */
    private static final class Stack {
        final Part[] tops;
        final Stack[] below;
        /** Whether the text may end here. */
        final boolean over;

        final int depth;
        private final int hash;
        int id = -1;
        /** The bytes of which it is known where they lead, in the order of {@link #next}, or none where that has a place for all. */
        private byte[] bytes = NO_BYTES;

        private @Nullable Stack[] next = NO_STACKS;
        private int known;
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

        /** Where a byte leads; null if that is not known yet. */
        @Nullable
        Stack after(int b) {
            if (next.length == 256) {
                return next[b];
            }
            for (int i = 0; i < known; i++) {
                if (bytes[i] == (byte) b) {
                    return next[i];
                }
            }
            return null;
        }

        void know(int b, Stack stack) {
            if (known == MANY_BYTES) {
                @Nullable Stack[] all = new Stack[256];
                for (int i = 0; i < known; i++) {
                    all[bytes[i] & 0xFF] = next[i];
                }
                next = all;
                bytes = NO_BYTES;
                known = 256;
            }
            if (known == 256) {
                next[b] = stack;
                return;
            }
            if (known == bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * known + 2);
                next = Arrays.copyOf(next, 2 * known + 2);
            }
            bytes[known] = (byte) b;
            next[known++] = stack;
        }

        /** Forgets the bytes that lead to a place of this number or a higher one. */
        void forget(int from) {
            if (known == 256) {
                for (int i = 0; i < 256; i++) {
                    Stack stack = next[i];
                    next[i] = stack == null || stack.id >= from ? null : stack;
                }
                return;
            }
            int kept = 0;
            for (int i = 0; i < known; i++) {
                Stack stack = next[i];
                if (stack != null && stack.id < from) {
                    bytes[kept] = bytes[i];
                    next[kept++] = stack;
                }
            }
            known = kept;
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

    private record Way(Part top, Stack below) {}

    /** Ways in the making. */
    private final class Ways {
        private final List<Way> all = new ArrayList<>();
        private boolean over;

        void add(Part top, Stack below) {
            all.add(new Way(top, below));
        }

        void add(Stack stack) {
            over |= stack.over;
            for (int i = 0; i < stack.tops.length; i++) {
                add(stack.tops[i], stack.below[i]);
            }
        }

        Stack stack() {
            if (all.isEmpty() && !over) {
                return dead;
            }
            work(all.size() + 1);
            if (all.size() > 1) {
                all.sort(BY_TOP);
            }
            Part[] tops = new Part[all.size()];
            Stack[] below = new Stack[all.size()];
            int size = 0;
            for (int from = 0, to; from < all.size(); from = to) {
                Part top = all.get(from).top;
                for (to = from; to < all.size() && all.get(to).top == top; ) {
                    to++;
                }
                List<Stack> rests =
                        all.subList(from, to).stream().map(Way::below).toList();
                tops[size] = top;
                below[size++] = union(rests);
            }
            return interned(new Stack(Arrays.copyOf(tops, size), Arrays.copyOf(below, size), over));
        }
    }

    private static int weight(Stack place) {
        return WEIGHT_OF_A_PLACE + place.tops.length;
    }

    private static int weight(List<Stack> union) {
        return WEIGHT_OF_A_PLACE + union.size();
    }

    private Stack interned(Stack made) {
        Stack known = interned.putIfAbsent(made, made);
        if (known != null) {
            return known;
        }
        weight += weight(made);
        if (weight > MOST_WEIGHT) {
            throw ambiguous("keeping them takes too much memory");
        }
        made.id = places.size();
        places.add(made);
        return made;
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
        return weight > MUCH_WEIGHT;
    }

    /** All the ways of some stacks, joined at once, so that nothing is made of some of them. */
    private Stack union(List<Stack> some) {
        if (some.size() == 1) {
            return some.get(0);
        }
        List<Stack> stacks = some.stream().distinct().sorted(BY_ID).toList();
        if (stacks.size() == 1) {
            return stacks.get(0);
        }
        Stack known = unions.get(stacks);
        if (known == null) {
            Ways ways = new Ways();
            stacks.forEach(ways::add);
            known = ways.stack();
            unions.put(stacks, known);
            weight += weight(stacks);
        }
        return known;
    }

    /** Counts what a byte or a mask takes, so that neither takes long. */
    private void work(int some) {
        work += some;
        if (work > MOST_WORK) {
            throw ambiguous("finding what may follow takes too long");
        }
    }

    private static InputException ambiguous(String because) {
        return InputException.at(
                "grammar", "the text so far can be read in so many ways that " + because, "make it less ambiguous");
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
        Stack next = from.after(b);
        if (next == null) {
            next = new Derivation(b).of(from);
            if (next.depth > MAX_DEPTH && distance(next) >= distance(from)) {
                next = tooDeep;
            }
            from.know(b, next);
        }
        return next;
    }

    /**
     * The ways on after a byte. A part is taken apart after all parts that begin with it, so once for all that is below it: then
     * it does not matter how many ways lead there.
     */
    private final class Derivation {
        private final int b;
        private final Ways found = new Ways();
        private final NavigableMap<Part, List<Stack>> open = new TreeMap<>(OUTERMOST_FIRST);

        Derivation(int b) {
            this.b = b;
        }

        Stack of(Stack from) {
            for (int i = 0; i < from.tops.length; i++) {
                open(from.tops[i], from.below[i]);
            }
            for (var next = open.pollFirstEntry(); next != null; next = open.pollFirstEntry()) {
                work(next.getValue().size());
                derive(next.getKey(), union(next.getValue()));
            }
            return found.stack();
        }

        private void open(Part part, Stack below) {
            if (part instanceof Part.Regular regular) {
                long next = regular.language().next(regular.at(), b);
                if (next != TextLanguage.DEAD) {
                    push(parts.regular(regular.language(), next), below, found);
                }
            } else if (part.starts(b)) {
                open.computeIfAbsent(part, p -> new ArrayList<>()).add(below);
            }
        }

        private void derive(Part part, Stack below) {
            if (part instanceof Part.Then then) {
                open(then.first, push(then.rest, below));
                if (then.first.nullable) {
                    open(then.rest, below);
                }
            } else if (part instanceof Part.Either either) {
                work(either.of.length >>> 4);
                for (Part one : either.of) {
                    open(one, below);
                }
            } else if (part instanceof Part.Repeat repeat) {
                open(repeat.body, push(parts.less(repeat), below));
            } else {
                open(((Part.Rule) part).body(), below);
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
        work = 0;
        Stack next = step(places.get((int) at), b);
        return isDead(next) ? DEAD : next.id;
    }

    @Override
    boolean isComplete(long at) {
        return places.get((int) at).over;
    }

    @Override
    void finish(long at, Completion out) {
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
        work = 0;
        int before = places.size();
        AllowedTokens found = find(at);
        if (places.size() - before > MANY_PLACES) {
            forget(before);
        }
        return found;
    }

    /** Forgets places that no text has come to, of which there may be one for each token. */
    private void forget(int from) {
        List<Stack> later = places.subList(from, places.size());
        later.forEach(interned::remove);
        later.clear();
        unions.values().removeIf(stack -> stack.id >= from);
        unions.keySet().removeIf(stacks -> stacks.get(stacks.size() - 1).id >= from);
        weight = 0;
        for (Stack stack : places) {
            stack.forget(from);
            weight += weight(stack);
        }
        unions.keySet().forEach(stacks -> weight += weight(stacks));
    }

    private AllowedTokens find(long at) {
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
        int[] leavingCount = NONE;
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
                        leavingCount = new int[256];
                    }
                    int b = trie.label[child] & 0xFF;
                    if (leaving[b].length == leavingCount[b]) {
                        leaving[b] = Arrays.copyOf(leaving[b], 2 * leavingCount[b] + 1);
                    }
                    leaving[b][leavingCount[b]++] = child;
                }
            }
            node++;
        }
        for (int b = 0; b < leaving.length; b++) {
            leaving[b] = Arrays.copyOf(leaving[b], leavingCount[b]);
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
