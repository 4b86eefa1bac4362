package io.kernelweave.regex;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An algebra of regular languages over Unicode scalar values, closed under union, intersection and complement, with their
 * derivatives. It interns its languages: what is written alike is the same object, so that the derivatives of a language
 * are finitely many. Nothing is unrolled: counted repeats and lists of words are derived as they stand.
 *
 * <p>An algebra is not thread-safe, nor are the automata made of it: who shares them locks.
 *
 * <p>Source: Brzozowski, "Derivatives of Regular Expressions", JACM 1964; Owens, Reppy and Turon, "Regular-expression
 * derivatives re-examined", JFP 2009.
 *
 * @see Automaton
 */
public final class Regex {
    /** No upper bound of a repeat. */
    public static final int UNBOUNDED = Integer.MAX_VALUE;

    /** How many states are looked at before a question is too complex. */
    private static final int FUEL = 4_000;
    /** How many terms of their languages are looked at. */
    private static final long MAX_WORK = 2_000_000;
    /** How deeply languages may be nested, so that no walk overflows the stack. */
    private static final int MAX_NESTING = 1000;
    /** The longest string that {@link #shortest} writes out, in bytes. */
    private static final int MAX_SHORTEST = 1 << 20;
    /** Bytes of what is farther than any string that fits into memory. */
    static final int FAR = 1 << 30;
    /** Length of strings without a bound. */
    private static final long ENDLESS = Long.MAX_VALUE;

    private static final int[][] NO_WORDS = {};
    private static final Node[] NO_NODES = {};

    enum Kind {
        EMPTY,
        SET,
        WORDS,
        THEN,
        EITHER,
        BOTH,
        NOT,
        REPEAT,
        LOOP
    }

    /** An interned language; only the algebra that made it may be used with it. */
    public static final class Node {
        final int id;
        final Kind kind;
        final CodePoints set;
        final Words words;
        final Node[] of;
        /** Of words: the range in the list; of a repeat: how often; of a loop, high: how deeply its body is nested. */
        final int low;

        final int high;
        /** How many characters of the words are read. */
        final int depth;

        private final int hash;
        final boolean nullable;
        /** No intersection and no complement in it: {@link #bytes} and the lengths are exact, and some string is in it. */
        final boolean plain;
        /** Some string is known to be in it. */
        private final boolean sure;
        /** All lengths from {@link #minLength} to {@link #maxLength} occur. */
        private final boolean gapless;

        /** Any characters, so and so many. */
        private final boolean length;

        private final long minLength;
        private final long maxLength;
        /** What the shortest string takes in JSON; if not plain, a lower bound. */
        final int bytes;

        /** {@link #bytes} is what the shortest string takes, not only a bound. */
        final boolean exact;

        private final int nesting;

        private int derivedBy = -1;
        private @Nullable Node derived;
        private byte life;
        private int mark;
        private int distance = -1;
        private int nearest = -1;

        long lowest() {
            return minLength;
        }

        private Node(
                int id, Kind kind, CodePoints set, Words words, Node[] of, int low, int high, int depth, int hash) {
            this.id = id;
            this.kind = kind;
            this.set = set;
            this.words = words;
            this.of = of;
            this.low = low;
            this.high = high;
            this.depth = depth;
            this.hash = hash;
            this.length = kind == Kind.REPEAT && of[0].length && of[0].kind == Kind.SET
                    || kind == Kind.SET && set.equals(CodePoints.ANY);
            boolean allNullable = true;
            boolean anyNullable = false;
            boolean allPlain = true;
            boolean allSure = true;
            boolean anySure = false;
            int deepest = 0;
            for (Node part : of) {
                allNullable &= part.nullable;
                anyNullable |= part.nullable;
                allPlain &= part.plain;
                allSure &= part.sure;
                anySure |= part.sure;
                // A chain is as deep as its parts: it is walked in a loop.
                deepest = Math.max(
                        deepest, kind == Kind.THEN && part.kind == Kind.THEN ? part.nesting - 1 : part.nesting);
            }
            this.nesting = (kind == Kind.LOOP ? Math.max(deepest, high) : deepest) + 1;
            long min = 0;
            long max = 0;
            long least = 0;
            boolean whole = true;
            switch (kind) {
                case EMPTY -> {
                    nullable = true;
                    plain = true;
                }
                case SET -> {
                    nullable = false;
                    plain = true;
                    min = 1;
                    max = 1;
                    least = Written.bytes(set);
                }
                case WORDS -> {
                    nullable = words.words[low].length == depth;
                    plain = true;
                    int[] first = words.words[low];
                    int begun = words.bytes[low] == first.length ? depth : 0; // mostly a character is a byte
                    for (int i = begun; i < depth; i++) {
                        begun += Written.bytes(first[i]);
                    }
                    min = Integer.MAX_VALUE;
                    least = FAR;
                    for (int i = low; i < high; i++) {
                        min = Math.min(min, words.words[i].length - depth);
                        max = Math.max(max, words.words[i].length - depth);
                        least = Math.min(least, words.bytes[i] - begun);
                    }
                    whole = min == max;
                }
                case THEN -> {
                    nullable = allNullable;
                    plain = allPlain;
                    for (Node part : of) {
                        min = plus(min, part.minLength);
                        max = plus(max, part.maxLength);
                        least += part.bytes;
                        whole &= part.gapless;
                    }
                }
                case EITHER -> {
                    nullable = anyNullable;
                    plain = allPlain;
                    min = ENDLESS;
                    least = FAR;
                    for (Node part : of) {
                        min = Math.min(min, part.minLength);
                        max = Math.max(max, part.maxLength);
                        least = Math.min(least, part.bytes);
                        whole &= part.gapless;
                    }
                    whole &= joined(of, min);
                }
                case BOTH -> {
                    nullable = allNullable;
                    plain = false;
                    max = ENDLESS;
                    int others = 0;
                    for (Node part : of) {
                        min = Math.max(min, part.minLength);
                        max = Math.min(max, part.maxLength);
                        least = Math.max(least, part.bytes);
                        if (!part.length) {
                            others++;
                            whole &= part.plain && part.gapless;
                        }
                    }
                    whole &= others == 1;
                }
                case NOT -> {
                    nullable = !of[0].nullable;
                    plain = false;
                    min = nullable ? 0 : 1;
                    max = ENDLESS;
                    least = min;
                    whole = false;
                }
                case REPEAT -> {
                    Node body = of[0];
                    nullable = low == 0;
                    plain = body.plain;
                    min = times(body.minLength, low);
                    max = high == UNBOUNDED && body.maxLength > 0 ? ENDLESS : times(body.maxLength, high);
                    least = Math.min((long) body.bytes * low, FAR);
                    whole = body.gapless && joined(body.minLength, body.maxLength, low, high);
                }
                default -> { // what it makes of its rest is not known
                    nullable = of[0].nullable;
                    plain = false;
                    min = nullable ? 0 : 1;
                    max = ENDLESS;
                    least = min;
                    whole = false;
                }
            }
            this.minLength = min;
            this.maxLength = max;
            this.bytes = (int) Math.min(least, FAR);
            this.gapless = whole;
            this.exact = nullable || plain || most(kind, of, low) == this.bytes;
            this.sure = plain
                    || nullable
                    || switch (kind) {
                        case THEN, REPEAT -> allSure;
                        case LOOP -> of[0].sure && (of[0].kind != Kind.SET || !of[0].set.isEmpty());
                        case EITHER -> anySure;
                        case BOTH -> whole; // a language of all these lengths, cut to some of them
                        case NOT -> of[0].maxLength != ENDLESS;
                        default -> true;
                    };
        }

