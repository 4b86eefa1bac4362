package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds numbers of some sets that begin with given digits, by arithmetic. Between two limits, whether a number is in a set
 * depends only on which divisors divide it; so a span between limits has a number if one of the few patterns of divisors that
 * are wanted there has a multiple in it. Limits and listed values are looked at one by one.
 */
final class NumberSearch {
    private static final int MAX_DIVISORS = 40;
    private static final int MAX_PATTERNS = 5_000;
    private static final long MAX_WORK = 20_000_000;
    /**
     * Among so many multiples in a row one is divided by no more of {@link #MAX_DIVISORS} other divisors: Jacobsthal's
     * function is 538 there.
     */
    private static final int TRIES = 600;

    /** A set as conditions on its atoms, by their number. */
    static final class Condition {
        private enum Op {
            ATOM,
            NOT,
            ALL,
            ANY
        }

        private final Op op;
        private final int atom;
        private final Condition[] of;

        private Condition(Op op, int atom, Condition... of) {
            this.op = op;
            this.atom = atom;
            this.of = of;
        }

        /** @param atoms which atoms hold */
        boolean holds(IntPredicate atoms) {
            switch (op) {
                case ATOM:
                    return atoms.test(atom);
                case NOT:
                    return !of[0].holds(atoms);
                default:
                    for (Condition part : of) {
                        if (part.holds(atoms) == (op == Op.ANY)) {
                            return op == Op.ANY;
                        }
                    }
                    return op == Op.ALL;
            }
        }
    }

    /**
     * Numbers that exactly some of the divisors divide.
     *
     * @param multiple the least of them; null for those that none divides
     */
    private record Pattern(@Nullable BigDecimal multiple, BitSet dividing) {}

    /** The numbers of one sign that are written with a fraction, or without. All magnitudes. */
    private static final class Side {
        /** Where spans begin, from 0 on; each ends where the next begins. */
        final List<BigDecimal> limits = new ArrayList<>();
        /** For each span the patterns whose numbers are in some set. */
        final List<List<Pattern>> spans = new ArrayList<>();
        /** Limits and listed values that are in some set, in order. */
        final List<BigDecimal> points = new ArrayList<>();
        /** How many digits their integers have. */
        final TreeSet<Integer> lengths = new TreeSet<>();
        /** Whether there are numbers beyond all limits. */
        boolean far;
    }

    private final Map<NumberSet, Integer> atoms = new LinkedHashMap<>();
    /** The atoms of the sets that decide. */
    private final List<NumberSet> sorted = new ArrayList<>();

    private final List<Condition> conditions = new ArrayList<>();
    /** What those of them list that are just lists, and the conditions of the others. */
    private final Set<BigDecimal> plain = new HashSet<>();

    private final List<Condition> others = new ArrayList<>();
    private final List<BigDecimal> divisors = new ArrayList<>();
    /** What they list, and their limits. */
    private final TreeSet<BigDecimal> special = new TreeSet<>();

    private final Side[] sides = new Side[4];
    private final boolean asWritten;

    /**
     * The numbers that are in some of the sets that decide.
     *
     * @param deciding how many of the sets decide; they come first
     * @throws InputException if they cannot be told apart within bounds
     */
    NumberSearch(List<NumberSet> sets, int deciding) {
        long work = 0;
        for (NumberSet set : sets.subList(0, deciding)) {
            Condition condition = condition(set);
            conditions.add(condition);
            if (set instanceof NumberSet.OneOf oneOf) {
                plain.addAll(oneOf.values());
            } else {
                others.add(condition);
                work += set.size();
            }
        }
        sorted.addAll(atoms.keySet());
        TreeSet<BigDecimal> limits = new TreeSet<>(List.of(BigDecimal.ZERO));
        for (NumberSet atom : sorted) {
            if (atom instanceof NumberSet.OneOf oneOf) {
                special.addAll(oneOf.values());
            } else if (atom instanceof NumberSet.UpTo upTo) {
                limits.add(upTo.limit());
            } else if (atom instanceof NumberSet.MultipleOf multiple) {
                divisors.add(multiple.divisor());
            }
        }
        special.addAll(limits);
        this.asWritten = atoms.containsKey(new NumberSet.WholeDigits());
        sets.subList(deciding, sets.size()).forEach(set -> conditions.add(condition(set)));
        List<Pattern> patterns = patterns();
        if (work * limits.size() * patterns.size() > MAX_WORK || work * special.size() > MAX_WORK) {
            throw new InputException("the numeric bounds are too many to be told apart; use fewer or smaller ones");
        }
        for (boolean negative : new boolean[] {false, true}) {
            for (boolean fraction : new boolean[] {false, true}) {
                sides[at(negative, fraction)] = side(limits, patterns, negative, fraction);
            }
        }
    }

