package io.kernelweave.compose;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.PromptInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * A JSON value with places to fill from another:
 *
 * <ul>
 *   <li>{@code {"$at": "/a/0"}}: what stands at a JSON pointer (RFC 6901), {@code ""} for all of it;
 *   <li>{@code {"$text": "found {/count} in {/file}"}}: a text with what stands at pointers, texts as they are and other values
 *       as JSON; {@code {}} is all of it;
 *   <li>{@code {"$prompt": "Convert {/size} bytes to MiB"}}: such a text, read as {@link PromptInput#of a prompt is};
 *   <li>{@code {"$value": …}}: as it is.
 * </ul>
 *
 * Everything else stands for itself.
 *
 * @param json the template
 */
record Template(JsonNode json) {
    private static final Pattern HOLE = Pattern.compile("\\{(/[^{}]*|)}");
    private static final Set<String> COMMANDS = Set.of("$at", "$text", "$prompt", "$value");

    /** @throws InputException naming the pointer of what is no template */
    Template {
        json = Json.parseTrusted(Json.compact(json));
        check(json, "template ");
    }

    private static void check(JsonNode node, String place) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            String here = place + "/" + name;
            if (name.startsWith("$")) {
                if (node.size() > 1 || !COMMANDS.contains(name)) {
                    throw InputException.at(
                            here,
                            "is not known, or does not stand alone",
                            "use {\"$at\": …}, $text, $prompt or $value");
                }
                if (name.equals("$value")) {
                    return;
                }
                if (!value.isString()) {
                    throw InputException.at(here, "is not a text", "use a string");
                }
                if (name.equals("$at")) {
                    pointer(value.stringValue(), here);
                } else {
                    Matcher holes = HOLE.matcher(value.stringValue());
                    while (holes.find()) {
                        pointer(holes.group(1), here);
                    }
                }
                return;
            }
            check(value, here);
        }
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                check(array.get(i), place + "/" + i);
            }
        }
    }

    private static JsonPointer pointer(String text, String place) {
        try {
            return JsonPointer.compile(text);
        } catch (IllegalArgumentException e) {
            throw InputException.at(place, "\"" + text + "\" is not a JSON pointer", "write it as /field/0");
        }
    }

    /** Nothing stands at a pointer. */
    static final class MissingException extends Exception {
        MissingException(JsonPointer pointer) {
            super("nothing stands at \"" + pointer + "\"", null, false, false);
        }
    }

    /**
     * The template filled.
     *
     * @throws MissingException if nothing stands where it looks
     */
    JsonNode fill(JsonNode value) throws MissingException {
        return fill(json, value);
    }

    private static JsonNode fill(JsonNode node, JsonNode value) throws MissingException {
        if (node instanceof ArrayNode array) {
            ArrayNode filled = Json.mapper().createArrayNode();
            for (JsonNode element : array) {
                filled.add(fill(element, value));
            }
            return filled;
        }
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        String command = command(object);
        if (command.isEmpty()) {
            ObjectNode filled = Json.object();
            for (Map.Entry<String, JsonNode> field : object.properties()) {
                filled.set(field.getKey(), fill(field.getValue(), value));
            }
            return filled;
        }
        JsonNode argument = object.path(command);
        return switch (command) {
            case "$value" -> argument;
            case "$at" -> at(JsonPointer.compile(argument.stringValue()), value);
            case "$text" -> StringNode.valueOf(text(argument.stringValue(), value));
            default -> PromptInput.of(text(argument.stringValue(), value)).toJson();
        };
    }

    private static String command(ObjectNode node) {
        String first = node.size() == 1 ? node.propertyNames().iterator().next() : "";
        return COMMANDS.contains(first) ? first : "";
    }

    private static JsonNode at(JsonPointer pointer, JsonNode value) throws MissingException {
        JsonNode found = value.at(pointer);
        if (found.isMissingNode()) {
            throw new MissingException(pointer);
        }
        return found;
    }

    private static String text(String pattern, JsonNode value) throws MissingException {
        StringBuilder text = new StringBuilder();
        Matcher holes = HOLE.matcher(pattern);
        int end = 0;
        while (holes.find()) {
            JsonNode found = at(JsonPointer.compile(holes.group(1)), value);
            text.append(pattern, end, holes.start())
                    .append(found.isString() ? found.stringValue() : Json.compact(found));
            end = holes.end();
        }
        return text.append(pattern.substring(end)).toString();
    }

    /** Where what it takes as it is stands and comes to stand, as paths below {@code input}; names that no path has are left out. */
    Map<String, String> moves() {
        Map<String, String> moves = new LinkedHashMap<>();
        moves(json, "input", moves);
        return moves;
    }

    private static void moves(JsonNode node, String to, Map<String, String> moves) {
        String command = node instanceof ObjectNode object ? command(object) : "";
        if (command.equals("$at")) {
            StringBuilder from = new StringBuilder("input");
            for (JsonPointer rest = JsonPointer.compile(node.path(command).stringValue());
                    !rest.matches();
                    rest = rest.tail()) {
                // A number may be an index here and is a name there, or the other way round.
                if (!isPlain(rest.getMatchingProperty()) || rest.getMatchingIndex() >= 0) {
                    return;
                }
                from.append('.').append(rest.getMatchingProperty());
            }
            moves.putIfAbsent(from.toString(), to);
        } else if (command.isEmpty()) {
            node.properties().forEach(field -> {
                if (isPlain(field.getKey())) {
                    moves(field.getValue(), to + "." + field.getKey(), moves);
                }
            });
        }
    }

    private static boolean isPlain(String name) {
        return !name.isEmpty() && name.indexOf('.') < 0 && name.indexOf('[') < 0;
    }

    /** The values that it can be filled from: something stands wherever it looks. */
    Shape entry() {
        return Shape.all(looks(json).stream().map(Shape.ANY::at).toList());
    }

    private static List<JsonPointer> looks(JsonNode node) {
        Set<JsonPointer> pointers = new LinkedHashSet<>();
        collect(node, pointers);
        return List.copyOf(pointers);
    }

    private static void collect(JsonNode node, Set<JsonPointer> into) {
        String command = node instanceof ObjectNode object ? command(object) : "";
        if (command.equals("$at")) {
            into.add(JsonPointer.compile(node.path(command).stringValue()));
        } else if (command.equals("$text") || command.equals("$prompt")) {
            Matcher holes = HOLE.matcher(node.path(command).stringValue());
            while (holes.find()) {
                into.add(JsonPointer.compile(holes.group(1)));
            }
        } else if (!command.equals("$value")) {
            node.forEach(part -> collect(part, into));
        }
    }

    /** Values that hold everything that it gives when it is filled from values of a shape, and perhaps more. */
    Shape image(Shape from) {
        return image(json, from);
    }

    private static Shape image(JsonNode node, Shape from) {
        if (node instanceof ObjectNode object) {
            String command = command(object);
            JsonNode argument = object.path(command);
            switch (command) {
                case "$value" -> {
                    return Shape.constant(argument);
                }
                case "$at" -> {
                    return from.below(JsonPointer.compile(argument.stringValue()));
                }
                case "$text" -> {
                    return text(argument.stringValue());
                }
                case "$prompt" -> {
                    return prompt();
                }
                default -> {
                    Map<String, Shape> fields = new LinkedHashMap<>();
                    object.properties().forEach(field -> fields.put(field.getKey(), image(field.getValue(), from)));
                    return Shape.object(fields);
                }
            }
        }
        if (node instanceof ArrayNode array) {
            List<Shape> parts = new ArrayList<>();
            parts.add(new Shape(Json.object()
                    .put("type", "array")
                    .put("minItems", array.size())
                    .put("maxItems", array.size())));
            for (int i = 0; i < array.size(); i++) {
                parts.add(image(array.get(i), from).at(i));
            }
            return Shape.all(parts);
        }
        return Shape.constant(node);
    }

    /** Texts with the words between the holes in their order; the holes take no line of their own. */
    private static Shape text(String pattern) {
        StringBuilder regex = new StringBuilder("^");
        Matcher holes = HOLE.matcher(pattern);
        int end = 0;
        while (holes.find()) {
            regex.append(quoted(pattern.substring(end, holes.start()))).append("[\\s\\S]*");
            end = holes.end();
        }
        regex.append(quoted(pattern.substring(end))).append("$");
        return Shape.all(Shape.type("string"), Shape.of("pattern", StringNode.valueOf(regex.toString())));
    }

    /** A text as a regular expression of every dialect. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default ->
                    quoted.append("\\^$.|?*+()[]{}/".indexOf(c) >= 0 ? "\\" : "")
                            .append(c);
            }
        }
        return quoted.toString();
    }

    /** What {@link PromptInput#toJson} gives. */
    private static Shape prompt() {
        ObjectNode schema = Json.object().put("type", "object").put("additionalProperties", false);
        schema.putArray("required").add("request");
        ObjectNode properties = schema.putObject("properties");
        for (String text : List.of("request", "source", "language")) {
            properties.putObject(text).put("type", "string");
        }
        Map<String, String> lists = new LinkedHashMap<>(Map.of("numbers", "number"));
        lists.put("blocks", "string");
        lists.put("quoted", "string");
        lists.forEach((name, type) -> properties
                .putObject(name)
                .put("type", "array")
                .put("minItems", 1)
                .putObject("items")
                .put("type", type));
        return new Shape(schema);
    }

    /**
     * A value that this template makes something of that is like a wanted value where it takes from it as it is.
     *
     * @param from a value that it can be filled from
     */
    Optional<JsonNode> backward(JsonNode wanted, JsonNode from) {
        JsonNode[] source = {from.deepCopy()};
        return backward(json, wanted, source) ? Optional.of(source[0]) : Optional.empty();
    }

    private static boolean backward(JsonNode node, JsonNode wanted, JsonNode[] source) {
        if (node instanceof ObjectNode object) {
            String command = command(object);
            if (command.equals("$at")) {
                return put(JsonPointer.compile(object.path(command).stringValue()), wanted, source);
            }
            if (command.isEmpty()) {
                boolean whole = true;
                for (Map.Entry<String, JsonNode> field : object.properties()) {
                    JsonNode part = wanted.get(field.getKey());
                    whole &= part != null && backward(field.getValue(), part, source);
                }
                return whole;
            }
        } else if (node instanceof ArrayNode array) {
            boolean whole = true;
            for (int i = 0; i < array.size(); i++) {
                JsonNode part = wanted.get(i);
                whole &= part != null && backward(array.get(i), part, source);
            }
            return whole;
        }
        return true; // what it does not take is what it is
    }

    private static boolean put(JsonPointer pointer, JsonNode value, JsonNode[] source) {
        if (pointer.matches()) {
            source[0] = value.deepCopy();
            return true;
        }
        JsonNode parent = source[0].at(pointer.head());
        if (parent instanceof ObjectNode object) {
            object.set(pointer.last().getMatchingProperty(), value);
            return true;
        }
        int index = pointer.last().getMatchingIndex();
        if (parent instanceof ArrayNode array && index >= 0 && index < array.size()) {
            array.set(index, value);
            return true;
        }
        return false;
    }

    @Override
    public String toString() {
        return Json.compact(json);
    }
}