        /** What some string takes, so that the shortest takes no more. */
        private static long most(Kind kind, Node[] of, int low) {
            long most = kind == Kind.EITHER ? FAR : 0;
            for (Node part : of) {
                long one = part.exact ? part.bytes : FAR;
                most = kind == Kind.EITHER ? Math.min(most, one) : kind == Kind.REPEAT ? one * low : most + one;
            }
            return kind == Kind.BOTH || kind == Kind.NOT || kind == Kind.LOOP && most > 0 ? FAR + 1L : most;
        }

        private static long plus(long one, long other) {
            return one == ENDLESS || other == ENDLESS ? ENDLESS : Math.min(one + other, ENDLESS >> 1);
        }

        private static long times(long length, int count) {
            if (length == ENDLESS || count == 0) {
                return count == 0 ? 0 : ENDLESS;
            }
            return length > (ENDLESS >> 1) / count ? ENDLESS >> 1 : length * count;
        }

        /** Whether the lengths of parts, each without gaps, have none together; false if that takes too long to see. */
        private static boolean joined(Node[] parts, long from) {
            long reach = from;
            boolean whole = false;
            for (int pass = 0; pass < 4 && !whole; pass++) {
                whole = true;
                for (Node part : parts) {
                    if (part.minLength <= reach + 1) {
                        reach = Math.max(reach, Math.min(part.maxLength, ENDLESS - 1));
                    } else {
                        whole = false;
                    }
                }
            }
            return whole;
        }

        /** Whether {@code low} to {@code high} times {@code min} to {@code max} leaves nothing out between. */
        static boolean joined(long min, long max, int low, int high) {
            if (low == high || max == ENDLESS && low > 0) {
                return true;
            }
            return low == 0 ? min <= 1 : times(max - min, low) >= min - 1;
        }

        private int lowLength() {
            return kind == Kind.SET ? 1 : low;
        }

        private int highLength() {
            return kind == Kind.SET ? 1 : high;
        }

        /** A number that this language has in its algebra; they count up from 0. */
        public int id() {
            return id;
        }

        /** The language in the manner of a pattern, with {@code &} and {@code ~}; long ones are cut short. */
        @Override
        public String toString() {
            StringBuilder out = new StringBuilder();
            describe(out);
            return out.toString();
        }

        private void describe(StringBuilder out) {
            if (out.length() > 400) {
                return;
            }
            switch (kind) {
                case EMPTY -> out.append("()");
                case SET -> out.append(set);
                case WORDS -> {
                    out.append('<');
                    for (int i = low; i < Math.min(high, low + 4); i++) {
                        int[] word = words.words[i];
                        out.append(i == low ? "" : " ").append(new String(word, depth, word.length - depth));
                    }
                    out.append(high - low > 4 ? " ...>" : ">");
                }
                case NOT -> {
                    out.append("~(");
                    of[0].describe(out);
                    out.append(')');
                }
                case LOOP -> out.append("(loop ").append(id).append(')');
                default -> {
                    out.append('(');
                    for (int i = 0; i < of.length && out.length() <= 400; i++) {
                        out.append(i == 0 || kind == Kind.THEN ? "" : kind == Kind.EITHER ? "|" : "&");
                        of[i].describe(out);
                    }
                    out.append(')');
                    if (kind == Kind.REPEAT) {
                        out.append('{')
                                .append(low)
                                .append(',')
                                .append(high == UNBOUNDED ? "" : high)
                                .append('}');
                    }
                }
            }
        }
    }

    private static final byte LIVE = 1;
    private static final byte DOOMED = 2;

    private final Words noWords = Words.of(NO_WORDS);
    private @Nullable Node[] table = new @Nullable Node[64];
    private int size;
    private int marks;
    /** How many loops have no equation yet, so that nothing may be derived. */
    private int open;
    /** Terms gathered so far: what questions have cost. */
    private long work;

    private final Map<Words, Words> lists = new HashMap<>();
    private final Map<String, Node> patterns = new HashMap<>();
    private final Map<String, Node> formats = new HashMap<>();

    private final Node nothing = intern(Kind.SET, CodePoints.NONE, noWords, NO_NODES, 0, 0, 0);
    private final Node empty = intern(Kind.EMPTY, CodePoints.NONE, noWords, NO_NODES, 0, 0, 0);
    private final Node any = intern(Kind.SET, CodePoints.ANY, noWords, NO_NODES, 0, 0, 0);
    private final Node everything = intern(Kind.REPEAT, CodePoints.NONE, noWords, new Node[] {any}, 0, UNBOUNDED, 0);

    /** No string. */
    public Node nothing() {
        return nothing;
    }

    /** The string without characters. */
    public Node empty() {
        return empty;
    }

    /** All strings. */
    public Node everything() {
        return everything;
    }

    /** How many languages this algebra has made. */
    public int size() {
        return size;
    }

    Map<String, Node> formats() {
        return formats;
    }

    int @Nullable [] lengths(Node node) {
        return node == empty ? new int[] {0, 0} : node.length ? new int[] {node.lowLength(), node.highLength()} : null;
    }

    /** Whether it is known that whatever follows, some string can still be completed. */
    boolean endless(Node node) {
        if (node == everything || node.length && node.highLength() == UNBOUNDED) {
            return true;
        }
        return switch (node.kind) {
            case THEN -> node.of[0] == everything && node.of[1].sure;
            case NOT -> node.of[0].maxLength < ENDLESS;
            case EITHER -> {
                for (Node part : node.of) {
                    if (endless(part)) {
                        yield true;
                    }
                }
                yield false;
            }
            case BOTH -> {
                // What is endless stays so without strings up to some length.
                int others = 0;
                for (Node part : node.of) {
                    if (!endless(part)) {
                        yield false;
                    }
                    others += part.kind == Kind.NOT ? 0 : 1;
                }
                yield others <= 1;
            }
            default -> false;
        };
    }

