package io.kernelweave.decode;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Schemas made to take all time or memory. Run as a program of its own with little memory, see {@link Hostile}. */
final class HostileSchemas {
    /** Those that no value satisfies; of others that must not be said. */
    private static final Set<String> EMPTY = Set.of("nothing but itself", "more different than there are");

    private HostileSchemas() {}

    private static String list(int count, IntFunction<String> each) {
        return IntStream.range(0, count).mapToObj(each).collect(Collectors.joining(","));
    }

    /** By name, each made when it is its turn. */
    static Map<String, Supplier<String>> all() {
        Map<String, Supplier<String>> all = new LinkedHashMap<>();
        all.put("deep items", () -> "{\"items\":".repeat(150) + "{}" + "}".repeat(150));
        all.put(
                "deep required members",
                () -> "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":".repeat(90) + "{}"
                        + "}}".repeat(90));
        all.put("deep not", () -> "{\"not\":".repeat(180) + "{\"type\":\"null\"}" + "}".repeat(180));
        all.put("deep anyOf", () -> "{\"anyOf\":[{\"type\":\"null\"},".repeat(90) + "{}" + "]}".repeat(90));
        all.put(
                "a long chain of references",
                () -> "{\"$ref\":\"#/$defs/d0\",\"$defs\":{"
                        + list(3000, i -> "\"d" + i + "\":{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}")
                        + ",\"d3000\":{\"type\":\"null\"}}}");
        all.put(
                "a long chain of required members",
                () -> "{\"$ref\":\"#/$defs/d0\",\"$defs\":{"
                        + list(
                                2000,
                                i -> "\"d" + i
                                        + "\":{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#/$defs/d"
                                        + (i + 1)
                                        + "\"}}}")
                        + ",\"d2000\":{\"type\":\"null\"}}}");
        all.put(
                "a long chain of references on every level",
                () -> "{\"$ref\":\"#/$defs/0x0\",\"$defs\":{"
                        + list(
                                100,
                                level -> list(
                                        99,
                                        i -> "\"" + level + "x" + i + "\":"
                                                + (i < 98
                                                        ? "{\"minProperties\":1,\"allOf\":[{\"$ref\":\"#/$defs/" + level
                                                                + "x" + (i + 1) + "\"}]}"
                                                        : "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#/$defs/"
                                                                + (level + 1) + "x0\"}}}")))
                        + ",\"100x0\":{\"type\":\"null\"}}}");
        all.put(
                "ten megabytes of properties",
                () -> "{\"type\":\"object\",\"properties\":{"
                        + list(
                                80_000,
                                i -> "\"property number " + i + "\":{\"type\":\"string\",\"description\":\""
                                        + "words ".repeat(12) + "\"}")
                        + "}}");
        all.put(
                "ten megabytes of anyOf",
                () -> "{\"anyOf\":["
                        + list(
                                60_000,
                                i -> "{\"type\":\"object\",\"required\":[\"a" + i + "\"],\"properties\":{\"a" + i
                                        + "\":{\"type\":\"integer\",\"minimum\":" + i + "}}}")
                        + "]}");
        all.put("a huge enum", () -> "{\"enum\":[" + list(150_000, i -> "\"value number " + i * 7919 + "\"") + "]}");
        all.put(
                "a huge enum of objects",
                () -> "{\"enum\":["
                        + list(20_000, i -> "{\"id\":" + i + ",\"of\":[" + i % 7 + ",\"x" + i % 100 + "\"]}") + "]}");
        all.put("a huge enum of numbers", () -> "{\"enum\":[" + list(100_000, i -> Integer.toString(i * 31)) + "]}");
        all.put(
                "two huge enums",
                () -> "{\"enum\":[" + list(30_000, i -> "\"a" + i * 3 + "\"") + "],\"not\":{\"enum\":["
                        + list(30_000, i -> "\"a" + i * 6 + "\"") + "]}}");
        all.put("exponential allOf", () -> exponential("allOf", 30));
        all.put("exponential anyOf", () -> exponential("anyOf", 30));
        all.put("exponential oneOf", () -> exponential("oneOf", 30));
        all.put(
                "products of anyOf",
                () -> "{\"allOf\":["
                        + list(
                                24,
                                i -> "{\"anyOf\":[{\"required\":[\"a" + i + "\"]},{\"required\":[\"b" + i
                                        + "\"]},{\"properties\":{\"c" + i + "\":{\"type\":\"null\"}}}]}")
                        + "]}");
        all.put(
                "products of oneOf of arrays",
                () -> "{\"type\":\"array\",\"allOf\":["
                        + list(
                                12,
                                i -> "{\"oneOf\":[{\"contains\":{\"const\":" + i + "}},{\"contains\":{\"const\":\"" + i
                                        + "\"}},{\"minItems\":" + i + "}]}")
                        + "]}");
        all.put(
                "products of if",
                () -> "{\"type\":\"object\",\"allOf\":["
                        + list(
                                40,
                                i -> "{\"if\":{\"properties\":{\"k" + i + "\":{\"const\":1}},\"required\":[\"k" + i
                                        + "\"]},\"then\":{\"required\":[\"t" + i + "\"]},\"else\":{\"required\":[\"e"
                                        + i + "\"]}}")
                        + "]}");
        all.put(
                "sixty overlapping objects, one of",
                () -> "{\"oneOf\":["
                        + list(
                                60,
                                i -> "{\"type\":\"object\",\"properties\":{\"a" + i + "\":{\"type\":\"integer\"},\"b"
                                        + i % 7 + "\":{\"type\":\"string\"}},\"required\":[\"b" + i % 5 + "\"]}")
                        + "]}");
        all.put("a cycle", () -> "{\"$ref\":\"#\"}");
        all.put(
                "a cycle of cycles",
                () -> "{\"allOf\":[{\"$ref\":\"#/$defs/a\"}],\"$defs\":{\"a\":{\"anyOf\":[{\"$ref\":"
                        + "\"#/$defs/b\"},{\"$ref\":\"#\"}]},\"b\":{\"not\":{\"$ref\":\"#/$defs/a\"}}}}");
        all.put(
                "nothing but itself",
                () -> "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#\"}}}");
        all.put(
                "not of itself inside",
                () -> "{\"properties\":{\"a\":{\"not\":{\"$ref\":\"#\"}}},\"required\":[\"a\"],\"type\":\"object\"}");
        all.put(
                "itself under oneOf",
                () -> "{\"oneOf\":[{\"items\":{\"$ref\":\"#\"}},{\"type\":\"array\",\"contains\":{\"$ref\":"
                        + "\"#\"}},{\"type\":\"object\",\"additionalProperties\":{\"$ref\":\"#\"}}]}");
        all.put("maxItems of a billion", () -> "{\"type\":\"array\",\"maxItems\":1e9,\"items\":{\"type\":\"string\"}}");
        all.put("minItems of a billion", () -> "{\"type\":\"array\",\"minItems\":1e9}");
        all.put("minItems of a billion, different", () -> "{\"type\":\"array\",\"minItems\":1e9,\"uniqueItems\":true}");
        all.put("many different", () -> "{\"type\":\"array\",\"minItems\":500,\"uniqueItems\":true}");
        all.put(
                "more different than there are",
                () -> "{\"type\":\"array\",\"minItems\":40,\"uniqueItems\":true,\"items\":{\"enum\":["
                        + list(39, i -> "" + i) + "]}}");
        all.put("a thousand contained", () -> "{\"type\":\"array\",\"contains\":{\"const\":1},\"minContains\":1000}");
        all.put(
                "a thousand contained twice",
                () -> "{\"type\":\"array\",\"contains\":{\"multipleOf\":2},\"minContains\":1000,"
                        + "\"allOf\":[{\"contains\":{\"multipleOf\":3},\"minContains\":1000,\"maxContains\":1500}]}");
        all.put("minProperties of a billion", () -> "{\"type\":\"object\",\"minProperties\":1e9}");
        all.put(
                "lengths of a billion",
                () -> "{\"type\":\"string\",\"minLength\":1000000000,\"maxLength\":2000000000}");
        all.put("a length and a pattern", () -> "{\"type\":\"string\",\"pattern\":\"^(ab|cd)*$\",\"minLength\":99999}");
        all.put("a catastrophic pattern", () -> "{\"type\":\"string\",\"pattern\":\"^((a+)+)+(b?)+$\"}");
        all.put("an exponential pattern", () -> "{\"type\":\"string\",\"pattern\":\"(a|b)*a(a|b){40}$\"}");
        all.put("nested repeats", () -> "{\"type\":\"string\",\"pattern\":\"^((a{1,1000}){1,1000}){1,1000}$\"}");
        all.put("a huge class", () -> "{\"type\":\"string\",\"pattern\":\"^[" + "a-zA-Z0-9é".repeat(2000) + "]{3}$\"}");
        all.put(
                "a long alternation",
                () -> "{\"type\":\"string\",\"pattern\":\"^("
                        + list(20_000, i -> "w" + i * 7919).replace(',', '|') + ")$\"}");
        all.put(
                "thirty patterns at once",
                () -> "{\"type\":\"string\",\"allOf\":["
                        + list(30, i -> "{\"pattern\":\"" + (char) ('a' + i % 26) + ".{0," + i + "}" + i + "\"}")
                        + "]}");
        all.put(
                "many look-aheads",
                () -> "{\"type\":\"string\",\"pattern\":\"^"
                        + list(15, i -> "(?=.*" + (char) ('a' + i) + ")").replace(",", "") + ".*$\"}");
        all.put("a huge multipleOf", () -> "{\"type\":\"number\",\"multipleOf\":999999937}");
        all.put("a tiny multipleOf", () -> "{\"type\":\"number\",\"multipleOf\":1e-300}");
        all.put(
                "many multiples",
                () -> "{\"type\":\"integer\",\"minimum\":1,\"allOf\":["
                        + list(
                                12,
                                i -> "{\"multipleOf\":" + new int[] {7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47}[i]
                                        + "}")
                        + "]}");
        all.put(
                "no multiples",
                () -> "{\"type\":\"integer\",\"allOf\":["
                        + list(
                                9,
                                i -> "{\"not\":{\"multipleOf\":" + new int[] {2, 3, 5, 7, 11, 13, 17, 19, 23}[i] + "}}")
                        + "]}");
        all.put(
                "one of many spans of numbers",
                () -> "{\"type\":\"integer\",\"oneOf\":["
                        + list(600, i -> "{\"minimum\":" + i * 10 + ",\"maximum\":" + (i * 10 + 4) + "}") + "]}");
        all.put(
                "exponential oneOf of numbers",
                () -> "{\"$ref\":\"#/$defs/d0\",\"$defs\":{"
                        + list(
                                30,
                                i -> "\"d" + i + "\":{\"oneOf\":[{\"minimum\":" + i + "},{\"$ref\":\"#/$defs/d"
                                        + (i + 1) + "\"},{\"multipleOf\":" + (i % 7 + 2) + "}]}")
                        + ",\"d30\":{\"type\":\"number\"}}}");
        all.put(
                "all but many numbers",
                () -> "{\"type\":\"integer\",\"minimum\":0,\"maximum\":50003,\"not\":{\"enum\":["
                        + list(50_000, Integer::toString) + "]}}");
        all.put(
                "long bounds",
                () -> "{\"type\":\"number\",\"minimum\":" + "9".repeat(390) + ",\"maximum\":1" + "0".repeat(390) + "}");
        all.put("bounds with exponents", () -> "{\"type\":\"number\",\"minimum\":-1e308,\"maximum\":1e308}");
        all.put(
                "many overlapping patterns of keys",
                () -> "{\"type\":\"object\",\"patternProperties\":{"
                        + list(
                                24,
                                i -> "\"" + (char) ('a' + i) + ".*" + (char) ('z' - i) + "\":{\"minimum\":" + i + "}")
                        + "},\"additionalProperties\":false}");
        all.put(
                "patterns of keys, and not",
                () -> "{\"not\":{\"patternProperties\":{"
                        + list(12, i -> "\"" + (char) ('a' + i) + "\":{\"type\":\"integer\"}")
                        + "}},\"minProperties\":5}");
        all.put(
                "unevaluated after many alternatives",
                () -> "{\"type\":\"object\",\"anyOf\":["
                        + list(
                                16,
                                i -> "{\"properties\":{\"a" + i + "\":{\"type\":\"integer\"}},\"required\":[\"a" + i
                                        + "\"]}")
                        + "],\"unevaluatedProperties\":false}");
        all.put(
                "dependent on one another",
                () -> "{\"type\":\"object\",\"required\":[\"k0\"],\"dependentRequired\":{"
                        + list(300, i -> "\"k" + i + "\":[\"k" + (i + 1) + "\",\"k" + i * 7 % 300 + "\"]") + "}}");
        all.put(
                "dependent schemas",
                () -> "{\"type\":\"object\",\"dependentSchemas\":{"
                        + list(
                                40,
                                i -> "\"k" + i + "\":{\"anyOf\":[{\"required\":[\"k" + (i + 1)
                                        + "\"]},{\"maxProperties\":" + i + "}]}")
                        + "}}");
        all.put(
                "many required",
                () -> "{\"type\":\"object\",\"required\":[" + list(5000, i -> "\"key" + i + "\"") + "]}");
        all.put(
                "repeats wanted",
                () -> "{\"type\":\"array\",\"not\":{\"uniqueItems\":true},\"items\":{\"not\":{\"uniqueItems\":true}}}");
        return all;
    }

