package io.kernelweave.compile;

import io.kernelweave.json.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What stands for a value of a step's arguments.
 *
 * @param path of the value in the arguments, as {@link Leaves} writes it
 * @param variable values that are the same in every trace have the same one; empty for a constant
 * @param place where the value comes from; empty if the model writes it
 * @param chosen the place holds several values, and the model chooses
 * @param value of a constant, else the schema of the values that were seen
 * @param hits how often the value stood there
 * @param of of how often
 */
record Binding(
        String path,
        String variable,
        String place,
        boolean chosen,
        boolean constant,
        JsonNode value,
        int hits,
        int of) {

    boolean isBound() {
        return !place.isEmpty();
    }

    /** Does the value stand at the same place as another step's? */
    boolean isRepeated() {
        return place.startsWith("=");
    }

    private JsonNode where() {
        String name = place.startsWith("~") ? place.substring(1) : place;
        return name.startsWith("{") ? Json.parseTrusted(name) : Json.tree(name);
    }

    /** As a kernel's arguments have it. */
    JsonNode toJson() {
        if (constant) {
            return value;
        }
        ObjectNode json = Json.object().put("var", variable);
        if (!isRepeated()) {
            if (isBound()) {
                json.set(place.startsWith("~") ? "part_of" : chosen ? "among" : "from", where());
            }
            json.set("slot", value);
        }
        if (isBound() && hits < of) {
            json.putObject("seen").put("in", hits).put("of", of);
        }
        return json;
    }

    /** In words. */
    String words() {
        String name = path.isEmpty() ? "the value" : path.substring(1);
        if (constant) {
            return name + " = " + Json.compact(value);
        }
        if (isRepeated()) {
            return (name.equals(variable) ? name : name + " = " + variable) + " as before";
        }
        JsonNode where = isBound() ? where() : Json.object();
        String shown = where.isString()
                ? where.stringValue()
                : "the pieces of " + where.path("of").asString("");
        return name
                + (!isBound()
                        ? " (yours to write)"
                        : place.startsWith("~")
                                ? " (a part of " + shown + ")"
                                : chosen ? " (one of " + shown + ")" : " = " + shown);
    }
}
