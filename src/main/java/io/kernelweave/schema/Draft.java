package io.kernelweave.schema;

import io.kernelweave.json.InputException;
import tools.jackson.databind.JsonNode;

/** The drafts of JSON Schema, oldest first. */
enum Draft {
    V4,
    V6,
    V7,
    V2019_09,
    V2020_12;

    /** The draft that a schema names, or {@code inherited} if it names none. */
    static Draft of(JsonNode schema, Draft inherited, String pointer) {
        if (!schema.path("$schema").isString()) {
            return inherited;
        }
        String uri = schema.path("$schema").stringValue();
        String name = uri.endsWith("#") ? uri.substring(0, uri.length() - 1) : uri;
        return switch (name.startsWith("https:")
                ? name.substring(6)
                : name.startsWith("http:") ? name.substring(5) : name) {
            case "//json-schema.org/draft-04/schema" -> V4;
            case "//json-schema.org/draft-06/schema" -> V6;
            case "//json-schema.org/draft-07/schema" -> V7;
            case "//json-schema.org/draft/2019-09/schema" -> V2019_09;
            case "//json-schema.org/draft/2020-12/schema", "//json-schema.org/schema" -> V2020_12;
            default ->
                throw InputException.at(
                        "schema #" + pointer + "/$schema",
                        "keyword $schema names \"" + uri + "\", which is no draft that is honoured",
                        "name one from draft-04 to 2020-12");
        };
    }

    boolean since(Draft other) {
        return compareTo(other) >= 0;
    }
}