    /** Of a language that is cut to at most so many characters: that number and the language; else null. */
    Automaton.@Nullable Cut cut(Node node) {
        if (node.kind != Kind.BOTH || node.of.length != 2) {
            return null;
        }
        int length = node.of[0].length ? 0 : 1;
        Node limit = node.of[length];
        return limit.length && limit.lowLength() == 0
                ? new Automaton.Cut(limit.highLength(), node.of[1 - length])
                : null;
    }

    Automaton.Run run(Node node) {
        Node head = node.kind == Kind.THEN ? node.of[0] : node;
        boolean some = node.kind != Kind.THEN || node.of[1].sure;
        return some && head.kind == Kind.REPEAT && head.of[0].kind == Kind.SET
                ? new Automaton.Run(head.of[0].set, head.high)
                : new Automaton.Run(CodePoints.NONE, 0);
    }

    @Nullable
    List<String> exceptions(Node node) {
        if (node == everything) {
            return List.of();
        }
        if (node.length && node.lowLength() == 1 && node.highLength() == UNBOUNDED) {
            return List.of("");
        }
        if (node.kind != Kind.NOT) {
            return null;
        }
        Node not = node.of[0];
        if (not.kind == Kind.SET
                && not.set.ranges().length == 2
                && not.set.ranges()[0] == not.set.ranges()[1]) {
            return List.of(Character.toString(not.set.ranges()[0]));
        }
        if (not.kind != Kind.WORDS) {
            return null;
        }
        List<String> rests = new ArrayList<>(not.high - not.low);
        for (int i = not.low; i < not.high; i++) {
            int[] word = not.words.words[i];
            rests.add(new String(word, not.depth, word.length - not.depth));
        }
        return rests;
    }

    private Node intern(Kind kind, CodePoints set, Words words, Node[] of, int low, int high, int depth) {
        int hash =
                kind.ordinal() * 31 + (kind == Kind.SET ? set.hashCode() : kind == Kind.WORDS ? words.hashCode() : 0);
        for (Node part : of) {
            hash = hash * 31 + part.id;
        }
        hash = ((hash * 31 + low) * 31 + high) * 31 + depth;
        hash *= 0x9E3779B9;
        hash ^= hash >>> 15;
        int at = hash & table.length - 1;
        for (@Nullable Node known = table[at]; known != null; known = table[at]) {
            if (known.hash == hash
                    && known.kind == kind
                    && known.low == low
                    && known.high == high
                    && known.depth == depth
                    && known.words == words
                    && same(known.of, of)
                    && (kind != Kind.SET || known.set.equals(set))) {
                return known;
            }
            at = at + 1 & table.length - 1;
        }
        Node made = new Node(size, kind, set, words, of, low, high, depth, hash);
        if (made.nesting > MAX_NESTING) {
            throw new InputException("the language is nested too deeply; at most " + MAX_NESTING + " levels are read");
        }
        table[at] = made;
        if (++size * 2 > table.length) {
            grow();
        }
        return made;
    }

    private static boolean same(Node[] one, Node[] other) {
        if (one.length != other.length) {
            return false;
        }
        for (int i = 0; i < one.length; i++) {
            if (one[i] != other[i]) {
                return false;
            }
        }
        return true;
    }

    private void grow() {
        @Nullable Node[] old = table;
        table = new @Nullable Node[2 * old.length];
        for (@Nullable Node node : old) {
            if (node != null) {
                int at = node.hash & table.length - 1;
                while (table[at] != null) {
                    at = at + 1 & table.length - 1;
                }
                table[at] = node;
            }
        }
    }

    private Node node(Kind kind, Node[] of, int low, int high) {
        return intern(kind, CodePoints.NONE, noWords, of, low, high, 0);
    }

    /** One character of a set; surrogates in it stand for nothing. */
    public Node set(CodePoints set) {
        return intern(Kind.SET, set.minusSurrogates(), noWords, NO_NODES, 0, 0, 0);
    }

    /** One string. */
    public Node word(String word) {
        return words(List.of(word));
    }

    /** A finite set of strings, as one leaf that its derivatives share. Strings with unpaired surrogates are left out. */
    public Node words(Collection<String> words) {
        List<int[]> list = new ArrayList<>(words.size());
        for (String word : words) {
            int[] letters = new int[word.codePointCount(0, word.length())];
            boolean scalar = true;
            for (int at = 0, used = 0; at < word.length(); used++) {
                int c = word.codePointAt(at);
                scalar &= c < 0xD800 || c > 0xDFFF;
                letters[used] = c;
                at += Character.charCount(c);
            }
            if (scalar) {
                list.add(letters);
            }
        }
        return words(list.toArray(NO_WORDS));
    }

    private Node words(int[][] words) {
        return words(Words.of(words));
    }

    private Node words(Words list) {
        int length = list.words.length;
        return length == 0 ? nothing : words(lists.computeIfAbsent(list, made -> made), 0, length, 0);
    }

    private Node words(Words list, int low, int high, int depth) {
        if (high - low == 1) {
            int[] word = list.words[low];
            if (word.length == depth) {
                return empty;
            }
            if (word.length == depth + 1) {
                return set(CodePoints.of(word[depth], word[depth]));
            }
        }
        return intern(Kind.WORDS, CodePoints.NONE, list, NO_NODES, low, high, depth);
    }

    /** Any strings of {@code min} to {@code max} code points. */
    public Node length(int min, int max) {
        return max < min ? nothing : repeat(any, Math.max(0, min), max);
    }

    /** A string of the first, then one of the second. */
    public Node then(Node first, Node second) {
        if (first == nothing || second == nothing) {
            return nothing;
        }
        if (first == empty) {
            return second;
        }
        if (second == empty) {
            return first;
        }
        if (first.kind != Kind.THEN) {
            return chain(first, second);
        }
        List<Node> parts = new ArrayList<>();
        Node rest = first;
        for (; rest.kind == Kind.THEN; rest = rest.of[1]) {
            parts.add(rest.of[0]);
        }
        parts.add(rest);
        Node all = second;
        for (int i = parts.size() - 1; i >= 0; i--) {
            all = chain(parts.get(i), all);
        }
        return all;
    }

