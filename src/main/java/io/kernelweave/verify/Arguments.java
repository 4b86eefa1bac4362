package io.kernelweave.verify;

import com.google.re2j.Pattern;
import io.kernelweave.json.InputException;
import io.kernelweave.schema.LinearPattern;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * The arguments of one check, read by name and type. What nobody asked for is unknown and refused, so a misspelt argument
 * never goes unnoticed.
 */
final class Arguments {
    private final ObjectNode json;
    private final String pointer;
    private final Judge judge;
    private final Set<String> known = new LinkedHashSet<>();

    Arguments(ObjectNode json, String pointer, Judge judge) {
        this.json = json;
        this.pointer = pointer;
        this.judge = judge;
    }

    /** Who decides what no check does. */
    Judge judge() {
        return judge;
    }

    /** Declares an argument; null if it is not given. */
    @Nullable
    JsonNode get(String name) {
        known.add(name);
        return json.get(name);
    }

    JsonNode require(String name) {
        JsonNode value = get(name);
        if (value == null) {
            throw refusal("", "the argument \"" + name + "\" is missing", "give it");
        }
        return value;
    }

    String pointer(String name) {
        return pointer + "/" + name;
    }

    InputException refusal(String name, String problem, String remedy) {
        return InputException.at(name.isEmpty() ? pointer : pointer(name), problem, remedy);
    }

    boolean flag(String name) {
        JsonNode value = get(name);
        if (value != null && !value.isBoolean()) {
            throw refusal(name, "is not a boolean", "use true or false");
        }
        return value != null && value.booleanValue();
    }

    String string(String name) {
        JsonNode value = require(name);
        if (!value.isString() || value.stringValue().isEmpty()) {
            throw refusal(name, "is not a text", "use a string that is not empty");
        }
        return value.stringValue();
    }

