package io.kernelweave.compose;

import io.kernelweave.json.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * On which values of {@code input} a check passes and on which it fails, from both sides: as sets of values that certainly do
 * and that perhaps do. A check that the sets cannot follow certainly does nothing and perhaps everything, so whatever is
 * concluded from them holds.
 *
 * <p>Values are those within the limits of checks: beyond them verdicts are UNKNOWN, and {@link FlowExecutor} lets no such value
 * through.
 *
 * @param passes values on which it certainly passes
 * @param mayPass no other value passes
 * @param fails values on which it certainly fails
 * @param mayFail no other value fails
 */
record ConditionSets(Shape passes, Shape mayPass, Shape fails, Shape mayFail) {
    private static final ConditionSets OPEN = new ConditionSets(Shape.NONE, Shape.ANY, Shape.NONE, Shape.ANY);

    static ConditionSets of(JsonNode check) {
        return switch (check.path("check").asString("")) {
            case "all" -> connected(check, true);
            case "any" -> connected(check, false);
            case "not" -> of(check.path("of")).not();
            case "implies" -> or(List.of(of(check.path("if")).not(), of(check.path("then"))));
            case "regex" -> text(check, List.of("pattern", "match", "negate"), ConditionSets::regex);
            case "contains" -> text(check, List.of("all", "any", "none"), ConditionSets::contains);
            case "oneOf" -> text(check, List.of("values"), each -> among(each.path("values")));
            case "equals" ->
                text(
                        check,
                        List.of("value"),
                        each -> among(Json.tree(List.of(each.path("value").asString("")))));
            case "startsWith" -> text(check, List.of("any"), each -> edge(each.path("any"), true));
            case "endsWith" -> text(check, List.of("any"), each -> edge(each.path("any"), false));
            case "count" -> count(check);
            case "unique" -> unique(check);
            case "schema" -> schema(check);
            case "compare" -> compare(check);
            default -> OPEN;
        };
    }

    private ConditionSets not() {
        return new ConditionSets(fails, mayFail, passes, mayPass);
    }

    private static ConditionSets connected(JsonNode check, boolean all) {
        List<ConditionSets> parts = new ArrayList<>();
        check.path("of").forEach(part -> parts.add(of(part)));
        if (parts.isEmpty()) {
            return OPEN; // UNKNOWN, whatever the value
        }
        return all ? or(parts.stream().map(ConditionSets::not).toList()).not() : or(parts);
    }

    /** Kleene's disjunction: passes if one passes, fails if all fail. */
    private static ConditionSets or(List<ConditionSets> parts) {
        return new ConditionSets(
                Shape.any(parts.stream().map(ConditionSets::passes).toList()),
                Shape.any(parts.stream().map(ConditionSets::mayPass).toList()),
                Shape.all(parts.stream().map(ConditionSets::fails).toList()),
                Shape.all(parts.stream().map(ConditionSets::mayFail).toList()));
    }

    /** What a check says at one place: on values of which it says something, where else it may. */
    private static ConditionSets decided(Shape where, Shape passes, Shape elsewhere) {
        Shape there = Shape.all(where, passes);
        Shape not = Shape.all(where, passes.not());
        return new ConditionSets(there, Shape.any(there, elsewhere), not, Shape.any(not, elsewhere));
    }

    /** A check of texts. Numbers and booleans count as texts too, in a form that a pattern does not see. */
    private static ConditionSets text(
            JsonNode check, List<String> known, Function<JsonNode, @Nullable ConditionSets> leaf) {
        for (String argument : check.propertyNames()) {
            if (!known.contains(argument)
                    && !List.of("check", "name", "severity", "says", "target", "empty")
                            .contains(argument)) {
                return OPEN;
            }
        }
        ConditionSets sets = leaf.apply(check);
        return sets == null ? OPEN : lifted(check.path("target").asString(""), check, sets, null);
    }

    private static ConditionSets strings(Shape passes) {
        return decided(Shape.type("string"), passes, Shape.SCALAR);
    }

    private static Shape pattern(String regex) {
        return Shape.of("pattern", StringNode.valueOf(regex));
    }

    private static ConditionSets regex(JsonNode check) {
        String regex = check.path("pattern").asString("");
        ConditionSets found =
                strings(pattern(check.path("match").asString("find").equals("full") ? "^(?:" + regex + ")$" : regex));
        return check.path("negate").asBoolean(false) ? found.not() : found;
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(element -> element.asString(""))
                .toList();
    }

    private static String either(JsonNode texts) {
        return texts(texts).stream().map(Template::quoted).collect(Collectors.joining("|", "(?:", ")"));
    }

