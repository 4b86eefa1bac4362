package io.kernelweave.trial;

import io.kernelweave.json.InputException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads keyword and pointer out of a refusal: {@code schema #/properties/a/pattern: …}. A place outside the schema, in a meta-schema that it
 * refers to, keeps the URI before its pointer. The keyword is the one that the message names, or
 * else the pointer's last step that is one of JSON Schema's.
 */
final class Refusals {
    private static final Pattern PLACE = Pattern.compile("^schema #(.*?(?=: (?:keyword|the) )|.*?(?=: ))");
    private static final Pattern NAMED = Pattern.compile("\\bkeyword \"?([$\\w-]+)");

    private static final Set<String> KEYWORDS = Set.of(
            "$anchor",
            "$defs",
            "$dynamicAnchor",
            "$dynamicRef",
            "$id",
            "$recursiveAnchor",
            "$recursiveRef",
            "$ref",
            "$schema",
            "$vocabulary",
            "additionalItems",
            "additionalProperties",
            "allOf",
            "anyOf",
            "const",
            "contains",
            "contentEncoding",
            "contentMediaType",
            "contentSchema",
            "default",
            "definitions",
            "dependencies",
            "dependentRequired",
            "dependentSchemas",
            "deprecated",
            "else",
            "enum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "format",
            "id",
            "if",
            "items",
            "maxContains",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minContains",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "multipleOf",
            "not",
            "oneOf",
            "pattern",
            "patternProperties",
            "prefixItems",
            "properties",
            "propertyNames",
            "required",
            "then",
            "type",
            "unevaluatedItems",
            "unevaluatedProperties",
            "uniqueItems");

    private Refusals() {}

    static Trial.Refusal of(InputException refusal, boolean late) {
        String message = String.valueOf(refusal.getMessage());
        Matcher place = PLACE.matcher(message);
        String pointer = place.find() ? place.group(1) : "";
        return new Trial.Refusal(keyword(pointer, message), pointer, message, late);
    }

    private static String keyword(String pointer, String message) {
        String last = pointer.substring(pointer.lastIndexOf('/') + 1);
        Matcher named = NAMED.matcher(message);
        if (named.find() && (KEYWORDS.contains(named.group(1)) || named.group(1).equals(last))) {
            return named.group(1); // also one that no specification knows
        }
        String[] steps = pointer.split("/");
        for (int i = steps.length - 1; i > 0; i--) {
            // The step after these is a name that the schema's author chose.
            boolean name =
                    steps[i - 1].matches("properties|patternProperties|\\$defs|definitions|dependent\\w+|dependencies");
            if (KEYWORDS.contains(steps[i]) && !name) {
                return steps[i];
            }
        }
        return "(schema)";
    }
}
