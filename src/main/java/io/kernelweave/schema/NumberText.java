package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The texts of the numbers of a set, as an automaton over bytes that is made as it is walked. Every state that it hands out
 * can be completed.
 *
 * <p>A state is the place in JSON's grammar of numbers and, for each bound, divisor or value, how the digits so far stand to
 * it: compared digit by digit, or as a remainder. Numbers of a set that is not all numbers are written without an exponent,
 * others with one of at most three digits.
 */
public final class NumberText {
    /** No state. */
    public static final int DEAD = -1;

    private static final int NOT_YET = -2;
    private static final int FUEL = 20_000;
    private static final long MAX_DIVISOR = 1_000_000_000L;
    private static final int BROAD = 5_000;
    private static final String SYMBOLS = "0123456789-.eE+";

    // The place in the grammar, the first cell of a state; the second says whether a digit other than 0 was read.
    private static final int START = 0;
    private static final int MINUS = 1;
    private static final int ZERO = 2;
    private static final int WHOLE = 3;
    private static final int POINT = 4;
    private static final int FRACTION = 5;
    private static final int EXPONENT = 6;
    private static final int SIGN = 7;
    /** And the number of digits of the exponent more. */
    private static final int DIGITS = 8;

    private static final int NEGATIVE = 2;

    private final List<NumberSet> sets;
    private final int deciding;
    private final List<Tracker> trackers = new ArrayList<>();
    private final Map<NumberSet, Integer> tracked = new HashMap<>();
    private final Map<Key, Integer> numbers = new HashMap<>();
    private final List<long[]> states = new ArrayList<>();
    private final List<int[]> rows = new ArrayList<>();
    private final List<Boolean> alive = new ArrayList<>();
    private final int start;

