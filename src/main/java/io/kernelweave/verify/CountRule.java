package io.kernelweave.verify;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks of how much there is. */
sealed interface CountRule extends Rule {
    List<Type> TYPES = List.of(Type.of("count", Count::read));

    /**
     * A count, or how many there are to each of another unit, compared with a number. A count that is a range is decided
     * if all of the range says the same.
     */
    record Count(
            Target target,
            Measure unit,
            Counter counter,
            @Nullable Measure per,
            Operator op,
            Expression value) implements CountRule {

        static Rule read(Arguments arguments) {
            Target target = Target.read(arguments);
            Measure unit = arguments.choice("unit", Measure.class, null);
            Measure per = arguments.get("per") == null ? null : arguments.choice("per", Measure.class, null);
            Count rule = new Count(
                    target,
                    unit,
                    Counter.read(unit, arguments),
                    per,
                    arguments.choice("op", Operator.class, null),
                    arguments.expression("value"));
            if (rule.op.isOfSets()) {
                throw arguments.refusal("op", "a count is a number", "use ==, !=, <, <=, > or >=");
            }
            if (per != null && (!Measure.PLAIN.contains(per) || per == Measure.ITEMS || unit == Measure.ITEMS)) {
                throw arguments.refusal(
                        "per", "is no ratio of units that a text has", "use units that need nothing but their name");
            }
            return rule;
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            BigDecimal wanted = Values.number(value.value(subject, target.emptyPasses()), value);
            if (unit == Measure.ITEMS) {
                return target.eachValue(subject, place -> {
                    JsonNode array = place.require();
                    if (!array.isArray()) {
                        throw new Undecided(place.name() + " is " + Path.kind(array) + ", not an array");
                    }
                    return compare(place.name(), Tally.of(array.size()), null, wanted);
                });
            }
            return target.eachText(subject, place -> {
                String text = place.text();
                Tally among = per == null ? null : Counter.plain(per).count(text);
                return compare(place.name(), counter.count(text), among, wanted);
            });
        }

        private Finding compare(String name, Tally tally, @Nullable Tally among, BigDecimal wanted) throws Undecided {
            BigDecimal low = BigDecimal.valueOf(tally.low());
            BigDecimal high = BigDecimal.valueOf(tally.high());
            String counted = tally + " " + unit;
            if (per != null && among != null) {
                if (among.low() == 0) {
                    throw new Undecided(name + " has " + counted + " and " + among + " " + per + ": no ratio");
                }
                low = ratio(tally.low(), among.high());
                high = ratio(tally.high(), among.low());
                counted += " in " + among + " " + per;
            }
            Span[] spans = tally.found().stream()
                    .map(found -> new Span(name, found.start(), found.end()))
                    .toArray(Span[]::new);
            String reason = name + " has " + counted + ", wanted " + op + " " + wanted.toPlainString();
            int below = low.compareTo(wanted);
            int above = high.compareTo(wanted);
            boolean atLow = op.holds(below);
            boolean atHigh = op.holds(above);
            // Between its ends a range also has the wanted number itself, which may be what decides.
            boolean between = below < 0 && above > 0 ? op.holds(0) : atLow;
            if (atLow != atHigh || between != atLow) {
                return new Finding(Outcome.UNKNOWN, reason + ": which of them is not clear", List.of(spans));
            }
            return Finding.of(atLow, reason, spans);
        }

        private static BigDecimal ratio(long of, long per) {
            return BigDecimal.valueOf(of).divide(BigDecimal.valueOf(per), 12, RoundingMode.HALF_EVEN);
        }
    }
}
