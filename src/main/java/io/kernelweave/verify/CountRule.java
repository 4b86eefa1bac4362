package io.kernelweave.verify;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

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
            @Nullable Counter counter,
            @Nullable Ratio per,
            Operator op,
            Expression value) implements CountRule {

        /** What a count is divided by. */
        record Ratio(Measure unit, Counter counter) {
            static @Nullable Ratio read(Arguments arguments) {
                JsonNode per = arguments.get("per");
                if (per == null) {
                    return null;
                }
                Arguments own = per instanceof ObjectNode object
                        ? new Arguments(object, arguments.pointer("per"), arguments.judge())
                        : arguments;
                String name = own == arguments ? "per" : "unit";
                Measure unit = own.choice(name, Measure.class, null);
                if (unit == Measure.ITEMS || own == arguments && !Measure.PLAIN.contains(unit)) {
                    throw own.refusal(name, "needs more than its name", "write {\"unit\": …} with its arguments");
                }
                Ratio ratio = new Ratio(unit, own == arguments ? Counter.plain(unit) : Counter.read(unit, own));
                if (own != arguments) {
                    own.done();
                }
                return ratio;
            }
        }

        static Rule read(Arguments arguments) {
            Target target = Target.read(arguments);
            Measure unit = arguments.choice("unit", Measure.class, null);
            Count rule = new Count(
                    target,
                    unit,
                    unit == Measure.ITEMS ? null : Counter.read(unit, arguments),
                    Ratio.read(arguments),
                    arguments.choice("op", Operator.class, null),
                    arguments.expression("value"));
            if (rule.op.isOfSets()) {
                throw arguments.refusal("op", "a count is a number", "use ==, !=, <, <=, > or >=");
            }
            if (unit == Measure.ITEMS && rule.per != null) {
                throw arguments.refusal("per", "items are not of a text", "compare with an expression");
            }
            return rule;
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            BigDecimal wanted = Values.number(value.value(subject, target.emptyPasses()), value);
            Counter counting = counter;
            if (counting == null) {
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
                return compare(
                        place.name(), counting.count(text), per == null ? null : per.counter.count(text), wanted);
            });
        }

        private Finding compare(String name, Tally tally, @Nullable Tally among, BigDecimal wanted) throws Undecided {
            BigDecimal low = BigDecimal.valueOf(tally.low());
            BigDecimal high = BigDecimal.valueOf(tally.high());
            String counted = tally + " " + unit;
            if (per != null && among != null) {
                if (among.low() == 0) {
                    throw new Undecided(name + " has " + counted + " and " + among + " " + per.unit + ": no ratio");
                }
                low = ratio(tally.low(), among.high());
                high = ratio(tally.high(), among.low());
                counted += " in " + among + " " + per.unit;
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
