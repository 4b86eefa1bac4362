package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.storage.Folder;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForeignDataTest {
    @TempDir
    Path folder;

    private Dataset read(String yaml, String rows) {
        return new Datasets(Folder.of(folder.toString())).open(spec(yaml, rows));
    }

    private DatasetSpec spec(String yaml, String rows) {
        try {
            Files.writeString(folder.resolve("rows.jsonl"), rows);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return Json.parseYaml(
                yaml.contains("sources")
                        ? yaml
                        : "name: foreign\nseed: 1\nsources: {all: {path: " + folder + "/rows.jsonl}}\n" + yaml,
                DatasetSpec.class,
                "spec.yaml");
    }

    @Test
    void mapsFieldsAlsoInsideObjectsAndFillsInTheRest() {
        DatasetRow row = read("""
                        fields: {prompt: meta.text, kernel_id: intent, id: uid, acceptable_kernels: meta.also, split: set}
                        no_kernel: [oos, nothing]
                        """, """
                        {"uid": 7, "intent": "Light On", "set": "eval", "meta": {"text": "lamp!", "also": ["Light On", "dim"]}}
                        {"uid": 8, "intent": "oos", "set": "train", "meta": {"text": "hm"}}
                        {"uid": 9, "intent": "a + b", "set": "train", "meta": {"text": "both"}}
                        """).rows().get(0);
        assertThat(row.id()).isEqualTo("7");
        assertThat(row.kernelId()).isEqualTo("light-on");
        assertThat(row.kernelName()).isEqualTo("light on");
        assertThat(row.acceptableKernels()).containsExactly("light-on", "dim");
        assertThat(row.confidence()).isEqualTo(0.5);
        assertThat(row.split()).isEqualTo("eval");
        assertThat(row.target()).isEqualTo("selection");
        assertThat(row.origin()).isEqualTo("all:1");
        Dataset dataset = read("fields: {kernel_id: intent}\nno_kernel: [oos]\n", """
                {"prompt": "hm", "intent": "oos"}
                {"prompt": "both", "intent": "a+b"}
                """);
        assertThat(dataset.rows().get(0).kernelId()).isNull();
        assertThat(dataset.rows().get(0).id()).isEqualTo("all-000001");
        assertThat(dataset.rows().get(1).labelledKernels()).containsExactly("a", "b");
    }

    @Test
    void splitsAreDrawnByClusterAndStayWholeInAnyOrderOfTheRows() {
        String rows = IntStream.range(0, 400)
                .mapToObj(i ->
                        "{\"id\":\"r" + i + "\",\"prompt\":\"Prompt " + i + "\",\"cluster_id\":\"c" + i / 4 + "\"}\n")
                .collect(Collectors.joining());
        Dataset dataset = read("splits: {train: 0.5, eval: 0.5}\n", rows);
        Map<String, Long> splitsOfCluster = dataset.rows().stream()
                .collect(Collectors.groupingBy(
                        DatasetRow::clusterId,
                        Collectors.mapping(DatasetRow::split, Collectors.collectingAndThen(Collectors.toSet(), set ->
                                (long) set.size()))));
        assertThat(splitsOfCluster)
                .hasSize(100)
                .allSatisfy((cluster, splits) -> assertThat(splits).isEqualTo(1));
        assertThat(dataset.split("train").size()).isBetween(140, 260);
        assertThat(dataset.split("validation")).isEmpty();

        String reversed =
                rows.lines().sorted(java.util.Comparator.reverseOrder()).collect(Collectors.joining("\n"));
        Dataset other = read("splits: {train: 0.5, eval: 0.5}\n", reversed);
        assertThat(other.split("eval").stream().map(DatasetRow::id))
                .containsExactlyInAnyOrderElementsOf(
                        dataset.split("eval").stream().map(DatasetRow::id).toList());
    }

    @Test
    void theSameRowsHaveTheSameDigestInAnyOrder() {
        String a = "{\"id\":\"1\",\"prompt\":\"one\",\"origin\":\"o\"}\n";
        String b = "{\"id\":\"2\",\"prompt\":\"two\",\"origin\":\"o\"}\n";
        String digest = read("", a + b).digest();
        assertThat(read("", b + a).digest()).isEqualTo(digest);
        assertThat(read("", a + b.replace("two", "too")).digest()).isNotEqualTo(digest);
    }

    @Test
    void promptsThatDifferInCaseAndPunctuationOnlyAreOneCluster() {
        Dataset dataset =
                read("", "{\"prompt\":\"Turn it  on!\"}\n{\"prompt\":\"turn it on\"}\n{\"prompt\":\"turn it off\"}\n");
        assertThat(dataset.rows().get(0).clusterId())
                .isEqualTo(dataset.rows().get(1).clusterId());
        assertThat(dataset.rows().get(2).clusterId())
                .isNotEqualTo(dataset.rows().get(1).clusterId());
    }

    @Test
    void labelsBecomeKernelsThatAcceptTheirNameAlone() {
        Dataset dataset = read("fields: {kernel_id: intent}\nkernels_from: all\nno_kernel: [oos]\n", """
                {"prompt": "lamp on", "intent": "light_on"}
                {"prompt": "light please", "intent": "light_on"}
                {"prompt": "what", "intent": "oos"}
                """);
        assertThat(dataset.kernels()).singleElement().satisfies(kernel -> {
            assertThat(kernel.kernelId()).isEqualTo("light_on");
            assertThat(kernel.examples()).containsExactly("lamp on", "light please");
            assertThat(kernel.digest()).isEqualTo(kernel.computedDigest());
        });
        Kernel kernel = dataset.kernels().get(0);
        Contract contract = Contract.of(kernel);
        DatasetRow row = dataset.rows().get(0);
        assertThat(contract.preconditions(Subject.of(row.prompt(), "")).outcome())
                .isEqualTo(Outcome.PASS);
        assertThat(contract.postconditions(Subject.of(row.prompt(), row.response()))
                        .outcome())
                .isEqualTo(Outcome.PASS);
        assertThat(contract.postconditions(Subject.of(row.prompt(), "{\"intent\":\"dim\"}"))
                        .outcome())
                .isEqualTo(Outcome.FAIL);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"prompt\":\"a\",\"id\":\"x\"} {\"prompt\":\"b\",\"id\":\"x\"} | line 2: the id \"x\" was given before, in",
                "{\"text\":\"a\"} | line 1: has no prompt in field \"prompt\"; its fields are [text]",
                "{\"prompt\":\"  \"} | line 1: has no prompt",
                "{\"prompt\":\"a\",\"split\":\"dev\"} | line 1: unknown split \"dev\"; use one of [train, validation, eval]",
                "{\"prompt\":\"a\",\"kernel_id\":\"-\"} | line 1: kernel_id: \"-\" is not an id",
                "{\"prompt\":\"a\",\"kernel_id\":\"k\",\"acceptable_kernels\":[\"..\"]} | line 1: kernel_id: \"..\" is not an id"
            })
    void aRowThatCannotBeUsedIsNamed(String rows, String message) {
        assertThatThrownBy(() -> read("", rows.replace("} {", "}\n{")))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder + "/rows.jsonl line")
                .hasMessageContaining(message);
    }

    @Test
    void sourcesWithoutARowAreRefused() {
        assertThatThrownBy(() -> read("", "\n"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("hold no row");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "name: Bad | /name",
                "name: x | has neither generate nor sources",
                "name: x; splits: {train: 0.5, eval: 0.6}; sources: {a: {path: p}} | add up to 1",
                "name: x; splits: {train: 1.5, eval: -0.5}; sources: {a: {path: p}} | /splits",
                "name: x; splits: {train: 0.5, test: 0.5}; sources: {a: {path: p}} | /splits",
                "name: x; sources: {a: {path: p, split: test}} | /sources/a",
                "name: x; kernels_from: b; sources: {a: {path: p}} | there is no source and no kernel store \"b\"",
                "name: x; generate: {store: s} | /generate: needs store, scenarios and rows_per_ask",
                "name: x; generate: {store: s, scenarios: s, rows_per_ask: {selection: 1}} | unknown phase",
                "name: x; sources: {a: {path: p, splits: eval}} | unknown field \"splits\"; known here: format, path, split"
            })
    void aSpecThatDoesNotHoldTogetherIsRefused(String yaml, String message) {
        assertThatThrownBy(() -> Json.parseYaml(yaml.replace("; ", "\n"), DatasetSpec.class, "spec.yaml"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("spec.yaml")
                .hasMessageContaining(message)
                .message()
                .hasLineCount(1);
    }

    @Test
    void aSourceIsReplacedByItsName() {
        DatasetSpec spec = spec("", "{\"prompt\":\"a\"}\n");
        assertThat(spec.withSources(Map.of("all", "other.csv")).sources())
                .containsEntry("all", new DatasetSpec.Source("other.csv", null, null));
        assertThatThrownBy(() -> spec.withSources(Map.of("none", "x")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no source of that name; it has [all]");
    }

    @Test
    void aRepairedDataSetIsAVersionOfItsOwnThatJobsCanName() {
        DatasetSpec spec = spec("fields: {kernel_id: intent}\nkernels_from: all\n", """
                {"prompt": "lamp on", "intent": "on", "split": "train"}
                {"prompt": "Lamp on!", "intent": "off", "split": "train"}
                {"prompt": "make it dark", "intent": "off", "split": "train"}
                {"prompt": "make it bright", "intent": "on", "split": "eval"}
                {"prompt": "a bit of light", "intent": "on", "split": "validation"}
                {"prompt": "lights", "intent": "on", "split": "train"}
                """);
        Datasets datasets = new Datasets(Folder.of(folder.resolve("built").toString()));
        Dataset dataset = datasets.open(spec);
        Folder fixed = datasets.fix(spec, dataset, Quality.repair(dataset));
        Dataset again = datasets.open(Json.parseYaml(fixed.readText("spec.yaml"), DatasetSpec.class, "spec.yaml"));
        assertThat(again.rows())
                .extracting(DatasetRow::prompt)
                .containsExactlyInAnyOrder("make it dark", "make it bright", "a bit of light", "lights");
        Datasets.Card card = Json.parse(fixed.readText("dataset.json"), Datasets.Card.class, "card");
        assertThat(again.digest()).isEqualTo(card.digest());
        assertThat(card.version()).isEqualTo("2.0.0");
        assertThat(fixed.readText("dropped.json")).contains("contradicting-labels", "all-000001", "all-000002");
        assertThat(Quality.check(again)).extracting(Quality.Finding::check).doesNotContain("contradicting-labels");
    }
}
