package io.kernelweave.regex;

import io.kernelweave.json.InputException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A deterministic automaton of a language, made as it is walked: a state is a derivative, and its successors for each class
 * of characters are found when they are first asked for. States are numbers from 0; each has a way to an accepted string.
 */
public final class Automaton {
    /** No state: nothing that is accepted begins so. */
    public static final int DEAD = -1;

    private static final int UNKNOWN = -2;

    private final Regex algebra;
    private final Alphabet alphabet;
    private final int classes;
    private final byte[] ascii = new byte[128];
    private final int start;

    private Regex.Node[] nodes = new Regex.Node[8];
    private int[][] rows = new int[8][];
    private CodePoints[] loops = new CodePoints[0];
    private int states;
    /** State plus 1 by the number of its language, open addressing. */
    private int[] numbers = new int[16];

    private Automaton(Regex algebra, Regex.Node language) {
        this.algebra = algebra;
        this.alphabet = algebra.alphabet(language);
        this.classes = alphabet.size();
        for (int c = 0; c < 128; c++) {
            ascii[c] = (byte) alphabet.classOf(alphabet.interval(c)); // at most 128 classes have a character below 128
        }
        this.start = algebra.live(language, alphabet) ? number(language) : DEAD;
    }

    /** @throws io.kernelweave.json.InputException if it takes too long to see whether anything is accepted, here or later */
    public static Automaton of(Regex algebra, Regex.Node language) {
        return new Automaton(algebra, language);
    }

    /** An automaton of another language of the same algebra. */
    public Automaton of(Regex.Node language) {
        return new Automaton(algebra, language);
    }

    private int number(Regex.Node node) {
        int at = node.id * 0x9E3779B9 >>> 8 & numbers.length - 1;
        for (; numbers[at] != 0; at = at + 1 & numbers.length - 1) {
            if (nodes[numbers[at] - 1] == node) {
                return numbers[at] - 1;
            }
        }
        int state = states++;
        if (state == nodes.length) {
            nodes = Arrays.copyOf(nodes, 2 * state);
            rows = Arrays.copyOf(rows, 2 * state);
        }
        nodes[state] = node;
        int[] row = new int[classes];
        Arrays.fill(row, UNKNOWN);
        row[0] = DEAD;
        rows[state] = row;
        numbers[at] = state + 1;
        if (2 * states > numbers.length) {
            numbers = new int[2 * numbers.length];
            for (int i = 0; i < states; i++) {
                int to = nodes[i].id * 0x9E3779B9 >>> 8 & numbers.length - 1;
                while (numbers[to] != 0) {
                    to = to + 1 & numbers.length - 1;
                }
                numbers[to] = i + 1;
            }
        }
        return state;
    }

    /** The state before the first character; {@link #DEAD} if nothing is accepted. */
    public int start() {
        return start;
    }

    /** How many states have been met. */
    public int states() {
        return states;
    }

    /**
     * Makes states, those with the shortest ways to them first.
     *
     * @param most how many
     * @throws InputException if it cannot be decided whether one of them leads on
     */
    public void explore(int most) {
        for (int state = 0; start != DEAD && state < Math.min(states, most); state++) {
            for (int number = 1; number < alphabet.size(); number++) {
                after(state, number);
            }
        }
    }

    /** The state after a character, or {@link #DEAD}. */
    public int next(int state, int codePoint) {
        int number = codePoint < 128 ? ascii[codePoint] : alphabet.classOf(alphabet.interval(codePoint));
        int next = rows[state][number];
        return next != UNKNOWN ? next : step(state, number);
    }

    private int after(int state, int number) {
        int next = rows[state][number];
        return next != UNKNOWN ? next : step(state, number);
    }

    private int step(int state, int number) {
        Regex.Node node = algebra.derive(nodes[state], alphabet.example(number));
        int next = algebra.live(node, alphabet) ? number(node) : DEAD;
        rows[state][number] = next;
        return next;
    }

    /** Whether a scalar value from {@code low} to {@code high} leads to a state; the range may be empty. */
    public boolean any(int state, int low, int high) {
        if (low > high) {
            return false;
        }
        int last = alphabet.interval(high);
        for (int i = alphabet.interval(low); i <= last; i++) {
            if (after(state, alphabet.classOf(i)) != DEAD) {
                return true;
            }
        }
        return false;
    }

    /** Whether the string may end here. */
    public boolean accepts(int state) {
        return nodes[state].nullable;
    }

    /** Whether a string is accepted; of one with half a character, of which languages know nothing, it is not sure that it is not. */
    public boolean mayAccept(String text) {
        int state = start;
        for (int i = 0; i < text.length() && state != DEAD; i++) {
            int character = text.charAt(i);
            if (Character.isSurrogate((char) character)) {
                character = text.codePointAt(i);
                if (character < Character.MIN_SUPPLEMENTARY_CODE_POINT) {
                    return true;
                }
                i++;
            }
            state = next(state, character);
            if (state != DEAD && free(state)) {
                return true;
            }
        }
        return state != DEAD && accepts(state);
    }

    /** Whether every string may follow. */
    public boolean free(int state) {
        return nodes[state] == algebra.everything();
    }

    /** How many characters may follow, at least and at most, if they may be any; else null. */
    public int @Nullable [] lengths(int state) {
        return algebra.lengths(nodes[state]);
    }

