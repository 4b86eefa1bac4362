package io.kernelweave.dataset;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/**
 * How the instructions of a data set are written in the check language, {@code phasecd/ifeval-checks.yaml}: a condition for each type of
 * instruction, with the instruction's arguments put in. <code>${name}</code> alone is the argument as it is, within a text its text;
 * <code>${name|table}</code> is what the table says of it, and <code>${name|literal}</code> a pattern that matches just its text.
 *
 * @param always a condition that every answer has to satisfy too
 * @param tables table → value of an argument → what is put in for it
 * @param types type of instruction → how it is checked
 */
public record InstructionChecks(
        String name, ObjectNode always, Map<String, Map<String, String>> tables, Map<String, Type> types) {

    private static final Pattern SLOT = Pattern.compile("\\$\\{(\\w+)(?:\\|(\\w+))?}");

    /**
     * One type of instruction.
     *
     * @param condition with slots
     * @param note where the check is known to read an answer otherwise than the official checker; empty if nowhere
     */
    public record Type(ObjectNode condition, String note) {
        public Type {
            if (condition == null) {
                throw InputException.at("/types", "a type has no condition", "give one");
            }
            note = note == null ? "" : note;
        }
    }

    public InstructionChecks {
        if (name == null || always == null || types == null || types.isEmpty()) {
            throw InputException.at(
                    "/", "needs name, always and types", "give them, as phasecd/ifeval-checks.yaml does");
        }
        tables = tables == null ? Map.of() : new TreeMap<>(tables);
        types = new TreeMap<>(types);
    }

    public static InstructionChecks read(String file) {
        Path path = Path.of(file);
        if (!Files.exists(path)) {
            throw InputException.at(file, "there is no such file", "name one such as phasecd/ifeval-checks.yaml");
        }
        return Json.readYaml(path, InstructionChecks.class);
    }

    /**
     * The condition of one instruction.
     *
     * @throws InputException if the type is unknown, or an argument that its condition needs is missing or not known to a table
     */
    public ObjectNode condition(String type, ObjectNode arguments) {
        Type known = types.get(type);
        if (known == null) {
            throw InputException.at(type, "unknown type of instruction", "known: " + types.keySet());
        }
        return (ObjectNode) filled(known.condition, type, arguments);
    }

    private JsonNode filled(JsonNode template, String type, ObjectNode arguments) {
        if (template instanceof ObjectNode object) {
            ObjectNode filled = Json.object();
            object.properties().forEach(field -> filled.set(field.getKey(), filled(field.getValue(), type, arguments)));
            return filled;
        }
        if (template.isArray()) {
            ArrayNode filled = Json.mapper().createArrayNode();
            template.forEach(element -> filled.add(filled(element, type, arguments)));
            return filled;
        }
        if (!template.isString()) {
            return template;
        }
        String text = template.stringValue();
        Matcher slot = SLOT.matcher(text);
        if (slot.matches() && slot.group(2) == null) {
            return argument(slot.group(1), type, arguments);
        }
        return StringNode.valueOf(slot.reset()
                .replaceAll(found -> Matcher.quoteReplacement(text(found.group(1), found.group(2), type, arguments))));
    }

    private static JsonNode argument(String name, String type, ObjectNode arguments) {
        JsonNode value = arguments.get(name);
        if (value == null || value.isNull()) {
            throw InputException.at(type, "the argument \"" + name + "\" is missing", "give it in kwargs");
        }
        return value;
    }

    private String text(String name, @Nullable String table, String type, ObjectNode arguments) {
        JsonNode value = argument(name, type, arguments);
        String text = value.isString() ? value.stringValue() : value.toString();
        if (table == null) {
            return text;
        }
        if (table.equals("literal")) {
            return com.google.re2j.Pattern.quote(text);
        }
        String found = tables.getOrDefault(table, Map.of()).get(text);
        if (found == null) {
            throw InputException.at(
                    type + " " + name, "the table \"" + table + "\" does not have \"" + text + "\"", "add it there");
        }
        return found;
    }
}
