package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.schema.SchemaValidator;
import io.kernelweave.schema.Types;
import io.kernelweave.storage.Folder;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers that nobody would take, tried on every kernel of the starter store. */
class WrongAnswersTest {
    private static final int PROMPTS = 12;
    private static final double ACCEPTED = 0.02;

    @TempDir
    Path folder;

    /** How a document under a schema is filled in. */
    private record Filling(int items, boolean optional, UnaryOperator<String> text, int number) {}

    @Test
    void fewPlainWrongAnswersPassOverTheWholeStore() {
        Dataset dataset =
                new Datasets(Folder.of(folder.toString())).build(DatasetSpec.read(Path.of("phasecd/kernelweave.yaml")));
        Map<String, List<DatasetRow>> good = dataset.rows().stream()
                .filter(row -> row.kernelId() != null && row.verified() != null && row.verified())
                .collect(Collectors.groupingBy(DatasetRow::kernelId, TreeMap::new, Collectors.toList()));
        int tried = 0;
        Map<String, Integer> passed = new TreeMap<>();
        Map<String, String> shown = new TreeMap<>();
        for (Kernel kernel : dataset.kernels()) {
            Contract contract = Contract.of(kernel);
            List<DatasetRow> rows = spread(good.get(kernel.kernelId()));
            for (String example : kernel.examples()) {
                for (Map.Entry<String, String> wrong :
                        wrong(kernel, example, "{}", rows, good).entrySet()) {
                    tried++;
                    if (contract.postconditions(Subject.of(example, wrong.getValue()))
                                    .outcome()
                            == Outcome.PASS) {
                        passed.merge(
                                kernel.kernelId() + ": EXAMPLE "
                                        + wrong.getKey().replaceAll(" \\d+$", ""),
                                1,
                                Integer::sum);
                        shown.putIfAbsent(
                                kernel.kernelId() + ": EXAMPLE "
                                        + wrong.getKey().replaceAll(" \\d+$", ""),
                                example + "\n=====>\n" + wrong.getValue());
                    }
                }
            }
            for (DatasetRow row : rows) {
                for (Map.Entry<String, String> wrong :
                        wrong(kernel, row.prompt(), row.response(), rows, good).entrySet()) {
                    tried++;
                    Outcome outcome = contract.postconditions(Subject.of(row.prompt(), wrong.getValue()))
                            .outcome();
                    if (outcome == Outcome.PASS) {
                        passed.merge(
                                kernel.kernelId() + ": " + wrong.getKey().replaceAll(" \\d+$", ""), 1, Integer::sum);
                        shown.putIfAbsent(
                                kernel.kernelId() + ": " + wrong.getKey().replaceAll(" \\d+$", ""),
                                row.prompt() + "\n=====>\n" + wrong.getValue());
                    }
                }
            }
        }
        int passes = passed.values().stream().mapToInt(Integer::intValue).sum();
        System.out.println(tried + " tried, passed " + passed);
        if (System.getenv("SHOW") != null) shown.forEach((k, v) -> System.out.println("######## " + k + "\n" + v));
        assertThat(tried).isGreaterThan(5_000);
        assertThat(passes / (double) tried)
                .as("%d of %d wrong answers pass: %s", passes, tried, passed)
                .isLessThanOrEqualTo(ACCEPTED);
    }

    private static List<DatasetRow> spread(List<DatasetRow> rows) {
        List<DatasetRow> chosen = new ArrayList<>();
        for (int i = 0; i < PROMPTS; i++) {
            chosen.add(rows.get(i * rows.size() / PROMPTS));
        }
        return chosen;
    }

