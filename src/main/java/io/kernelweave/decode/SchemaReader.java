package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Turns a JSON Schema into a {@link Part}, and refuses what a part cannot express exactly. */
final class SchemaReader {
    private static final int MAX_LOWER_LIMIT = 10_000;
    private static final int MAX_PROPERTIES = 1000;
    private static final int MAX_LITERAL_BYTES = 60_000;
    private static final int MAX_DEPTH = 100;
    private static final int MAX_DIGITS = 100;
    private static final BigInteger EXACT = BigInteger.ONE.shiftLeft(53).subtract(BigInteger.ONE);

    private static final String NUMBER = "(0|[1-9][0-9]{0,15})(\\.[0-9]{1,17})?([eE][+-]?[0-9]{1,2})?$";
    private static final Dfa ANY_NUMBER = Dfa.of("^-?" + NUMBER, 0, Integer.MAX_VALUE, "number");
    private static final Dfa NOT_NEGATIVE = Dfa.of("^" + NUMBER, 0, Integer.MAX_VALUE, "number");

    private static final Set<String> TYPES =
            Set.of("object", "array", "string", "integer", "number", "boolean", "null");
    private static final Set<String> HONOURED = Set.of(
            "type",
            "properties",
            "required",
            "additionalProperties",
            "enum",
            "const",
            "minLength",
            "maxLength",
            "pattern",
            "items",
            "minItems",
            "maxItems",
            "minimum",
            "maximum");
    private static final Set<String> ANNOTATIONS =
            Set.of("title", "description", "$schema", "$comment", "default", "examples");
    private static final Map<String, String> REMEDIES = Map.ofEntries(
            Map.entry("$ref", "write the schema that it refers to in its place"),
            Map.entry("$dynamicRef", "write the schema that it refers to in its place"),
            Map.entry("$defs", "write each schema where it is used"),
            Map.entry("definitions", "write each schema where it is used"),
            Map.entry("$id", "leave it out"),
            Map.entry("anyOf", "use one schema, with a list of types or an enum"),
            Map.entry("oneOf", "use one schema, with a list of types or an enum"),
            Map.entry("allOf", "merge the schemas into one"),
            Map.entry("not", "say what is allowed, with an enum or a pattern"),
            Map.entry("if", "use one schema and check the rest afterwards"),
            Map.entry("format", "use a pattern"),
            Map.entry("prefixItems", "use an object with one property for each place"),
            Map.entry("uniqueItems", "check it afterwards"),
            Map.entry("contains", "check it afterwards"),
            Map.entry("multipleOf", "use type integer, or an enum"),
            Map.entry("exclusiveMinimum", "use minimum"),
            Map.entry("exclusiveMaximum", "use maximum"),
            Map.entry("patternProperties", "name the properties in properties"),
            Map.entry("propertyNames", "name the properties in properties"),
            Map.entry("minProperties", "name the properties in required"),
            Map.entry("maxProperties", "leave it out: only the properties named are allowed"));

    private final JsonNode schema;
    private final String pointer;
    private final int depth;

    private SchemaReader(JsonNode schema, String pointer, int depth) {
        this.schema = schema;
        this.pointer = pointer;
        this.depth = depth;
    }

    static Part read(JsonNode schema) {
        return new SchemaReader(schema, "", 0).part();
    }

    private Part part() {
        if (!schema.isObject()) {
            throw InputException.at(
                    where(""),
                    "a schema " + schema + " names no type",
                    "give an object with a type, an enum or a const");
        }
        if (depth > MAX_DEPTH) {
            throw InputException.at(where(""), "the schema is nested too deeply", "nest at most " + MAX_DEPTH);
        }
        for (String keyword : schema.propertyNames()) {
            if (!HONOURED.contains(keyword) && !ANNOTATIONS.contains(keyword)) {
                throw refuse(keyword);
            }
        }
        Set<String> types = types();
        if (schema.has("enum") || schema.has("const")) {
            return literals(types);
        }
        if (types.isEmpty()) {
            throw at("", "has no type", "give one of " + TYPES.stream().sorted().toList() + ", an enum or a const");
        }
        List<Part> parts = new ArrayList<>();
        for (String type : types) {
            if (!(type.equals("integer") && types.contains("number"))) {
                parts.add(part(type));
            }
        }
        return parts.size() == 1 ? parts.get(0) : new Part.OneOf(parts);
    }

