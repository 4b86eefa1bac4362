package io.kernelweave.schema;

import java.math.BigDecimal;
import java.util.List;
import java.util.TreeSet;

/** A set of decimal numbers: bounds, multiples and single values, and boolean operations on them. Equal if written alike. */
public sealed interface NumberSet {
    NumberSet ALL = new All(List.of());
    NumberSet NONE = new Any(List.of());

    record All(List<NumberSet> of) implements NumberSet {}

    record Any(List<NumberSet> of) implements NumberSet {}

    record Not(NumberSet of) implements NumberSet {}

    /** At most a limit, or less than it. */
    record UpTo(BigDecimal limit, boolean inclusive) implements NumberSet {}

    record MultipleOf(BigDecimal divisor) implements NumberSet {}

    /** Integers written without a fraction: in draft 4, {@code 1.0} is none. */
    record WholeDigits() implements NumberSet {}

    record OneOf(TreeSet<BigDecimal> values) implements NumberSet {}

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
        return one.equals(ALL) || other.equals(NONE) ? other : new All(List.of(one, other));
    }

    static NumberSet either(NumberSet one, NumberSet other) {
        if (one.equals(other) || other.equals(NONE) || one.equals(ALL)) {
            return one;
        }
        return one.equals(NONE) || other.equals(ALL) ? other : new Any(List.of(one, other));
    }

    static NumberSet not(NumberSet set) {
        return set.equals(ALL) ? NONE : set.equals(NONE) ? ALL : set instanceof Not not ? not.of : new Not(set);
    }
}
