package io.kernelweave.decode;

import io.kernelweave.regex.Automaton;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * A regular language of texts as an automaton over the bytes of UTF-8. A place is a number: the state of the characters in the
 * upper half, what is {@linkplain Utf8 begun} of the next one in the lower. A begun character is allowed if and only if some
 * allowed character begins so.
 */
final class TextLanguage {
    static final long DEAD = -1;

    /** How many states are looked at for a shortest end; then one that is short in JSON does. */
    private static final int FUEL = 20_000;

    private final Automaton automaton;
    private final int[] letters;
    /** What a character takes in JSON is what it takes here, for each letter: then the automaton knows the shortest ends. */
    private boolean alike;
    /** By state: how many bytes are missing, plus 1; 0 if that is not known yet. */
    private int[] distances = new int[8];
    /** By state: the character that is next on the shortest way. */
    private int[] nearest = new int[8];

    private final Map<Rest, Long> places = new HashMap<>();

    /** What may follow a begun character that leads to one state however it ends. */
    private record Rest(int state, int left, int peculiarity) {}

    TextLanguage(Automaton automaton) {
        this.automaton = automaton;
        this.letters = automaton.letters(0, Character.MAX_CODE_POINT);
        this.alike = Arrays.stream(letters).allMatch(c -> Text.writtenBytes(c) == Utf8.length(c));
    }

    private static long place(int state, int begun) {
        return state == Automaton.DEAD ? DEAD : (long) state << 32 | begun;
    }

    private static int state(long at) {
        return (int) (at >>> 32);
    }

    long begin() {
        return place(automaton.start(), 0);
    }

    /** The place after a byte, or {@link #DEAD}. */
    long next(long at, int b) {
        int state = state(at);
        int begun = (int) at;
        if (begun == 0) {
            return b < 0x80 ? place(automaton.next(state, b), 0) : inside(state, Utf8.begin(b));
        }
        if (Utf8.left(begun) > 1) {
            return inside(state, Utf8.goOn(begun, b));
        }
        int c = Utf8.last(begun, b);
        return c == Utf8.MALFORMED ? DEAD : place(automaton.next(state, c), 0);
    }

    private long inside(int state, int begun) {
        if (begun == Utf8.MALFORMED || !automaton.any(state, Utf8.low(begun), Utf8.high(begun))) {
            return DEAD;
        }
        // What leads to the same texts is the same place, so that there are few places.
        int[] some = automaton.letters(Utf8.low(begun), Utf8.high(begun));
        int next = automaton.next(state, some[0]);
        for (int c : some) {
            if (next == Automaton.DEAD || automaton.next(state, c) != next) {
                return place(state, begun);
            }
        }
        return places.computeIfAbsent(
                new Rest(next, Utf8.left(begun), Utf8.peculiarity(begun)), rest -> place(state, begun));
    }

    /** Whether the text may end at a place. */
    boolean accepts(long at) {
        return (int) at == 0 && automaton.accepts(state(at));
    }

    /** Whether the text may go on at a place. */
    boolean goesOn(long at) {
        return (int) at != 0 || automaton.any(state(at), 0, Character.MAX_CODE_POINT);
    }

    /** Whether a character is begun. */
    static boolean isInside(long at) {
        return (int) at != 0;
    }

    /** Characters that are known to lead on in any order; no character must be begun. */
    Automaton.Run run(long at) {
        return automaton.run(state(at));
    }

    /** How many bytes at least lead to the end of a text. */
    int distance(long at) {
        if ((int) at == 0) {
            return distance(state(at));
        }
        int c = ending(at);
        return Utf8.left((int) at) + distance(automaton.next(state(at), c));
    }

    /** The begun character from which the way to the end is the shortest. */
    private int ending(long at) {
        int best = Automaton.DEAD;
        int least = Integer.MAX_VALUE;
        for (int c : automaton.letters(Utf8.low((int) at), Utf8.high((int) at))) {
            int next = automaton.next(state(at), c);
            if (next != Automaton.DEAD && distance(next) < least) {
                least = distance(next);
                best = c;
            }
        }
        return best;
    }

    private int distance(int state) {
        if (automaton.accepts(state)) {
            return 0;
        }
        if (state >= distances.length) {
            distances = Arrays.copyOf(distances, Math.max(2 * state, automaton.states()));
            nearest = Arrays.copyOf(nearest, distances.length);
        }
        if (distances[state] == 0) {
            if (alike) {
                know(state, automaton.distance(state), automaton.nearest(state));
            } else {
                explore(state);
            }
        }
        return distances[state] - 1;
    }

    private void know(int state, int distance, int next) {
        distances[state] = distance + 1;
        nearest[state] = next;
    }

    /** On the way from a state that is looked at: how many bytes lead to one, from where, and by which character. */
    private record Way(int state, int length, int from, int by) {}

    /** Dijkstra's search, up to states of which more is known. */
    private void explore(int state) {
        PriorityQueue<Way> open =
                new PriorityQueue<>(Comparator.comparingInt(Way::length).thenComparingInt(Way::state));
        Map<Integer, Way> ways = new HashMap<>();
        Map<Integer, Integer> reached = new HashMap<>();
        open.add(new Way(state, 0, -1, 0));
        int best = Integer.MAX_VALUE;
        int end = -1;
        while (!open.isEmpty() && open.element().length < best) {
            Way way = open.remove();
            if (ways.putIfAbsent(way.state, way) != null) {
                continue;
            }
            if (ways.size() > FUEL) {
                alike = true;
                know(state, automaton.distance(state), automaton.nearest(state));
                return;
            }
            boolean known = way.state < distances.length && distances[way.state] > 0;
            if (known || automaton.accepts(way.state)) {
                int whole = way.length + (known ? distances[way.state] - 1 : 0);
                if (whole < best) {
                    best = whole;
                    end = way.state;
                }
                continue;
            }
            for (int c : letters) {
                int next = automaton.next(way.state, c);
                int length = way.length + Utf8.length(c);
                if (next != Automaton.DEAD && length < reached.getOrDefault(next, Integer.MAX_VALUE)) {
                    reached.put(next, length);
                    open.add(new Way(next, length, way.state, c));
                }
            }
        }
        if (automaton.states() > distances.length) {
            distances = Arrays.copyOf(distances, automaton.states());
            nearest = Arrays.copyOf(nearest, distances.length);
        }
        for (Way way = ways.get(end); way != null && way.from >= 0; way = ways.get(way.from)) {
            know(way.from, best - java.util.Objects.requireNonNull(ways.get(way.from)).length, way.by);
        }
    }

    /** Writes a shortest way to the end of a text. */
    void finish(long at, Bytes out) {
        int state = state(at);
        int begun = (int) at;
        if (begun != 0) {
            int c = ending(at);
            for (int left = Utf8.left(begun) - 1; left >= 0; left--) {
                out.add(0x80 | c >>> 6 * left & 0x3F);
            }
            state = automaton.next(state, c);
        }
        while (distance(state) > 0) {
            out.add(Character.toString(nearest[state]));
            state = automaton.next(state, nearest[state]);
        }
    }
}
