package io.kernelweave.decode;

import io.kernelweave.regex.Automaton;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Languages of strings, read side by side: a state says for each of them whether the string so far is in it. Some of them
 * decide: a state is alive if one of those can still be reached. The others only watch. A state can also tell which of some
 * names the string so far begins.
 */
final class Languages {
    static final int DEAD = Automaton.DEAD;
    private static final int NOT_YET = -2;

    private final Automaton[] automata;
    private final int deciding;
    /** Sorted, by code points. */
    private final int[][] names;

    private final int longest;
    private final List<int[]> tuples = new ArrayList<>();
    private final List<int[]> ascii = new ArrayList<>();
    private final Map<Tuple, Integer> numbers = new HashMap<>();
    private final int start;

    private record Tuple(int[] states) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Tuple tuple && Arrays.equals(states, tuple.states);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(states);
        }
    }

    /** One language. */
    Languages(Automaton automaton) {
        this(1, List.of(automaton), List.of());
    }

    /**
     * @param deciding how many of the languages decide, at least one; they come first
     * @param automata of the languages
     * @param names to tell apart
     */
    Languages(int deciding, List<Automaton> automata, Collection<String> names) {
        this.deciding = deciding;
        this.automata = automata.toArray(Automaton[]::new);
        this.names = names.stream()
                .map(name -> name.codePoints().toArray())
                .sorted(Arrays::compare)
                .toArray(int[][]::new);
        this.longest =
                Arrays.stream(this.names).mapToInt(name -> name.length).max().orElse(0);
        if (single()) {
            this.start = this.automata[0].start();
        } else {
            int[] begin = new int[this.automata.length + 1];
            for (int i = 0; i < this.automata.length; i++) {
                begin[i] = this.automata[i].start();
            }
            begin[this.automata.length] = this.names.length == 0 ? DEAD : 0;
            this.start = number(begin);
        }
    }

    /** Where in the names a longer beginning is, as the first name that has it and its length; {@link #DEAD} if nowhere. */
    private int nameAfter(int at, int codePoint) {
        int first = at / (longest + 1);
        int length = at % (longest + 1);
        for (int i = first; i < names.length; i++) {
            int[] name = names[i];
            if (name.length < length || Arrays.mismatch(name, 0, length, names[first], 0, length) >= 0) {
                return DEAD;
            }
            if (name.length > length && name[length] == codePoint) {
                return i * (longest + 1) + length + 1;
            }
        }
        return DEAD;
    }

    /** The string so far, if one of the names begins so; else null. */
    @Nullable
    String begun(int state) {
        int at = single() ? DEAD : tuples.get(state)[automata.length];
        return at == DEAD ? null : new String(names[at / (longest + 1)], 0, at % (longest + 1));
    }

    private int number(int[] states) {
        boolean alive = false;
        for (int i = 0; i < deciding; i++) {
            alive |= states[i] != DEAD;
        }
        if (!alive) {
            return DEAD;
        }
        return numbers.computeIfAbsent(new Tuple(states), tuple -> {
            tuples.add(states);
            int[] row = new int[128];
            Arrays.fill(row, NOT_YET);
            ascii.add(row);
            return tuples.size() - 1;
        });
    }

    private boolean single() {
        return automata.length == 1 && names.length == 0;
    }

    int start() {
        return start;
    }

    /** The state after a character, or {@link #DEAD}. */
    int next(int state, int codePoint) {
        if (single()) {
            return automata[0].next(state, codePoint);
        }
        if (codePoint >= 128) {
            return step(state, codePoint);
        }
        int[] row = ascii.get(state);
        if (row[codePoint] == NOT_YET) {
            row[codePoint] = step(state, codePoint);
        }
        return row[codePoint];
    }

    private int step(int state, int codePoint) {
        int[] from = tuples.get(state);
        int[] to = new int[from.length];
        for (int i = 0; i < automata.length; i++) {
            to[i] = from[i] == DEAD ? DEAD : automata[i].next(from[i], codePoint);
        }
        int name = from[automata.length];
        to[automata.length] = name == DEAD ? DEAD : nameAfter(name, codePoint);
        return number(to);
    }

    /** Whether some character of a range leads on. */
    boolean any(int state, int low, int high) {
        if (single()) {
            return automata[0].any(state, low, high);
        }
        int[] states = tuples.get(state);
        for (int i = 0; i < deciding; i++) {
            if (states[i] != DEAD && automata[i].any(states[i], low, high)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the string is in some language. */
    boolean accepts(int state) {
        if (single()) {
            return automata[0].accepts(state);
        }
        for (int i = 0; i < deciding; i++) {
            if (accepts(state, i)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the string is in one of the languages, by its place in the list. */
    boolean accepts(int state, int language) {
        int of = single() ? state : tuples.get(state)[language];
        return of != DEAD && automata[language].accepts(of);
    }

    /** The one language, if it is one. */
    @Nullable
    Automaton only() {
        return single() ? automata[0] : null;
    }

    /** How many languages decide. */
    int deciding() {
        return deciding;
    }

    /** The automaton of one of the languages. */
    Automaton automaton(int language) {
        return automata[language];
    }

    /** The state of one of the languages, or {@link #DEAD}. */
    int state(int state, int language) {
        return single() ? state : tuples.get(state)[language];
    }

    /** The language that is reached soonest. */
    private int soonest(int state) {
        int[] states = tuples.get(state);
        int best = -1;
        for (int i = 0; i < deciding; i++) {
            if (states[i] != DEAD
                    && (best < 0 || automata[i].distance(states[i]) < automata[best].distance(states[best]))) {
                best = i;
            }
        }
        return best;
    }

    int distance(int state) {
        if (single()) {
            return automata[0].distance(state);
        }
        int best = soonest(state);
        return automata[best].distance(tuples.get(state)[best]);
    }

    int nearest(int state) {
        if (single()) {
            return automata[0].nearest(state);
        }
        int best = soonest(state);
        return automata[best].nearest(tuples.get(state)[best]);
    }

    /** Of the characters of a range one after which the distance is least, or {@link #DEAD}. */
    int nearest(int state, int low, int high) {
        if (single()) {
            return automata[0].nearest(state, low, high);
        }
        int[] states = tuples.get(state);
        int found = DEAD;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < deciding; i++) {
            int c = states[i] == DEAD ? DEAD : automata[i].nearest(states[i], low, high);
            if (c != DEAD && automata[i].distance(automata[i].next(states[i], c)) < least) {
                least = automata[i].distance(automata[i].next(states[i], c));
                found = c;
            }
        }
        return found;
    }
}
