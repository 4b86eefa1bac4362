package io.kernelweave.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.Corpora;
import io.kernelweave.cli.Program;
import io.kernelweave.cli.SmallIfevalJob;
import io.kernelweave.json.Json;
import io.kernelweave.results.IfevalRow;
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

/** A job that sets the check language against an outside checker, from its file to its report, as a user meets it. */
class IfevalJobTest {
    @TempDir
    static Path temp;

    private static SmallIfevalJob job;
    private static JsonNode said;

    @BeforeAll
    static void runOnce() throws IOException {
        job = SmallIfevalJob.in(temp.resolve("once"));
        Program.Outcome outcome = Program.run(job.run("--json"));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        said = Json.parse(outcome.out(), "stdout");
    }

    private static double metric(JsonNode said, String name) {
        JsonNode value = said.path("metrics").path(name);
        assertThat(value.isNumber()).as(name).isTrue();
        return value.doubleValue();
    }

    private static RunFolder folder(JsonNode said) {
        return new RunRegistry(Folder.of(job.file("reports").toString()))
                .folder(said.path("run_id").asString());
    }

    private static String report(JsonNode said) {
        return folder(said).folder().readText(RunFolder.BUNDLE + "/benchmark/benchmark.md");
    }

    @Test
    void verdictsAreComparedByBothRules() {
        Map<String, String> outcomes = new TreeMap<>();
        Map<String, String> loosely = new TreeMap<>();
        for (IfevalRow row : folder(said).rows(IfevalRow.FORM)) {
            outcomes.put(row.rowId(), row.outcome());
            loosely.put(
                    row.rowId(),
                    row.loose() == null
                            ? ""
                            : row.loose().variant() + " " + row.loose().outcome());
        }
        assertThat(outcomes)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "1.1",
                        "pass",
                        "1.2",
                        "pass",
                        "2.1",
                        "pass",
                        "3.1",
                        "fail",
                        "4.1",
                        "unknown",
                        "5.1",
                        "error",
                        "6.1",
                        "fail",
                        "answer-7.1",
                        "error"));
        assertThat(loosely.get("3.1")).isEqualTo("without its first line PASS");
        assertThat(metric(said, "ifeval.instructions")).isEqualTo(6);
        assertThat(metric(said, "ifeval.error_rate")).isEqualTo(2 / 8.0);
        assertThat(metric(said, "ifeval.agreement")).isEqualTo(3 / 5.0);
        assertThat(metric(said, "ifeval.right_rate")).isEqualTo(3 / 6.0);
        assertThat(metric(said, "ifeval.unknown_rate")).isEqualTo(1 / 6.0);
        assertThat(metric(said, "ifeval.types")).isEqualTo(4);
        assertThat(metric(said, "ifeval.types_exact")).isEqualTo(2); // sentences, quotation
        assertThat(metric(said, "ifeval.false_pass")).isEqualTo(1); // 2.1
        assertThat(metric(said, "ifeval.false_fail")).isEqualTo(1); // 6.1
        assertThat(metric(said, "ifeval.type.punctuation.no_comma.agreement")).isEqualTo(0.5);
        assertThat(metric(said, "ifeval.loose.agreement")).isEqualTo(4 / 5.0);
        assertThat(metric(said, "ifeval.loose.false_pass")).isZero();
        assertThat(metric(said, "ifeval.loose.unknown_rate")).isEqualTo(1 / 6.0);
    }

    @Test
    void theReportListsEachDisagreementAndEachUnknownWithItsReason() {
        String report = report(said);
        assertThat(report)
                .contains("- `2.1` keywords:existence: official verdict <b>not followed</b>, here <b>PASS</b>.")
                .contains("`It <b>⟨rain⟩ed</b> \\| all day.`")
                .contains("- `6.1` punctuation:no\\_comma: official verdict <b>followed</b>, here <b>FAIL</b>.")
                .contains("`one⟨,⟩ two`")
                .contains(
                        "- `4.1` length\\_constraints:number\\_sentences: official verdict <b>followed</b>, here <b>UNKNOWN</b>.")
                .contains("output has 2 to 3 sentences, wanted \\< 3")
                .contains("unknown type of instruction")
                .contains("its prompt is not among the prompts")
                .contains("1 prompts have no answer");
        String svg = folder(said).folder().readText(RunFolder.BUNDLE + "/plots/types.svg");
        assertThat(svg).contains("keywords:existence").contains("<title");
        assertThat(Program.run(job.args("report", said.path("run_id").asString()))
                        .exit())
                .isZero();
        assertThat(Program.run(job.args("report", "verify", "latest")).exit()).isZero();
        assertThat(report(said)).isEqualTo(report);
    }

    @Test
    void aSiblingGivesTheLooseVerdictsAndWithoutOneTheyAreAbsent() {
        Program.Outcome sibling = Program.run(job.run("--json", "--source", "answers=" + job.file("a.strict.jsonl")));
        assertThat(sibling.exit()).as(sibling.err()).isZero();
        assertThat(metric(Json.parse(sibling.out(), "stdout"), "ifeval.loose.agreement"))
                .isEqualTo(0.8);
        Program.Outcome alone = Program.run(job.run("--json", "--source", "answers=" + job.file("alone.jsonl")));
        assertThat(alone.exit()).as(alone.err()).isZero();
        JsonNode json = Json.parse(alone.out(), "stdout");
        assertThat(json.path("metrics").propertyNames()).noneMatch(name -> name.startsWith("ifeval.loose."));
        assertThat(json.path("reasons").toString()).contains("requirements on it, 1, were left out");
        assertThat(report(json)).contains("No official verdicts by the loose rule were given");
    }

    @Test
    void wrongDataIsRefusedInOneLine() {
        Program.Outcome outcome = Program.run(job.run("--set", "dataset=phasecd/clinc150.yaml"));
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("its rows have no instructions to check");
        Program.Outcome margin = Program.run(job.run("--set", "margins={ifeval.types: 0.1}"));
        assertThat(margin.exit()).isEqualTo(2);
        assertThat(margin.err()).contains("is no metric of this job that rows can be paired by");
    }

    @Test
    void publishedAnswersAreJudgedAsTheOfficialCheckerJudgedThem() {
        Corpora.file("ifeval/prompts.jsonl.gz");
        Program.Outcome outcome = Program.run(job.args(
                "run",
                "jobs/ifeval.yaml",
                "--json",
                "--source",
                "prompts=" + Corpora.file("ifeval/prompts.jsonl.gz"),
                "--source",
                "answers=" + Corpora.file("ifeval/gpt4.strict.jsonl.gz")));
        assertThat(outcome.exit()).as(outcome.err() + outcome.out()).isZero();
        JsonNode json = Json.parse(outcome.out(), "stdout");
        assertThat(metric(json, "ifeval.types_exact")).isGreaterThanOrEqualTo(22);
        assertThat(metric(json, "ifeval.agreement")).isGreaterThanOrEqualTo(0.995);
        assertThat(metric(json, "ifeval.unknown_rate")).isLessThanOrEqualTo(0.02);
        assertThat(metric(json, "ifeval.false_pass")).isLessThanOrEqualTo(1);
        assertThat(metric(json, "ifeval.loose.agreement")).isGreaterThanOrEqualTo(0.995);
    }
}