    private static int at(boolean negative, boolean fraction) {
        return (negative ? 2 : 0) + (fraction ? 1 : 0);
    }

    /** The limits, divisors and lists that the sets are made of, each with its number. */
    Map<NumberSet, Integer> atoms() {
        return atoms;
    }

    /** Each set as a condition on the atoms. */
    List<Condition> conditions() {
        return conditions;
    }

    private Condition condition(NumberSet set) {
        if (set instanceof NumberSet.All all) {
            return new Condition(Condition.Op.ALL, 0, conditions(all.of));
        }
        if (set instanceof NumberSet.Any any) {
            return new Condition(Condition.Op.ANY, 0, conditions(any.of));
        }
        if (set instanceof NumberSet.Not not) {
            return new Condition(Condition.Op.NOT, 0, condition(not.of()));
        }
        return new Condition(Condition.Op.ATOM, atoms.computeIfAbsent(set, s -> atoms.size()));
    }

    private Condition[] conditions(List<NumberSet> sets) {
        return sets.stream().map(this::condition).toArray(Condition[]::new);
    }

    /** Of every choice of divisors the numbers that these divide and no others; where others always do, there are none. */
    private List<Pattern> patterns() {
        if (divisors.size() > MAX_DIVISORS) {
            throw new InputException("keyword multipleOf stands here " + divisors.size()
                    + " times with different numbers; use at most " + MAX_DIVISORS);
        }
        TreeSet<BigDecimal> multiples = new TreeSet<>();
        for (BigDecimal divisor : divisors) {
            List<BigDecimal> more = new ArrayList<>(List.of(divisor));
            multiples.forEach(multiple -> more.add(common(multiple, divisor)));
            multiples.addAll(more);
            if (multiples.size() >= MAX_PATTERNS) {
                throw new InputException("the numbers of keyword multipleOf that meet here have more than "
                        + MAX_PATTERNS + " common multiples; use fewer");
            }
        }
        List<Pattern> patterns = new ArrayList<>(List.of(new Pattern(null, new BitSet())));
        multiples.forEach(multiple -> patterns.add(new Pattern(multiple, dividing(multiple))));
        return patterns;
    }

    private BitSet dividing(BigDecimal number) {
        BitSet dividing = new BitSet(divisors.size());
        for (int i = 0; i < divisors.size(); i++) {
            dividing.set(i, divides(divisors.get(i), number));
        }
        return dividing;
    }

