package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * A deterministic automaton as a table: code points fall into intervals, the intervals into classes, and each state has a
 * successor for each class.
 * States from which nothing is accepted are left out, so every state has a way to the end. Immutable.
 */
final class Dfa implements Characters {
    private static final int MAX_STATES = 4096;
    private static final int MAX_CELLS = 1 << 20;

    /** Where intervals begin, and their classes. */
    private final int[] starts;

    private final int[] classes;
    private final int[][] successors;
    private final boolean[] accepting;
    private final int[] distances;
    private final int[] nearest;
    private final byte[] ascii = new byte[128];
    private final int start;

    /**
     * The strings in which {@code pattern} matches somewhere and which have {@code min} to {@code max} code points.
     *
     * <p>Where ECMA-262 and {@code java.util.regex} read the pattern differently, a string must match in both.
     *
     * @throws InputException naming {@code where}, if the pattern is not regular, needs too many states, or matches nothing
     */
    static Dfa of(String pattern, int min, int max, String where) {
        Regex regex = new Regex();
        Regex.Node language = regex.search(RegexParser.parse(regex, RegexParser.Dialect.ECMA, pattern, where));
        Regex.Node java = regex.search(RegexParser.parse(regex, RegexParser.Dialect.JAVA, pattern, where));
        language = language == java ? language : regex.both(language, java);
        Regex.Node any = regex.set(CodePoints.ANY);
        if (min > 0 || max < Regex.UNBOUNDED) {
            language = regex.both(language, regex.repeat(any, min, max));
        }
        return new Dfa(regex, language, where);
    }

    private Dfa(Regex regex, Regex.Node language, String where) {
        this.starts = regex.intervals();
        this.classes = regex.classes(starts);
        int[] examples = new int[Arrays.stream(classes).max().orElse(0) + 1];
        for (int i = starts.length - 1; i >= 0; i--) {
            examples[classes[i]] = starts[i];
        }
        Map<Regex.Node, Integer> numbers = new HashMap<>();
        List<Regex.Node> nodes = new ArrayList<>();
        List<int[]> rows = new ArrayList<>();
        numbers.put(language, 0);
        nodes.add(language);
        for (int state = 0; state < nodes.size(); state++) {
            if (state >= MAX_STATES || (long) state * examples.length > MAX_CELLS) {
                throw InputException.at(
                        where, "the pattern needs too large an automaton", "use smaller repeats or fewer alternatives");
            }
            int[] row = new int[examples.length];
            for (int i = 0; i < row.length; i++) {
                Regex.Node next = regex.derive(nodes.get(state), examples[i]);
                Integer number = next == regex.nothing() ? Integer.valueOf(DEAD) : numbers.get(next);
                if (number == null) {
                    number = nodes.size();
                    numbers.put(next, number);
                    nodes.add(next);
                }
                row[i] = number;
            }
            rows.add(row);
        }
        boolean[] accepts = new boolean[nodes.size()];
        for (int state = 0; state < accepts.length; state++) {
            accepts[state] = regex.accepts(nodes.get(state));
        }
        int[] distance = distances(rows, accepts);
        if (distance[0] == Integer.MAX_VALUE) {
            throw InputException.at(where, "no string is allowed", "correct the pattern or the length limits");
        }
        int[] renumbered = new int[accepts.length];
        int live = 0;
        for (int state = 0; state < accepts.length; state++) {
            renumbered[state] = distance[state] == Integer.MAX_VALUE ? DEAD : live++;
        }
        this.start = renumbered[0];
        this.successors = new int[live][];
        this.accepting = new boolean[live];
        this.distances = new int[live];
        this.nearest = new int[live];
        for (int state = 0; state < accepts.length; state++) {
            int number = renumbered[state];
            if (number != DEAD) {
                int[] row = rows.get(state);
                for (int i = 0; i < row.length; i++) {
                    row[i] = row[i] == DEAD ? DEAD : renumbered[row[i]];
                }
                successors[number] = row;
                accepting[number] = accepts[state];
                distances[number] = distance[state];
            }
        }
        for (int c = 0; c < ascii.length; c++) {
            ascii[c] = (byte) search(c, 0); // at most 128 intervals begin below 128
        }
        for (int state = 0; state < live; state++) {
            nearest[state] = accepting[state] ? DEAD : closest(state);
        }
    }

