package io.kernelweave.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.Corpora;
import io.kernelweave.cli.Program;
import io.kernelweave.cli.SmallJob;
import io.kernelweave.cli.SmallMaskJob;
import io.kernelweave.json.Json;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A job that measures masks, from its file to its report, as a user meets it. */
class MaskJobTest {
    @TempDir
    static Path temp;

    private static SmallMaskJob job;
    private static JsonNode said;

    @BeforeAll
    static void runOnce() throws IOException {
        job = SmallMaskJob.in(temp.resolve("once"), 3);
        Program.Outcome outcome = Program.run(job.run("--json"));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        said = Json.parse(outcome.out(), "stdout");
    }

    private static RunFolder run(SmallMaskJob job) {
        RunRegistry registry = new RunRegistry(Folder.of(job.file("reports").toString()));
        return registry.folder(registry.runs().get(0).runId());
    }

    private static double metric(String name) {
        JsonNode value = said.path("metrics").path(name);
        assertThat(value.isNumber()).as(name).isTrue();
        return value.doubleValue();
    }

    @Test
    void plantedErrorsAreFoundByTheRuleThatLooksForThem() {
        assertThat(metric("mask.schemas")).isEqualTo(11);
        assertThat(metric("mask.unsatisfiable")).isEqualTo(1);
        assertThat(metric("mask.passing_rate")).isEqualTo(6 / 11.0); // right, unfinished, empty, more
        assertThat(metric("mask.compile_error_rate")).isEqualTo(2 / 11.0);
        assertThat(metric("mask.over_constraint")).isEqualTo(1);
        assertThat(metric("mask.over_constraint_rate")).isEqualTo(1 / 11.0);
        assertThat(metric("mask.under_constraint")).isEqualTo(2);
        assertThat(metric("mask.strict.passing_rate")).isEqualTo(6 / 11.0); // right, open, empty, more
        assertThat(metric("mask.strict.over_constraint")).isEqualTo(2);
        assertThat(metric("mask.strict.under_constraint")).isEqualTo(1);
        assertThat(metric("mask.suite.d7.required.fully_right")).isEqualTo(0.5);
        assertThat(metric("mask.suite.d7.optional.fully_right")).isEqualTo(1);
        assertThat(metric("mask.cold.schemas")).isEqualTo(2);
        for (String name :
                List.of("ttfm_us.p50", "ttfm_us.max", "tbm_us.avg", "tbm_us.p999", "tokens", "allocated_mb.p99")) {
            assertThat(metric("mask." + name)).as(name).isPositive();
        }
        // Measured; but so little is held here that whatever else the heap lets go of can hide it.
        assertThat(metric("mask.retained_mb.max")).isNotNegative();
        Map<String, MaskRow> rows = run(job).rows(MaskRow.FORM).stream()
                .filter(MaskRow::isWarm)
                .collect(Collectors.toMap(MaskRow::rowId, Function.identity()));
        Map<String, String> kinds = Map.of(
                "over",
                "refused",
                "under",
                "admitted",
                "open",
                "open",
                "unfinished",
                "unfinished",
                "d7/type.json#2",
                "refused");
        kinds.forEach((id, kind) -> assertThat(rows.get(id).failures())
                .as(id)
                .singleElement()
                .satisfies(failure -> assertThat(failure.kind()).isEqualTo(kind)));
        assertThat(rows.get("refused").refusal()).isNotNull();
        assertThat(rows.get("refused").refusal().keyword()).isEqualTo("$ref");
        assertThat(rows.get("refused").refusal().pointer()).isEqualTo("/$ref");
        assertThat(rows.get("deep").refusal()).isNotNull();
        assertThat(rows.get("deep").refusal().message()).contains("nesting depth");
        assertThat(rows.get("right").betweenMasks()).isNotEmpty();
        assertThat(rows.get("empty").outcome()).isEqualTo("unsatisfiable");
        assertThat(rows.get("empty").firstMaskNs()).isNull();
    }