    /** {@code first} is no chain itself. */
    private Node chain(Node first, Node second) {
        if (second == everything && first.nullable || first == everything && second.nullable) {
            return everything;
        }
        Node head = second.kind == Kind.THEN ? second.of[0] : second;
        Node body = first.kind == Kind.REPEAT ? first.of[0] : first;
        if (body == (head.kind == Kind.REPEAT ? head.of[0] : head)
                && (first != body || head != body || first.kind == Kind.SET)) {
            // x{a,b}x{c,d} is x{a+c,b+d}
            long low = (first == body ? 1 : first.low) + (long) (head == body ? 1 : head.low);
            long high = first != body && first.high == UNBOUNDED || head != body && head.high == UNBOUNDED
                    ? UNBOUNDED
                    : (first == body ? 1 : first.high) + (long) (head == body ? 1 : head.high);
            if (low < UNBOUNDED && (high < UNBOUNDED || first.high == UNBOUNDED || head.high == UNBOUNDED)) {
                Node merged = repeat(body, (int) low, (int) high);
                return second == head ? merged : then(merged, second.of[1]);
            }
        }
        return node(Kind.THEN, new Node[] {first, second}, 0, 0);
    }

    /** A string of the one or of the other. */
    public Node either(Node one, Node other) {
        if (one == other || other == nothing) {
            return one;
        }
        if (one == nothing) {
            return other;
        }
        return new Gathered(2).add(one).add(other).either();
    }

    /** A string of any of them. */
    public Node either(Collection<Node> all) {
        Gathered terms = new Gathered(all.size());
        for (Node one : all) {
            terms.add(one);
        }
        return terms.either();
    }

    /** A string that is in both. */
    public Node both(Node one, Node other) {
        if (one == other || other == everything) {
            return one;
        }
        if (one == everything) {
            return other;
        }
        if (one.kind == Kind.WORDS && one.depth == 0) {
            return filtered(one, other);
        }
        return other.kind == Kind.WORDS && other.depth == 0
                ? filtered(other, one)
                : new Gathered(2).add(one).add(other).both();
    }

    /** Of finitely many words those that are in another language, too: words again. */
    private Node filtered(Node words, Node language) {
        if (language.kind == Kind.BOTH) {
            Node left = words;
            for (Node part : language.of) {
                left = left.kind == Kind.WORDS && left.depth == 0 ? filtered(left, part) : both(left, part);
            }
            return left;
        }
        boolean not = language.kind == Kind.NOT;
        Node other = not ? language.of[0] : language;
        boolean listed = other.kind == Kind.WORDS && other.depth == 0;
        BitSet kept = new BitSet(words.high);
        int at = other.low;
        for (int i = words.low; i < words.high; i++) {
            int[] word = words.words.words[i];
            boolean in;
            if (listed) {
                while (at < other.high && Arrays.compare(other.words.words[at], word) < 0) {
                    at++;
                }
                in = at < other.high && Arrays.equals(other.words.words[at], word);
            } else {
                in = matches(other, word);
            }
            kept.set(i, in != not);
        }
        return kept.cardinality() == words.high - words.low ? words : words(words.words.only(kept));
    }

    private boolean matches(Node language, int[] word) {
        Node rest = language;
        for (int c : word) {
            rest = derive(rest, c);
        }
        return rest.nullable;
    }

    /** A string that is in all of them; any string, if there are none. */
    public Node both(Collection<Node> all) {
        Gathered terms = new Gathered(all.size());
        for (Node one : all) {
            terms.add(one);
        }
        return terms.both();
    }

    /** All other strings. */
    public Node not(Node node) {
        if (node.kind == Kind.NOT) {
            return node.of[0];
        }
        if (node == nothing || node == everything) {
            return node == nothing ? everything : nothing;
        }
        if (node == empty) {
            return length(1, UNBOUNDED);
        }
        if (node.length && (node.highLength() == UNBOUNDED || node.highLength() < UNBOUNDED - 1)) {
            Node below = node.lowLength() == 0 ? nothing : length(0, node.lowLength() - 1);
            return node.highLength() == UNBOUNDED ? below : either(below, length(node.highLength() + 1, UNBOUNDED));
        }
        Node body = node.kind == Kind.REPEAT ? node.of[0] : node;
        if (body != node && node.low == 0 && node.high == 1 && body.length && body.highLength() == UNBOUNDED) {
            return length(1, body.low - 1);
        }
        if (node.kind == Kind.EITHER && node.of.length == 2) { // all but some lengths between
            for (int i = 0; i < 2; i++) {
                Node few = node.of[i];
                Node many = node.of[1 - i];
                if ((few == empty || few.length && few.lowLength() == 0) && many.length && many.high == UNBOUNDED) {
                    int from = few == empty ? 1 : few.highLength() + 1;
                    return from < many.low ? length(from, many.low - 1) : nothing;
                }
            }
        }
        return node(Kind.NOT, new Node[] {node}, 0, 0);
    }

    /**
     * {@code min} to {@code max} strings of {@code node}, one after the other.
     *
     * @param max {@link #UNBOUNDED} for no limit
     */
    public Node repeat(Node node, int min, int max) {
        if (min < 0 || max < min) {
            throw new IllegalArgumentException("{" + min + "," + max + "}");
        }
        if (max == 0 || node == empty) {
            return empty;
        }
        if (node == nothing) {
            return min == 0 ? empty : nothing;
        }
        int least = node.nullable ? 0 : min;
        if (max == 1 && (least == 1 || node.nullable)) {
            return node;
        }
        if (node.kind == Kind.REPEAT
                && Node.joined(node.low, node.high == UNBOUNDED ? ENDLESS : node.high, least, max)) {
            long low = (long) node.low * least;
            long high = node.high == UNBOUNDED || max == UNBOUNDED ? UNBOUNDED : (long) node.high * max;
            if (low < UNBOUNDED && (high < UNBOUNDED || node.high == UNBOUNDED || max == UNBOUNDED)) {
                return repeat(node.of[0], (int) low, (int) high);
            }
        }
        return node(Kind.REPEAT, new Node[] {node}, least, max);
    }

    /**
     * The least languages that hold their rest and, before it, any rounds of a body: {@code x = rest | body(x)}. Bodies that
     * look ahead are no languages of their own, so that such a loop is derived by its equation.
     *
     * @param body what one more round makes of the languages; it takes at least one character
     */
    Node[] loops(Node[] rests, UnaryOperator<Node[]> body) {
        Node[] trial = body.apply(rests);
        Node[] loops = new Node[rests.length];
        for (int i = 0; i < loops.length; i++) {
            Node[] of = {rests[i], nothing};
            loops[i] =
                    new Node(size++, Kind.LOOP, CodePoints.NONE, noWords, of, 0, Math.max(1, trial[i].nesting), 0, 0);
        }
        open++;
        try {
            Node[] rounds = body.apply(loops);
            for (int i = 0; i < loops.length; i++) {
                loops[i].of[1] = either(rests[i], rounds[i]);
            }
        } finally {
            open--;
        }
        return loops;
    }