    private boolean dividesAsIn(Pattern pattern, BigDecimal number) {
        for (int i = 0; i < divisors.size(); i++) {
            if (divides(divisors.get(i), number) != pattern.dividing.get(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean divides(BigDecimal divisor, BigDecimal number) {
        return number.remainder(divisor).signum() == 0;
    }

    /** The least common multiple. */
    static BigDecimal common(BigDecimal one, BigDecimal other) {
        int scale = Math.max(0, Math.max(one.scale(), other.scale())); // and the result has it
        BigInteger a = one.movePointRight(scale).toBigIntegerExact();
        BigInteger b = other.movePointRight(scale).toBigIntegerExact();
        return new BigDecimal(a.divide(a.gcd(b)).multiply(b), scale);
    }

    private Side side(TreeSet<BigDecimal> limits, List<Pattern> patterns, boolean negative, boolean fraction) {
        Side side = new Side();
        NavigableSet<BigDecimal> own = negative
                ? limits.headSet(BigDecimal.ZERO, true).descendingSet()
                : limits.tailSet(BigDecimal.ZERO, true);
        own.forEach(limit -> side.limits.add(limit.abs()));
        for (int i = 0; i < side.limits.size(); i++) {
            BigDecimal from = side.limits.get(i);
            BigDecimal within = i + 1 < side.limits.size()
                    ? from.add(side.limits.get(i + 1)).divide(BigDecimal.valueOf(2))
                    : from.add(BigDecimal.ONE);
            BigDecimal number = negative ? within.negate() : within;
            side.spans.add(patterns.stream()
                    .filter(pattern -> isInSome(number, pattern, !fraction))
                    .toList());
        }
        for (BigDecimal number : negative
                ? special.headSet(BigDecimal.ZERO, true).descendingSet()
                : special.tailSet(BigDecimal.ZERO, true)) {
            BigDecimal magnitude =
                    number.signum() == 0 ? BigDecimal.ZERO : number.abs().stripTrailingZeros();
            if ((fraction || magnitude.scale() <= 0) && isInSome(number, null, !fraction)) {
                side.points.add(magnitude);
                side.lengths.add(length(magnitude));
            }
        }
        side.far =
                inSpan(side, side.limits.size() - 1, BigDecimal.ZERO, null, negative, fraction ? null : BigDecimal.ONE)
                        != null;
        return side;
    }

    /** How many digits the integer part has. */
    private static int length(BigDecimal number) {
        return Math.max(1, number.precision() - number.scale());
    }

    /** @param pattern what divides the number, which is then not listed; null if it is just this number */
    private boolean isInSome(BigDecimal number, @Nullable Pattern pattern, boolean whole) {
        if (pattern == null && plain.contains(number)) {
            return true;
        }
        for (Condition condition : others) {
            if (condition.holds(i -> {
                NumberSet atom = sorted.get(i);
                return atom instanceof NumberSet.WholeDigits
                        ? whole
                        : pattern == null
                                ? atom.contains(number)
                                : atom instanceof NumberSet.MultipleOf multiple
                                        ? pattern.dividing.get(divisors.indexOf(multiple.divisor()))
                                        : atom instanceof NumberSet.UpTo && atom.contains(number);
            })) {
                return true;
            }
        }
        return false;
    }

    /**
     * A number of a pattern of a span, from {@code low} and less than {@code high}; the smallest if there is a grid.
     *
     * @param grid of what it is a multiple; null for no matter
     */
    private @Nullable BigDecimal inSpan(
            Side side,
            int span,
            BigDecimal low,
            @Nullable BigDecimal high,
            boolean negative,
            @Nullable BigDecimal grid) {
        BigDecimal from = side.limits.get(span);
        @Nullable BigDecimal below = span + 1 < side.limits.size() ? side.limits.get(span + 1) : null;
        below = below == null || high != null && high.compareTo(below) < 0 ? high : below;
        BigDecimal begin = low.max(from);
        if (side.spans.get(span).isEmpty() || below != null && begin.compareTo(below) >= 0) {
            return null;
        }
        @Nullable BigDecimal best = null;
        for (Pattern pattern : side.spans.get(span)) {
            if (grid == null && pattern.multiple == null) {
                return begin; // or a little more: between two numbers are some with as many digits as it takes
            }
            BigDecimal step = pattern.multiple == null
                    ? Objects.requireNonNull(grid)
                    : grid == null ? pattern.multiple : common(pattern.multiple, grid);
            if (grid != null && !dividesAsIn(pattern, step)) {
                continue;
            }
            BigDecimal number = begin.divideToIntegralValue(step).multiply(step);
            if (number.compareTo(begin) < 0 || number.compareTo(from) == 0) {
                number = number.add(step);
            }
            for (int tries = 0;
                    tries < TRIES && (below == null || number.compareTo(below) < 0);
                    number = number.add(step)) {
                if (special.contains(negative ? number.negate() : number)) {
                    continue;
                }
                if (dividesAsIn(pattern, number)) {
                    if (grid == null) {
                        return number;
                    }
                    best = best == null || number.compareTo(best) < 0 ? number : best;
                    break;
                }
                tries++;
            }
        }
        return best;
    }

    private @Nullable BigDecimal inSpans(
            Side side, BigDecimal low, @Nullable BigDecimal high, boolean negative, @Nullable BigDecimal grid) {
        int first = Collections.binarySearch(side.limits, low);
        for (int i = Math.max(0, first >= 0 ? first : -first - 2); i < side.limits.size(); i++) {
            if (high != null && side.limits.get(i).compareTo(high) >= 0) {
                break;
            }
            @Nullable BigDecimal number = inSpan(side, i, low, high, negative, grid);
            if (number != null) {
                return number;
            }
        }
        return null;
    }

    /** What was written of a number: its digits before and after the point, which may be missing. */
    record Begun(boolean negative, String whole, @Nullable String fraction) {
        static Begun of(String text) {
            boolean negative = text.startsWith("-");
            String magnitude = negative ? text.substring(1) : text;
            int point = magnitude.indexOf('.');
            return point < 0
                    ? new Begun(negative, magnitude, null)
                    : new Begun(negative, magnitude.substring(0, point), magnitude.substring(point + 1));
        }

        /** Where the numbers begin that have so many digits more before the point. */
        BigDecimal low(int more) {
            return whole.isEmpty()
                    ? more == 1 ? BigDecimal.ZERO : BigDecimal.ONE.scaleByPowerOfTen(more - 1)
                    : value().scaleByPowerOfTen(more);
        }

        /** And where they end. */
        BigDecimal high(int more) {
            return whole.isEmpty()
                    ? BigDecimal.ONE.scaleByPowerOfTen(more)
                    : value().add(unit()).scaleByPowerOfTen(more);
        }

        private BigDecimal value() {
            return new BigDecimal(fraction == null ? whole : whole + "." + fraction + "0");
        }

        private BigDecimal unit() {
            return BigDecimal.ONE.movePointLeft(fraction == null ? 0 : fraction.length());
        }

        /** Whether no more digits may come before the point. */
        boolean isWhole() {
            return fraction != null || whole.equals("0");
        }
    }

    /** Whether some number beyond all limits is in some set, of a sign. */
    boolean isFar(boolean negative) {
        return sides[at(negative, true)].far || sides[at(negative, false)].far;
    }

    /** Whether some number that begins so is in some set. */
    boolean exists(Begun begun) {
        return exists(begun, true) || asWritten && begun.fraction == null && exists(begun, false);
    }

    private boolean exists(Begun begun, boolean fraction) {
        Side side = sides[at(begun.negative, fraction)];
        int least = begun.whole.isEmpty() ? 1 : 0;
        if (begun.isWhole()) {
            return within(side, begun, 0, fraction);
        }
        if (side.far) {
            return true;
        }
        for (int length : side.lengths.tailSet(begun.whole.length() + least)) {
            if (hasPoint(side, begun, length - begun.whole.length())) {
                return true;
            }
        }
        BigDecimal last = side.limits.get(side.limits.size() - 1);
        @Nullable BigDecimal grid = fraction ? null : BigDecimal.ONE;
        for (int more = least; begun.low(more).compareTo(last) <= 0; more++) {
            if (inSpans(side, begun.low(more), begun.high(more), begun.negative, grid) != null) {
                return true;
            }
        }
        return false;
    }

    private boolean within(Side side, Begun begun, int more, boolean fraction) {
        return hasPoint(side, begun, more)
                || inSpans(side, begun.low(more), begun.high(more), begun.negative, fraction ? null : BigDecimal.ONE)
                        != null;
    }

    private static boolean hasPoint(Side side, Begun begun, int more) {
        int first = first(side.points, begun.low(more));
        return first < side.points.size() && side.points.get(first).compareTo(begun.high(more)) < 0;
    }

    /** The place of the first number that is not less. */
    private static int first(List<BigDecimal> numbers, BigDecimal least) {
        int at = Collections.binarySearch(numbers, least);
        return at >= 0 ? at : -at - 1;
    }

    /**
     * The rest of a shortest number that begins so; null if there is none.
     *
     * @param longest at most so many characters
     */
    @Nullable
    String completion(Begun begun, int longest) {
        @Nullable String best = null;
        int least = begun.whole.isEmpty() ? 1 : 0;
        int most = begun.isWhole() ? 0 : Integer.MAX_VALUE;
        BitSet some = new BitSet();
        for (boolean fraction : new boolean[] {false, true}) {
            if (fraction || begun.fraction == null) {
                best = shorter(best, ofPoints(begun, least, most, fraction));
            }
        }
        for (int length = 1; length <= longest && (best == null || length < best.length()); length++) {
            if (begun.fraction != null) {
                best = shorter(best, ofSpans(begun, 0, length));
                continue;
            }
            if (length >= least && length <= most) {
                best = shorter(best, ofSpans(begun, length, 0));
            }
            int whole = length - 2;
            if (whole >= least && whole <= most) {
                Side side = sides[at(begun.negative, true)];
                some.set(whole, inSpans(side, begun.low(whole), begun.high(whole), begun.negative, null) != null);
            }
            for (int more = some.nextSetBit(0); more >= 0; more = some.nextSetBit(more + 1)) {
                best = shorter(best, ofSpans(begun, more, length - 1 - more));
            }
        }
        return best;
    }

    private static @Nullable String shorter(@Nullable String one, @Nullable String other) {
        return one == null || other != null && other.length() < one.length() ? other : one;
    }

    private @Nullable String ofPoints(Begun begun, int least, int most, boolean fraction) {
        Side side = sides[at(begun.negative, fraction)];
        @Nullable String best = null;
        for (int length : side.lengths.tailSet(begun.whole.length() + least)) {
            int more = length - begun.whole.length();
            if (more > most) {
                break;
            }
            for (BigDecimal point :
                    side.points.subList(first(side.points, begun.low(more)), first(side.points, begun.high(more)))) {
                best = shorter(best, rest(begun, point, Math.max(fraction ? 1 : 0, point.scale())));
            }
        }
        return best;
    }

    private @Nullable String ofSpans(Begun begun, int more, int digits) {
        int scale = digits + (begun.fraction == null ? 0 : begun.fraction.length());
        @Nullable
        BigDecimal number = inSpans(
                sides[at(begun.negative, scale > 0)],
                begun.low(more),
                begun.high(more),
                begun.negative,
                BigDecimal.ONE.movePointLeft(scale));
        return number == null ? null : rest(begun, number, scale);
    }

    /** What a number has after its beginning, with so many digits in its fraction at least. */
    private static String rest(Begun begun, BigDecimal number, int scale) {
        int written = begun.whole.length() + (begun.fraction == null ? 0 : 1 + begun.fraction.length());
        int digits = Math.max(scale, begun.fraction == null ? 0 : begun.fraction.length());
        String text = number.setScale(digits).toPlainString();
        return text.substring(Math.min(written, text.length()));
    }
}