    @Test
    void requirementsDecideTheExitCodeAndTargetsDoNot() {
        Program.Outcome outcome = Program.run(job.run(
                "--json",
                "--set",
                "requirements=[{metric: mask.under_constraint, at_most: 0}]",
                "--set",
                "targets=[{metric: mask.ttfm_us.p50, at_most: 0}]"));
        assertThat(outcome.exit()).as(outcome.err()).isEqualTo(10);
        JsonNode json = Json.parse(outcome.out(), "stdout");
        assertThat(json.path("verdict").asString()).isEqualTo("FAIL");
        assertThat(json.path("reused").booleanValue()).isTrue();
        assertThat(json.path("reasons").toString())
                .contains("mask.under_constraint is 2, required <= 0", "0 of 1 targets are met", ", not at most 0.");
    }

    @Test
    void anUnchangedJobIsNotMeasuredAgainAndAFreshOneIsComparedWithIt() throws IOException {
        SmallMaskJob own = SmallMaskJob.in(temp.resolve("again"), 1);
        assertThat(Program.run(own.run("--set", "baseline=previous")).exit()).isZero();
        JsonNode again = Json.parse(
                Program.run(own.run("--json", "--set", "baseline=previous")).out(), "stdout");
        assertThat(again.path("reused").booleanValue()).isTrue();
        Program.Outcome fresh = Program.run(own.run("--json", "--fresh", "--set", "baseline=previous"));
        assertThat(fresh.exit()).as(fresh.err()).isZero();
        assertThat(Json.parse(fresh.out(), "stdout").path("reasons").toString())
                .contains("Against the baseline: IDENTICAL", "mask.passing_rate: no row differs");
    }

    @Test
    void reportQueryExportAndTraceKnowTheKindOfRun() throws IOException {
        Folder bundle = run(job).folder().resolve(RunFolder.BUNDLE);
        String before = bundle.readText("benchmark/benchmark.md");
        assertThat(before).contains("## Both rules", "## Refusals", "| $ref | 1 | 0 | refused at `#/$ref` |");
        bundle.write("benchmark/benchmark.md", "spoilt");
        assertThat(Program.run(job.args("report", "latest")).exit()).isZero();
        assertThat(Program.run(job.args("report", "verify", "latest")).exit()).isZero();
        assertThat(bundle.readText("benchmark/benchmark.md")).isEqualTo(before);

        Program.Outcome query = Program.run(
                job.args("query", "SELECT phase, count(*) AS n FROM masks GROUP BY phase ORDER BY phase", "--json"));
        assertThat(query.exit()).as(query.err()).isZero();
        assertThat(Json.parse(query.out(), "stdout").path("rows"))
                .hasToString("[[\"cold\",2],[\"memory\",2],[\"warm\",14]]");

        Program.Outcome export = Program.run(job.args("export", "latest", "--json"));
        assertThat(export.exit()).as(export.err()).isZero();
        assertThat(export.out()).contains("inputs/datasets.json", "plots/times.svg");

        Program.Outcome trace = Program.run(job.args("trace", "list", "latest"));
        assertThat(trace.exit()).isEqualTo(2);
        assertThat(trace.errLines())
                .singleElement()
                .asString()
                .endsWith("measures masks, not answers; name a run of the other kind");
    }

    @Test
    void bothKindsOfRunsAreQueriedSideBySide() throws IOException {
        SmallMaskJob masks = SmallMaskJob.in(temp.resolve("both"), 0);
        SmallJob answers = SmallJob.in(temp.resolve("both"), 6);
        // Both write job.yaml; the later one stands.
        assertThat(Program.run(answers.run()).exit()).isZero();
        SmallMaskJob.in(temp.resolve("both"), 0);
        assertThat(Program.run(masks.run()).exit()).isZero();
        Program.Outcome query = Program.run(
                masks.args("query", "SELECT (SELECT count(*) FROM masks), (SELECT count(*) FROM rows)", "--json"));
        assertThat(query.exit()).as(query.err()).isZero();
        assertThat(Json.parse(query.out(), "stdout").path("rows")).hasToString("[[15,12]]");
    }

