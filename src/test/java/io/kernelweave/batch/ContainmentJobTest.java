package io.kernelweave.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.Corpora;
import io.kernelweave.cli.Program;
import io.kernelweave.cli.SmallContainmentJob;
import io.kernelweave.json.Json;
import io.kernelweave.results.ContainmentRow;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A job that asks whether schemas contain others, from its file to its report, as a user meets it. */
class ContainmentJobTest {
    @TempDir
    static Path temp;

    private static SmallContainmentJob job;
    private static JsonNode said;
    private static int exit;

    @BeforeAll
    static void runOnce() throws IOException {
        job = SmallContainmentJob.in(temp.resolve("once"));
        Program.Outcome outcome = Program.run(job.run("--json"));
        exit = outcome.exit();
        said = Json.parse(outcome.out(), outcome.err());
    }

    private static double metric(JsonNode said, String name) {
        JsonNode value = said.path("metrics").path(name);
        assertThat(value.isNumber()).as(name).isTrue();
        return value.doubleValue();
    }

    private static RunFolder folder() {
        return new RunRegistry(Folder.of(job.file("reports").toString()))
                .folder(said.path("run_id").asString());
    }

    private static String report() {
        return folder().folder().readText(RunFolder.BUNDLE + "/benchmark/benchmark.md");
    }

    @Test
    void answersAreComparedWithTheExpectedOnes() {
        Map<String, String> standings = new TreeMap<>();
        for (ContainmentRow row : folder().rows(ContainmentRow.FORM)) {
            standings.put(row.rowId(), row.outcome() + " " + row.standing());
        }
        assertThat(standings)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("mine/narrow#1", "proven agrees"),
                        Map.entry("mine/wide#1", "refuted agrees"),
                        Map.entry("mine/same#1", "proven agrees"),
                        Map.entry("mine/wrongly true#1", "refuted disputed"),
                        Map.entry("mine/wrongly false#1", "proven disputed"),
                        Map.entry("mine/nothing speaks for it#1", "proven unsound"),
                        Map.entry("mine/open#1", "unknown undecided"),
                        Map.entry("suite/a.json#1", "proven agrees"),
                        Map.entry("suite/a.json#1<", "refuted agrees"),
                        Map.entry("suite/a.json#2", "proven agrees"),
                        Map.entry("const/draft7/type.json#1/1", "proven agrees"),
                        Map.entry("const/draft7/type.json#1/2", "refuted agrees"),
                        Map.entry("asserted/draft2020-12/optional/format/ipv4.json#1/1", "proven disputed")));
    }

    @Test
    void figuresCountWhatIsDecidedAndWhatIsUnsound() {
        assertThat(metric(said, "containment.cases")).isEqualTo(12);
        assertThat(metric(said, "containment.unsound")).isEqualTo(1);
        assertThat(metric(said, "containment.disputed")).isEqualTo(2);
        assertThat(metric(said, "containment.mine.decided_rate")).isEqualTo(6 / 7.0);
        assertThat(metric(said, "containment.mine.agreement")).isEqualTo(3 / 6.0);
        assertThat(metric(said, "containment.suite.decided_rate")).isEqualTo(1);
        assertThat(metric(said, "containment.const.agreement")).isEqualTo(1);
        assertThat(metric(said, "containment.witness_unconfirmed")).isZero();
        assertThat(metric(said, "containment.mine.witness_confirmed_rate")).isEqualTo(1);
        assertThat(metric(said, "containment.decide_us.p50")).isPositive();
    }

    @Test
    void anUnsoundAnswerFailsTheRun() {
        assertThat(exit).isEqualTo(10);
        assertThat(said.path("reasons").toString()).contains("containment.unsound");
    }

    @Test
    void theReportNamesEachDifferenceWithWhatShowsIt() {
        assertThat(report())
                .contains(
                        "- `mine/nothing speaks for it#1` nothing speaks for it: expected <b>not contained</b>, answered <b>PROVEN</b>; nothing but"
                                + " the proof speaks for it.")
                .contains(
                        "- `mine/wrongly true#1` wrongly true: expected <b>contained</b>, answered <b>REFUTED</b>; the"
                                + " validator confirms the witness.")
                .contains("values that stand for all, the validator finds none in the one that is not in the other")
                .contains("idn-hostname")
                .contains("1 documents are from tests in which `format` is a condition");
        assertThat(folder().folder().readText(RunFolder.BUNDLE + "/plots/answers.svg"))
                .contains("Pairs of mine")
                .contains("<title");
        String before = report();
        assertThat(Program.run(job.args("report", said.path("run_id").asString()))
                        .exit())
                .isZero();
        assertThat(Program.run(job.args("report", "verify", "latest")).exit()).isZero();
        assertThat(report()).isEqualTo(before);
    }

    @Test
    void wrongDataIsRefusedInOneLine() {
        Program.Outcome prompts = Program.run(job.run("--set", "datasets=[phasecd/ifeval.yaml]"));
        assertThat(prompts.exit()).isEqualTo(2);
        assertThat(prompts.err()).contains("its rows are neither pairs of schemas nor schemas with documents");
        Program.Outcome pairs =
                Program.run(job.args("dataset", "check", job.file("pairs.yaml").toString()));
        assertThat(pairs.exit()).isEqualTo(2);
        assertThat(pairs.err()).contains("its rows are pairs of schemas, not prompts");
    }

    @Test
    void publicPairsAreAnsweredSoundly() {
        Program.Outcome outcome = Program.run(job.args(
                "run",
                "jobs/containment.yaml",
                "--json",
                "--set",
                "limit=120",
                "--set",
                "warmup=0",
                "--source",
                "ibm=" + Corpora.file("subschema/ibm.jsonl.gz"),
                "--source",
                "containment=" + Corpora.file("subschema/containment.jsonl.gz"),
                "--source",
                "suite=" + Corpora.file("json-schema-test-suite.jsonl.gz")));
        assertThat(outcome.exit()).as(outcome.err() + outcome.out()).isZero();
        JsonNode json = Json.parse(outcome.out(), "stdout");
        assertThat(metric(json, "containment.unsound")).isZero();
        assertThat(metric(json, "containment.witness_unconfirmed")).isZero();
        assertThat(metric(json, "containment.const.agreement")).isEqualTo(1);
    }
}