    /** Dijkstra's algorithm from the accepting states backwards; {@link Integer#MAX_VALUE} where there is no way. */
    private int[] distances(List<int[]> rows, boolean[] accepts) {
        int[] costs = IntStream.range(0, starts.length)
                .map(interval -> Text.writtenBytes(cheapest(interval)))
                .toArray();
        List<Map<Integer, Integer>> before = new ArrayList<>();
        for (int state = 0; state < accepts.length; state++) {
            before.add(new HashMap<>());
        }
        for (int state = 0; state < accepts.length; state++) {
            for (int i = 0; i < starts.length; i++) {
                int next = rows.get(state)[classes[i]];
                if (next != DEAD) {
                    before.get(next).merge(state, costs[i], Math::min);
                }
            }
        }
        int[] distance = new int[accepts.length];
        Arrays.fill(distance, Integer.MAX_VALUE);
        PriorityQueue<Long> open = new PriorityQueue<>();
        for (int state = 0; state < accepts.length; state++) {
            if (accepts[state]) {
                distance[state] = 0;
                open.add((long) state);
            }
        }
        while (!open.isEmpty()) {
            long entry = open.remove();
            int state = (int) entry;
            int far = (int) (entry >>> 32);
            if (far == distance[state]) {
                before.get(state).forEach((previous, cost) -> {
                    if (far + cost < distance[previous]) {
                        distance[previous] = far + cost;
                        open.add((long) (far + cost) << 32 | previous);
                    }
                });
            }
        }
        return distance;
    }

    private int closest(int state) {
        for (int i = 0; i < starts.length; i++) {
            int next = successors[state][classes[i]];
            int c = cheapest(i);
            if (next != DEAD && distances[next] + Text.writtenBytes(c) == distances[state]) {
                return c;
            }
        }
        throw new IllegalStateException("a live state has a way to the end");
    }

    /** The character of an interval that takes the fewest bytes in a JSON string, a letter if there is one. */
    private int cheapest(int interval) {
        int low = starts[interval];
        int high = last(interval);
        int best = low;
        if (low <= 'a' && 'a' <= high) {
            return 'a';
        }
        for (int c = low; c <= Math.min(high, 0x80); c++) {
            best = Text.writtenBytes(c) < Text.writtenBytes(best) ? c : best;
        }
        return best;
    }

    private int last(int interval) {
        return interval + 1 < starts.length ? starts[interval + 1] - 1 : Character.MAX_CODE_POINT;
    }

    private int interval(int codePoint) {
        return codePoint < 128 ? ascii[codePoint] : search(codePoint, ascii[127]);
    }

    private int search(int codePoint, int from) {
        int found = Arrays.binarySearch(starts, from, starts.length, codePoint);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public int start() {
        return start;
    }

    @Override
    public int next(int state, int codePoint) {
        return successors[state][classes[interval(codePoint)]];
    }

    @Override
    public boolean any(int state, int low, int high) {
        if (low > high) {
            return false;
        }
        int[] row = successors[state];
        int last = interval(high);
        for (int i = interval(low); i <= last; i++) {
            if (row[classes[i]] != DEAD) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean accepts(int state) {
        return accepting[state];
    }

    @Override
    public int distance(int state) {
        return distances[state];
    }

    @Override
    public int nearest(int state) {
        return nearest[state];
    }

    @Override
    public int nearest(int state, int low, int high) {
        int best = DEAD;
        int least = Integer.MAX_VALUE;
        for (int i = interval(low); low <= high && i <= interval(high); i++) {
            int next = successors[state][classes[i]];
            if (next != DEAD && distances[next] < least) {
                least = distances[next];
                best = Math.max(low, starts[i]);
            }
        }
        return best;
    }
}
