package io.kernelweave.schema;

import com.networknt.schema.SpecificationVersion;
import io.kernelweave.json.InputException;
import java.util.Arrays;
import tools.jackson.databind.JsonNode;

/** The drafts of JSON Schema, oldest first. */
public enum Draft {
    V4("4", SpecificationVersion.DRAFT_4),
    V6("6", SpecificationVersion.DRAFT_6),
    V7("7", SpecificationVersion.DRAFT_7),
    V2019_09("2019-09", SpecificationVersion.DRAFT_2019_09),
    V2020_12("2020-12", SpecificationVersion.DRAFT_2020_12);

    private final String label;
    private final SpecificationVersion version;

    Draft(String label, SpecificationVersion version) {
        this.label = label;
        this.version = version;
    }

    /**
     * The draft called so: {@code 4}, {@code 6}, {@code 7}, {@code 2019-09} or {@code 2020-12}.
     *
     * @throws InputException for any other name
     */
    public static Draft named(String name) {
        return Arrays.stream(values())
                .filter(draft -> draft.label.equals(name))
                .findFirst()
                .orElseThrow(() -> InputException.at(
                        "draft", "\"" + name + "\" is no draft of JSON Schema", "use 4, 6, 7, 2019-09 or 2020-12"));
    }

    /** The same for the validator's library. */
    SpecificationVersion version() {
        return version;
    }

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
