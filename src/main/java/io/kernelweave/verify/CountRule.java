package io.kernelweave.verify;

import java.math.BigDecimal;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Checks of how much there is. */
sealed interface CountRule extends Rule {
    List<Type> TYPES = List.of(Type.of("count", Count::read));

    /** A count compared with a number. */
    record Count(Target target, Measure unit, Operator op, Expression value) implements CountRule {
        static Rule read(Arguments arguments) {
            Count rule = new Count(
                    Target.read(arguments),
                    arguments.choice("unit", Measure.class, null),
                    arguments.choice("op", Operator.class, null),
                    arguments.expression("value"));
            if (rule.op.isOfSets()) {
                throw arguments.refusal("op", "a count is a number", "use ==, !=, <, <=, > or >=");
            }
            return rule;
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            BigDecimal wanted = Values.number(value.value(subject, target.emptyPasses()), value);
            return unit == Measure.ITEMS
                    ? target.eachValue(subject, place -> {
                        JsonNode array = place.require();
                        if (!array.isArray()) {
                            throw new Undecided(place.name() + " is " + Path.kind(array) + ", not an array");
                        }
                        return compare(place.name(), array.size(), wanted);
                    })
                    : target.eachText(subject, place -> compare(place.name(), unit.of(place.text()), wanted));
        }

        private Finding compare(String name, long count, BigDecimal wanted) {
            return Finding.of(
                    op.holds(BigDecimal.valueOf(count).compareTo(wanted)),
                    name + " has " + count + " " + unit + ", wanted " + op + " " + wanted.toPlainString());
        }
    }
}
