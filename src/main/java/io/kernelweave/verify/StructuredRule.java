package io.kernelweave.verify;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.schema.SchemaValidator;
import io.kernelweave.schema.Violation;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.DecimalNode;

/** Checks of values: their schema, their relations, their order. */
sealed interface StructuredRule extends Rule {
    List<Type> TYPES = List.of(
            Type.of("schema", Schema::read),
            Type.of("parses", Parses::read),
            Type.of("compare", Compare::read),
            Type.of("unique", Unique::read),
            Type.of("sorted", Sorted::read));

    /** Longer lists are undecided. */
    int MAX_ELEMENTS = 10_000;

    /** The value satisfies a JSON Schema. */
    record Schema(Target target, SchemaValidator validator) implements StructuredRule {
        private static final SchemaValidator.Limits LIMITS = new SchemaValidator.Limits(250_000, 5_000_000);
        private static final int MAX_VALUES = 20_000;

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
            if (isLarge(value, new int[] {MAX_VALUES})) {
                throw new Undecided(name + " holds more than " + MAX_VALUES + " values");
            }
            List<Violation> violations;
            try {
                violations = validator.validate(value, LIMITS);
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

        /** Are there more values in it than are left? */
        private static boolean isLarge(JsonNode value, int[] left) {
            if (--left[0] < 0) {
                return true;
            }
            for (JsonNode element : value) {
                if (isLarge(element, left)) {
                    return true;
                }
            }
            return false;
        }
    }

    /**
     * The text, or a part of it, reads as a document of some kind; and what it reads as satisfies another check, to which it is
     * the {@code output}.
     */
    record Parses(Target target, Format as, In in, @Nullable Check holds) implements StructuredRule {
        /** Where the document stands. */
        enum In {
            WHOLE,
            /** In the first fenced block. */
            FENCED,
            /** From the first bracket on from which a JSON object or array can be read. */
            FOUND;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        private static final int MAX_TRIED = 1_000;

        static Rule read(Arguments arguments) {
            Format as = arguments.choice("as", Format.class, null);
            In in = arguments.choice("in", In.class, In.WHOLE);
            if (in == In.FOUND && as != Format.JSON) {
                throw arguments.refusal("in", "only JSON is found in a text", "use whole or fenced");
            }
            Check holds = arguments.get("holds") == null ? null : arguments.check("holds");
            if (holds != null && !as.hasValues()) {
                throw arguments.refusal("holds", as + " gives no values to check", "use it with json, yaml or csv");
            }
            return new Parses(Target.read(arguments), as, in, holds);
        }

        @Override
        public Finding apply(Subject subject) throws Undecided {
            return target.eachText(subject, place -> {
                String text = place.text();
                try {
                    return switch (in) {
                        case WHOLE -> read(subject, place.name(), text, 0);
                        case FENCED -> fenced(subject, place.name(), text);
                        case FOUND -> found(subject, place.name(), text);
                    };
                } catch (InputException e) {
                    return Finding.fail(place.name() + " " + Finding.quote(text) + " does not read as " + as + ": "
                            + Finding.quote(String.valueOf(e.getMessage())));
                }
            });
        }

        private Finding fenced(Subject subject, String name, String text) throws Undecided {
            List<String> blocks = PromptInput.of(text).blocks();
            if (blocks.isEmpty()) {
                throw new InputException("there is no fenced block");
            }
            return read(subject, name, blocks.get(0), Math.max(0, text.indexOf(blocks.get(0))));
        }

        private Finding found(Subject subject, String name, String text) throws Undecided {
            int tried = 0;
            for (int i = 0; i < text.length(); i++) {
                if (text.charAt(i) != '{' && text.charAt(i) != '[') {
                    continue;
                }
                if (++tried > MAX_TRIED) {
                    throw new Undecided("there are more than " + MAX_TRIED + " brackets before the first JSON value");
                }
                int end = endOfValue(text, i);
                if (end > i) {
                    return read(subject, name, text.substring(i, end), i);
                }
            }
            throw new InputException("there is no JSON object or array in it");
        }

