package io.kernelweave.verify;

import io.kernelweave.json.InputException;
import io.kernelweave.schema.SchemaValidator;
import io.kernelweave.schema.Violation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Checks of values: their schema, their relations, their order. */
sealed interface StructuredRule extends Rule {
    List<Type> TYPES = List.of(
            Type.of("schema", Schema::read),
            Type.of("compare", Compare::read),
            Type.of("unique", Unique::read),
            Type.of("sorted", Sorted::read));

    /** The value satisfies a JSON Schema. */
    record Schema(Target target, SchemaValidator validator) implements StructuredRule {
        static Rule read(Arguments arguments) {
            return new Schema(
                    Target.read(arguments),
                    SchemaValidator.compile(arguments.require("schema"), arguments.pointer("schema")));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachValue(subject, place -> validate(validator, place.require(), place.name()));
        }

        static Finding validate(SchemaValidator validator, JsonNode value, String name) throws Undecided {
            List<Violation> violations;
            try {
                violations = validator.validate(value);
            } catch (InputException e) {
                throw new Undecided(String.valueOf(e.getMessage()));
            }
            if (violations.isEmpty()) {
                return Finding.pass(name + " satisfies its schema");
            }
            return Finding.of(
                    Outcome.FAIL,
                    violations.stream()
                            .map(violation -> Finding.fail(name + violation.pointer() + ": " + violation.message()))
                            .toList());
        }
    }

    /**
     * Two expressions stand in a relation. An array compared with a single value must stand in it with each element; two
     * arrays of one length, element by element; sets without regard to order and repetition.
     */
    record Compare(
            Expression left,
            Operator op,
            Expression right,
            @Nullable BigDecimal tolerance,
            boolean emptyPasses) implements StructuredRule {

        static Rule read(Arguments arguments) {
            JsonNode tolerance = arguments.get("tolerance");
            Compare rule = new Compare(
                    arguments.expression("left"),
                    arguments.choice("op", Operator.class, null),
                    arguments.expression("right"),
                    tolerance == null || !tolerance.isNumber() ? null : tolerance.decimalValue(),
                    arguments.emptyPasses());
            if (tolerance != null
                    && (rule.op != Operator.EQUAL
                            || rule.tolerance == null
                            || rule.tolerance.signum() < 0
                            || !Subject.inRange(rule.tolerance))) {
                throw arguments.refusal("tolerance", "is not a share for ==", "use a number such as 0.01 with ==");
            }
            return rule;
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            JsonNode a;
            JsonNode b;
            try {
                a = left.value(subject, emptyPasses);
                b = right.value(subject, emptyPasses);
            } catch (Undecided e) {
                if (emptyPasses && e.nothingThere()) {
                    return Finding.pass(e.reason() + ", which is allowed");
                }
                throw e;
            }
            return op.isOfSets() ? sets(Values.flat(a), Values.flat(b)) : each(a, b);
        }

        private Finding sets(List<JsonNode> a, List<JsonNode> b) throws Undecided {
            if (op == Operator.IN && a.isEmpty() && !emptyPasses) {
                throw new Undecided(left + " has nothing to look for");
            }
            JsonNode missing = Values.missing(a, b);
            if (missing != null) {
                return Finding.fail(Values.show(missing) + " of " + left + " is not in " + right);
            }
            JsonNode extra = op == Operator.SAME_SET ? Values.missing(b, a) : null;
            return extra == null
                    ? Finding.pass(left + " " + op + " " + right + " holds")
                    : Finding.fail(Values.show(extra) + " of " + right + " is not in " + left);
        }

        private Finding each(JsonNode a, JsonNode b) throws Undecided {
            if (!a.isArray() && !b.isArray()) {
                return pair(a, b);
            }
            if (a.isArray() && b.isArray() && a.size() != b.size()) {
                String reason = left + " has " + a.size() + " elements, " + right + " has " + b.size();
                return switch (op) {
                    case EQUAL -> Finding.fail(reason);
                    case NOT_EQUAL -> Finding.pass(reason);
                    default -> throw new Undecided(reason);
                };
            }
            if (op == Operator.NOT_EQUAL && a.isArray() && b.isArray()) {
                // Two lists differ if they differ anywhere.
                Outcome same = Outcome.PASS;
                for (int i = 0; i < a.size(); i++) {
                    same = same.and(Values.equal(a.get(i), b.get(i), null) ? Outcome.PASS : Outcome.FAIL);
                }
                return Finding.of(
                        same == Outcome.FAIL, left + (same == Outcome.FAIL ? " differs from " : " equals ") + right);
            }
            int size = a.isArray() ? a.size() : b.size();
            if (size == 0) {
                if (a.isArray() && b.isArray() && op == Operator.EQUAL) {
                    return Finding.pass("both are empty");
                }
                if (!emptyPasses) {
                    throw new Undecided("there is nothing in " + (a.isArray() ? left : right) + " to compare");
                }
            }
            List<Finding> findings = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                findings.add(pair(a.isArray() ? a.get(i) : a, b.isArray() ? b.get(i) : b));
            }
            return size == 0 ? Finding.pass("there is nothing to compare, which is allowed") : Finding.all(findings);
        }