    List<String> strings(String name) {
        JsonNode value = get(name);
        if (value == null) {
            return List.of();
        }
        List<String> strings = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isString() || element.stringValue().isEmpty()) {
                throw refusal(name, "holds something other than texts", "use an array of strings, none empty");
            }
            strings.add(element.stringValue());
        }
        if (!value.isArray() || strings.isEmpty()) {
            throw refusal(name, "is not a list of texts", "use an array of at least one string");
        }
        return strings;
    }

    /** A text, or a list of them. */
    List<String> oneOrMore(String name) {
        JsonNode value = get(name);
        return value != null && value.isString() ? List.of(string(name)) : strings(name);
    }

    List<String> requiredOneOrMore(String name) {
        require(name);
        return oneOrMore(name);
    }

    /** Some labels of an enum; all if the argument is not given. */
    <E extends Enum<E>> List<E> choices(String name, Class<E> type) {
        List<String> given = strings(name);
        List<String> known =
                Arrays.stream(type.getEnumConstants()).map(Object::toString).toList();
        if (!known.containsAll(given)) {
            throw refusal(name, "holds what is unknown", "known: " + String.join(", ", known));
        }
        return Arrays.stream(type.getEnumConstants())
                .filter(each -> given.isEmpty() || given.contains(each.toString()))
                .toList();
    }

    /** One of the labels of an enum; the default is used if the argument is not given. */
    <E extends Enum<E>> E choice(String name, Class<E> type, @Nullable E byDefault) {
        JsonNode value = byDefault == null ? require(name) : get(name);
        if (value == null && byDefault != null) {
            return byDefault;
        }
        for (E constant : type.getEnumConstants()) {
            if (value != null && constant.toString().equals(value.asString(""))) {
                return constant;
            }
        }
        throw refusal(
                name,
                "unknown: " + (value == null ? "null" : Finding.quote(value.toString())),
                "known: "
                        + String.join(
                                ", ",
                                Arrays.stream(type.getEnumConstants())
                                        .map(Object::toString)
                                        .toList()));
    }

    Path path(String name, String byDefault) {
        JsonNode value = get(name);
        return path(value, name, byDefault);
    }

    @Nullable
    Path optionalPath(String name) {
        JsonNode value = get(name);
        return value == null ? null : path(value, name, "");
    }

    private Path path(@Nullable JsonNode value, String name, String byDefault) {
        if (value != null && !value.isString()) {
            throw refusal(name, "is not a path", "write it as a string, as \"output.rows[*].name\"");
        }
        return Path.parse(value == null ? byDefault : value.stringValue(), pointer(name));
    }

    List<Path> paths(String name, List<String> byDefault) {
        List<String> texts = strings(name);
        List<Path> paths = new ArrayList<>();
        for (String text : texts.isEmpty() ? byDefault : texts) {
            paths.add(Path.parse(text, pointer(name)));
        }
        return paths;
    }

    Pattern pattern(String name) {
        return LinearPattern.compile(string(name), pointer(name));
    }

    List<Pattern> patterns(String name) {
        return strings(name).stream()
                .map(pattern -> LinearPattern.compile(pattern, pointer(name)))
                .toList();
    }

    /** A string, or null if it is not given. */
    @Nullable
    String optionalString(String name) {
        return get(name) == null ? null : string(name);
    }

    /** A whole number; the default is used if the argument is not given. */
    int integer(String name, int least, int most, @Nullable Integer byDefault) {
        JsonNode value = byDefault == null ? require(name) : get(name);
        if (value == null && byDefault != null) {
            return byDefault;
        }
        if (value == null
                || !value.isNumber()
                || value.decimalValue().stripTrailingZeros().scale() > 0
                || value.decimalValue().compareTo(BigDecimal.valueOf(least)) < 0
                || value.decimalValue().compareTo(BigDecimal.valueOf(most)) > 0) {
            throw refusal(name, "is not a whole number from " + least + " to " + most, "use one");
        }
        return value.decimalValue().intValueExact();
    }

    /** Declares arguments that go with a choice that was not made, and refuses those that are given. */
    void without(String choice, String... names) {
        for (String name : names) {
            if (get(name) != null) {
                throw refusal(name, "does not go with " + choice, "leave it out");
            }
        }
    }

    Expression expression(String name) {
        return Expression.parse(require(name), pointer(name));
    }

    /** A text given as it is, or the path where it stands: one of both arguments. */
    Expression textOrPath(String literal, String path) {
        JsonNode text = get(literal);
        Path from = optionalPath(path);
        if ((text == null) == (from == null)) {
            throw refusal("", "takes " + literal + " or " + path, "give one of both");
        }
        return from != null ? new Expression.At(from) : new Expression.Literal(StringNode.valueOf(string(literal)));
    }

    /** The argument {@code empty}, whose one value is {@code pass}. */
    boolean emptyPasses() {
        JsonNode value = get("empty");
        if (value != null && !value.asString("").equals("pass")) {
            throw refusal("empty", "unknown: " + Finding.quote(value.toString()), "the one value is \"pass\"");
        }
        return value != null;
    }

    Check check(String name) {
        if (!(require(name) instanceof ObjectNode check)) {
            throw refusal(name, "is not a check", "use an object with a field \"check\"");
        }
        return Checks.parse(check, pointer(name), judge);
    }

    List<Check> checks(String name) {
        JsonNode value = require(name);
        if (!value.isArray()) {
            throw refusal(name, "is not a list of checks", "use an array of objects");
        }
        List<Check> checks = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            if (!(value.get(i) instanceof ObjectNode check)) {
                throw refusal(name + "/" + i, "is not a check", "use an object with a field \"check\"");
            }
            checks.add(Checks.parse(check, pointer(name) + "/" + i, judge));
        }
        return checks;
    }

    /** The names of all arguments that somebody asked for. */
    Set<String> known() {
        return known;
    }

    /** Refuses every argument that nobody asked for. */
    void done() {
        for (String name : json.propertyNames()) {
            if (!known.contains(name)) {
                throw refusal(
                        name,
                        "unknown argument of \"" + json.path("check").asString("") + "\"",
                        "known: " + String.join(", ", known));
            }
        }
    }
}