        /** Where the JSON value that begins here ends; -1 if there is none. */
        private static int endOfValue(String text, int start) {
            StringReader reader = new StringReader(text);
            try {
                reader.skip(start);
                try (JsonParser parser = Json.mapper().createParser(reader)) {
                    parser.nextToken();
                    parser.skipChildren();
                    return start + (int) parser.currentLocation().getCharOffset();
                }
            } catch (IOException | JacksonException e) {
                return -1;
            }
        }

        private Finding read(Subject subject, String name, String document, int start) throws Undecided {
            JsonNode value = as.read(document.strip());
            Span span = new Span(name, start, start + document.length());
            if (holds == null) {
                return Finding.pass(name + " reads as " + as, span);
            }
            Verdict verdict = holds.evaluate(subject.answered(document, value));
            return new Finding(
                    verdict.outcome(),
                    "of what " + name + " reads as: " + verdict.reason(),
                    List.of(span),
                    verdict.basis());
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
            @Nullable BigDecimal within,
            boolean emptyPasses)
            implements StructuredRule {

        static Rule read(Arguments arguments) {
            Operator op = arguments.choice("op", Operator.class, null);
            return new Compare(
                    arguments.expression("left"),
                    op,
                    arguments.expression("right"),
                    slack(arguments, "tolerance", op),
                    slack(arguments, "within", op),
                    arguments.emptyPasses());
        }

        private static @Nullable BigDecimal slack(Arguments arguments, String name, Operator op) {
            JsonNode given = arguments.get(name);
            if (given == null) {
                return null;
            }
            if (op != Operator.EQUAL
                    || !given.isNumber()
                    || given.decimalValue().signum() < 0) {
                throw arguments.refusal(name, "is not a difference for ==", "use a number such as 0.01 with ==");
            }
            if (!Subject.inRange(given.decimalValue())) {
                throw arguments.refusal(name, "the number is out of range", "use fewer digits");
            }
            return given.decimalValue();
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
            if (a.size() > MAX_ELEMENTS || b.size() > MAX_ELEMENTS) {
                throw new Undecided("there are more than " + MAX_ELEMENTS + " values to compare");
            }
            return op.isOfSets() ? sets(Values.flat(a), Values.flat(b)) : each(a, b);
        }

        private Finding sets(List<JsonNode> a, List<JsonNode> b) throws Undecided {
            if (op == Operator.IN && a.isEmpty() && !emptyPasses) {
                throw new Undecided(left + " has nothing to look for");
            }
            if (op == Operator.DISJOINT) {
                JsonNode common = Values.common(a, b);
                return common == null
                        ? Finding.pass(left + " and " + right + " have nothing in common")
                        : Finding.fail(Values.show(common) + " is in both " + left + " and " + right);
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
                    same = same.and(Values.equal(a.get(i), b.get(i)) ? Outcome.PASS : Outcome.FAIL);
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
                case EQUAL -> Values.equal(a, b, tolerance, within);
                case NOT_EQUAL -> !Values.equal(a, b);
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
    record Sorted(Target target, Order order, As as) implements StructuredRule {
        enum As {
            VALUE,
            DATE;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }

            JsonNode read(Path.Place place) throws Undecided {
                JsonNode value = place.require();
                return this == VALUE ? value : DecimalNode.valueOf(Dates.days(value, place.name()));
            }
        }

        enum Order {
            ASC,
            DESC;

            @Override
            public String toString() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        static Rule read(Arguments arguments) {
            return new Sorted(
                    Target.read(arguments),
                    arguments.choice("order", Order.class, Order.ASC),
                    arguments.choice("as", As.class, As.VALUE));
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
                int comparison = Values.compare(as.read(places.get(i - 1)), as.read(places.get(i)));
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
        if (array.size() > MAX_ELEMENTS) {
            throw new Undecided(place.name() + " has more than " + MAX_ELEMENTS + " elements");
        }
        List<Path.Place> elements = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            elements.add(new Path.Place(place.name() + "[" + i + "]", array.get(i)));
        }
        return elements;
    }
}
