package io.kernelweave.compose;

import io.kernelweave.json.CanonicalJson;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What follows from checks that pass, by their form: the check itself, parts of connectives in strong Kleene logic, and
 * thresholds on one and the same number. What it does not find may follow all the same; what it finds does.
 */
final class Entailment {
    private static final int MAX_FACTS = 500;

    private final List<ObjectNode> facts = new ArrayList<>();
    private final Set<String> known = new HashSet<>();

    /** @param passing checks that pass, all on one subject */
    Entailment(List<ObjectNode> passing) {
        passing.forEach(this::learn);
    }

    private void learn(JsonNode check) {
        if (!(check instanceof ObjectNode fact) || facts.size() >= MAX_FACTS || !known.add(key(fact))) {
            return;
        }
        facts.add(fact);
        JsonNode of = fact.path("of");
        switch (name(fact)) {
            case "all" -> of.forEach(this::learn);
            case "not" -> {
                switch (name(of)) {
                    case "not" -> learn(of.path("of"));
                    case "any" -> of.path("of").forEach(part -> learn(not(part)));
                    case "implies" -> {
                        learn(of.path("if"));
                        learn(not(of.path("then")));
                    }
                    default -> {}
                }
            }
            case "implies" -> {
                if (passes(fact.path("if"))) {
                    learn(fact.path("then"));
                }
                if (passes(not(fact.path("then")))) {
                    learn(not(fact.path("if")));
                }
            }
            default -> {}
        }
    }

    /** Does it follow that a check passes? */
    boolean passes(JsonNode goal) {
        if (!(goal instanceof ObjectNode check)) {
            return false;
        }
        if (known.contains(key(check))) {
            return true;
        }
        JsonNode of = check.path("of");
        return switch (name(check)) {
            case "all" -> !of.isEmpty() && passing(of) == of.size();
            case "any" -> passing(of) > 0;
            case "atLeast" -> passing(of) >= check.path("n").asInt(Integer.MAX_VALUE);
            case "implies" -> passes(check.path("then")) || passes(not(check.path("if")));
            case "not" -> fails(of);
            default -> threshold(check);
        };
    }

    private boolean fails(JsonNode check) {
        JsonNode of = check.path("of");
        return switch (name(check)) {
            case "not" -> passes(of);
            case "all" -> {
                boolean one = false;
                for (JsonNode part : of) {
                    one |= passes(not(part));
                }
                yield one;
            }
            case "any" -> {
                boolean every = !of.isEmpty();
                for (JsonNode part : of) {
                    every &= passes(not(part));
                }
                yield every;
            }
            case "implies" -> passes(check.path("if")) && passes(not(check.path("then")));
            default -> false;
        };
    }

    private int passing(JsonNode checks) {
        int passing = 0;
        for (JsonNode check : checks) {
            passing += passes(check) ? 1 : 0;
        }
        return passing;
    }

    /** A number compared with a constant: {@code words >= 5} gives {@code words > 3}. */
    private boolean threshold(ObjectNode goal) {
        Bound wanted = Bound.of(goal);
        if (wanted == null) {
            return false;
        }
        List<Bound> given = facts.stream()
                .map(Bound::of)
                .filter(bound -> bound != null && bound.of.equals(wanted.of))
                .toList();
        // Values of any kind differ from a number; the others say that there is one.
        if (given.stream().allMatch(bound -> bound.op.equals("!="))) {
            return false;
        }
        TreeSet<BigDecimal> ends = new TreeSet<>();
        ends.add(wanted.number);
        given.forEach(bound -> ends.add(bound.number));
        Set<BigDecimal> points = new TreeSet<>(ends);
        points.add(ends.first().subtract(BigDecimal.ONE));
        points.add(ends.last().add(BigDecimal.ONE));
        BigDecimal before = ends.first();
        for (BigDecimal end : ends) {
            points.add(before.add(end).divide(BigDecimal.valueOf(2)));
            before = end;
        }
        // All sets are made of intervals between the ends: one point of each tells.
        return points.stream()
                .filter(point -> given.stream().allMatch(bound -> bound.holds(point)))
                .allMatch(wanted::holds);
    }

    /** @param of what the number is of: the check without operator and number */
    private record Bound(String of, String op, BigDecimal number) {
        static @Nullable Bound of(ObjectNode check) {
            String argument =
                    name(check).equals("compare") ? "right" : name(check).equals("count") ? "value" : "";
            BigDecimal number = ConditionSets.number(check.path(argument));
            String op = check.path("op").asString("");
            if (number == null
                    || check.has("tolerance")
                    || check.has("within")
                    || !List.of("==", "!=", "<", "<=", ">", ">=").contains(op)) {
                return null;
            }
            return new Bound(key(check.deepCopy().without(List.of(argument, "op"))), op, number);
        }

        boolean holds(BigDecimal point) {
            int comparison = point.compareTo(number);
            return switch (op) {
                case "==" -> comparison == 0;
                case "!=" -> comparison != 0;
                case "<" -> comparison < 0;
                case "<=" -> comparison <= 0;
                case ">" -> comparison > 0;
                default -> comparison >= 0;
            };
        }
    }

    private static String name(JsonNode check) {
        return check.path("check").asString("");
    }

    private static ObjectNode not(JsonNode check) {
        ObjectNode not = Json.object().put("check", "not");
        not.set("of", check);
        return not;
    }