    private record Key(long[] cells) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && Arrays.equals(cells, key.cells);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(cells);
        }
    }

    /**
     * The numbers of several sets, of which each state tells in which they are. Some of the sets decide: a number is one of
     * theirs. The others only watch.
     *
     * @param deciding how many of the sets decide, at least one; they come first
     * @throws InputException if the sets cannot be told apart within bounds
     */
    public NumberText(List<NumberSet> sets, int deciding) {
        this.sets = List.copyOf(sets);
        this.deciding = deciding;
        sets.forEach(this::track);
        long[] first = new long[2 + trackers.size()];
        for (int i = 0; i < trackers.size(); i++) {
            first[2 + i] = trackers.get(i).start();
        }
        this.start = number(first);
    }

    private void track(NumberSet part) {
        if (part instanceof NumberSet.All all) {
            all.of().forEach(this::track);
        } else if (part instanceof NumberSet.Any any) {
            any.of().forEach(this::track);
        } else if (part instanceof NumberSet.Not not) {
            track(not.of());
        } else if (tracked.putIfAbsent(part, trackers.size()) == null) {
            trackers.add(tracker(part));
        }
    }

    private static Tracker tracker(NumberSet part) {
        if (part instanceof NumberSet.UpTo upTo) {
            return new Compared(upTo.limit(), upTo.inclusive());
        }
        if (part instanceof NumberSet.MultipleOf multiple) {
            return new Remainder(multiple.divisor());
        }
        return part instanceof NumberSet.OneOf oneOf ? new Listed(oneOf.values()) : new NoFraction();
    }

    /** Whether multiples of a number can be told by the remainder of their digits. */
    static boolean canDivideBy(BigDecimal divisor) {
        BigDecimal stripped = divisor.stripTrailingZeros();
        int scale = Math.max(0, stripped.scale());
        return scale < 18
                && stripped.precision() - stripped.scale() < 18
                && stripped.movePointRight(scale).compareTo(BigDecimal.valueOf(MAX_DIVISOR)) <= 0;
    }

    /** Whether there is no such number. */
    public boolean isEmpty() {
        return !isAlive(start);
    }

    public int start() {
        return start;
    }

    /** The state after a byte, or {@link #DEAD}. */
    public int next(int state, int b) {
        int symbol = b >= '0' && b <= '9' ? b - '0' : SYMBOLS.indexOf(b);
        if (symbol < 0) {
            return DEAD;
        }
        int[] row = rows.get(state);
        if (row[symbol] == NOT_YET) {
            int next = step(state, symbol);
            row[symbol] = next != DEAD && isAlive(next) ? next : DEAD;
        }
        return row[symbol];
    }

    /** Whether the number may end here. */
    public boolean accepts(int state) {
        for (int i = 0; i < deciding; i++) {
            if (accepts(state, i)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the number may end here and is in one of the sets, by its place in the list. */
    public boolean accepts(int state, int set) {
        long[] cells = states.get(state);
        int place = (int) cells[0];
        return (place == ZERO || place == WHOLE || place == FRACTION || place > DIGITS) && holds(sets.get(set), cells);
    }

    /** The shortest text that completes a number. */
    public String completion(int state) {
        ArrayDeque<Integer> open = new ArrayDeque<>(List.of(state));
        Map<Integer, String> texts = new HashMap<>(Map.of(state, ""));
        while (!open.isEmpty()) {
            int at = open.remove();
            String text = texts.getOrDefault(at, "");
            if (accepts(at)) {
                return text;
            }
            for (int symbol = 0; symbol < SYMBOLS.length(); symbol++) {
                int next = next(at, SYMBOLS.charAt(symbol));
                if (next != DEAD && texts.putIfAbsent(next, text + SYMBOLS.charAt(symbol)) == null) {
                    open.add(next);
                }
            }
        }
        throw new IllegalStateException("a live state has a way to the end");
    }

    private boolean holds(NumberSet part, long[] cells) {
        if (part instanceof NumberSet.All all) {
            return all.of().stream().allMatch(of -> holds(of, cells));
        }
        if (part instanceof NumberSet.Any any) {
            return any.of().stream().anyMatch(of -> holds(of, cells));
        }
        if (part instanceof NumberSet.Not not) {
            return !holds(not.of(), cells);
        }
        int i = tracked.getOrDefault(part, 0);
        return trackers.get(i).accepts(cells[2 + i], cells[0] == FRACTION, cells[1]);
    }

    private int number(long[] cells) {
        return numbers.computeIfAbsent(new Key(cells), key -> {
            states.add(cells);
            int[] row = new int[SYMBOLS.length()];
            Arrays.fill(row, NOT_YET);
            rows.add(row);
            alive.add(trackers.isEmpty());
            return states.size() - 1;
        });
    }

    /** Explores until a number is complete; then every state on the way is alive, else none that was seen. */
    private boolean isAlive(int state) {
        if (alive.get(state)) {
            return true;
        }
        Map<Integer, Integer> before = new HashMap<>();
        ArrayDeque<Integer> open = new ArrayDeque<>();
        before.put(state, DEAD);
        open.add(state);
        while (!open.isEmpty()) {
            // Short numbers first; if none is found, long ones, among which some is in nearly every set.
            int at = before.size() < BROAD ? open.removeFirst() : open.removeLast();
            if (alive.get(at) || accepts(at)) {
                for (int on = at; on != DEAD; on = before.getOrDefault(on, DEAD)) {
                    alive.set(on, true);
                }
                return true;
            }
            if (before.size() > FUEL) {
                throw new InputException("the numeric bounds are too many to be told apart; use fewer or smaller ones");
            }
            int[] row = rows.get(at);
            for (int symbol = SYMBOLS.length() - 1; symbol >= 0; symbol--) {
                int next = row[symbol] == NOT_YET ? step(at, symbol) : row[symbol];
                if (next != DEAD && !isHopeless(next) && before.putIfAbsent(next, at) == null) {
                    open.add(next);
                }
            }
        }
        before.keySet().forEach(dead -> Arrays.fill(rows.get(dead), DEAD));
        return false;
    }

    /** Whether it is plain that no continuation is in any of the sets that decide. */
    private boolean isHopeless(int state) {
        long[] cells = states.get(state);
        for (NumberSet set : sets.subList(0, deciding)) {
            if (!settled(set, cells, false)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a set is known to hold, or not to hold, of every continuation. */
    private boolean settled(NumberSet part, long[] cells, boolean holds) {
        if (part instanceof NumberSet.Not not) {
            return settled(not.of(), cells, !holds);
        }
        List<NumberSet> of =
                part instanceof NumberSet.All all ? all.of() : part instanceof NumberSet.Any any ? any.of() : List.of();
        if (part instanceof NumberSet.All || part instanceof NumberSet.Any) {
            boolean every = part instanceof NumberSet.All == holds;
            for (NumberSet one : of) {
                if (settled(one, cells, holds) != every) {
                    return !every;
                }
            }
            return every;
        }
        int i = tracked.getOrDefault(part, 0);
        boolean inFraction = cells[0] == FRACTION;
        return cells[0] > MINUS
                && trackers.get(i).isSettled(cells[2 + i], inFraction)
                && trackers.get(i).accepts(cells[2 + i], inFraction, cells[1] | 1) == holds;
    }

    private int step(int state, int symbol) {
        long[] cells = states.get(state);
        int place = (int) cells[0];
        if (symbol < 10) {
            int to = switch (place) {
                case START, MINUS -> symbol == 0 ? ZERO : WHOLE;
                case WHOLE -> WHOLE;
                case POINT, FRACTION -> FRACTION;
                case EXPONENT, SIGN -> DIGITS + 1;
                case ZERO -> DEAD;
                default -> place < DIGITS + 3 ? place + 1 : DEAD;
            };
            return to == DEAD ? DEAD : move(cells, to, symbol);
        }
        return switch (SYMBOLS.charAt(symbol)) {
            case '-' -> place == START ? move(cells, MINUS, -1) : place == EXPONENT ? move(cells, SIGN, -1) : DEAD;
            case '+' -> place == EXPONENT ? move(cells, SIGN, -1) : DEAD;
            case '.' -> place == ZERO || place == WHOLE ? move(cells, POINT, -1) : DEAD;
            default ->
                trackers.isEmpty() && (place == ZERO || place == WHOLE || place == FRACTION)
                        ? move(cells, EXPONENT, -1)
                        : DEAD;
        };
    }

    private int move(long[] cells, int to, int digit) {
        long[] next = new long[cells.length];
        next[0] = to;
        if (!trackers.isEmpty()) {
            next[1] = cells[1] | (to == MINUS ? NEGATIVE : 0) | (digit > 0 ? 1 : 0);
        }
        for (int i = 2; i < cells.length; i++) {
            next[i] = digit >= 0
                    ? trackers.get(i - 2).digit(cells[i], to == FRACTION, digit)
                    : trackers.get(i - 2).other(cells[i], to);
        }
        return number(next);
    }

    /** How the digits so far stand to one bound, divisor or list of values; a state is a number. */
    private interface Tracker {
        long start();

        long digit(long state, boolean fraction, int digit);

        default long other(long state, int to) {
            return state;
        }

        /** Whether no continuation changes what the number is to it. */
        default boolean isSettled(long state, boolean fraction) {
            return false;
        }

        /** @param flags whether a digit other than 0 was read, and whether the number is negative */
        boolean accepts(long state, boolean fraction, long flags);
    }

    /** Compares magnitudes: the digits read, and the order of those against as many of the limit's. */
    private static final class Compared implements Tracker {
        private static final int MAX_DIGITS = 400;

        private final String whole;
        private final String fraction;
        private final int sign;
        private final boolean inclusive;

        Compared(BigDecimal limit, boolean inclusive) {
            BigDecimal magnitude =
                    limit.signum() == 0 ? BigDecimal.ZERO : limit.abs().stripTrailingZeros();
            if (magnitude.precision() - magnitude.scale() > MAX_DIGITS || magnitude.scale() > MAX_DIGITS) {
                throw new InputException("the limit " + limit + " is too long; use at most " + MAX_DIGITS + " digits");
            }
            String[] parts = magnitude.toPlainString().split("\\.");
            this.whole = parts[0];
            this.fraction = parts.length > 1 ? parts[1] : "";
            this.sign = limit.signum();
            this.inclusive = inclusive;
        }

        // A state: three times the digits read of the part, plus the order (0 less, 1 equal, 2 greater); negative and
        // one less in the
        // fraction.
        @Override
        public long start() {
            return 1;
        }

        @Override
        public long digit(long state, boolean inFraction, int digit) {
            if (!inFraction) {
                long read = state / 3;
                long order = state % 3;
                if (read < whole.length()) {
                    order = order == 1 ? 1 + Integer.signum(digit - (whole.charAt((int) read) - '0')) : order;
                    return 3 * (read + 1) + order;
                }
                return 3L * (whole.length() + 1) + 2;
            }
            long at = -state - 1;
            long read = at / 3;
            if (at % 3 != 1) {
                return state;
            }
            int against = read < fraction.length() ? fraction.charAt((int) read) - '0' : 0;
            long order = 1 + Integer.signum(digit - against);
            return -(3 * (order == 1 ? Math.min(read + 1, fraction.length()) : 0) + order) - 1;
        }

        @Override
        public long other(long state, int to) {
            return to == POINT ? -order(state) - 1 : state;
        }

        @Override
        public boolean isSettled(long state, boolean inFraction) {
            return inFraction ? (-state - 1) % 3 != 1 : state / 3 > whole.length();
        }

        private long order(long state) {
            long read = state / 3;
            return read < whole.length() ? 0 : state % 3;
        }

        @Override
        public boolean accepts(long state, boolean inFraction, long flags) {
            long order;
            if (inFraction) {
                long at = -state - 1;
                order = at % 3 == 1 && at / 3 < fraction.length() ? 0 : at % 3;
            } else {
                order = order(state);
                order = order == 1 && !fraction.isEmpty() ? 0 : order;
            }
            int of = (flags & 1) == 0 ? 0 : (flags & NEGATIVE) != 0 ? -1 : 1;
            long compared = of != sign ? Integer.compare(of, sign) : of * (order - 1);
            return compared < 0 || compared == 0 && inclusive;
        }
    }

    /** The remainder of the digits so far as an integer; in the fraction with the number of digits there. */
    private static final class Remainder implements Tracker {
        private static final long NOT_MULTIPLE = -1;

        private final long divisor;
        private final int scale;

        Remainder(BigDecimal divisor) {
            BigDecimal stripped = divisor.stripTrailingZeros();
            this.scale = Math.max(0, stripped.scale());
            this.divisor = stripped.movePointRight(scale).longValueExact();
        }

        @Override
        public long start() {
            return 0;
        }

        @Override
        public long digit(long state, boolean fraction, int digit) {
            if (!fraction) {
                return (state * 10 + digit) % divisor;
            }
            if (state == NOT_MULTIPLE) {
                return state;
            }
            long read = state / divisor;
            if (read == scale) {
                return digit == 0 ? state : NOT_MULTIPLE;
            }
            return (read + 1) * divisor + (state % divisor * 10 + digit) % divisor;
        }

        @Override
        public boolean accepts(long state, boolean fraction, long flags) {
            if (state == NOT_MULTIPLE) {
                return false;
            }
            long remainder = state % divisor;
            for (long read = state / divisor; read < scale; read++) {
                remainder = remainder * 10 % divisor;
            }
            return remainder == 0;
        }
    }

    /** Some of the listed values: the range of those whose canonical text begins like the number's, and how many characters. */
    private static final class Listed implements Tracker {
        private static final long NONE = -1;
        private static final int MAX_DIGITS = 20_000;

        private final String[] texts;

        Listed(Iterable<BigDecimal> values) {
            List<String> all = new ArrayList<>();
            for (BigDecimal value : values) {
                if (value.signum() == 0) {
                    all.add("0");
                    all.add("-0");
                } else if (Math.abs(value.scale()) + value.precision() > MAX_DIGITS) {
                    throw new InputException("a value is too long; use at most " + MAX_DIGITS + " digits");
                } else {
                    all.add(value.stripTrailingZeros().toPlainString());
                }
            }
            this.texts = all.stream().sorted().toArray(String[]::new);
        }

        // A state: the first text that begins so in bits 0 to 30, the number of characters in bits 31 to 61.
        @Override
        public long start() {
            return 0;
        }

        @Override
        public long digit(long state, boolean fraction, int digit) {
            return character(state, (char) ('0' + digit), fraction && digit == 0);
        }

        @Override
        public long other(long state, int to) {
            return character(state, to == MINUS ? '-' : '.', to == POINT);
        }

        /** @param mayTrail whether a value may be written with the character after its end */
        private long character(long state, char c, boolean mayTrail) {
            if (state == NONE) {
                return NONE;
            }
            int low = (int) (state & 0x7FFFFFFF);
            int read = (int) (state >>> 31);
            String prefix = read <= texts[low].length() ? texts[low].substring(0, read) : texts[low] + " ";
            if (read <= texts[low].length()) {
                String longer = prefix + c;
                int found = Arrays.binarySearch(texts, longer);
                int at = found >= 0 ? found : -found - 1;
                if (at < texts.length && texts[at].startsWith(longer)) {
                    return (long) (read + 1) << 31 | at;
                }
                int whole = mayTrail ? Arrays.binarySearch(texts, value(prefix)) : -1;
                if (whole < 0) {
                    return NONE;
                }
                return (long) (texts[whole].length() + 1) << 31 | whole;
            }
            return mayTrail ? state : NONE;
        }

        @Override
        public boolean accepts(long state, boolean fraction, long flags) {
            if (state == NONE) {
                return false;
            }
            String text = texts[(int) (state & 0x7FFFFFFF)];
            int read = (int) (state >>> 31);
            return read > text.length() || read == text.length() || fraction && trailing(text, read);
        }

        /** Whether the value ended before a fraction of zeros that another value shares. */
        private boolean trailing(String text, int read) {
            return Arrays.binarySearch(texts, value(text.substring(0, read))) >= 0;
        }

        /** A number's text without zeros at the end of its fraction. */
        private static String value(String text) {
            int end = text.length();
            if (text.indexOf('.') < 0) {
                return text;
            }
            while (text.charAt(end - 1) == '0') {
                end--;
            }
            return text.substring(0, text.charAt(end - 1) == '.' ? end - 1 : end);
        }
    }

    /** Whether no fraction was begun. */
    private static final class NoFraction implements Tracker {
        @Override
        public long start() {
            return 0;
        }

        @Override
        public long digit(long state, boolean fraction, int digit) {
            return state;
        }

        @Override
        public long other(long state, int to) {
            return to == POINT ? 1 : state;
        }

        @Override
        public boolean accepts(long state, boolean fraction, long flags) {
            return state == 0;
        }
    }
}
