package io.kernelweave.verify;

import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The check language as others see it: its JSON Schema and its reference page, both made of the {@link CheckDescriptor}s and
 * {@code definitions.json}.
 */
public final class CheckLanguage {
    private static final String DEFINED = "#/$defs/";

    private CheckLanguage() {}

    private static ObjectNode definitions() {
        return (ObjectNode) Json.parse(CheckDescriptor.resource("definitions.json"), "definitions.json");
    }

    /**
     * The JSON Schema (draft 2020-12) of a check. It accepts what {@link Checks#parse} accepts; what a schema cannot say
     * (that a pattern is one of RE2, that an embedded schema is one, how many digits a number has, that {@code atLeast} asks
     * for no more checks than there are) only the parser refuses.
     */
    public static ObjectNode jsonSchema() {
        ObjectNode schema = Json.object()
                .put("$schema", "https://json-schema.org/draft/2020-12/schema")
                .put("title", "A check of KernelWeave's check language")
                .put("description", "A kernel's conditions are of the kind #/$defs/condition. See checks.md.")
                .put("$ref", "#/$defs/check");
        ObjectNode definitions = schema.putObject("$defs");
        ArrayNode alternatives = Json.mapper().createArrayNode();
        ArrayNode names = Json.mapper().createArrayNode();
        ObjectNode checks = Json.object();
        for (CheckDescriptor descriptor : CheckDescriptor.all()) {
            names.add(descriptor.check());
            ObjectNode alternative = alternatives.addObject();
            alternative
                    .putObject("if")
                    .putObject("properties")
                    .putObject("check")
                    .put("const", descriptor.check());
            alternative.putObject("then").put("$ref", "#/$defs/check-" + descriptor.check());
            checks.set("check-" + descriptor.check(), check(descriptor));
        }
        ObjectNode condition = definitions.putObject("condition");
        condition.put("description", "a check, or a demand in words that people decide");
        condition
                .putArray("anyOf")
                .add(Json.object().put("type", "string"))
                .add(Json.object().put("$ref", "#/$defs/check"));
        ObjectNode check = definitions.putObject("check").put("type", "object");
        check.putArray("required").add("check");
        check.putObject("properties").putObject("check").set("enum", names);
        check.set("allOf", alternatives);
        definitions.setAll(definitions());
        definitions.setAll(checks);
        return schema;
    }

    private static ObjectNode check(CheckDescriptor descriptor) {
        ObjectNode check = Json.object().put("description", descriptor.says());
        ObjectNode properties = check.putObject("properties");
        properties.putObject("check").put("const", descriptor.check());
        for (String common : Checks.COMMON) {
            if (!common.equals("check")) {
                properties.putObject(common).put("$ref", DEFINED + common);
            }
        }
        properties.setAll(descriptor.arguments());
        ArrayNode required = check.putArray("required").add("check");
        descriptor.required().forEach(required::add);
        if (descriptor.constraints() != null) {
            check.setAll(descriptor.constraints());
        }
        return check.put("additionalProperties", false);
    }

    /** The reference page, in Markdown. */
    public static String markdown() {
        ObjectNode definitions = definitions();
        StringBuilder page = new StringBuilder(CheckDescriptor.resource("checks-introduction.md"));
        page.append("\n## Expressions\n\n")
                .append("A number; a path; or an object that computes a value:\n\n| expression | value |\n|---|---|\n");
        definitions
                .at("/expression/anyOf/2/properties")
                .properties()
                .forEach(field -> page.append("| `")
                        .append(field.getKey())
                        .append("` | ")
                        .append(cell(description(field.getValue(), definitions)))
                        .append(" |\n"));
        List<CheckDescriptor> checks = CheckDescriptor.all();
        page.append("\n## All checks\n\n| check | family | demands |\n|---|---|---|\n");
        checks.forEach(check -> page.append("| [`%s`](#%s) | %s | %s |\n"
                .formatted(
                        check.check(),
                        check.check().toLowerCase(Locale.ROOT),
                        check.family().label(),
                        cell(check.says()))));
        checks.forEach(check -> page.append('\n').append(markdown(check)));
        return page.toString();
    }

    /** One check's section of the reference page. */
    public static String markdown(CheckDescriptor descriptor) {
        ObjectNode definitions = definitions();
        StringBuilder section = new StringBuilder("### " + descriptor.check() + "\n\n" + descriptor.says() + "\n");
        if (!descriptor.arguments().isEmpty()) {
            section.append("\n| argument | kind | says |\n|---|---|---|\n");
            descriptor.arguments().properties().forEach(argument -> {
                boolean required = descriptor.required().contains(argument.getKey());
                section.append("| `%s`%s | %s | %s |\n"
                        .formatted(
                                argument.getKey(),
                                required ? " (required)" : "",
                                cell(kind(argument.getValue(), definitions)),
                                cell(description(argument.getValue(), definitions))));
            });
        }
        for (CheckDescriptor.Example example : descriptor.examples()) {
            section.append("\n```json\n")
                    .append(Json.compact(example.condition()))
                    .append("\n```\n\n");
            section.append(example.outcome());
            if (!example.answer().isEmpty()) {
                section.append(" of ").append(code(example.answer()));
            }
            if (!example.prompt().isEmpty()) {
                section.append(" in reply to ").append(code(example.prompt()));
            }
            if (example.trace() != null) {
                section.append(" with the trace ").append(code(Json.compact(example.trace())));
            }
            section.append(".\n");
        }
        return section.toString();
    }

    private static String code(String text) {
        if (text.indexOf('\n') < 0 && text.indexOf('`') < 0) {
            return "`" + text + "`";
        }
        return "`` " + Json.compact(text) + " ``";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }

    private static String description(JsonNode schema, ObjectNode definitions) {
        String own = schema.path("description").asString("");
        if (own.isEmpty() && schema.path("$ref").asString("").startsWith(DEFINED)) {
            return description(
                    definitions.path(schema.path("$ref").stringValue().substring(DEFINED.length())), definitions);
        }
        return own;
    }

    /** What a value must be, in few words, with the value that stands where none is given. */
    private static String kind(JsonNode schema, ObjectNode definitions) {
        String byDefault = "";
        String kind = "";
        for (JsonNode here = schema; kind.isEmpty(); ) {
            if (byDefault.isEmpty() && here.has("default")) {
                byDefault = "; default `" + Json.compact(here.get("default")) + "`";
            }
            String name = here.path("$ref").asString("").replace(DEFINED, "");
            if (name.equals("target")) {
                here = definitions.path(name);
            } else if (!name.isEmpty()
                    && definitions.path(name).path("enum").isMissingNode()
                    && definitions.path(name).path("const").isMissingNode()) {
                kind = name;
            } else if (!name.isEmpty()) {
                here = definitions.path(name);
            } else if (here.has("const")) {
                kind = "`" + Json.compact(here.get("const")) + "`";
            } else if (here.has("enum")) {
                List<String> labels = new ArrayList<>();
                here.get("enum").forEach(label -> labels.add("`" + label.asString() + "`"));
                kind = String.join(", ", labels);
            } else if (here.path("type").asString("").equals("array") && here.has("items")) {
                kind = "list of " + kind(here.get("items"), definitions);
            } else if (here.path("type").isArray()) {
                List<String> types = new ArrayList<>();
                here.get("type").forEach(type -> types.add(type.asString()));
                kind = String.join(" or ", types);
            } else {
                kind = here.path("type").asString("any");
            }
        }
        return kind + byDefault;
    }
}