    @Test
    void aLimitTakesFromEachSetInTurn() throws IOException {
        SmallMaskJob own = SmallMaskJob.in(temp.resolve("limit"), 20);
        Program.Outcome outcome = Program.run(own.run("--json", "--set", "limit=6"));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        JsonNode metrics = Json.parse(outcome.out(), "stdout").path("metrics");
        assertThat(metrics.path("mask.schemas").asInt()).isEqualTo(3);
        assertThat(metrics.path("mask.suite.d7.required.schemas").asInt()).isEqualTo(2);
        assertThat(metrics.path("mask.suite.d7.optional.schemas").asInt()).isEqualTo(1);
        assertThat(metrics.path("mask.retained_mb.max").isNumber()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "measure=tokens | /measure: unknown \"tokens\"; use answers or routing or masks",
                "vocabulary=p50k_base | /vocabulary: unknown \"p50k_base\"; use one of [cl100k_base, o200k_base]",
                "form.order=random | /form/order",
                "form.escapes=few | /form/escapes",
                "memory=-1 | /memory: -1 is out of range",
                "arms=[raw] | unknown field \"arms\"",
                "margins.mask.tokens=0 | /margins/mask.tokens: is no metric of this job",
                "margins.mask.passing_rate=7 | is no share of rows",
                "warmup=-1 | /warmup: -1 is out of range",
                "datasets=[] | /datasets: is missing",
                "datasets=[phasecd/clinc150.yaml] | data set clinc150: its rows are prompts, not schemas",
            })
    void aJobThatDoesNotHoldTogetherIsRefusedInOneLine(String setting, String message) {
        Program.Outcome outcome = Program.run(job.run("--json", "--set", setting));
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.errLines()).singleElement().asString().contains(message);
    }

    @Test
    void missingCorporaAndSourcesAreNamed() throws Throwable {
        Corpora.without(temp.resolve("none"), () -> {
            for (String file : List.of("jobs/maskbench.yaml", "jobs/maskbench-o200k.yaml")) {
                Program.Outcome outcome = Program.run(job.args("run", file));
                assertThat(outcome.exit()).isEqualTo(2);
                assertThat(outcome.errLines().get(outcome.errLines().size() - 1))
                        .contains(
                                "none/maskbench.jsonl.gz: there is no such file",
                                "guidance-ai/jsonschemabench",
                                "KERNELWEAVE_CORPORA");
            }
            Program.Outcome unknown = Program.run(job.run("--source", "nope=x"));
            assertThat(unknown.errLines()).last().asString().contains("no source of that name");
            Program.Outcome missing = Program.run(job.run("--source", "suite=" + temp.resolve("nope.jsonl")));
            assertThat(missing.errLines()).last().asString().contains("nope.jsonl: there is no such file");
        });
    }

    @Test
    void aRunThatIsKilledEndsWithTheRowsOfOneThatIsNot() throws Exception {
        int more = 20;
        SmallMaskJob undisturbed = SmallMaskJob.in(temp.resolve("undisturbed"), more);
        assertThat(Program.run(undisturbed.run()).exit()).isZero();
        Map<String, ObjectNode> expected = rows(undisturbed);
        assertThat(expected).hasSize(2 + 8 + more + 3 + 2);

        SmallMaskJob killed = SmallMaskJob.in(temp.resolve("killed"), more);
        int kills = 0;
        for (String stage : List.of("warm-up", "replay")) {
            Program.Child child = Program.start(killed.folder(), List.of(), killed.run());
            child.await(line -> line.startsWith(stage));
            Thread.sleep(stage.equals("replay") ? 300 : 30);
            int exit = child.kill().exit();
            assertThat(exit).as("%s", child.err()).isIn(0, 137);
            kills += exit == 137 ? 1 : 0;
        }
        assertThat(kills).isPositive();
        Program.Child last = Program.start(killed.folder(), List.of(), killed.run());
        assertThat(last.exit()).as("%s", last.err()).isZero();
        assertThat(run(killed).run().isComplete()).isTrue();
        assertThat(run(killed).manifest().rows()).isEqualTo(expected.size());
        assertThat(rows(killed)).isEqualTo(expected);
    }

    /** The rows by identity, without what no two runs have in common; refuses a row that is there twice. */
    private static Map<String, ObjectNode> rows(SmallMaskJob job) {
        Map<String, ObjectNode> rows = new TreeMap<>();
        for (MaskRow row : run(job).rows(MaskRow.FORM)) {
            ObjectNode json = row.toJson();
            json.remove(List.of(
                    "run_id",
                    "compile_ns",
                    "first_mask_ns",
                    "between_masks",
                    "between_masks_sum_ns",
                    "between_masks_max_ns",
                    "allocated_bytes",
                    "retained_bytes",
                    "heap_peak_bytes",
                    "recorded_at"));
            assertThat(rows.put(row.identity(), json))
                    .as("twice: " + row.identity())
                    .isNull();
        }
        return rows;
    }
}
