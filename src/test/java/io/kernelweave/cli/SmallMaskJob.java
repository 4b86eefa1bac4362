package io.kernelweave.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A job over a handful of schemas made for it, with documents whose labels are wrong on purpose, so that each kind of error is there. Lives
 * with its data sets, its state and its reports in one folder.
 */
public final class SmallMaskJob extends JobFolder {
    private static final String OBJECT =
            "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"],\"additionalProperties\":false}";

    private SmallMaskJob(Path folder) {
        super(folder);
    }

    /** Writes the data sets and the job file; {@code more} sound schemas beside those with errors. */
    public static SmallMaskJob in(Path folder, int more) throws IOException {
        Files.createDirectories(folder);
        List<String> own = new ArrayList<>(List.of(
                row(
                        "right",
                        OBJECT,
                        valid("{\"a\": 1}"),
                        valid("{\"a\": -20}"),
                        invalid("{\"a\": true}"),
                        invalid("[]")),
                row("over", OBJECT, valid("{\"b\": 1}"), valid("{\"a\": 1}")),
                row("under", OBJECT, invalid("{\"a\": 1}")),
                row("open", "{\"type\":\"integer\",\"minimum\":10,\"maximum\":99}", valid("10"), invalid("1")),
                row("unfinished", "{\"type\":\"integer\",\"minimum\":10,\"maximum\":99}", valid("1")),
                row("empty", "{\"type\":\"string\",\"enum\":[1]}", invalid("1")),
                row("refused", "{\"$ref\":\"https://example.com/other.json\"}", valid("1")),
                row("deep", "{\"not\":".repeat(50_000) + "{}" + "}".repeat(50_000), valid("1"))));
        for (int i = 0; i < more; i++) {
            own.add(row(String.format("more-%03d", i), "{\"enum\":[\"x" + i + "\"]}", valid("\"x" + i + "\"")));
        }
        Files.write(folder.resolve("own.jsonl"), own);
        Files.write(
                folder.resolve("suite.jsonl"),
                List.of(
                        group("d7/type.json", "{\"type\":\"boolean\"}", valid("true"), invalid("null")),
                        group("d7/type.json", "{\"type\":\"boolean\"}", valid("null")),
                        group("d7/optional/b.json", "{\"type\":\"null\"}", valid("null"))));
        Files.writeString(folder.resolve("own.yaml"), """
                name: own
                license: Apache-2.0
                sources: {own: {path: "%s"}}
                schemas: {}
                """.formatted(folder.resolve("own.jsonl")));
        Files.writeString(folder.resolve("suite.yaml"), """
                name: suite
                license: Apache-2.0
                sources: {suite: {path: "%s"}}
                schemas: {file: file, drafts: {d7: "https://json-schema.org/draft/2020-12/schema"}, formats: annotation}
                """.formatted(folder.resolve("suite.jsonl")));
        Files.writeString(
                folder.resolve("job.yaml"), """
                measure: masks
                name: small-masks
                datasets: ["%s", "%s"]
                form: {order: schema, whitespace: compact, escapes: needed, formats: asserted}
                cold: 2
                warmup: 3
                memory: 2
                seed: 1
                chunk: 2
                baseline: none
                """.formatted(folder.resolve("own.yaml"), folder.resolve("suite.yaml")));
        return new SmallMaskJob(folder);
    }

    private static String valid(String data) {
        return "{\"valid\":true,\"data\":" + data + "}";
    }

    private static String invalid(String data) {
        return "{\"valid\":false,\"data\":" + data + "}";
    }

    private static String row(String id, String schema, String... tests) {
        return "{\"id\":\"" + id + "\",\"schema\":" + schema + ",\"tests\":" + Arrays.toString(tests) + "}";
    }

    private static String group(String file, String schema, String... tests) {
        return "{\"file\":\"" + file + "\",\"schema\":" + schema + ",\"tests\":" + Arrays.toString(tests) + "}";
    }
}