    private InputException refuse(String keyword) {
        String problem = "the keyword " + keyword + " is not honoured by the token mask";
        if (keyword.equals("$ref") && !schema.path(keyword).asString("").startsWith("#")) {
            problem = "a remote $ref is never fetched";
        }
        return at(
                keyword,
                problem,
                REMEDIES.getOrDefault(
                        keyword, "use of " + HONOURED.stream().sorted().toList() + " what says it"));
    }

    private Set<String> types() {
        JsonNode type = schema.path("type");
        Set<String> types = new LinkedHashSet<>();
        for (JsonNode one : type.isArray() ? type : List.of(type)) {
            if (!one.isMissingNode() && !types.add(one.asString(""))
                    || one.isMissingNode() != type.isMissingNode()
                    || !one.isMissingNode() && !(one.isString() && TYPES.contains(one.stringValue()))) {
                throw at(
                        "type",
                        "is " + type,
                        "give one or several of " + TYPES.stream().sorted().toList());
            }
        }
        if (type.isArray() && types.isEmpty()) {
            throw at(
                    "type",
                    "is an empty list",
                    "give one or several of " + TYPES.stream().sorted().toList());
        }
        return types;
    }

    private Part part(String type) {
        return switch (type) {
            case "object" -> object();
            case "array" -> array();
            case "string" -> string();
            case "integer" -> integer();
            case "number" -> number();
            case "boolean" -> new Part.Literals(List.of("true", "false"));
            default -> new Part.Literals(List.of("null"));
        };
    }

    // --- enum and const ---

    private Part literals(Set<String> types) {
        JsonNode values = schema.path("enum");
        List<JsonNode> allowed = new ArrayList<>();
        if (schema.has("enum")) {
            if (!values.isArray()) {
                throw at("enum", "is " + values, "give a list of values");
            }
            values.forEach(allowed::add);
        } else {
            allowed.add(schema.path("const"));
        }
        Part string = string();
        Set<String> written = new LinkedHashSet<>();
        for (JsonNode value : allowed) {
            if (value.isObject() || value.isArray()) {
                throw at(
                        schema.has("enum") ? "enum" : "const",
                        "a value is an " + (value.isObject() ? "object" : "array"),
                        "give strings, numbers, booleans or null, or describe it with properties or items");
            }
            if (fits(value, types, string)) {
                String text = written(value);
                if (text.getBytes(StandardCharsets.UTF_8).length > MAX_LITERAL_BYTES) {
                    throw at("enum", "a value has more than " + MAX_LITERAL_BYTES + " bytes", "use a shorter one");
                }
                written.add(text);
            }
        }
        if (written.isEmpty()) {
            throw at(schema.has("enum") ? "enum" : "const", "no value fits the schema", "give one that does");
        }
        return new Part.Literals(List.copyOf(written));
    }

    /** As compact JSON; a number with an integral value as an integer. */
    private static String written(JsonNode value) {
        if (!value.isNumber()) {
            return Json.compact(value);
        }
        BigDecimal number = value.decimalValue();
        return isIntegral(number) && number.precision() - number.scale() <= MAX_DIGITS
                ? number.toBigIntegerExact().toString()
                : number.toString();
    }