    /** The only strings that may not follow, if they are finitely many and known; else null. */
    public @Nullable List<String> exceptions(int state) {
        return algebra.exceptions(nodes[state]);
    }

    /**
     * Characters of which so many may follow, in any order, without an end of the way to an accepted string.
     *
     * @param characters which
     * @param length how many at least; {@link Integer#MAX_VALUE} for any number
     */
    public record Run(CodePoints characters, int length) {}

    /** Whether it is known that whatever follows, some string can still be completed. */
    public boolean endless(int state) {
        return algebra.endless(nodes[state]);
    }

    /** The strings of a language that have at most so many characters. */
    public record Cut(int length, Regex.Node language) {}

    /** How many characters complete a string at least, where that is known without a search; else -1. */
    public long atLeast(int state) {
        return nodes[state].plain ? nodes[state].lowest() : -1;
    }

    /** What follows as a cut of another language; null if it is none. */
    public @Nullable Cut cut(int state) {
        return algebra.cut(nodes[state]);
    }

    /** A run that is known from a state; its set may be empty. */
    public Run run(int state) {
        CodePoints loop = loop(state);
        if (!loop.isEmpty()) {
            return new Run(loop, Integer.MAX_VALUE);
        }
        Regex.Node node = nodes[state];
        if (node.kind != Regex.Kind.BOTH) {
            return algebra.run(node);
        }
        // Of a length and one more language: as long as the length leaves room for the shortest way out of the run.
        int[] lengths = node.of.length == 2 ? algebra.lengths(node.of[0]) : null;
        Regex.Node other = node.of.length == 2 ? node.of[1] : node;
        if (lengths == null && node.of.length == 2) {
            lengths = algebra.lengths(node.of[1]);
            other = node.of[0];
        }
        if (lengths == null) {
            return NO_RUN;
        }
        Run run = algebra.run(other);
        if (run.characters.isEmpty()) {
            int[] ranges = new int[2 * alphabet.intervals()];
            int used = 0;
            for (int i = 0; i < alphabet.intervals(); i++) {
                if (algebra.derive(other, alphabet.first(i)) == other) {
                    ranges[used++] = alphabet.first(i);
                    ranges[used++] = alphabet.last(i);
                }
            }
            run = new Run(CodePoints.of(Arrays.copyOf(ranges, used)), Integer.MAX_VALUE);
        }
        return other.nullable || run.length < Integer.MAX_VALUE && other.kind == Regex.Kind.REPEAT
                ? new Run(run.characters, Math.min(run.length, lengths[1]))
                : NO_RUN;
    }

    private static final Run NO_RUN = new Run(CodePoints.NONE, 0);

    /** The characters that lead back to the same state. */
    public CodePoints loop(int state) {
        if (state >= loops.length) {
            loops = Arrays.copyOf(loops, nodes.length);
        }
        CodePoints known = loops[state];
        if (known == null) {
            int[] ranges = new int[2 * alphabet.intervals()];
            int used = 0;
            for (int i = 0; i < alphabet.intervals(); i++) {
                if (after(state, alphabet.classOf(i)) == state) {
                    ranges[used++] = alphabet.first(i);
                    ranges[used++] = alphabet.last(i);
                }
            }
            known = CodePoints.of(Arrays.copyOf(ranges, used));
            loops[state] = known;
        }
        return known;
    }

    /** The language of what may follow. */
    public Regex.Node node(int state) {
        return nodes[state];
    }

    /** How many bytes a shortest way to an accepted string takes in a JSON string. */
    public int distance(int state) {
        return algebra.distance(nodes[state], alphabet);
    }

    /** A first character of such a way; asked only where the state does not accept. */
    public int nearest(int state) {
        return algebra.nearest(nodes[state], alphabet);
    }

    /** Of the characters from {@code low} to {@code high} one after which the distance is least, or {@link #DEAD}. */
    public int nearest(int state, int low, int high) {
        if (low > high) {
            return DEAD;
        }
        int best = DEAD;
        int least = Integer.MAX_VALUE;
        boolean[] seen = new boolean[classes];
        int last = alphabet.interval(high);
        for (int i = alphabet.interval(low); i <= last; i++) {
            int number = alphabet.classOf(i);
            if (!seen[number]) {
                seen[number] = true;
                int next = after(state, number);
                if (next != DEAD && distance(next) < least) {
                    least = distance(next);
                    best = Math.max(low, alphabet.first(i));
                }
            }
        }
        return best;
    }

    /** Of each class that has characters from {@code low} to {@code high} one of the fewest bytes in UTF-8, a letter if it can be. */
    public int[] letters(int low, int high) {
        int[] best = new int[classes];
        Arrays.fill(best, DEAD);
        int last = alphabet.interval(high);
        for (int i = alphabet.interval(low); i <= last; i++) {
            int number = alphabet.classOf(i);
            int first = Math.max(low, alphabet.first(i));
            for (int c : new int[] {first, Written.cheapest(first, Math.min(high, alphabet.last(i)))}) {
                int longer = best[number] == DEAD ? -1 : Written.utf8(c) - Written.utf8(best[number]);
                if (longer < 0 || longer == 0 && Written.rank(c) < Written.rank(best[number])) {
                    best[number] = c;
                }
            }
        }
        best[0] = DEAD; // surrogates
        return Arrays.stream(best).filter(c -> c != DEAD).toArray();
    }
}
