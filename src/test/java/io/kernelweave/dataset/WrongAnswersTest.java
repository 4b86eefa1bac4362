package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.schema.SchemaValidator;
import io.kernelweave.schema.Types;
import io.kernelweave.storage.Folder;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers that nobody would take, tried on every kernel of the starter store. */
class WrongAnswersTest {
    private static final int PROMPTS = 3;
    private static final int EXAMPLES = 1;
    private static final double ACCEPTED = 0.02;

    @TempDir
    Path folder;

    @Test
    void fewPlainWrongAnswersPassOverTheWholeStore() {
        Dataset dataset =
                new Datasets(Folder.of(folder.toString())).build(DatasetSpec.read(Path.of("phasecd/kernelweave.yaml")));
        Map<String, List<DatasetRow>> good = dataset.rows().stream()
                .filter(row -> row.kernelId() != null && Boolean.TRUE.equals(row.verified()))
                .collect(Collectors.groupingBy(DatasetRow::kernelId, TreeMap::new, Collectors.toList()));
        int tried = 0;
        Map<String, Integer> passed = new TreeMap<>();
        for (Kernel kernel : dataset.kernels()) {
            Contract contract = Contract.of(kernel);
            List<DatasetRow> rows = spread(good.getOrDefault(kernel.kernelId(), List.of()));
            for (DatasetRow row : rows) {
                assertThat(outcome(contract, row.prompt(), row.response())).isEqualTo(Outcome.PASS);
            }
            Map<String, String> prompts = new LinkedHashMap<>();
            rows.forEach(row -> prompts.put(row.prompt(), row.response()));
            kernel.tests().stream().limit(EXAMPLES).forEach(test -> prompts.putIfAbsent(test.prompt(), "{}"));
            kernel.examples().stream().limit(EXAMPLES).forEach(example -> prompts.put(example, "{}"));
            for (Map.Entry<String, String> prompt : prompts.entrySet()) {
                Map<String, String> wrong = plain(kernel, prompt.getKey(), Json.parse(prompt.getValue(), "answer"));
                wrong.putAll(ofOthers(kernel, good));
                wrong.values().removeAll(right(kernel, prompt.getKey(), good));
                for (Map.Entry<String, String> answer : wrong.entrySet()) {
                    tried++;
                    if (outcome(contract, prompt.getKey(), answer.getValue()) == Outcome.PASS) {
                        passed.merge(kernel.kernelId() + ": " + answer.getKey(), 1, Integer::sum);
                    }
                }
            }
        }
        int passes = passed.values().stream().mapToInt(Integer::intValue).sum();
        assertThat(tried).isGreaterThan(10_000);
        assertThat(passes / (double) tried)
                .as("%d of %d wrong answers pass: %s", passes, tried, passed)
                .isLessThanOrEqualTo(ACCEPTED);
    }

    private static Outcome outcome(Contract contract, String prompt, String answer) {
        return contract.postconditions(Subject.of(prompt, answer)).outcome();
    }

    private static List<DatasetRow> spread(List<DatasetRow> rows) {
        List<DatasetRow> chosen = new ArrayList<>();
        for (int i = 0; i < PROMPTS; i++) {
            chosen.add(rows.get(i * rows.size() / PROMPTS));
        }
        return chosen;
    }

    /** The answers that the data set, or the kernel itself, has for a prompt. */
    private static Set<String> right(Kernel kernel, String prompt, Map<String, List<DatasetRow>> good) {
        Set<String> right = new HashSet<>();
        good.get(kernel.kernelId()).stream()
                .filter(row -> row.prompt().equals(prompt))
                .forEach(row -> right.add(row.response()));
        kernel.tests().stream()
                .filter(test -> test.prompt().equals(prompt))
                .forEach(test -> right.add(Json.compact(test.output())));
        return right;
    }

