package io.kernelweave.dataset;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with two kernels, scenarios for them, and a spec that generates a small data set. */
final class Workspace {
    static final String QUOTE = """
            kernel: quote-code
            slots: {word: [alpha, beta, gamma, delta], n: {range: [100, 999]}}
            fence: log
            source: "level ${word} code ${n}"
            response: '{"word": "${word}", "quote": "code ${n}"}'
            asks: [quote the code, show me the code of this log, which code is it?, "find the code, please", copy the code]
            failures:
              - {breaks: verbatim, set: {quote: "code unknown"}}
              - {breaks: names-the-word, set: {word: "not ${word}"}}
            """;

    private static final String COUNT = """
            kernel: count-levels
            slots: {a: {range: [100, 999]}, b: {range: [100, 999]}}
            source: ["level ${a}", "level ${b}"]
            response: '{"count": 2}'
            asks: [count the levels, how many levels are there?, number of levels, tell me how many levels, levels - how many?]
            failures: [{breaks: count-agrees, set: {count: "3"}}]
            """;

    private static final String COMPOSED = """
            compositions:
              - kernels: [quote-code, count-levels]
                slots: {n: {range: [100, 999]}}
                source: "level alpha code ${n}"
                responses: {quote-code: '{"quote": "code ${n}", "word": "alpha"}', count-levels: '{"count": 1}'}
                asks: [quote the code and count the levels, count the levels then quote the code, both code and count, code plus count, count as well as code]
                failures: [{breaks: count-levels/count-agrees, set: {count-levels.count: "2"}}]
            """;

    private static final String NONE = """
            none:
              - {ask: what is a code?, kind: near-miss, reply: A number., slots: {}}
              - {ask: who wrote this?, kind: near-miss, reply: Nobody knows.}
              - {ask: delete the code, kind: near-miss, reply: No.}
              - {ask: "is code ${n} bad?", kind: near-miss, reply: It depends., slots: {n: {range: [1, 99]}}}
              - {ask: bake a cake, kind: near-miss, reply: "Flour, eggs, sugar."}
            """;

    final Path folder;

    Workspace(Path folder) {
        this.folder = folder;
        KernelStore store = new KernelStore(folder.resolve("store"));
        store.add(
                kernel(
                        "quote-code",
                        "\"word\":{\"type\":\"string\",\"maxLength\":40},\"quote\":{\"type\":\"string\",\"maxLength\":40}",
                        "\"word\",\"quote\"",
                        "{\"name\":\"names-the-word\",\"check\":\"regex\",\"target\":\"output.word\",\"pattern\":\"^[a-z]+$\"}",
                        "{\"name\":\"verbatim\",\"check\":\"quoteInSource\",\"target\":\"output.quote\"}"),
                "");
        store.add(
                kernel(
                        "count-levels",
                        "\"count\":{\"type\":\"integer\",\"minimum\":0,\"maximum\":9}",
                        "\"count\"",
                        "{\"name\":\"count-agrees\",\"check\":\"compare\",\"left\":\"output.count\",\"op\":\"==\","
                                + "\"right\":{\"matches\":\"level\",\"of\":\"input.source\"}}",
                        ""),
                "");
        scenario("quote-code", QUOTE);
        scenario("count-levels", COUNT);
        scenario("compositions", COMPOSED);
        scenario("no-kernel", NONE);
    }

    private static Kernel kernel(String id, String properties, String required, String post, String evidence) {
        return Kernel.parse("""
                {"kernel_id":"%s","name":"Kernel %s","task_family":"test","description":"Does %s.","examples":["an example of %s"],
                 "input_schema":{"type":"object","required":["source"]},
                 "output_schema":{"type":"object","additionalProperties":false,"required":[%s],"properties":{%s}},
                 "preconditions":[{"name":"has-level","check":"contains","target":"input.source","all":["level"]}],
                 "postconditions":[%s],"evidence_requirements":[%s],"steps":[{"name":"read","do":"Read it."}]}
                """.formatted(id, id, id, id, required, properties, post, evidence), id);
    }

    Workspace scenario(String name, String yaml) {
        write("scenarios/" + name + ".yaml", yaml);
        return this;
    }

    Path write(String name, String text) {
        try {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    DatasetSpec spec(long seed) {
        return Json.parseYaml(
                """
                name: small
                description: A small data set.
                license: CC0-1.0
                seed: %d
                generate:
                  store: %s
                  scenarios: %s
                  rows_per_ask: {prompt_kernel_selection: 2, prompt_kernel_prompting: 1, trace_verification_pairs: 1,
                    trace_failure_pairs: 2, kernel_composition_pairs: 2, retrieval_memory_pairs: 1, distillation_examples: 1}
                  rows_per_no_kernel: 3
                splits: {train: 0.6, validation: 0.2, eval: 0.2}
                """.formatted(seed, folder.resolve("store"), folder.resolve("scenarios")),
                DatasetSpec.class,
                "small.yaml");
    }

    Datasets datasets(String name) {
        return new Datasets(Folder.of(folder.resolve(name).toString()));
    }
}