    /** Whether a value satisfies the schema's other keywords; those of other types say nothing about it. */
    private boolean fits(JsonNode value, Set<String> types, Part string) {
        if (schema.has("const") && !same(schema.path("const"), value)) {
            return false;
        }
        if (value.isString()) {
            return (types.isEmpty() || types.contains("string")) && writes(string, Json.compact(value));
        }
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            BigDecimal min = limit("minimum");
            BigDecimal max = limit("maximum");
            return (types.isEmpty() || types.contains("number") || types.contains("integer") && isIntegral(number))
                    && (min == null || number.compareTo(min) >= 0)
                    && (max == null || number.compareTo(max) <= 0);
        }
        return types.isEmpty() || types.contains(value.isNull() ? "null" : "boolean");
    }

    private static boolean same(JsonNode one, JsonNode other) {
        return one.isNumber() && other.isNumber()
                ? one.decimalValue().compareTo(other.decimalValue()) == 0
                : one.equals(other);
    }

    private static boolean isIntegral(BigDecimal number) {
        return number.signum() == 0 || number.stripTrailingZeros().scale() <= 0;
    }

    private static boolean writes(Part part, String text) {
        State state = part.begin(State.END);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            State next = state.step(b & 0xFF);
            if (next == null) {
                return false;
            }
            state = next;
        }
        return state.isComplete();
    }

    // --- strings ---

    private Part string() {
        int min = count("minLength", 0);
        int max = count("maxLength", Integer.MAX_VALUE);
        checkOrder("minLength", min, max);
        JsonNode pattern = schema.path("pattern");
        String lengths = between(min, max, "characters");
        if (pattern.isMissingNode()) {
            return new Part.Characterwise(new Text(new Counted(min, max), "a string" + lengths));
        }
        if (!pattern.isString()) {
            throw at("pattern", "is " + pattern, "give a regular expression as a string");
        }
        return new Part.Characterwise(new Text(
                Dfa.of(pattern.stringValue(), min, max, where("/pattern")),
                "a string" + lengths + " that matches " + pattern.stringValue()));
    }

    private static String between(int min, int max, String what) {
        return max == Integer.MAX_VALUE
                ? min == 0 ? "" : " of at least " + min + " " + what
                : min == 0
                        ? " of at most " + max + " " + what
                        : min == max ? " of " + min + " " + what : " of " + min + " to " + max + " " + what;
    }

    // --- numbers ---

    private Part integer() {
        BigDecimal minimum = limit("minimum");
        BigDecimal maximum = limit("maximum");
        BigInteger min = minimum == null
                ? EXACT.negate().min(maximum == null ? EXACT : floor(maximum))
                : minimum.setScale(0, RoundingMode.CEILING).toBigInteger();
        BigInteger max = maximum == null ? EXACT.max(min) : floor(maximum);
        if (min.compareTo(max) > 0) {
            throw at("minimum", "no integer is from " + min + " to " + max, "correct minimum or maximum");
        }
        StringJoiner forms = new StringJoiner("|", "^(", ")$");
        if (min.signum() < 0) {
            forms.add("-(" + naturals(max.negate().max(BigInteger.ONE), min.negate()) + ")");
        }
        if (max.signum() >= 0) {
            forms.add(naturals(min.max(BigInteger.ZERO), max));
        }
        boolean bounded = minimum != null || maximum != null;
        return new Part.Digits(
                Dfa.of(forms.toString(), 0, Integer.MAX_VALUE, where("")),
                bounded ? "an integer from " + min + " to " + max : "an integer");
    }

    private static BigInteger floor(BigDecimal number) {
        return number.setScale(0, RoundingMode.FLOOR).toBigInteger();
    }

    /** A pattern for the natural numbers from {@code min} to {@code max} in decimal. */
    private static String naturals(BigInteger min, BigInteger max) {
        String low = min.toString();
        String high = max.toString();
        StringJoiner forms = new StringJoiner("|");
        for (int digits = low.length(); digits <= high.length(); digits++) {
            forms.add(sameLength(
                    digits == low.length() ? low : "1" + "0".repeat(digits - 1),
                    digits == high.length() ? high : "9".repeat(digits)));
        }
        return forms.toString();
    }

    private static String sameLength(String low, String high) {
        if (low.isEmpty()) {
            return "";
        }
        String rest = low.substring(1);
        char first = low.charAt(0);
        char last = high.charAt(0);
        if (first == last) {
            return first + sameLength(rest, high.substring(1));
        }
        String zeros = "0".repeat(rest.length());
        String nines = "9".repeat(rest.length());
        if (rest.equals(zeros) && high.substring(1).equals(nines)) {
            return "[" + first + "-" + last + "]" + (rest.isEmpty() ? "" : "[0-9]{" + rest.length() + "}");
        }
        StringJoiner forms = new StringJoiner("|", "(", ")");
        forms.add(first + sameLength(rest, nines));
        if (last - first > 1) {
            forms.add(sameLength((char) (first + 1) + zeros, (char) (last - 1) + nines));
        }
        return forms.add(last + sameLength(zeros, high.substring(1))).toString();
    }

    private Part number() {
        BigDecimal min = limit("minimum");
        if (min != null && min.signum() != 0) {
            throw at("minimum", "is " + min + " for a number", "use 0, or type integer, or check it afterwards");
        }
        if (limit("maximum") != null) {
            throw at("maximum", "is not honoured for a number", "use type integer, or check it afterwards");
        }
        return min == null
                ? new Part.Digits(ANY_NUMBER, "a number")
                : new Part.Digits(NOT_NEGATIVE, "a number that is not negative");
    }

    // --- objects and arrays ---

    private Part object() {
        JsonNode additional = schema.path("additionalProperties");
        if (!additional.isBoolean() || additional.booleanValue()) {
            throw at(
                    "additionalProperties",
                    additional.isMissingNode() ? "is missing" : "is " + additional,
                    "write \"additionalProperties\": false");
        }
        JsonNode properties = schema.path("properties");
        if (!properties.isMissingNode() && !properties.isObject()) {
            throw at("properties", "is " + properties, "give an object of schemas");
        }
        Set<String> required = required(properties);
        List<String> keys = new ArrayList<>();
        List<Part> values = new ArrayList<>();
        boolean[] needed = new boolean[properties.size()];
        if (needed.length > MAX_PROPERTIES) {
            throw at("properties", "there are " + needed.length, "name at most " + MAX_PROPERTIES);
        }
        for (Map.Entry<String, JsonNode> property : properties.properties()) {
            String key = Json.compact(property.getKey()) + ":";
            if (key.getBytes(StandardCharsets.UTF_8).length > MAX_LITERAL_BYTES) {
                throw at("properties", "a name has more than " + MAX_LITERAL_BYTES + " bytes", "use a shorter one");
            }
            needed[keys.size()] = required.contains(property.getKey());
            keys.add(key);
            values.add(child("/properties/" + escape(property.getKey()), property.getValue()));
        }
        return new Part.Members(keys, needed, values, where(""));
    }

    private Set<String> required(JsonNode properties) {
        JsonNode required = schema.path("required");
        Set<String> names = new LinkedHashSet<>();
        if (!required.isMissingNode() && !required.isArray()) {
            throw at("required", "is " + required, "give a list of property names");
        }
        for (JsonNode name : required) {
            if (!name.isString() || !properties.has(name.stringValue())) {
                throw at("required", name + " is not among the properties", "name it in properties or leave it out");
            }
            if (!names.add(name.stringValue())) {
                throw at("required", name + " stands there twice", "name it once");
            }
        }
        return names;
    }

    private Part array() {
        int min = count("minItems", 0);
        int max = count("maxItems", Integer.MAX_VALUE);
        checkOrder("minItems", min, max);
        if (!schema.has("items")) {
            throw at("items", "is missing", "give the schema of the elements");
        }
        return new Part.Items(child("/items", schema.path("items")), min, max, where(""));
    }

    private Part child(String step, JsonNode child) {
        return new SchemaReader(child, pointer + step, depth + 1).part();
    }

    // --- limits ---

    private int count(String keyword, int missing) {
        BigDecimal limit = limit(keyword);
        if (limit == null) {
            return missing;
        }
        if (!isIntegral(limit) || limit.signum() < 0) {
            throw at(keyword, "is " + limit, "give a whole number from 0");
        }
        if (keyword.startsWith("min") && limit.compareTo(BigDecimal.valueOf(MAX_LOWER_LIMIT)) > 0) {
            throw at(keyword, "is " + limit, "give at most " + MAX_LOWER_LIMIT);
        }
        // A string or list of two thousand million is as good as unlimited.
        return limit.min(BigDecimal.valueOf(missing == 0 ? MAX_LOWER_LIMIT : missing))
                .intValueExact();
    }

    private void checkOrder(String keyword, int min, int max) {
        if (min > max) {
            throw at(keyword, "is " + min + ", more than the upper limit " + max, "correct one of them");
        }
    }

    private @Nullable BigDecimal limit(String keyword) {
        JsonNode value = schema.path(keyword);
        if (value.isMissingNode()) {
            return null;
        }
        if (!value.isNumber()) {
            throw at(keyword, "is " + value, "give a number");
        }
        BigDecimal number = value.decimalValue();
        if (Math.abs((long) number.precision() - number.scale()) > MAX_DIGITS || number.scale() > MAX_DIGITS) {
            throw at(keyword, "has more than " + MAX_DIGITS + " digits", "use a smaller number");
        }
        return number;
    }

    private InputException at(String keyword, String problem, String remedy) {
        return InputException.at(where(keyword.isEmpty() ? "" : "/" + escape(keyword)), problem, remedy);
    }

    private String where(String step) {
        return "schema #" + pointer + step;
    }

    private static String escape(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