    private static ConditionSets contains(JsonNode check) {
        List<Shape> demands = new ArrayList<>();
        texts(check.path("all")).forEach(text -> demands.add(pattern(Template.quoted(text))));
        if (check.has("any")) {
            demands.add(pattern(either(check.path("any"))));
        }
        texts(check.path("none"))
                .forEach(text -> demands.add(pattern(Template.quoted(text)).not()));
        return strings(Shape.all(demands));
    }

    /** White space around a text is left out of account, so only what is written just so certainly passes. */
    private static @Nullable ConditionSets among(JsonNode values) {
        if (texts(values).stream().anyMatch(text -> !text.equals(text.strip()) || text.isEmpty())) {
            return null;
        }
        Shape string = Shape.type("string");
        Shape near = Shape.all(string, pattern(either(values)));
        Shape far = Shape.all(string, pattern(either(values)).not());
        return new ConditionSets(
                Shape.of("enum", values),
                Shape.any(near, Shape.SCALAR),
                far,
                Shape.any(Shape.all(string, Shape.of("enum", values).not()), Shape.SCALAR));
    }

    private static @Nullable ConditionSets edge(JsonNode any, boolean start) {
        if (texts(any).stream().anyMatch(text -> !text.equals(text.strip()) || text.isEmpty())) {
            return null;
        }
        Shape exact = pattern(start ? "^" + either(any) : either(any) + "$");
        Shape string = Shape.type("string");
        return new ConditionSets(
                Shape.all(string, exact),
                Shape.any(Shape.all(string, pattern(either(any))), Shape.SCALAR),
                Shape.all(string, pattern(either(any)).not()),
                Shape.any(Shape.all(string, exact.not()), Shape.SCALAR));
    }

    private static ConditionSets count(JsonNode check) {
        BigDecimal wanted = number(check.path("value"));
        String unit = check.path("unit").asString("");
        boolean items = unit.equals("items");
        if (wanted == null || !items && !unit.equals("chars") || check.has("per")) {
            return OPEN;
        }
        String op = check.path("op").asString("");
        Shape sized = sized(items ? "Items" : "Length", op, wanted);
        return lifted(
                check.path("target").asString(""),
                check,
                items ? decided(Shape.type("array"), sized, Shape.NONE) : strings(sized),
                null);
    }

    private static Shape sized(String what, String op, BigDecimal wanted) {
        return switch (op) {
            case ">=" -> least(what, wanted.setScale(0, RoundingMode.CEILING));
            case ">" -> least(what, wanted.setScale(0, RoundingMode.FLOOR).add(BigDecimal.ONE));
            case "<" -> sized(what, ">=", wanted).not();
            case "<=" -> sized(what, ">", wanted).not();
            case "==" -> Shape.all(sized(what, ">=", wanted), sized(what, "<=", wanted));
            default -> sized(what, "==", wanted).not();
        };
    }

    private static Shape least(String what, BigDecimal number) {
        if (number.signum() <= 0) {
            return Shape.ANY;
        }
        return number.precision() > 9 ? Shape.NONE : Shape.of("min" + what, Json.tree(number.intValueExact()));
    }

    private static ConditionSets unique(JsonNode check) {
        String target = check.path("target").asString("");
        if (check.has("unit")) {
            return OPEN;
        }
        boolean every = target.endsWith("[*]");
        String array = every ? target.substring(0, target.length() - 3) : target;
        if (array.contains("[*]")) {
            return OPEN;
        }
        Shape distinct = Shape.of("uniqueItems", Json.tree(true));
        Shape some = check.has("empty") ? Shape.type("array") : Shape.ANY.each(1);
        // A list of which a path with [*] finds nothing is UNKNOWN, and so is an empty one.
        return lifted(array, Json.object(), decided(some, distinct, Shape.NONE), null);
    }

    private static ConditionSets schema(JsonNode check) {
        Shape shape = Shape.of(check.path("schema")).orElse(null);
        if (shape == null) {
            return OPEN;
        }
        return lifted(check.path("target").asString(""), check, decided(Shape.ANY, shape, Shape.NONE), null);
    }

