package io.kernelweave.verify;

import com.google.re2j.Pattern;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.schema.LinearPattern;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.DecimalNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.LongNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * A value computed from a subject. A path with {@code [*]} gives an array; over an empty one it is undecided unless the
 * condition says that empty passes.
 */
sealed interface Expression {
    JsonNode value(Subject subject, boolean emptyPasses) throws Undecided;

    /** The texts of it: {@code output} is the answer as it was given. */
    default List<String> texts(Subject subject, boolean emptyPasses) throws Undecided {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : Values.flat(value(subject, emptyPasses))) {
            texts.add(Path.Place.text(element, this));
        }
        return texts;
    }

    static Expression parse(JsonNode json, String pointer) {
        if (json.isNumber()) {
            return literal(json, pointer);
        }
        if (json.isString()) {
            return new At(Path.parse(json.stringValue(), pointer));
        }
        if (!(json instanceof ObjectNode object)) {
            throw InputException.at(
                    pointer, Path.kind(json) + " is not an expression", "write a literal as {\"value\": …}");
        }
        boolean of = object.has("of");
        String kind = "";
        for (String name : object.propertyNames()) {
            if (!name.equals("of")) {
                kind = kind.isEmpty() ? name : "more than one";
            }
        }
        String at = pointer + "/" + kind;
        JsonNode argument = object.path(kind);
        if (of != (kind.equals("count") || kind.equals("matches") || kind.equals("find"))) {
            throw InputException.at(
                    pointer, "count, matches and find go with \"of\", nothing else does", "see the check language");
        }
        return switch (kind) {
            case "value" -> literal(argument, at);
            case "count" -> new Count(measure(argument, at), parse(object.path("of"), pointer + "/of"));
            case "matches" -> new Matches(pattern(argument, at), parse(object.path("of"), pointer + "/of"));
            case "find" -> new Find(pattern(argument, at), parse(object.path("of"), pointer + "/of"));
            case "sum", "product", "min", "max" ->
                new Fold(Fold.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), operands(argument, at));
            case "difference", "quotient" -> {
                List<Expression> operands = operands(argument, at);
                if (operands.size() != 2) {
                    throw InputException.at(at, "takes two operands", "write [a, b]");
                }
                yield new Binary(kind.equals("quotient"), operands.get(0), operands.get(1));
            }
            case "share", "found" -> {
                List<Expression> operands = operands(argument, at);
                if (operands.size() != 2) {
                    throw InputException.at(at, "takes two operands", "write [a, b]");
                }
                yield new Share(kind.equals("found"), operands.get(0), operands.get(1));
            }
            case "texts" -> new Texts(parse(argument, at));
            case "lower" -> new Lower(parse(argument, at));
            case "date" -> new Date(parse(argument, at));
            case "distinct" -> new Distinct(parse(argument, at));
            default ->
                throw InputException.at(
                        pointer,
                        "unknown expression " + Finding.quote(kind),
                        "known: value, count, matches, find, sum, difference, product, quotient, min, max, share, found, texts, lower, date, distinct");
        };
    }

    private static Expression literal(JsonNode value, String pointer) {
        for (JsonNode element : Values.flat(value)) {
            if (element.isNumber() && !Subject.inRange(element.decimalValue())) {
                throw InputException.at(pointer, "the number is out of range", "use fewer digits");
            }
        }
        return new Literal(value);
    }

    private static Measure measure(JsonNode unit, String pointer) {
        for (Measure measure : Measure.PLAIN) {
            if (measure.toString().equals(unit.asString(""))) {
                return measure;
            }
        }
        throw InputException.at(
                pointer,
                "unknown unit " + Finding.quote(unit.toString()),
                "known: " + Measure.PLAIN.stream().map(Measure::toString).collect(Collectors.joining(", ")));
    }

    private static Pattern pattern(JsonNode pattern, String pointer) {
        if (!pattern.isString()) {
            throw InputException.at(pointer, "is not a pattern", "use a string");
        }
        return LinearPattern.compile(pattern.stringValue(), pointer);
    }

    private static List<Expression> operands(JsonNode array, String pointer) {
        if (!array.isArray() || array.isEmpty()) {
            throw InputException.at(pointer, "takes a list of operands", "write [a, b, …]");
        }
        List<Expression> operands = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            operands.add(parse(array.get(i), pointer + "/" + i));
        }
        return operands;
    }

    private static ArrayNode array() {
        return Json.mapper().createArrayNode();
    }

    record Literal(JsonNode literal) implements Expression {
        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) {
            return literal;
        }

        @Override
        public String toString() {
            return Values.show(literal);
        }
    }

    record At(Path path) implements Expression {
        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) throws Undecided {
            List<Path.Place> places = path.places(subject);
            if (!path.hasEvery()) {
                return places.get(0).require();
            }
            if (places.isEmpty() && !emptyPasses) {
                throw Undecided.nothingAt(path.toString());
            }
            ArrayNode values = array();
            for (Path.Place place : places) {
                values.add(place.require());
            }
            return values;
        }

        @Override
        public List<String> texts(Subject subject, boolean emptyPasses) throws Undecided {
            if (path.toString().equals("output")) {
                return List.of(path.texts(subject).get(0).text());
            }
            return Expression.super.texts(subject, emptyPasses);
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /** How much there is; over a list, the sum. */
    record Count(Measure unit, Expression of) implements Expression {
        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) throws Undecided {
            if (unit == Measure.ITEMS) {
                JsonNode list = of.value(subject, emptyPasses);
                if (!list.isArray()) {
                    throw new Undecided(of + " is " + Path.kind(list) + ", not an array");
                }
                return LongNode.valueOf(list.size());
            }
            long count = 0;
            for (String text : of.texts(subject, emptyPasses)) {
                count += unit.of(text);
            }
            return LongNode.valueOf(count);
        }

        @Override
        public String toString() {
            return "the number of " + unit + " of " + of;
        }
    }

    record Matches(Pattern pattern, Expression of) implements Expression {
        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) throws Undecided {
            long count = 0;
            for (String text : of.texts(subject, emptyPasses)) {
                count += subject.searches().groups(pattern, text).size();
            }
            return LongNode.valueOf(count);
        }

        @Override
        public String toString() {
            return "the matches of " + pattern.pattern() + " in " + of;
        }
    }

    /** First group of each match, or the whole match if there is no group or it took no part. */
    record Find(Pattern pattern, Expression of) implements Expression {
        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) throws Undecided {
            ArrayNode found = array();
            for (String text : of.texts(subject, emptyPasses)) {
                subject.searches().groups(pattern, text).forEach(found::add);
            }
            return found;
        }

        @Override
        public String toString() {
            return "what " + pattern.pattern() + " finds in " + of;
        }
    }

    /** Sum, product, smallest or largest of all numbers in the operands. */
    record Fold(Kind kind, List<Expression> operands) implements Expression {
        enum Kind {
            SUM,
            PRODUCT,
            MIN,
            MAX
        }

        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) throws Undecided {
            List<BigDecimal> numbers = new ArrayList<>();
            for (Expression operand : operands) {
                for (JsonNode element : Values.flat(operand.value(subject, emptyPasses))) {
                    numbers.add(Values.number(element, operand));
                }
            }
            if (kind == Kind.SUM) {
                return DecimalNode.valueOf(numbers.stream().reduce(BigDecimal.ZERO, BigDecimal::add));
            }
            if (kind == Kind.PRODUCT) {
                BigDecimal product = BigDecimal.ONE;
                for (BigDecimal number : numbers) {
                    product = product.multiply(number, MathContext.DECIMAL128);
                }
                return DecimalNode.valueOf(Values.bounded(product, this));
            }
            if (numbers.isEmpty()) {
                boolean everyOfNone =
                        operands.stream().anyMatch(operand -> operand instanceof At at && at.path.hasEvery());
                throw everyOfNone ? Undecided.nothingAt(toString()) : new Undecided(this + " has no numbers");
            }
            BigDecimal extreme = numbers.get(0);
            for (BigDecimal number : numbers) {
                extreme = kind == Kind.MIN ? extreme.min(number) : extreme.max(number);
            }
            return DecimalNode.valueOf(extreme);
        }

        @Override
        public String toString() {
            return kind.name().toLowerCase(Locale.ROOT) + operands;
        }
    }

    /** Difference or quotient; of two lists of one length, element by element, and of a list and a number, each with it. */
    record Binary(boolean quotient, Expression left, Expression right) implements Expression {
        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) throws Undecided {
            JsonNode a = left.value(subject, emptyPasses);
            JsonNode b = right.value(subject, emptyPasses);
            if (!a.isArray() && !b.isArray()) {
                return apply(a, b);
            }
            if (a.isArray() && b.isArray() && a.size() != b.size()) {
                throw new Undecided(left + " has " + a.size() + " elements, " + right + " has " + b.size());
            }
            ArrayNode results = array();
            for (int i = 0; i < (a.isArray() ? a.size() : b.size()); i++) {
                results.add(apply(a.isArray() ? a.get(i) : a, b.isArray() ? b.get(i) : b));
            }
            return results;
        }

        private JsonNode apply(JsonNode a, JsonNode b) throws Undecided {
            BigDecimal x = Values.number(a, left);
            BigDecimal y = Values.number(b, right);
            if (!quotient) {
                return DecimalNode.valueOf(x.subtract(y));
            }
            if (y.signum() == 0) {
                throw new Undecided(right + " is 0 and divides");
            }
            return DecimalNode.valueOf(Values.bounded(x.divide(y, MathContext.DECIMAL128), this));
        }

        @Override
        public String toString() {
            return left + (quotient ? " / " : " - ") + right;
        }
    }

    record Lower(Expression of) implements Expression {
        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) throws Undecided {
            return lower(of.value(subject, emptyPasses));
        }

        private static JsonNode lower(JsonNode value) {
            if (value.isString()) {
                return StringNode.valueOf(value.stringValue().toLowerCase(Locale.ROOT));
            }
            if (value.isArray()) {
                ArrayNode lowered = JsonNodeFactory.instance.arrayNode();
                value.forEach(element -> lowered.add(lower(element)));
                return lowered;
            }
            return value;
        }

        @Override
        public String toString() {
            return "lower-case " + of;
        }
    }

    /** A date as the number of days since 1970, so that dates compare and differ; of a list, each. */
    record Date(Expression of) implements Expression {
        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) throws Undecided {
            return days(of.value(subject, emptyPasses));
        }

        private JsonNode days(JsonNode value) throws Undecided {
            if (!value.isArray()) {
                return DecimalNode.valueOf(Dates.days(value, of));
            }
            ArrayNode days = array();
            for (JsonNode element : value) {
                days.add(days(element));
            }
            return days;
        }

        @Override
        public String toString() {
            return "the date " + of;
        }
    }

    /** The different values of a list. */
    record Distinct(Expression of) implements Expression {
        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) throws Undecided {
            ArrayNode distinct = array();
            Set<String> seen = new HashSet<>();
            for (JsonNode element : Values.flat(of.value(subject, emptyPasses))) {
                if (seen.add(Values.key(element))) {
                    distinct.add(element);
                }
            }
            return distinct;
        }

        @Override
        public String toString() {
            return "the different values of " + of;
        }
    }

    /** What stands in a value at any depth: its texts and numbers, as a list. */
    record Texts(Expression of) implements Expression {
        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) throws Undecided {
            ArrayNode texts = array();
            collect(of.value(subject, emptyPasses), texts);
            long length = 0;
            for (JsonNode text : texts) {
                length += text.isString() ? text.stringValue().length() : 0;
            }
            if (length > Subject.MAX_TEXT) {
                throw new Undecided(this + " have more than " + Subject.MAX_TEXT + " characters");
            }
            return texts;
        }

        private static void collect(JsonNode value, ArrayNode into) {
            if (value.isString() || value.isNumber()) {
                into.add(value);
            }
            for (JsonNode element : value) {
                collect(element, into);
            }
        }

        @Override
        public String toString() {
            return "the texts of " + of;
        }
    }

    /**
     * How much of the first the second has, from 0 to 1: of its different words, or of its texts as they are. Of what has no words
     * nothing can be said.
     */
    record Share(boolean whole, Expression of, Expression in) implements Expression {
        @Override
        public JsonNode value(Subject subject, boolean emptyPasses) throws Undecided {
            Set<String> wanted = new HashSet<>();
            for (List<String> words : words(of, subject, emptyPasses)) {
                if (whole && !words.isEmpty()) {
                    wanted.add(Words.phrase(words));
                } else {
                    wanted.addAll(words);
                }
            }
            List<String> given = new ArrayList<>();
            words(in, subject, emptyPasses).forEach(given::addAll);
            if (wanted.isEmpty()) {
                throw new Undecided(of + " has no words");
            }
            Set<String> among = new HashSet<>(given);
            int found = whole
                    ? Words.found(wanted, Words.phrase(given))
                    : (int) wanted.stream().filter(among::contains).count();
            if (found < 0) {
                throw new Undecided("looking for every text of " + of + " takes too long");
            }
            return DecimalNode.valueOf(
                    BigDecimal.valueOf(found).divide(BigDecimal.valueOf(wanted.size()), MathContext.DECIMAL64));
        }

        private static List<List<String>> words(Expression expression, Subject subject, boolean emptyPasses)
                throws Undecided {
            Work work = new Work();
            List<List<String>> words = new ArrayList<>();
            for (String text : expression.texts(subject, emptyPasses)) {
                work.spend(text.length(), "reading the words of " + expression);
                words.add(Words.of(text));
            }
            return words;
        }

        @Override
        public String toString() {
            return "the share of the " + (whole ? "texts" : "words") + " of " + of + " in " + in;
        }
    }
}