    /** Answers to other prompts: of this kernel, several; of every other, one. */
    private static Map<String, String> ofOthers(Kernel kernel, Map<String, List<DatasetRow>> good) {
        Map<String, String> wrong = new LinkedHashMap<>();
        good.forEach((id, rows) -> {
            if (!id.equals(kernel.kernelId())) {
                wrong.put("an answer of " + id, rows.get(0).response());
            }
        });
        for (int i = 0; i < 16; i++) {
            List<DatasetRow> own = good.get(kernel.kernelId());
            wrong.put(
                    "the answer to another prompt, " + i,
                    own.get(i * own.size() / 16).response());
        }
        for (int i = 0; i < kernel.tests().size(); i++) {
            wrong.put(
                    "the answer of a test, " + i,
                    Json.compact(kernel.tests().get(i).output()));
        }
        return wrong;
    }

    /** Answers that need no look at the task; {@code right} is what a good one looks like, or an empty object. */
    private static Map<String, String> plain(Kernel kernel, String prompt, JsonNode right) {
        Map<String, String> wrong = new LinkedHashMap<>();
        wrong.put("a word", "banana");
        wrong.put("a text", "\"banana\"");
        wrong.put("null", "null");
        wrong.put("an empty object", "{}");
        wrong.put("an empty array", "[]");
        wrong.put("the prompt", prompt);
        wrong.put("the prompt as a text", Json.compact(prompt));
        wrong.put("every list empty", Json.compact(changed(right, null)));
        wrong.put("every text x", Json.compact(changed(right, "x")));
        wrong.put("every text banana", Json.compact(changed(right, "banana")));
        String source = PromptInput.of(prompt).source();
        List<String> lines = (source == null ? prompt : source)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        for (String text : List.of("", "banana", prompt, lines.get(0), lines.get(lines.size() - 1))) {
            for (int items = 0; items < 3; items++) {
                String name = items + " of each, every text " + (text.length() < 9 ? "'" + text + "'" : "copied");
                wrong.put(name, Json.compact(filled(kernel.outputSchema(), items, text)));
            }
        }
        return wrong;
    }

    /** A document under a schema, of the kind that the store's kernels have, with so many items and this text everywhere. */
    private static JsonNode filled(JsonNode schema, int items, String text) {
        if (schema.has("enum")) {
            return schema.get("enum").get(items % schema.get("enum").size());
        }
        JsonNode type = schema.path("type");
        return switch (type.isArray() ? type.get(0).asString() : type.asString("")) {
            case "object" -> {
                ObjectNode object = Json.object();
                schema.path("properties")
                        .properties()
                        .forEach(field -> object.set(field.getKey(), filled(field.getValue(), items, text)));
                yield object;
            }
            case "array" -> {
                ArrayNode array = Json.mapper().createArrayNode();
                int most = schema.path("maxItems").asInt(items);
                for (int i = 0; i < Math.max(schema.path("minItems").asInt(0), Math.min(items, most)); i++) {
                    array.add(filled(schema.path("items"), items, text));
                }
                yield array;
            }
            case "string" -> {
                String padded =
                        text + "x".repeat(Math.max(0, schema.path("minLength").asInt(0) - text.length()));
                JsonNode value = Json.tree(padded.substring(
                        0, Math.min(padded.length(), schema.path("maxLength").asInt(padded.length()))));
                if (!schema.has("pattern")
                        || SchemaValidator.compile(schema, "schema")
                                .validate(value)
                                .isEmpty()) {
                    yield value;
                }
                Types types = new Types(schema, true);
                yield types.smallest().of(types.root()).orElseThrow();
            }
            case "integer", "number" ->
                Json.tree(Math.min(
                        Math.max(items, schema.path("minimum").asInt(0)),
                        schema.path("maximum").asInt(Integer.MAX_VALUE)));
            case "boolean" -> Json.tree(items > 0);
            default -> Json.tree(text);
        };
    }

    /** The same with every text replaced, or without a text every list emptied. */
    private static JsonNode changed(JsonNode value, @Nullable String text) {
        if (value.isString() && text != null) {
            return Json.tree(text);
        }
        if (value instanceof ObjectNode object) {
            ObjectNode result = Json.object();
            object.properties().forEach(field -> result.set(field.getKey(), changed(field.getValue(), text)));
            return result;
        }
        if (value.isArray()) {
            ArrayNode result = Json.mapper().createArrayNode();
            value.forEach(element -> {
                if (text != null) {
                    result.add(changed(element, text));
                }
            });
            return result;
        }
        return value;
    }
}