    /** Where each level is twice the next. */
    private static String exponential(String keyword, int levels) {
        return "{\"$ref\":\"#/$defs/d0\",\"$defs\":{"
                + list(
                        levels,
                        i -> "\"d" + i + "\":{\"" + keyword + "\":[{\"$ref\":\"#/$defs/d" + (i + 1)
                                + "\"},{\"properties\":{\"p" + i + "\":{\"type\":\"null\"}},\"$ref\":\"#/$defs/d"
                                + (i + 1) + "\"}]}")
                + ",\"d" + levels + "\":{\"type\":\"object\"}}}";
    }

    /** What no value satisfies is said of those that are so, and of no other. */
    private static Constraint compiled(String name, String schema) {
        try {
            return JsonSchemaConstraint.compile(Json.parse(schema, "schema"), Hostile.VOCABULARY);
        } catch (InputException e) {
            if (e.getMessage().contains("no value satisfies") != EMPTY.contains(name)) {
                throw new AssertionError(e.getMessage(), e);
            }
            throw e;
        }
    }

    public static void main(String[] names) {
        Map<String, Supplier<Hostile.Trap>> traps = new LinkedHashMap<>();
        all().forEach((name, writing) -> traps.put(name, () -> {
            String schema = writing.get();
            return new Hostile.Trap("", () -> compiled(name, schema));
        }));
        Hostile.run(traps, names);
    }
}
