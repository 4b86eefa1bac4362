package io.kernelweave.kernel;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One clause of a kernel's contract: a check with a name and a severity.
 *
 * @param check the check as JSON, as the check language reads it, name and severity included
 */
public record Condition(String name, Severity severity, ObjectNode check) {

    /** What a verdict other than PASS means: only {@code ERROR} keeps an answer out. */
    public enum Severity {
        ERROR,
        WARN,
        INFO
    }

    /**
     * Reads a condition. A plain string is a {@code text} check: it stays visible, and its verdict is UNKNOWN until somebody
     * decides it.
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public static Condition of(JsonNode json) {
        if (json.isString()) {
            ObjectNode text = Json.object().put("check", "text").put("says", json.stringValue());
            return new Condition(slug(json.stringValue()), Severity.ERROR, text);
        }
        if (!(json instanceof ObjectNode check) || !check.path("check").isString()) {
            throw new InputException("a condition is a string or an object with a field \"check\"; got "
                    + json.getNodeType().toString().toLowerCase(java.util.Locale.ROOT));
        }
        String name = check.path("name").asString(check.get("check").stringValue());
        String severity = check.path("severity").asString("error");
        return switch (severity) {
            case "error" -> new Condition(name, Severity.ERROR, check);
            case "warn" -> new Condition(name, Severity.WARN, check);
            case "info" -> new Condition(name, Severity.INFO, check);
            default ->
                throw InputException.at(
                        "condition " + name, "unknown severity \"" + severity + "\"", "use error, warn or info");
        };
    }

    /** What the clause demands, in words: its {@code says}, or its name. */
    public String says() {
        return check.path("says").asString(name);
    }

    @JsonValue
    public JsonNode toJson() {
        return check;
    }

    private static String slug(String text) {
        String slug = text.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        slug = slug.length() > 48 ? slug.substring(0, 48) : slug;
        return slug.replaceAll("^-|-$", "");
    }
}