    private static Map<String, String> wrong(
            Kernel kernel, String prompt, String response, List<DatasetRow> rows, Map<String, List<DatasetRow>> good) {
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("a word", "banana");
        wrong.put("a text", "\"banana\"");
        wrong.put("null", "null");
        wrong.put("an empty object", "{}");
        wrong.put("an empty array", "[]");
        wrong.put("the prompt", prompt);
        wrong.put("the prompt as a text", Json.compact(prompt));
        String source = Subject.of(prompt, "").input().source();
        String first = source == null
                ? prompt
                : source.lines().filter(line -> !line.isBlank()).findFirst().orElse("x");
        String last = source == null
                ? prompt
                : source.lines()
                        .filter(line -> !line.isBlank())
                        .reduce((a, b) -> b)
                        .orElse("x");
        put(wrong, "as little as the schema allows", kernel, new Filling(0, false, text -> "", 0));
        put(wrong, "one of each", kernel, new Filling(1, true, text -> "x", 1));
        put(wrong, "two of each", kernel, new Filling(2, true, text -> "x", 1));
        put(wrong, "banana everywhere", kernel, new Filling(1, true, text -> "banana", 0));
        put(wrong, "banana in lists", kernel, new Filling(3, true, text -> "banana", 3));
        put(
                wrong,
                "the request everywhere",
                kernel,
                new Filling(1, true, text -> prompt.lines().findFirst().orElse("x"), 1));
        put(wrong, "the source's first line everywhere", kernel, new Filling(1, true, text -> first, 1));
        put(wrong, "the source's last line everywhere", kernel, new Filling(1, true, text -> last, 1));
        put(wrong, "the source everywhere", kernel, new Filling(1, true, text -> source == null ? prompt : source, 1));
        JsonNode own = Json.parse(response, "gold");
        wrong.put("every list empty", Json.compact(emptied(own)));
        wrong.put(
                "every text x", Json.compact(texts(own, text -> "x".repeat(Math.max(1, Math.min(text.length(), 40))))));
        wrong.put("every text shouted", Json.compact(texts(own, text -> "banana")));
        int n = 0;
        for (DatasetRow other : rows) {
            if (!other.response().equals(response) && !other.prompt().equals(prompt)) {
                wrong.put("the answer to another prompt " + n++, other.response());
            }
        }
        good.forEach((id, others) -> {
            if (!id.equals(kernel.kernelId())) {
                wrong.put(
                        "an answer of another kernel " + id.hashCode(),
                        others.get(0).response());
            }
        });
        wrong.values().removeIf(answer -> answer.equals(response));
        return wrong;
    }

    private static void put(Map<String, String> wrong, String name, Kernel kernel, Filling filling) {
        wrong.put(name, Json.compact(filled(kernel.outputSchema(), kernel.outputSchema(), filling)));
    }

    private static JsonNode filled(JsonNode schema, ObjectNode root, Filling filling) {
        if (schema.has("$ref")) {
            return filled(root.at(schema.path("$ref").stringValue().substring(1)), root, filling);
        }
        if (schema.has("const")) {
            return schema.get("const");
        }
        if (schema.has("enum")) {
            return schema.get("enum").get(0);
        }
        JsonNode type = schema.path("type");
        switch (type.isArray() ? type.get(0).asString() : type.asString("")) {
            case "object" -> {
                ObjectNode object = Json.object();
                List<String> required = new ArrayList<>();
                schema.path("required").forEach(name -> required.add(name.asString()));
                schema.path("properties").properties().forEach(field -> {
                    if (filling.optional() || required.contains(field.getKey())) {
                        object.set(field.getKey(), filled(field.getValue(), root, filling));
                    }
                });
                return object;
            }
            case "array" -> {
                ArrayNode array = Json.mapper().createArrayNode();
                int items = Math.max(
                        schema.path("minItems").asInt(0),
                        Math.min(filling.items(), schema.path("maxItems").asInt(9)));
                for (int i = 0; i < items; i++) {
                    array.add(filled(schema.path("items"), root, filling));
                }
                return array;
            }
            case "string" -> {
                String text = filling.text().apply("");
                int least = schema.path("minLength").asInt(0);
                if (text.length() < least) {
                    text = text + "x".repeat(least - text.length());
                }
                text = text.substring(
                        0, Math.min(text.length(), schema.path("maxLength").asInt(1 << 20)));
                if (SchemaValidator.compile(schema, "schema")
                        .validate(Json.tree(text))
                        .isEmpty()) {
                    return Json.tree(text);
                }
                Types types = new Types(schema, true);
                return types.smallest().of(types.root()).orElseThrow();
            }
            case "integer", "number" -> {
                int number = Math.max(filling.number(), schema.path("minimum").asInt(0));
                return Json.tree(Math.min(number, schema.path("maximum").asInt(Integer.MAX_VALUE)));
            }
            case "boolean" -> {
                return Json.tree(filling.number() > 0);
            }
            default -> {
                return Json.tree("banana");
            }
        }
    }

    private static JsonNode emptied(JsonNode value) {
        if (value.isArray()) {
            return Json.mapper().createArrayNode();
        }
        if (value instanceof ObjectNode object) {
            ObjectNode emptied = Json.object();
            object.properties().forEach(field -> emptied.set(field.getKey(), emptied(field.getValue())));
            return emptied;
        }
        return value;
    }

    private static JsonNode texts(JsonNode value, UnaryOperator<String> to) {
        if (value.isString()) {
            return Json.tree(to.apply(value.stringValue()));
        }
        if (value instanceof ObjectNode object) {
            ObjectNode changed = Json.object();
            object.properties().forEach(field -> changed.set(field.getKey(), texts(field.getValue(), to)));
            return changed;
        }
        if (value.isArray()) {
            ArrayNode changed = Json.mapper().createArrayNode();
            value.forEach(element -> changed.add(texts(element, to)));
            return changed;
        }
        return value;
    }
}