        private Finding pair(JsonNode a, JsonNode b) throws Undecided {
            boolean holds = switch (op) {
                case EQUAL -> Values.equal(a, b, tolerance);
                case NOT_EQUAL -> !Values.equal(a, b, null);
                default -> op.holds(Values.compare(a, b));
            };
            String reason = left + " is " + Values.show(a) + ", " + (holds ? "and" : "not") + " " + op + " " + right;
            return Finding.of(holds, right instanceof Expression.Literal ? reason : reason + ", " + Values.show(b));
        }
    }

    /** The values are distinct. */
    record Unique(Target target) implements StructuredRule {
        static Rule read(Arguments arguments) {
            if (arguments.get("unit") != null) {
                return FormRule.UniqueParts.read(arguments);
            }
            arguments.without("values", "separator");
            return new Unique(Target.read(arguments));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<Path.Place> places = elements(target, subject);
            if (places.isEmpty()) {
                return target.empty();
            }
            Map<String, String> seen = new HashMap<>();
            for (Path.Place place : places) {
                String first = seen.putIfAbsent(Values.key(place.require()), place.name());
                if (first != null) {
                    return Finding.fail(
                            Values.show(place.require()) + " stands at " + first + " and again at " + place.name());
                }
            }
            return Finding.pass("the values at " + target.path() + " are distinct");
        }
    }

    /** The values do not fall, or do not rise. */
    record Sorted(Target target, Order order) implements StructuredRule {
        enum Order {
            ASC,
            DESC;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        static Rule read(Arguments arguments) {
            return new Sorted(Target.read(arguments), arguments.choice("order", Order.class, Order.ASC));
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            List<Path.Place> places = elements(target, subject);
            if (places.isEmpty()) {
                return target.empty();
            }
            for (int i = 1; i < places.size(); i++) {
                JsonNode before = places.get(i - 1).require();
                JsonNode here = places.get(i).require();
                int comparison = Values.compare(before, here);
                if (order == Order.ASC ? comparison > 0 : comparison < 0) {
                    return Finding.fail(Values.show(here) + " at "
                            + places.get(i).name() + " comes after " + Values.show(before) + ", wanted " + order);
                }
            }
            return Finding.pass("the values at " + target.path() + " are in order (" + order + ")");
        }
    }

    /** The values at a path with {@code [*]}, or the elements of the one array at a path without. */
    private static List<Path.Place> elements(Rule.Target target, Subject subject) throws Undecided {
        List<Path.Place> places = target.path().places(subject);
        if (target.path().hasEvery()) {
            return places;
        }
        Path.Place place = places.get(0);
        JsonNode array = place.require();
        if (!array.isArray()) {
            throw new Undecided(place.name() + " is " + Path.kind(array) + ", not an array");
        }
        List<Path.Place> elements = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            elements.add(new Path.Place(place.name() + "[" + i + "]", array.get(i)));
        }
        return elements;
    }
}