    /** What a check demands, without what it is called: the same for checks that say the same in the same form. */
    private static String key(JsonNode check) {
        JsonNode bare = bare(check);
        try {
            return CanonicalJson.text(bare);
        } catch (InputException e) {
            return Json.compact(bare); // a number without a canonical form
        }
    }

    private static JsonNode bare(JsonNode node) {
        if (node instanceof ArrayNode array) {
            ArrayNode copy = Json.mapper().createArrayNode();
            array.forEach(element -> copy.add(bare(element)));
            return copy;
        }
        if (!(node instanceof ObjectNode check) || !check.has("check")) {
            return node;
        }
        ObjectNode copy = Json.object();
        for (Map.Entry<String, JsonNode> field : check.properties()) {
            String name = field.getKey();
            if (name.equals("says")
                    ? name(check).equals("text")
                    : !List.of("name", "severity").contains(name)) {
                copy.set(name, PARTS.contains(name) ? bare(field.getValue()) : field.getValue());
            }
        }
        return copy;
    }

    /** Where checks stand in checks. */
    private static final Set<String> PARTS = Set.of("of", "if", "then", "holds");

    /** Checks that see nothing but what their paths name, and the arguments that are paths and expressions. */
    private static final Map<String, List<String>> PATHS = Map.ofEntries(
            Map.entry("case", List.of("target")),
            Map.entry("charset", List.of("target")),
            Map.entry("compare", List.of("left", "right")),
            Map.entry("contains", List.of("target", "allFrom")),
            Map.entry("count", List.of("target", "value")),
            Map.entry("endsWith", List.of("target")),
            Map.entry("equals", List.of("target", "valueFrom")),
            Map.entry("language", List.of("target")),
            Map.entry("links", List.of("target")),
            Map.entry("noMarkup", List.of("target")),
            Map.entry("noSecrets", List.of("target")),
            Map.entry("oneOf", List.of("target")),
            Map.entry("regex", List.of("target")),
            Map.entry("schema", List.of("target")),
            Map.entry("similarity", List.of("target", "toFrom", "value")),
            Map.entry("sorted", List.of("target")),
            Map.entry("startsWith", List.of("target")),
            Map.entry("unique", List.of("target")),
            Map.entry("quoteInSource", List.of("target", "source")));

    /**
     * A check that says of one place what another says of another.
     *
     * @param from how the paths of all that it looks at begin; if one begins otherwise there is no such check
     * @param to how they begin then
     */
    static Optional<ObjectNode> moved(ObjectNode check, String from, String to) {
        ObjectNode moved = check.deepCopy();
        return move(moved, from, to) ? Optional.of(moved) : Optional.empty();
    }

    private static boolean move(ObjectNode check, String from, String to) {
        switch (name(check)) {
            case "all", "any", "atLeast" -> {
                boolean moved = true;
                for (JsonNode part : check.path("of")) {
                    moved &= part instanceof ObjectNode object && move(object, from, to);
                }
                return moved;
            }
            case "not" -> {
                return check.path("of") instanceof ObjectNode object && move(object, from, to);
            }
            case "implies" -> {
                return check.path("if") instanceof ObjectNode premise
                        && check.path("then") instanceof ObjectNode conclusion
                        && move(premise, from, to)
                        && move(conclusion, from, to);
            }
            default -> {
                List<String> paths = PATHS.get(name(check));
                if (paths == null || check.has("holds") || paths.contains("target") && !check.has("target")) {
                    return false;
                }
                boolean text = !List.of("schema", "unique", "sorted", "compare").contains(name(check));
                boolean moved = !name(check).equals("quoteInSource") || check.has("source");
                for (String argument : paths) {
                    JsonNode value = check.get(argument);
                    JsonNode renamed = value == null ? null : expression(value, from, to, text);
                    if (renamed != null) {
                        check.set(argument, renamed);
                    }
                    moved &= value == null || renamed != null;
                }
                return moved;
            }
        }
    }

    /** @param text whether {@code output} alone would be the text of the answer, which no input is */
    private static @Nullable JsonNode expression(JsonNode expression, String from, String to, boolean text) {
        if (expression.isString()) {
            String path = expression.stringValue();
            boolean begins = path.startsWith(from + ".")
                    || path.startsWith(from + "[")
                    || path.equals(from) && (!text || from.equals("input"));
            return begins ? Json.tree(to + path.substring(from.length())) : null;
        }
        if (expression.isNumber() || expression.has("value")) {
            return expression;
        }
        if (expression instanceof ArrayNode operands) {
            ArrayNode copy = Json.mapper().createArrayNode();
            for (JsonNode operand : operands) {
                JsonNode moved = expression(operand, from, to, text);
                if (moved == null) {
                    return null;
                }
                copy.add(moved);
            }
            return copy;
        }
        ObjectNode copy = Json.object();
        for (Map.Entry<String, JsonNode> field : expression.properties()) {
            boolean plain = List.of("matches", "find", "count").contains(field.getKey());
            // Of these, `of` is read as a text.
            JsonNode moved = plain ? field.getValue() : expression(field.getValue(), from, to, true);
            if (moved == null) {
                return null;
            }
            copy.set(field.getKey(), moved);
        }
        return copy;
    }
}