    private static ConditionSets compare(JsonNode check) {
        String op = check.path("op").asString("");
        JsonNode left = check.path("left");
        JsonNode literal = check.path("right").isNumber()
                ? check.path("right")
                : check.path("right").path("value");
        if (!left.isString() || literal.isMissingNode() || check.has("tolerance") || check.has("within")) {
            return OPEN;
        }
        String path = left.stringValue();
        if (literal.isNumber()) {
            Shape numbers = Shape.type("number");
            Shape range = range(op, literal);
            return range == null ? OPEN : lifted(path, check, decided(numbers, range, numbers.not()), numbers);
        }
        if (literal.isString() && (op.equals("==") || op.equals("!="))) {
            // A number equals a text that reads as it; lists compare element by element.
            Shape strings = Shape.type("string");
            ConditionSets same = decided(strings, Shape.constant(literal), strings.not());
            return lifted(path, check, op.equals("==") ? same : same.not(), strings);
        }
        if (literal.isArray() && op.equals("in") && texts(literal).stream().noneMatch(ConditionSets::mayBeNumber)) {
            Shape strings = Shape.type("string");
            return StreamSupport.stream(literal.spliterator(), false).allMatch(JsonNode::isString)
                    ? lifted(path, check, decided(strings, Shape.of("enum", literal), strings.not()), strings)
                    : OPEN;
        }
        return OPEN;
    }

    private static boolean mayBeNumber(String text) {
        return text.chars().anyMatch(c -> c >= '0' && c <= '9');
    }

    private static @Nullable Shape range(String op, JsonNode number) {
        return switch (op) {
            case ">=" -> Shape.of("minimum", number);
            case ">" -> Shape.of("exclusiveMinimum", number);
            case "<=" -> Shape.of("maximum", number);
            case "<" -> Shape.of("exclusiveMaximum", number);
            case "==" -> Shape.all(Shape.of("minimum", number), Shape.of("maximum", number));
            case "!=" ->
                Shape.all(Shape.of("minimum", number), Shape.of("maximum", number))
                        .not();
            default -> null;
        };
    }

    /** The number that an expression always is; null if it depends on anything. */
    static @Nullable BigDecimal number(JsonNode expression) {
        JsonNode literal = expression.isNumber() ? expression : expression.path("value");
        return literal.isNumber() ? literal.decimalValue() : null;
    }

    /**
     * What a check says that looks at the places of a path.
     *
     * @param at what it says at one
     * @param comparable for a check that says nothing at all if one of its places is none of these
     */
    private static ConditionSets lifted(String path, JsonNode check, ConditionSets at, @Nullable Shape comparable) {
        List<Object> steps = steps(path);
        if (steps == null) {
            return OPEN;
        }
        boolean empty = check.has("empty");
        Shape fails = some(steps, 0, at.fails);
        return new ConditionSets(
                every(steps, 0, at.passes, empty ? 0 : 1, empty ? 0 : 1),
                every(steps, 0, at.mayPass, empty ? 0 : 1, 0),
                comparable == null ? fails : Shape.all(fails, every(steps, 0, comparable, 1, 1)),
                some(steps, 0, at.mayFail));
    }

    private static final Object EVERY = new Object();

    /** The steps of a path below {@code input}: names, indices and {@link #EVERY}; null if it is another path. */
    static @Nullable List<Object> steps(String path) {
        if (!path.equals("input") && !path.startsWith("input.") && !path.startsWith("input[")) {
            return null;
        }
        List<Object> steps = new ArrayList<>();
        int at = "input".length();
        while (at < path.length()) {
            int end = at + 1;
            if (path.charAt(at) == '.') {
                while (end < path.length() && path.charAt(end) != '.' && path.charAt(end) != '[') {
                    end++;
                }
                steps.add(path.substring(at + 1, end));
            } else {
                end = path.indexOf(']', at) + 1;
                String index = path.substring(at + 1, end - 1);
                if (index.length() > 3) {
                    return null;
                }
                steps.add(index.equals("*") ? EVERY : (Object) Integer.valueOf(index));
            }
            at = end;
        }
        return steps;
    }

    /** Values with places that are all of a shape. Of lists in lists it is enough that one has an element. */
    private static Shape every(List<Object> steps, int from, Shape at, int least, int inner) {
        if (from == steps.size()) {
            return at;
        }
        Object step = steps.get(from);
        boolean each = step == EVERY;
        Shape rest = every(steps, from + 1, at, each ? inner : least, inner);
        return each ? rest.each(least) : step instanceof Integer index ? rest.at(index) : rest.in((String) step);
    }

    private static Shape some(List<Object> steps, int from, Shape at) {
        if (from == steps.size()) {
            return at;
        }
        Object step = steps.get(from);
        Shape rest = some(steps, from + 1, at);
        return step == EVERY ? rest.some() : step instanceof Integer index ? rest.at(index) : rest.in((String) step);
    }
}