    /** Terms of a union or of an intersection on their way to normal form. */
    private final class Gathered {
        private Node[] terms;
        private int count;

        Gathered(int capacity) {
            terms = new Node[Math.max(4, capacity)];
        }

        Gathered add(Node node) {
            if (count == terms.length) {
                terms = Arrays.copyOf(terms, 2 * count);
            }
            terms[count++] = node;
            work++;
            return this;
        }

        private void flatten(Kind kind) {
            for (int i = 0; i < count; ) {
                Node term = terms[i];
                if (kind == Kind.EITHER && isOptional(term) && !repeatedElsewhere(i)) {
                    terms[i] = term.of[0];
                    add(empty);
                } else if (term.kind == kind) {
                    terms[i] = terms[--count];
                    for (Node part : term.of) {
                        add(part);
                    }
                } else {
                    i++;
                }
            }
        }

        private static boolean isOptional(Node term) {
            return term.kind == Kind.REPEAT && term.low == 0 && term.high == 1;
        }

        /** Whether another counter of the same body can take this one in. */
        private boolean repeatedElsewhere(int term) {
            for (int i = 0; i < count; i++) {
                if (i != term && terms[i].kind == Kind.REPEAT && terms[i].of[0] == terms[term].of[0]) {
                    return true;
                }
            }
            return false;
        }

        private void sort() {
            if (count > 24) {
                Arrays.sort(terms, 0, count, (one, other) -> Integer.compare(one.id, other.id));
            } else {
                for (int i = 1; i < count; i++) {
                    Node term = terms[i];
                    int at = i;
                    for (; at > 0 && terms[at - 1].id > term.id; at--) {
                        terms[at] = terms[at - 1];
                    }
                    terms[at] = term;
                }
            }
            int distinct = 0;
            for (int i = 0; i < count; i++) {
                if (i == 0 || terms[i] != terms[i - 1]) {
                    terms[distinct++] = terms[i];
                }
            }
            count = distinct;
        }

        private boolean holds(Node node) {
            int low = 0;
            int high = count - 1;
            while (low <= high) {
                int middle = low + high >>> 1;
                int id = terms[middle].id;
                if (id == node.id) {
                    return true;
                }
                if (id < node.id) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return false;
        }

        /**
         * Whether a term stands beside its own complement; the parts of a union have been flattened, and so have those of
         * an intersection.
         */
        private boolean opposed(Kind kind) {
            for (int i = 0; i < count; i++) {
                if (terms[i].kind == Kind.NOT) {
                    Node inside = terms[i].of[0];
                    boolean whole = inside.kind == kind;
                    boolean some = false;
                    if (inside.kind == Kind.EITHER || inside.kind == Kind.BOTH) {
                        for (Node part : inside.of) {
                            boolean held = holds(part);
                            whole &= held;
                            some |= held;
                        }
                    }
                    if (whole || some && inside.kind != kind || holds(inside)) {
                        return true;
                    }
                }
            }
            return false;
        }

        /**
         * x | x & y is x, and the other way round; {@code inner} is the kind of the terms that are dropped. Without this the
         * derivatives of loops would not come to an end.
         */
        private void absorb(Kind inner) {
            boolean @Nullable [] dropped = null;
            for (int i = 0; i < count; i++) {
                Node[] parts = terms[i].of;
                if (terms[i].kind != inner) {
                    continue;
                }
                boolean drop = false;
                for (int j = 0; j < parts.length && !drop; j++) {
                    drop = holds(parts[j]);
                }
                for (int j = 0; j < count && !drop && count <= 64; j++) {
                    drop = j != i && terms[j].kind == inner && within(terms[j].of, parts);
                }
                if (drop) {
                    dropped = dropped == null ? new boolean[count] : dropped;
                    dropped[i] = true;
                }
            }
            if (dropped != null) {
                int kept = 0;
                for (int i = 0; i < count; i++) {
                    if (!dropped[i]) {
                        terms[kept++] = terms[i];
                    }
                }
                count = kept;
            }
        }

        /** Both in order. */
        private static boolean within(Node[] few, Node[] many) {
            int at = 0;
            for (int i = 0; i < many.length && at < few.length; i++) {
                at += few[at] == many[i] ? 1 : 0;
            }
            return at == few.length;
        }

        private Node[] list() {
            return Arrays.copyOf(terms, count);
        }

        Node either() {
            flatten(Kind.EITHER);
            mergeNots(Kind.EITHER);
            int sets = 0;
            int lists = 0;
            int nots = 0;
            int repeats = 0;
            int kept = 0;
            boolean emptyToo = false;
            boolean nullable = false;
            for (int i = 0; i < count; i++) {
                Node term = terms[i];
                if (term == everything) {
                    return everything;
                }
                if (term == nothing) {
                    continue;
                }
                if (term == empty) {
                    emptyToo = true;
                    continue;
                }
                nullable |= term.nullable;
                sets += term.kind == Kind.SET ? 1 : 0;
                lists += isList(term) ? 1 : 0;
                nots += term.kind == Kind.NOT ? 1 : 0;
                repeats += repeated(term) != null ? 1 : 0;
                terms[kept++] = term;
            }
            count = kept;
            if (sets > 1) {
                mergeSets();
            }
            if (lists > 1) {
                mergeLists();
            }
            sort();
            absorb(Kind.BOTH);
            for (int i = 0; i < count && emptyToo && !nullable; i++) {
                if (terms[i].kind == Kind.REPEAT && terms[i].low == 1) {
                    terms[i] = repeat(terms[i].of[0], 0, terms[i].high);
                    return add(empty).either();
                }
            }
            if (repeats > 1 && count > 1 && mergeRepeats()) {
                if (emptyToo) {
                    add(empty);
                }
                return either();
            }
            if (nots > 0 && opposed(Kind.EITHER)) {
                return everything;
            }
            if (emptyToo && !nullable) {
                if (count == 1) {
                    return repeat(terms[0], 0, 1);
                }
                add(empty);
                sort();
            }
            if (count < 2) {
                return count == 1 ? terms[0] : emptyToo ? empty : nothing;
            }
            return node(Kind.EITHER, list(), 0, 0);
        }

        private void mergeSets() {
            List<CodePoints> sets = new ArrayList<>();
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (terms[i].kind == Kind.SET) {
                    sets.add(terms[i].set);
                } else {
                    terms[kept++] = terms[i];
                }
            }
            count = kept;
            add(set(CodePoints.union(sets)));
        }

