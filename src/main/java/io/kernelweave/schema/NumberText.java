package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    private static final long MAX_DIVISOR = 1_000_000_000L;
    private static final int MAX_CELLS = 8_000_000;
    /** Of a number's rest that is not listed; longer than all limits are. */
    private static final int MAX_LENGTH = 1_000;

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

    private final NumberSearch search;
    private final NumberSearch.Condition[] sets;
    private final int deciding;
    private final List<Tracker> trackers = new ArrayList<>();
    /** By atom of the sets, its tracker and what it asks it. */
    private final int[] tracked;

    private final long[] asked;
    private final Map<Key, Integer> numbers = new HashMap<>();
    private final List<State> states = new ArrayList<>();
    private final int start;

    /** @param before the state from which it was first reached, with a symbol: a number that is begun so */
    private record State(long[] cells, int before, int symbol, int[] next) {}

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
        this.deciding = deciding;
        this.search = new NumberSearch(sets, deciding);
        this.sets = search.conditions().toArray(NumberSearch.Condition[]::new);
        this.tracked = new int[search.atoms().size()];
        this.asked = new long[tracked.length];
        List<NumberSet.MultipleOf> multiples = new ArrayList<>();
        List<NumberSet.OneOf> lists = new ArrayList<>();
        for (NumberSet atom : search.atoms().keySet()) {
            if (atom instanceof NumberSet.MultipleOf multiple) {
                multiples.add(multiple);
            } else if (atom instanceof NumberSet.OneOf list) {
                lists.add(list);
            }
        }
        @Nullable Remainder remainder = multiples.isEmpty() ? null : track(new Remainder(multiples));
        @Nullable Listed listed = lists.isEmpty() ? null : track(new Listed(lists));
        search.atoms().forEach((atom, i) -> {
            if (remainder != null && atom instanceof NumberSet.MultipleOf multiple) {
                tracked[i] = trackers.indexOf(remainder);
                asked[i] = remainder.units(multiple.divisor());
            } else if (listed != null && atom instanceof NumberSet.OneOf list) {
                tracked[i] = trackers.indexOf(listed);
                asked[i] = lists.indexOf(list);
            } else {
                tracked[i] = trackers.size();
                track(atom instanceof NumberSet.UpTo upTo ? new Compared(upTo) : new NoFraction());
            }
        });
        long[] first = new long[2 + trackers.size()];
        for (int i = 0; i < trackers.size(); i++) {
            first[2 + i] = trackers.get(i).start();
        }
        this.start = number(first, DEAD, 0);
    }

    private <T extends Tracker> T track(T tracker) {
        trackers.add(tracker);
        return tracker;
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
        int[] row = states.get(state).next;
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
        long[] cells = states.get(state).cells;
        int place = (int) cells[0];
        return (place == ZERO || place == WHOLE || place == FRACTION || place > DIGITS)
                && sets[set].holds(atom -> trackers.get(tracked[atom])
                        .accepts(cells[2 + tracked[atom]], place == FRACTION, cells[1], asked[atom]));
    }

    /** The shortest text that completes a number. */
    public String completion(int state) {
        if (accepts(state)) {
            return "";
        }
        if (trackers.isEmpty()) {
            return "0";
        }
        String text = text(state);
        @Nullable String rest = search.completion(NumberSearch.Begun.of(text), MAX_LENGTH);
        if (text.isEmpty()) {
            @Nullable String negative = search.completion(NumberSearch.Begun.of("-"), MAX_LENGTH);
            rest = rest == null || negative != null && negative.length() + 1 < rest.length()
                    ? negative == null ? null : "-" + negative
                    : rest;
        }
        if (rest == null) {
            throw new IllegalStateException("a live state has a way to the end");
        }
        return rest;
    }

    private int number(long[] cells, int before, int symbol) {
        Key key = new Key(cells);
        @Nullable Integer known = numbers.get(key);
        if (known == null) {
            if ((long) states.size() * (cells.length + SYMBOLS.length()) > MAX_CELLS) {
                throw new InputException(
                        "the numeric bounds, or the remainders by what multipleOf names, are too many to"
                                + " be told apart; use fewer or smaller ones");
            }
            known = states.size();
            int[] next = new int[SYMBOLS.length()];
            Arrays.fill(next, NOT_YET);
            states.add(new State(cells, before, symbol, next));
            numbers.put(key, known);
        }
        return known;
    }

    /** A number that is begun so. */
    private String text(int state) {
        StringBuilder text = new StringBuilder();
        for (int at = state; at != start; at = states.get(at).before) {
            text.append(SYMBOLS.charAt(states.get(at).symbol));
        }
        return text.reverse().toString();
    }

    private boolean isAlive(int state) {
        long[] cells = states.get(state).cells;
        if (trackers.isEmpty()) {
            return Arrays.stream(sets, 0, deciding)
                    .anyMatch(set -> set.holds(atom -> false)); // of all numbers, or none
        }
        boolean negative = (cells[1] & NEGATIVE) != 0;
        boolean open = cells[0] == START || cells[0] == MINUS || cells[0] == WHOLE;
        return open && (search.isFar(negative) || cells[0] == START && search.isFar(true))
                || search.exists(NumberSearch.Begun.of(text(state)))
                || cells[0] == START && search.exists(NumberSearch.Begun.of("-"));
    }

    private int step(int state, int symbol) {
        long[] cells = states.get(state).cells;
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
            return to == DEAD ? DEAD : move(state, symbol, to, symbol);
        }
        return switch (SYMBOLS.charAt(symbol)) {
            case '-' ->
                place == START
                        ? move(state, symbol, MINUS, -1)
                        : place == EXPONENT ? move(state, symbol, SIGN, -1) : DEAD;
            case '+' -> place == EXPONENT ? move(state, symbol, SIGN, -1) : DEAD;
            case '.' -> place == ZERO || place == WHOLE ? move(state, symbol, POINT, -1) : DEAD;
            default ->
                trackers.isEmpty() && (place == ZERO || place == WHOLE || place == FRACTION)
                        ? move(state, symbol, EXPONENT, -1)
                        : DEAD;
        };
    }

    private int move(int state, int symbol, int to, int digit) {
        long[] cells = states.get(state).cells;
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
        return number(next, state, symbol);
    }

    /** How the digits so far stand to one bound, divisor or list of values; a state is a number. */
    private interface Tracker {
        long start();

        long digit(long state, boolean fraction, int digit);

        default long other(long state, int to) {
            return state;
        }

        /**
         * @param flags whether a digit other than 0 was read, and whether the number is negative
         * @param asked by which divisor, of several
         */
        boolean accepts(long state, boolean fraction, long flags, long asked);
    }

    /** Compares magnitudes: the digits read, and the order of those against as many of the limit's. */
    private static final class Compared implements Tracker {
        private static final int MAX_DIGITS = 400;

        private final String whole;
        private final String fraction;
        private final int sign;
        private final boolean inclusive;

        Compared(NumberSet.UpTo upTo) {
            BigDecimal limit = upTo.limit();
            BigDecimal magnitude =
                    limit.signum() == 0 ? BigDecimal.ZERO : limit.abs().stripTrailingZeros();
            if (magnitude.precision() - magnitude.scale() > MAX_DIGITS || magnitude.scale() > MAX_DIGITS) {
                throw new InputException("the limit " + limit + " is too long; use at most " + MAX_DIGITS + " digits");
            }
            String[] parts = magnitude.toPlainString().split("\\.");
            this.whole = parts[0];
            this.fraction = parts.length > 1 ? parts[1] : "";
            this.sign = limit.signum();
            this.inclusive = upTo.inclusive();
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

        private long order(long state) {
            long read = state / 3;
            return read < whole.length() ? 0 : state % 3;
        }

        @Override
        public boolean accepts(long state, boolean inFraction, long flags, long asked) {
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

    /**
     * The remainder of the digits so far, by a common multiple of all divisors; in the fraction with the number of digits
     * there. Before the fraction is complete only a part of the multiple matters, for the digits to come are worth less.
     */
    private static final class Remainder implements Tracker {
        private static final long NOT_MULTIPLE = -1;
        private static final int BITS = 57;
        private static final BigDecimal LIMIT = BigDecimal.ONE.scaleByPowerOfTen(17);

        private final int scale;
        /** By the number of digits in the fraction. */
        private final long[] moduli;

        Remainder(List<NumberSet.MultipleOf> sets) {
            BigDecimal multiple = sets.get(0).divisor();
            for (NumberSet.MultipleOf set : sets) {
                multiple = NumberSearch.common(multiple, set.divisor());
            }
            this.scale = multiple.scale();
            BigDecimal units = multiple.movePointRight(scale);
            if (units.compareTo(LIMIT) > 0) {
                throw new InputException(
                        "keyword multipleOf stands here with numbers whose common multiple has more than 17 digits; use"
                                + " fewer or smaller ones");
            }
            BigInteger modulus = units.toBigIntegerExact();
            this.moduli = new long[scale + 1];
            for (int read = 0; read <= scale; read++) {
                BigInteger worth = BigInteger.TEN.pow(scale - read);
                moduli[read] = modulus.divide(modulus.gcd(worth)).longValueExact();
            }
        }

        /** A divisor in the unit of the last digit that matters. */
        long units(BigDecimal divisor) {
            return divisor.movePointRight(scale).longValueExact();
        }

        @Override
        public long start() {
            return 0;
        }

        @Override
        public long digit(long state, boolean fraction, int digit) {
            if (!fraction) {
                return (state * 10 + digit) % moduli[0];
            }
            int read = (int) (state >>> BITS);
            if (state == NOT_MULTIPLE || read == scale) {
                return digit == 0 ? state : NOT_MULTIPLE;
            }
            long remainder = ((state & (1L << BITS) - 1) * 10 + digit) % moduli[read + 1];
            return (long) (read + 1) << BITS | remainder;
        }

        @Override
        public boolean accepts(long state, boolean fraction, long flags, long asked) {
            if (state == NOT_MULTIPLE) {
                return false;
            }
            long remainder = (state & (1L << BITS) - 1) % asked;
            for (long read = state >>> BITS; read < scale; read++) {
                remainder = remainder * 10 % asked;
            }
            return remainder == 0;
        }
    }

    /** Some of the listed values: the range of those whose canonical text begins like the number's, and how many characters. */
    private static final class Listed implements Tracker {
        private static final long NONE = -1;
        private static final int MAX_DIGITS = 20_000;

        private final String[] texts;
        private final List<NumberSet.OneOf> lists;

        Listed(List<NumberSet.OneOf> lists) {
            this.lists = lists;
            List<String> all = new ArrayList<>();
            for (NumberSet.OneOf list : lists) {
                for (BigDecimal value : list.values()) {
                    if (value.signum() == 0) {
                        all.add("0");
                        all.add("-0");
                    } else if (Math.abs(value.scale()) + value.precision() > MAX_DIGITS) {
                        throw new InputException("a value is too long; use at most " + MAX_DIGITS + " digits");
                    } else {
                        all.add(value.toPlainString());
                    }
                }
            }
            this.texts = all.stream().distinct().sorted().toArray(String[]::new);
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
        public boolean accepts(long state, boolean fraction, long flags, long asked) {
            if (state == NONE) {
                return false;
            }
            String text = texts[(int) (state & 0x7FFFFFFF)];
            int read = (int) (state >>> 31);
            if (read < text.length()) {
                // The value may have ended before a fraction of zeros that another value shares.
                text = fraction ? value(text.substring(0, read)) : "";
                if (Arrays.binarySearch(texts, text) < 0) {
                    return false;
                }
            }
            return lists.get((int) asked).contains(new BigDecimal(text));
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
        public boolean accepts(long state, boolean fraction, long flags, long asked) {
            return state == 0;
        }
    }
}
