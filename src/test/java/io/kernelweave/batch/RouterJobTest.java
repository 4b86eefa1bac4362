package io.kernelweave.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.cli.Program;
import io.kernelweave.cli.SmallRouterJob;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.RouteRow;
import io.kernelweave.results.RouterCard;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A job that trains a router, from its file to its report, as a user meets it. */
class RouterJobTest {
    private static final int ROWS = 30 * 2; // two routers

    @TempDir
    static Path temp;

    private static SmallRouterJob job;
    private static JsonNode said;

    @BeforeAll
    static void runOnce() throws IOException {
        job = SmallRouterJob.in(temp.resolve("once"));
        Program.Outcome outcome = Program.run(job.run("--json"));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        said = Json.parse(outcome.out(), "stdout");
    }

    private static RunFolder run(SmallRouterJob job) {
        RunRegistry registry = new RunRegistry(Folder.of(job.file("reports").toString()));
        return registry.folder(registry.runs().get(0).runId());
    }

    @Test
    void eachPromptIsRoutedWithAndWithoutTraining() {
        List<RouteRow> rows = run(job).rows(RouteRow.FORM);
        assertThat(rows).hasSize(ROWS).allSatisfy(row -> {
            assertThat(row.error()).isNull();
            assertThat(row.split()).isEqualTo("validation");
            assertThat(row.rowId()).startsWith("v");
            assertThat(row.signals()).isNotEmpty();
        });
        assertThat(rows.stream().filter(RouteRow::isTrained)).hasSize(ROWS / 2);
        assertThat(said.path("metrics").propertyNames())
                .contains(
                        "untrained.routing_accuracy",
                        "trained.routing_accuracy",
                        "gain.routing_accuracy",
                        "trained.oos_auroc",
                        "gain.coverage_at_5pct");
    }

    @Test
    void whatWasJudgedWasNotLearned() {
        String adapter = run(job).folder().readText(RouterCard.ADAPTER);
        assertThat(adapter).contains("election").doesNotContain("harbour", "garden", "telescope");
        RouterCard card = RouterCard.read(run(job));
        assertThat(card.splits()).containsExactly("train");
        assertThat(card.metrics().noKernel()).isEqualTo(8);
        assertThat(card.metrics().inScope()).isEqualTo(32);
    }

    @Test
    void theAdapterIsKeptWithItsDigestsAndFoundByRoute() throws IOException {
        RunFolder run = run(job);
        RouterCard card = RouterCard.read(run);
        RouterAdapter saved = RouterAdapter.read(job.file("state").resolve(card.savedAs()));
        assertThat(saved.digest()).isEqualTo(card.adapter());
        assertThat(Json.parse(run.folder().readText(RouterCard.ADAPTER), RouterAdapter.class, "router.json"))
                .isEqualTo(saved);
        assertThat(card.datasetDigest()).isEqualTo(run.run().fingerprint().get("dataset"));
        assertThat(card.curve()).isNotEmpty();

        Path store = Files.createDirectories(job.file("store").resolve("kernels"));
        for (JsonNode kernel : Json.parse(run.folder().readText("inputs/kernels.json"), "kernels.json")) {
            Files.writeString(store.resolve(kernel.path("kernel_id").stringValue() + ".json"), Json.pretty(kernel));
        }
        String[] route = {
            "route",
            "set the alarm please",
            "--store",
            job.file("store").toString(),
            "--state",
            job.file("state").toString()
        };
        Program.Outcome routed = Program.run(route);
        assertThat(routed.exit()).as(routed.err()).isZero();
        assertThat(routed.out()).contains("alarm").doesNotContain("untrained");
    }

    @Test
    void theReportIsMadeAgainToTheSameBytes() {
        Folder bundle = run(job).folder().resolve(RunFolder.BUNDLE);
        Map<String, String> first = texts(bundle);
        assertThat(first.keySet())
                .containsExactly(
                        "benchmark/benchmark.json",
                        "benchmark/benchmark.md",
                        "benchmark/by_kernel.csv",
                        "benchmark/metrics.csv",
                        "plots/coverage.svg",
                        "plots/reliability.svg");
        assertThat(Program.run(job.args("report", "latest")).exit()).isZero();
        assertThat(Program.run(job.args("report", "verify", "latest")).exit()).isZero();
        assertThat(texts(bundle)).isEqualTo(first);
    }

    private static Map<String, String> texts(Folder folder) {
        Map<String, String> texts = new TreeMap<>();
        folder.listAll().forEach(name -> texts.put(name, folder.readText(name)));
        return texts;
    }