        private static boolean isList(Node term) {
            return term.kind == Kind.WORDS && term.depth == 0 && term.high - term.low == term.words.words.length;
        }

        private void mergeLists() {
            List<int[]> all = new ArrayList<>();
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (isList(terms[i])) {
                    all.addAll(Arrays.asList(terms[i].words.words));
                } else {
                    terms[kept++] = terms[i];
                }
            }
            count = kept;
            add(words(all.toArray(NO_WORDS)));
        }

        /** ~a | ~b is ~(a & b), and the other way round. */
        private void mergeNots(Kind kind) {
            int nots = 0;
            for (int i = 0; i < count; i++) {
                nots += terms[i].kind == Kind.NOT ? 1 : 0;
            }
            if (nots < 2) {
                return;
            }
            Gathered inside = new Gathered(nots);
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (terms[i].kind == Kind.NOT) {
                    inside.add(terms[i].of[0]);
                } else {
                    terms[kept++] = terms[i];
                }
            }
            count = kept;
            add(not(kind == Kind.EITHER ? inside.both() : inside.either()));
            flatten(kind);
        }

        private static @Nullable Node repeated(Node term) {
            Node head = term.kind == Kind.THEN ? term.of[0] : term;
            return head.kind == Kind.REPEAT ? head : null;
        }

        /** x{a,b}z | x{c,d}z is x{a,d}z if nothing lies between: counters that run at a time become one. */
        private boolean mergeRepeats() {
            int merged = 0;
            Node[] byKey = list();
            Arrays.sort(byKey, (one, other) -> {
                int order = Long.compare(key(one), key(other));
                return order != 0 ? order : Integer.compare(least(one), least(other));
            });
            for (int i = 0; i + 1 < byKey.length; i++) {
                Node one = byKey[i];
                Node other = byKey[i + 1];
                if (key(one) < 0 || key(one) != key(other)) {
                    continue;
                }
                Node first = one.kind == Kind.THEN ? one.of[0] : one;
                Node second = other.kind == Kind.THEN ? other.of[0] : other;
                if (first.high == UNBOUNDED || second.low <= first.high + 1) {
                    Node whole = repeat(first.of[0], first.low, Math.max(first.high, second.high));
                    byKey[i + 1] = one.kind == Kind.THEN ? then(whole, one.of[1]) : whole;
                    byKey[i] = nothing;
                    merged++;
                    if (key(byKey[i + 1]) != key(one)) {
                        i++; // it simplified to something else
                    }
                }
            }
            if (merged > 0) {
                terms = byKey;
                count = byKey.length;
            }
            return merged > 0;
        }

        private static long key(Node term) {
            Node head = term.kind == Kind.THEN ? term.of[0] : term;
            return head.kind != Kind.REPEAT
                    ? -1
                    : (long) head.of[0].id << 32 | (term.kind == Kind.THEN ? term.of[1].id + 1 : 0);
        }

        private static int least(Node term) {
            return term.kind == Kind.THEN ? term.of[0].low : term.low;
        }

        Node both() {
            flatten(Kind.BOTH);
            mergeNots(Kind.BOTH);
            int nots = 0;
            int kept = 0;
            int min = 0;
            int max = UNBOUNDED;
            boolean emptyToo = false;
            boolean nullable = true;
            @Nullable CodePoints set = null;
            @Nullable Node list = null;
            for (int i = 0; i < count; i++) {
                Node term = terms[i];
                nullable &= term.nullable;
                if (term == nothing) {
                    return nothing;
                }
                if (term == empty) {
                    emptyToo = true;
                } else if (term.length) {
                    min = Math.max(min, term.lowLength());
                    max = Math.min(max, term.highLength());
                } else if (term.kind == Kind.SET) {
                    set = set == null ? term.set : set.and(term.set);
                } else {
                    if (term.kind == Kind.WORDS && (list == null || list.high - list.low > term.high - term.low)) {
                        list = term;
                    }
                    nots += term.kind == Kind.NOT ? 1 : 0;
                    terms[kept++] = term;
                }
            }
            count = kept;
            if (emptyToo) {
                return nullable ? empty : nothing;
            }
            if (min > max) {
                return nothing;
            }
            if (set != null) {
                if (set.isEmpty() || min > 1 || max < 1) {
                    return nothing;
                }
                add(set(set));
            }
            sort();
            absorb(Kind.EITHER);
            if (nots > 0 && opposed(Kind.BOTH)) {
                return nothing;
            }
            if (list != null && open == 0 && (count > 1 || min > 0 || max < UNBOUNDED)) {
                return chosen(list, min, max);
            }
            long least = 0;
            long most = ENDLESS;
            for (int i = 0; i < count; i++) {
                least = Math.max(least, terms[i].minLength);
                most = Math.min(most, terms[i].maxLength);
            }
            if (Math.max(least, min) > Math.min(most, max == UNBOUNDED ? ENDLESS : max)) {
                return nothing;
            }
            min = min <= least ? 0 : min;
            max = max >= most ? UNBOUNDED : max;
            if (min > 0 || max < UNBOUNDED) {
                add(length(min, max));
                sort();
            }
            if (count < 2) {
                return count == 0 ? everything : terms[0];
            }
            return node(Kind.BOTH, list(), 0, 0);
        }

        /** Those of a list of words that are in all other terms, and are as long as they shall be. */
        private Node chosen(Node list, int min, int max) {
            int kept = 0;
            for (int i = 0; i < count; i++) {
                if (terms[i] != list) {
                    terms[kept++] = terms[i];
                }
            }
            count = kept;
            Node rest = kept == 0 ? everything : kept == 1 ? terms[0] : node(Kind.BOTH, list(), 0, 0);
            int[][] words = list.words.words;
            List<int[]> found = new ArrayList<>();
            List<Node> path = new ArrayList<>(List.of(rest)); // the rest after each character of the word before
            int known = list.depth;
            for (int i = list.low; i < list.high; i++) {
                int[] word = words[i];
                if (i > list.low) {
                    int common = Arrays.mismatch(word, words[i - 1]);
                    known = Math.min(known, common < 0 ? word.length : common);
                }
                for (; known < word.length; known++) {
                    Node next = derive(path.get(known - list.depth), word[known]);
                    int at = known + 1 - list.depth;
                    if (at < path.size()) {
                        path.set(at, next);
                    } else {
                        path.add(next);
                    }
                }
                int length = word.length - list.depth;
                if (length >= min && length <= max && path.get(length).nullable) {
                    found.add(Arrays.copyOfRange(word, list.depth, word.length));
                }
            }
            return found.size() == list.high - list.low ? list : words(found.toArray(NO_WORDS));
        }
    }

    /**
     * The strings in which a pattern matches somewhere; its anchors mean the ends of the string.
     *
     * @param where names the pattern in a refusal
     * @throws InputException if the pattern is not valid, or not regular, or too complex
     */
    public Node pattern(String pattern, Dialect dialect, String where) {
        String key = dialect + pattern;
        Node known = patterns.get(key);
        if (known == null) {
            Syntax tree = PatternParser.parse(pattern, dialect, where);
            try {
                known = new PatternCompiler(this).search(tree);
            } catch (InputException refused) {
                throw refused.in(where);
            }
            patterns.put(key, known);
        }
        return known;
    }

    /** The strings that a pattern without anchors matches as a whole. */
    Node whole(String pattern) {
        return new PatternCompiler(this).whole(PatternParser.parse(pattern, Dialect.ECMA, pattern));
    }

    /** What must follow after a scalar value. */
    public Node derive(Node node, int codePoint) {
        @Nullable Node known = node.derived;
        if (known != null && node.derivedBy == codePoint) {
            return known;
        }
        Node derived = switch (node.kind) {
            case EMPTY -> nothing;
            case SET -> node.set.contains(codePoint) ? empty : nothing;
            case WORDS -> deriveWords(node, codePoint);
            case THEN -> {
                Node first = node.of[0];
                if (!first.nullable) {
                    yield then(derive(first, codePoint), node.of[1]);
                }
                Gathered terms = new Gathered(4);
                collect(node, codePoint, terms, ++marks);
                yield terms.either();
            }
            case EITHER -> {
                Gathered terms = new Gathered(node.of.length);
                collect(node, codePoint, terms, ++marks);
                yield terms.either();
            }
            case BOTH -> {
                Gathered terms = new Gathered(node.of.length);
                for (Node part : node.of) {
                    Node next = derive(part, codePoint);
                    if (next == nothing) {
                        terms.count = 0;
                        terms.add(nothing);
                        break;
                    }
                    terms.add(next);
                }
                yield terms.both();
            }
            case NOT -> not(derive(node.of[0], codePoint));
            case LOOP -> derive(node.of[1], codePoint);
            case REPEAT -> {
                Node body = node.of[0];
                int high = node.high == UNBOUNDED ? UNBOUNDED : node.high - 1;
                if (node.high == UNBOUNDED && node.low == 0) {
                    yield then(derive(body, codePoint), node);
                }
                yield then(derive(body, codePoint), repeat(body, Math.max(0, node.low - 1), high));
            }
        };
        node.derivedBy = codePoint;
        node.derived = derived;
        return derived;
    }

    /** Adds the derivatives of the terms of a union; a chain whose beginning may be left out is a union, too. */
    private void collect(Node node, int codePoint, Gathered terms, int mark) {
        if (node.kind == Kind.EITHER) {
            for (Node part : node.of) {
                collect(part, codePoint, terms, mark);
            }
            return;
        }
        Node rest = node;
        while (rest.kind == Kind.THEN && rest.of[0].nullable) {
            if (rest.mark == mark) {
                return; // what another term is followed by
            }
            rest.mark = mark;
            terms.add(then(derive(rest.of[0], codePoint), rest.of[1]));
            rest = rest.of[1];
        }
        terms.add(derive(rest, codePoint));
    }

    private Node deriveWords(Node node, int codePoint) {
        Words list = node.words;
        int depth = node.depth;
        int from =
                list.words[node.low].length == depth ? node.low + 1 : node.low; // the word that ends here comes first
        int low = list.from(from, node.high, depth, codePoint);
        if (low == node.high || list.words[low][depth] != codePoint) {
            return nothing;
        }
        int high = list.words[node.high - 1][depth] == codePoint
                ? node.high
                : list.from(low, node.high, depth, codePoint + 1);
        return words(list, low, high, depth + 1);
    }

    /** Whether the string without characters is in it. */
    public boolean accepts(Node node) {
        return node.nullable;
    }

    /** Whether a string is in it; one with unpaired surrogates never is. */
    public boolean matches(Node node, String text) {
        Node rest = node;
        for (int i = 0; i < text.length() && rest != nothing; ) {
            int c = text.codePointAt(i);
            if (c >= 0xD800 && c <= 0xDFFF) {
                return false;
            }
            if (rest == everything) {
                // only an unpaired surrogate can still spoil it
                i += Character.charCount(c);
                continue;
            }
            rest = derive(rest, c);
            i += Character.charCount(c);
        }
        return rest.nullable;
    }

    Alphabet alphabet(Node node) {
        Leaves leaves = new Leaves();
        leaves(node, leaves, ++marks);
        return Alphabet.of(leaves);
    }

    private void leaves(Node node, Leaves leaves, int mark) {
        Node rest = node;
        while (rest.mark != mark) {
            rest.mark = mark;
            if (rest.kind == Kind.SET) {
                leaves.add(rest.set);
            } else if (rest.kind == Kind.WORDS) {
                if (rest.words.mark != mark) {
                    rest.words.mark = mark;
                    leaves.add(rest.words);
                }
            } else if (rest.kind == Kind.THEN) {
                leaves(rest.of[0], leaves, mark);
                rest = rest.of[1];
            } else {
                for (Node part : rest.of) {
                    leaves(part, leaves, mark);
                }
            }
        }
    }

    /**
     * Whether no string is in it.
     *
     * @throws InputException if too many states must be looked at to know
     */
    public boolean isEmpty(Node node) {
        if (node == nothing || node.sure || node.life != 0) {
            return node == nothing || node.life == DOOMED;
        }
        return !live(node, alphabet(node));
    }

    /** Whether some string is in it. */
    boolean live(Node node, Alphabet alphabet) {
        if (node == nothing || node.sure || node.life != 0) {
            return node != nothing && node.life != DOOMED;
        }
        // Best first: where the least is left to write.
        long begun = work;
        Frontier open = new Frontier();
        List<Node> seen = new ArrayList<>();
        int[] parents = new int[16];
        Map<Node, Boolean> known = new HashMap<>();
        seen.add(node);
        known.put(node, true);
        open.add(node.bytes, 0);
        while (!open.isEmpty()) {
            int at = open.take();
            Node from = seen.get(at);
            for (int i = 1; i < alphabet.size(); i++) {
                Node next = derive(from, alphabet.example(i));
                if (next == nothing || next.life == DOOMED || known.containsKey(next)) {
                    continue;
                }
                if (next.sure || next.life == LIVE) {
                    for (int on = at; on > 0; on = parents[on]) {
                        seen.get(on).life = LIVE;
                    }
                    node.life = LIVE;
                    return true;
                }
                if (seen.size() == FUEL || work - begun > MAX_WORK) {
                    throw tooComplex();
                }
                if (seen.size() == parents.length) {
                    parents = Arrays.copyOf(parents, 2 * parents.length);
                }
                parents[seen.size()] = at;
                open.add(next.bytes, seen.size());
                known.put(next, true);
                seen.add(next);
            }
        }
        for (Node dead : seen) {
            dead.life = DOOMED;
        }
        return false;
    }

    private static InputException tooComplex() {
        return new InputException("the language of the string is too complex: more than " + FUEL
                + " states decide what is in it; use smaller counts, or fewer conditions on one string");
    }

    /**
     * Whether infinitely many strings are in it.
     *
     * @throws InputException if too many states must be looked at to know
     */
    public boolean isInfinite(Node node) {
        if (node == nothing || node.maxLength != ENDLESS) {
            return false;
        }
        if (node.plain || node.gapless && node.sure) {
            return true;
        }
        Alphabet alphabet = alphabet(node);
        if (!live(node, alphabet)) {
            return false;
        }
        long begun = work;
        // Depth first: a live state that leads back to itself makes it infinite.
        Map<Node, Boolean> onPath = new HashMap<>();
        List<Node> path = new ArrayList<>(List.of(node));
        int[] turns = new int[16];
        turns[0] = 1;
        onPath.put(node, true);
        while (!path.isEmpty()) {
            int top = path.size() - 1;
            Node from = path.get(top);
            if (turns[top] == alphabet.size()) {
                onPath.put(from, false);
                path.remove(top);
                continue;
            }
            Node next = derive(from, alphabet.example(turns[top]++));
            if (next == nothing || next.maxLength != ENDLESS || !live(next, alphabet)) {
                continue;
            }
            @Nullable Boolean before = onPath.get(next);
            if (next.plain || before != null && before) {
                return true;
            }
            if (before == null) {
                if (onPath.size() == FUEL || work - begun > MAX_WORK) {
                    throw tooComplex();
                }
                if (path.size() == turns.length) {
                    turns = Arrays.copyOf(turns, 2 * turns.length);
                }
                turns[path.size()] = 1;
                onPath.put(next, true);
                path.add(next);
            }
        }
        return false;
    }

    /**
     * A string of the fewest bytes in JSON; of those one that has letters.
     *
     * @throws InputException if too many states must be looked at, or the string is longer than a mebibyte
     */
    public Optional<String> shortest(Node node) {
        if (isEmpty(node)) {
            return Optional.empty();
        }
        if (node.nullable) {
            return Optional.of("");
        }
        Alphabet alphabet = alphabet(node);
        if (distance(node, alphabet) > MAX_SHORTEST) {
            throw new InputException(
                    "every string of the language is longer than " + MAX_SHORTEST + " bytes; ask for shorter ones");
        }
        StringBuilder out = new StringBuilder();
        for (Node rest = node; !rest.nullable; ) {
            int c = nearest(rest, alphabet);
            out.appendCodePoint(c);
            rest = derive(rest, c);
        }
        return Optional.of(out.toString());
    }

    /** How many bytes a shortest string of a live language takes in JSON. */
    int distance(Node node, Alphabet alphabet) {
        if (node.exact) {
            return node.bytes;
        }
        if (node.distance < 0) {
            explore(node, alphabet);
        }
        return node.distance;
    }

    /** The first character of a shortest string of a live language that is not accepting. */
    int nearest(Node node, Alphabet alphabet) {
        if (node.nearest >= 0) {
            return node.nearest;
        }
        int whole = distance(node, alphabet);
        if (node.nearest >= 0) {
            return node.nearest;
        }
        int best = -1;
        for (int i = 1; i < alphabet.size(); i++) {
            int c = alphabet.example(i);
            if (best >= 0 && Written.rank(c) >= Written.rank(best)) {
                continue;
            }
            Node next = derive(node, c);
            if (next.exact && next != nothing && (whole >= FAR || Written.bytes(c) + next.bytes == whole)) {
                best = c;
            }
        }
        node.nearest = best;
        return best;
    }

    /** A*: what a plain language takes at the least is known, and what others take is bounded from below. */
    private void explore(Node node, Alphabet alphabet) {
        long begun = work;
        Frontier open = new Frontier();
        List<Node> seen = new ArrayList<>();
        Map<Node, Integer> numbers = new HashMap<>();
        int[] spent = new int[16];
        int[] parents = new int[16];
        int[] by = new int[16];
        seen.add(node);
        numbers.put(node, 0);
        open.add(node.bytes, 0);
        while (!open.isEmpty()) {
            int at = open.take();
            Node from = seen.get(at);
            if (from.exact || from.distance >= 0) {
                int left = from.exact ? from.bytes : from.distance;
                int whole = spent[at] + left;
                for (int on = at; on > 0; ) {
                    int c = by[on];
                    on = parents[on];
                    seen.get(on).distance = whole - spent[on];
                    seen.get(on).nearest = c;
                }
                return;
            }
            for (int i = 1; i < alphabet.size(); i++) {
                int c = alphabet.example(i);
                Node next = derive(from, c);
                if (!live(next, alphabet)) {
                    continue;
                }
                int cost = spent[at] + Written.bytes(c);
                @Nullable Integer number = numbers.get(next);
                if (number == null) {
                    number = seen.size();
                    if (number == FUEL || work - begun > MAX_WORK) {
                        throw tooComplex();
                    }
                    if (number == spent.length) {
                        spent = Arrays.copyOf(spent, 2 * number);
                        parents = Arrays.copyOf(parents, 2 * number);
                        by = Arrays.copyOf(by, 2 * number);
                    }
                    seen.add(next);
                    numbers.put(next, number);
                } else if (cost > spent[number]
                        || cost == spent[number]
                                && (number == 0
                                        || parents[number] != at
                                        || Written.rank(c) >= Written.rank(by[number]))) {
                    continue;
                }
                spent[number] = cost;
                parents[number] = at;
                by[number] = c;
                open.add(cost + (next.distance >= 0 ? next.distance : next.bytes), number);
            }
        }
        throw new IllegalStateException("a live language has a string");
    }
}
