package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class GeneratorTest {
    private static final List<String> FILES =
            List.of("train.jsonl", "validation.jsonl", "eval.jsonl", "README.md", "dataset.json");

    @TempDir
    Path folder;

    private String bytes(String dataset) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String file : FILES) {
            all.append(Files.readString(folder.resolve(dataset).resolve("small").resolve(file)));
        }
        return all.toString();
    }

    @Test
    void theSameSeedGivesTheSameBytesWhateverTheLocale() throws IOException {
        Workspace workspace = new Workspace(folder);
        workspace.datasets("one").build(workspace.spec(5));
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            workspace.datasets("two").build(workspace.spec(5));
        } finally {
            Locale.setDefault(before);
        }
        assertThat(bytes("two")).isEqualTo(bytes("one"));
    }

    @Test
    void anotherSeedGivesOtherRows() {
        Workspace workspace = new Workspace(folder);
        Dataset one = workspace.datasets("one").build(workspace.spec(5));
        Dataset two = workspace.datasets("two").build(workspace.spec(6));
        assertThat(two.digest()).isNotEqualTo(one.digest());
        assertThat(two.rows()).hasSameSizeAs(one.rows());
    }

    @Test
    void whatIsBuiltIsFoundAgainUntilItsInputsChange() throws IOException {
        Workspace workspace = new Workspace(folder);
        Dataset built = workspace.datasets("data").build(workspace.spec(5));
        String before = bytes("data");
        assertThat(workspace.datasets("data").open(workspace.spec(5))).isEqualTo(built);
        assertThat(bytes("data")).isEqualTo(before);

        workspace.scenario("quote-code", Workspace.QUOTE.replace("delta", "omega"));
        assertThat(workspace.datasets("data").open(workspace.spec(5)).digest()).isNotEqualTo(built.digest());
    }

    private static String version(Path folder) throws IOException {
        return Json.parse(Files.readString(folder.resolve("data/small/dataset.json")), Datasets.Card.class, "card")
                .version();
    }

    @Test
    void theVersionSaysWhatHasBecomeOfTheRows() throws IOException {
        Workspace workspace = new Workspace(folder);
        Datasets datasets = workspace.datasets("data");
        datasets.build(workspace.spec(5));
        assertThat(version(folder)).isEqualTo("1.0.0");
        datasets.build(workspace.spec(5));
        assertThat(version(folder)).as("the same again").isEqualTo("1.0.0");
        ObjectNode said = Json.tree(workspace.spec(5));
        datasets.build(Json.convert(said.put("description", "Other words."), DatasetSpec.class, "spec"));
        assertThat(version(folder)).as("other words").isEqualTo("1.0.1");
        datasets.build(workspace.spec(6));
        assertThat(version(folder)).as("other rows").isEqualTo("2.0.0");
    }

    @Test
    void aBuiltFileThatWasChangedIsRefused() throws IOException {
        Workspace workspace = new Workspace(folder);
        workspace.datasets("data").build(workspace.spec(5));
        Path eval = folder.resolve("data/small/eval.jsonl");
        Files.writeString(eval, Files.readString(eval).replaceFirst("code", "CODE"));
        assertThatThrownBy(() -> workspace.datasets("data").open(workspace.spec(5)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(eval + ": is not the file that dataset.json describes");
    }

    /** Puts another version of a kernel into the store; of its text, only so much is another one. */
    private void change(String kernelId, String was, String is) {
        KernelStore store = new KernelStore(folder.resolve("store"));
        ObjectNode json = Json.tree(store.get(kernelId));
        json.remove(List.of("digest", "status"));
        String changed = Json.compact(json).replace(was, is);
        assertThat(changed).isNotEqualTo(Json.compact(json));
        store.add(Kernel.parse(changed, kernelId), "");
    }

    private Map<String, String> files(String dataset) throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (String file :
                List.of("train.jsonl", "validation.jsonl", "eval.jsonl", "kernels.json", "dataset.json", "README.md")) {
            String text =
                    Files.readString(folder.resolve(dataset).resolve("small").resolve(file));
            files.put(file, text.replaceFirst("version(\" : \"| )\\d\\.\\d\\.\\d", "version"));
        }
        return files;
    }

    /** Kernels that share few prompts, so that what one draws depends on what was drawn before, and clusters that run out of them. */
    private Workspace crowded() {
        return new Workspace(folder)
                .scenario(
                        "quote-code",
                        Workspace.QUOTE
                                .replace("[100, 999]", "[1, 6]")
                                .replaceFirst("asks: .*", "asks: [go, Go!, go on, get it, fetch]"))
                .scenario("count-levels", """
                        kernel: count-levels
                        slots: {word: [alpha, beta, gamma, delta], n: {range: [1, 3]}}
                        fence: log
                        source: "level ${word} code ${n}"
                        response: '{"count": 1}'
                        asks: [count, "count.", how many levels?, levels, number]
                        failures: [{breaks: count-agrees, set: {count: "3"}}]
                        """);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "quote-code | Read it. | Read it well.", // other words in its rows
                "count-levels | Read it. | Read it well.",
                "quote-code | Does quote-code. | Quotes codes.", // nothing that a row says
                "quote-code | \"word\":{ | \"more\":{\"type\":\"string\"},\"word\":{"
            })
    void afterAKernelChangedTheFilesAreThoseOfAFullBuild(String kernelId, String was, String is) throws IOException {
        for (Workspace workspace : List.of(new Workspace(folder), crowded())) {
            workspace.datasets("here").build(workspace.spec(5));
            change(kernelId, was, is);
            Files.deleteIfExists(folder.resolve("elsewhere/small/dataset.json")); // so that it is built whole
            Dataset changed = workspace.datasets("here").open(workspace.spec(5));
            workspace.datasets("elsewhere").build(workspace.spec(5));
            assertThat(files("here")).isEqualTo(files("elsewhere"));
            assertThat(workspace.datasets("elsewhere").open(workspace.spec(5)).equals(changed))
                    .isTrue();
            change(kernelId, is, was);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"train.jsonl", "eval.jsonl", "kernels.json"})
    void nothingIsKeptOfWhatWasDamaged(String file) throws IOException {
        Workspace workspace = new Workspace(folder);
        workspace.datasets("elsewhere").build(workspace.spec(5));
        for (String damage : List.of("[a-z]", "\n[^\n]+$", "(?s).+")) {
            workspace.datasets("here").build(workspace.spec(5));
            change("quote-code", "Read it.", "Read it well.");
            Path damaged = folder.resolve("here/small").resolve(file);
            Files.writeString(
                    damaged, Files.readString(damaged).replaceFirst(damage, file.equals("kernels.json") ? "{}" : "e"));
            workspace.datasets("here").open(workspace.spec(5));
            Files.delete(folder.resolve("elsewhere/small/dataset.json"));
            workspace.datasets("elsewhere").build(workspace.spec(5));
            assertThat(files("here")).isEqualTo(files("elsewhere"));
            change("quote-code", "Read it well.", "Read it.");
        }
    }

    @Test
    void rowsAreLabelledSplitByClusterAndWeighed() {
        Workspace workspace = new Workspace(folder);
        Dataset dataset = workspace.datasets("data").build(workspace.spec(5));
        assertThat(Quality.check(dataset)).isEmpty();
        Map<String, String> splits = new HashMap<>();
        dataset.rows()
                .forEach(row -> assertThat(
                                splits.merge(row.clusterId(), row.split(), (a, b) -> a.equals(b) ? a : a + b))
                        .isIn(DatasetSpec.SPLITS));
        // Four strata of five ways to ask: 60, 20 and 20 % of each.
        assertThat(splits.values().stream().collect(Collectors.groupingBy(split -> split, Collectors.counting())))
                .isEqualTo(Map.of("train", 12L, "validation", 4L, "eval", 4L));
        Map<String, Double> weights = dataset.rows().stream()
                .collect(Collectors.groupingBy(
                        row -> row.clusterId() + row.target(), Collectors.summingDouble(DatasetRow::weight)));
        assertThat(weights.values())
                .allSatisfy(sum -> assertThat(sum).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-9)));
        assertThat(dataset.rows())
                .extracting(DatasetRow::target)
                .contains(Generator.TARGETS.values().toArray(String[]::new));
        assertThat(dataset.rows())
                .extracting(DatasetRow::prompt)
                .filteredOn(Objects::nonNull)
                .isNotEmpty();
    }

    @Test
    void aPlantedFailureStandsBesideTheConditionThatItBreaks() {
        Workspace workspace = new Workspace(folder);
        Dataset dataset = workspace.datasets("data").build(workspace.spec(5));
        assertThat(dataset.rows())
                .filteredOn(row -> row.breaks() != null)
                .hasSizeGreaterThan(20)
                .allSatisfy(row -> {
                    assertThat(row.verified()).isFalse();
                    assertThat(row.verificationScore()).isBetween(0.1, 0.9);
                })
                .extracting(DatasetRow::breaks)
                .contains("verbatim", "names-the-word", "count-agrees", "count-levels/count-agrees");
        assertThat(dataset.rows())
                .filteredOn(row -> row.breaks() == null && row.kernelId() != null)
                .allSatisfy(row -> assertThat(row.verified()).isTrue());
        assertThat(dataset.rows())
                .filteredOn(row -> row.kernelId() == null)
                .isNotEmpty()
                .allSatisfy(row -> {
                    assertThat(row.verified()).isNull();
                    assertThat(row.acceptableKernels()).isEmpty();
                });
        assertThat(dataset.rows())
                .filteredOn(DatasetRow::isComposition)
                .isNotEmpty()
                .allSatisfy(row -> {
                    assertThat(row.labelledKernels()).containsExactly("quote-code", "count-levels");
                    assertThat(Json.parse(row.response(), "r").propertyNames())
                            .containsExactly("count-levels", "quote-code");
                });
    }

    @Test
    void anAnswersFieldsStandInTheOrderOfTheSchema() {
        Workspace workspace = new Workspace(folder)
                .scenario(
                        "quote-code",
                        Workspace.QUOTE.replace(
                                "{\"word\": \"${word}\", \"quote\": \"code ${n}\"}",
                                "{\"quote\": \"code ${n}\", \"word\": \"${word}\"}"));
        assertThat(workspace.datasets("data").build(workspace.spec(5)).rows())
                .filteredOn(row -> "quote-code".equals(row.kernelId()))
                .allSatisfy(row -> assertThat(row.response()).startsWith("{\"word\":"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // a good answer that the kernel's contract does not accept
                "\"quote\": \"code ${n}\" | \"quote\": \"never said\" | response: breaks [verbatim], and should break []",
                "\"word\": \"${word}\" | \"word\": \"${word}\", \"x\": 1 | response: breaks [output-schema], and should break []",
                // a prompt that the kernel does not take
                "source: \"level | source: \"grade | the prompt does not satisfy [has-level]",
                // failures that break nothing, something else, or more
                "\"code unknown\" | \"code ${n}\" | failure \"verbatim\": breaks [], and should break [verbatim]",
                "set: {quote: \"code unknown\"} | set: {word: \"1\"} | breaks [names-the-word], and should break [verbatim]",
                "set: {quote: \"code unknown\"} | set: {quote: \"no\", word: \"1\"} | breaks [names-the-word, verbatim], and should break [verbatim]",
                "set: {quote: \"code unknown\"} | remove: a.b.c | a failure changes a.b.c, which the answer does not have",
                "set: {quote: \"code unknown\"} | append: {quote: x} | changes what the answer does not have",
                // templates and slots
                "code ${n}\"}' | code ${m}\"}' | template cannot be expanded",
                "code ${n}\"}' | code ${n\"}' | template does not parse",
                "range: [100, 999] | range: [9, 1] | /slots/n: cannot be drawn",
                "kernel: quote-code | kernel: quote-nothing | the store has no kernel \"quote-nothing\"",
                "fence: log | fense: log | line 3",
                "kernel: quote-code | fence: x | /kernel: is missing",
            })
    void whatTheLabelDoesNotHoldStopsTheBuild(String was, String is, String message) {
        String changed = Workspace.QUOTE.replace(was, is).replaceFirst("(?s)fence: x(.*)\nfence: log", "fence: x$1");
        assertThat(changed).isNotEqualTo(Workspace.QUOTE);
        Workspace workspace = new Workspace(folder).scenario("quote-code", changed);
        assertThatThrownBy(() -> workspace.datasets("data").build(workspace.spec(5)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        folder.resolve("scenarios/quote-code.yaml").toString())
                .hasMessageContaining(message)
                .message()
                .hasLineCount(1);
        assertThat(folder.resolve("data/small/dataset.json")).doesNotExist();
    }

    @Test
    void aPromptThatNoKernelFitsKeepsItsKind() {
        Workspace workspace = new Workspace(folder).scenario("no-kernel", """
                none:
                  - {ask: what is a code?, kind: near-miss, reply: A number.}
                  - {ask: bake a cake, kind: other-task, reply: "Flour, eggs, sugar."}
                  - {ask: mnbvcxz, kind: nonsense, reply: What?}
                """);
        assertThat(workspace.datasets("data").build(workspace.spec(5)).rows())
                .filteredOn(row -> row.kernelId() == null)
                .extracting(DatasetRow::prompt, DatasetRow::kind)
                .containsExactlyInAnyOrder(
                        tuple("what is a code?", "near-miss"),
                        tuple("bake a cake", "other-task"),
                        tuple("mnbvcxz", "nonsense"));
        workspace.scenario("no-kernel", "none: [{ask: hm, kind: near miss, reply: What?}]");
        assertThatThrownBy(() -> workspace.datasets("other").build(workspace.spec(5)))
                .isInstanceOf(InputException.class)
                .hasMessageEndingWith(
                        "no-kernel.yaml /none/kind: unknown kind \"near miss\"; use one of [near-miss, other-task, nonsense]");
    }

    @Test
    void aStoreWithABrokenKernelStopsTheBuild() throws IOException {
        Workspace workspace = new Workspace(folder);
        Path file = folder.resolve("store/kernels/quote-code.json");
        Files.writeString(file, Files.readString(file).replace("Read it.", "Read."));
        assertThatThrownBy(() -> workspace.datasets("data").build(workspace.spec(5)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the digest is wrong");
    }

    @Test
    void anExampleOfAKernelThatIsAlsoAnEvaluationPromptStopsTheBuild() {
        Workspace workspace = new Workspace(folder)
                .scenario("quote-code", Workspace.QUOTE.replaceFirst("asks: .*", "asks: [An example of quote-code!]"));
        DatasetSpec spec = Json.parseYaml(
                Json.pretty(workspace.spec(5)).replaceFirst("(?s)\"splits\".*?\\}", "\"splits\": {\"eval\": 1.0}"),
                DatasetSpec.class,
                "spec");
        assertThatThrownBy(() -> workspace.datasets("data").build(spec))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("example-in-evaluation");
    }
}