    @Test
    void rowsAreThereForSql() {
        Program.Outcome outcome = Program.run(job.args(
                "query", "SELECT router, count(*) AS n, max(len(signals)) AS s FROM routes GROUP BY ALL ORDER BY ALL"));
        assertThat(outcome.out()).containsPattern("trained +30").containsPattern("untrained +30");
    }

    @Test
    void nothingChangedIsSaid() {
        JsonNode again = Json.parse(Program.run(job.run("--json")).out(), "stdout");
        assertThat(again.path("verdict").stringValue()).isEqualTo("IDENTICAL");
        assertThat(again.path("reused").booleanValue()).isTrue();
    }

    @Test
    void aRunThatIsKilledEndsWithTheRowsOfOneThatIsNot() throws Exception {
        SmallRouterJob killed = SmallRouterJob.in(temp.resolve("killed"));
        int kills = 0;
        for (String stage : List.of("prepare", "replay", "replay")) {
            Program.Child child = Program.start(killed.folder(), List.of(), killed.run());
            child.await(line -> line.startsWith(stage));
            Thread.sleep(stage.equals("replay") ? 120 : 30);
            int exit = child.kill().exit();
            assertThat(exit).as("%s", child.err()).isIn(0, 137);
            kills += exit == 137 ? 1 : 0;
        }
        assertThat(kills).isPositive();
        Program.Child last = Program.start(killed.folder(), List.of(), killed.run());
        assertThat(last.exit()).as("%s", last.err()).isZero();
        assertThat(run(killed).run().isComplete()).isTrue();
        assertThat(run(killed).manifest().rows()).isEqualTo(ROWS);
        assertThat(rows(killed)).isEqualTo(rows(job));
        assertThat(RouterCard.read(run(killed)).adapter())
                .isEqualTo(RouterCard.read(run(job)).adapter());
    }

    /** The rows by identity, without what no two runs have in common; refuses a row that is there twice. */
    private static Map<String, ObjectNode> rows(SmallRouterJob job) {
        Map<String, ObjectNode> rows = new TreeMap<>();
        for (RouteRow row : run(job).rows(RouteRow.FORM)) {
            ObjectNode json = row.toJson();
            json.remove(List.of("run_id", "recorded_at"));
            assertThat(rows.put(row.identity(), json))
                    .as("twice: " + row.identity())
                    .isNull();
        }
        return rows;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "measure=router | /measure: unknown \"router\"; use answers or routing or masks",
                "split=train | /split: \"train\" is what the router is trained on",
                "split=test | /split: unknown split \"test\"",
                "split=eval | has no row in split eval",
                "shots=0 | /shots: 0 is out of range",
                "embedder=glove | /embedder: unknown \"glove\"",
                "guarantee.delta=0 | /guarantee/delta: 0.0 is no share",
                "margins={trained.oos_auroc: 0.1} | /margins/trained.oos_auroc: is no metric of this job",
                "margins={trained.routing_accuracy: 2} | /margins/trained.routing_accuracy: 2.0 is no share of rows",
                "arms=[router] | arms",
                "name=Bad Name | /name: a job needs a name",
                "chunk=-1 | /chunk: -1 is out of range",
                "dataset=phasecd/none.yaml | there is no data set spec phasecd/none.yaml",
            })
    void aJobThatDoesNotHoldTogetherIsRefusedInOneLine(String setting, String message) {
        Program.Outcome outcome = Program.run(job.run("--json", "--set", setting));
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.errLines()).last().asString().contains(message);
    }

    @Test
    void settingsThatAreLeftOutAreTheUsualOnes() {
        RouterSpec spec = spec("");
        assertThat(spec.split()).isEqualTo("validation");
        assertThat(spec.encoders()).containsExactly("minilm", "bge");
        assertThat(spec.margins()).containsOnlyKeys("trained.routing_accuracy");
        assertThat(spec.learns()).isTrue();
        assertThatThrownBy(() -> Json.parseYaml("measure: routing\nname: a", RouterSpec.class, "job.yaml"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("/dataset: is missing");
    }

    @Test
    void whatDecidesRowsIsInTheirDigestAndHowTheyAreJudgedIsNot() {
        String rows = spec("").rowSettings();
        assertThat(spec("chunk: 9\nbaseline: none\nmargins: {trained.routing_accuracy: 0.1}")
                        .rowSettings())
                .isEqualTo(rows);
        for (String change : List.of("shots: 5", "seed: 9", "embedder: bge", "split: eval")) {
            assertThat(spec(change).rowSettings()).as(change).isNotEqualTo(rows);
        }
    }

    private static RouterSpec spec(String more) {
        return Json.parseYaml(
                "measure: routing\nname: test\ndataset: data.yaml\n" + more, RouterSpec.class, "job.yaml");
    }
}
