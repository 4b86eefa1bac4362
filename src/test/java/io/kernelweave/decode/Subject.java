package io.kernelweave.decode;

import io.kernelweave.Corpora;
import io.kernelweave.json.Json;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A schema with values of which somebody said whether they satisfy it. */
record Subject(
        String name, JsonNode schema, WrittenForm.Formats formats, List<JsonNode> valid, List<JsonNode> invalid) {

    /** Where subjects come from. */
    enum Source {
        /** {@code keywords.jsonl} beside this class: every keyword of every draft. */
        KEYWORDS("keywords.jsonl"),
        /** JSON-Schema-Test-Suite, drafts 7 and 2020-12. */
        SUITE("json-schema-test-suite.jsonl.gz"),
        /** A sample of MaskBench's real schemas. */
        MASKBENCH("maskbench.jsonl.gz");

        private final String name;

        Source(String name) {
            this.name = name;
        }

        boolean isPresent() {
            return this == KEYWORDS || Corpora.isPresent(name);
        }

        /** @param share one in so many of MaskBench, and one in a hundredth of it of the suite */
        List<Subject> subjects(int share) {
            return switch (this) {
                case KEYWORDS ->
                    lines(Subject.class.getResourceAsStream(name))
                            .map(Subject::keywords)
                            .toList();
                case SUITE ->
                    sample(Corpora.open(name), Math.max(1, share / 100))
                            .map(Subject::suite)
                            .toList();
                case MASKBENCH ->
                    sample(Corpora.open(name), share).map(Subject::maskbench).toList();
            };
        }

        private static Stream<String> sample(InputStream in, int share) {
            SplittableRandom random = new SplittableRandom(5);
            return lines(in).filter(line -> random.nextInt(share) == 0 && line.length() < 60_000);
        }
    }

    private static Subject keywords(String line) {
        JsonNode row = Json.parse(line, "keywords.jsonl");
        return new Subject(
                row.path("about").stringValue(),
                row.path("schema"),
                WrittenForm.Formats.ASSERTED,
                list(row.path("valid")),
                list(row.path("invalid")));
    }

    private static Subject suite(String line) {
        JsonNode row = Json.parse(line, "suite");
        String file = row.path("file").stringValue();
        JsonNode schema = row.path("schema");
        if (file.startsWith("draft7/") && schema instanceof ObjectNode object && !schema.has("$schema")) {
            object.put("$schema", "http://json-schema.org/draft-07/schema#");
        }
        return new Subject(
                file + ": " + row.path("description").stringValue(),
                schema,
                file.contains("optional/format") ? WrittenForm.Formats.ASSERTED : WrittenForm.Formats.ANNOTATION,
                tests(row, true),
                tests(row, false));
    }

    private static Subject maskbench(String line) {
        JsonNode row = Json.parse(line, "maskbench");
        return new Subject(
                row.path("id").stringValue(),
                row.path("schema"),
                WrittenForm.Formats.ASSERTED,
                tests(row, true),
                tests(row, false));
    }

    private static List<JsonNode> tests(JsonNode row, boolean valid) {
        List<JsonNode> all = new ArrayList<>();
        for (JsonNode test : row.path("tests")) {
            if (test.path("valid").booleanValue() == valid) {
                all.add(test.path("data"));
            }
        }
        return all;
    }

    private static List<JsonNode> list(JsonNode array) {
        List<JsonNode> all = new ArrayList<>();
        array.forEach(all::add);
        return all;
    }

    private static Stream<String> lines(InputStream in) {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines();
    }
}
