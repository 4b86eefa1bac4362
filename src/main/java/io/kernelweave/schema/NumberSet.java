package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** A set of decimal numbers: bounds, multiples and single values, and boolean operations on them. Equal if written alike. */
public sealed interface NumberSet {
    NumberSet ALL = new All(List.of());
    NumberSet NONE = new Any(List.of());

    /** All or any of some sets. What is asked of all parts again and again is kept, for parts occur in many places. */
    abstract sealed class Combination implements NumberSet {
        private static final int MAX_SIZE = 100_000;
        private static final int MAX_DEPTH = 400;

        final List<NumberSet> of;
        private final boolean asWritten;
        private final int hash;
        private final int size;
        private final int depth;

        private Combination(List<NumberSet> of) {
            this.of = List.copyOf(of);
            this.asWritten = of.stream().anyMatch(NumberSet::asWritten);
            this.hash = of.hashCode();
            long sum = 1;
            int deepest = 0;
            for (NumberSet part : of) {
                sum += part.size();
                deepest = Math.max(deepest, part.depth());
            }
            if (sum > MAX_SIZE || deepest >= MAX_DEPTH) {
                throw new InputException("the numeric bounds multiply too far; use fewer alternatives that overlap");
            }
            this.size = (int) sum;
            this.depth = deepest + 1;
        }

        @Override
        public boolean equals(Object other) {
            return this == other
                    || other instanceof Combination set
                            && getClass() == set.getClass()
                            && hash == set.hash
                            && of.equals(set.of);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public String toString() {
            return getClass().getSimpleName() + of;
        }
    }

    final class All extends Combination {
        private All(List<NumberSet> of) {
            super(of);
        }
    }

    final class Any extends Combination {
        private Any(List<NumberSet> of) {
            super(of);
        }
    }

    record Not(NumberSet of) implements NumberSet {}

    /** At most a limit, or less than it. */
    record UpTo(BigDecimal limit, boolean inclusive) implements NumberSet {
        public UpTo {
            limit = limit.stripTrailingZeros();
        }
    }

    record MultipleOf(BigDecimal divisor) implements NumberSet {
        public MultipleOf {
            divisor = divisor.stripTrailingZeros();
        }
    }

    /** Integers written without a fraction: in draft 4, {@code 1.0} is none. */
    record WholeDigits() implements NumberSet {}

    /** Some numbers, whatever their trailing zeros. */
    final class OneOf implements NumberSet {
        private final TreeSet<BigDecimal> values = new TreeSet<>();
        private final int hash;

        public OneOf(Iterable<BigDecimal> numbers) {
            numbers.forEach(number -> values.add(number.stripTrailingZeros()));
            this.hash = values.hashCode();
        }

        public TreeSet<BigDecimal> values() {
            return values;
        }

        private NumberSet in(NumberSet set) {
            List<BigDecimal> some = values.stream().filter(set::contains).toList();
            return some.size() == values.size() ? this : some.isEmpty() ? NONE : new OneOf(some);
        }

        @Override
        public boolean equals(Object other) {
            return this == other || other instanceof OneOf set && hash == set.hash && values.equals(set.values);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public String toString() {
            return values.toString();
        }
    }

    /** Whether a number is in the set. */
    default boolean contains(BigDecimal number) {
        if (this instanceof All all) {
            return all.of.stream().allMatch(set -> set.contains(number));
        }
        if (this instanceof Any any) {
            return any.of.stream().anyMatch(set -> set.contains(number));
        }
        if (this instanceof Not not) {
            return !not.of.contains(number);
        }
        if (this instanceof UpTo upTo) {
            int order = number.compareTo(upTo.limit);
            return order < 0 || order == 0 && upTo.inclusive;
        }
        if (this instanceof MultipleOf multiple) {
            return number.remainder(multiple.divisor).signum() == 0;
        }
        return this instanceof OneOf oneOf ? oneOf.values.contains(number) : number.scale() <= 0;
    }

    static NumberSet both(NumberSet one, NumberSet other) {
        if (one.equals(other) || other.equals(ALL) || one.equals(NONE)) {
            return one;
        }
        if (one.equals(ALL) || other.equals(NONE)) {
            return other;
        }
        if (one instanceof OneOf listed && !other.asWritten()) {
            return listed.in(other);
        }
        if (other instanceof OneOf listed && !one.asWritten()) {
            return listed.in(one);
        }
        List<NumberSet> parts = new ArrayList<>(one instanceof All all ? all.of : List.of(one));
        for (NumberSet part : other instanceof All all ? all.of : List.of(other)) {
            add(parts, part, NumberSet::not);
        }
        return parts.size() == 1 ? parts.get(0) : new All(parts);
    }

    static NumberSet either(NumberSet one, NumberSet other) {
        if (one.equals(other) || other.equals(NONE) || one.equals(ALL)) {
            return one;
        }
        if (one.equals(NONE) || other.equals(ALL)) {
            return other;
        }
        List<NumberSet> parts = new ArrayList<>(one instanceof Any any ? any.of : List.of(one));
        for (NumberSet part : other instanceof Any any ? any.of : List.of(other)) {
            add(parts, part, set -> set);
        }
        return parts.size() == 1 ? parts.get(0) : new Any(parts);
    }

    /** Adds a part; one that lists numbers, or excludes them, to another that does, so that lists do not pile up. */
    private static void add(List<NumberSet> parts, NumberSet part, UnaryOperator<NumberSet> listing) {
        if (listing.apply(part) instanceof OneOf listed) {
            for (int i = 0; i < parts.size(); i++) {
                if (listing.apply(parts.get(i)) instanceof OneOf known) {
                    TreeSet<BigDecimal> all = new TreeSet<>(known.values);
                    all.addAll(listed.values);
                    parts.set(i, listing.apply(new OneOf(all)));
                    return;
                }
            }
        }
        if (!parts.contains(part)) {
            parts.add(part);
        }
    }

    /** Whether it matters how a number is written. */
    private boolean asWritten() {
        return this instanceof Combination combination
                ? combination.asWritten
                : this instanceof Not not ? not.of.asWritten() : this instanceof WholeDigits;
    }

    /** Of how many sets it is made, counted as often as they occur. */
    default int size() {
        return this instanceof Combination combination ? combination.size : this instanceof Not not ? not.of.size() : 1;
    }

    private int depth() {
        return this instanceof Combination combination
                ? combination.depth
                : this instanceof Not not ? not.of.depth() : 0;
    }

    static NumberSet not(NumberSet set) {
        return set.equals(ALL) ? NONE : set.equals(NONE) ? ALL : set instanceof Not not ? not.of : new Not(set);
    }
}
