package io.kernelweave.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.cli.Program;
import io.kernelweave.cli.SmallTracesJob;
import io.kernelweave.json.Json;
import io.kernelweave.results.CompilationRow;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A job that learns from traces, from its file to its report, as a user meets it. */
class CompilationJobTest {
    @TempDir
    static Path temp;

    private static SmallTracesJob job;
    private static JsonNode said;

    @BeforeAll
    static void runOnce() throws IOException {
        job = SmallTracesJob.in(temp.resolve("once"));
        Program.Outcome outcome = Program.run(job.run("--json"));
        assertThat(outcome.exit()).as(outcome.err() + outcome.out()).isZero();
        said = Json.parse(outcome.out(), "stdout");
    }

    private static double metric(String name) {
        JsonNode value = said.path("metrics").path("compile." + name);
        assertThat(value.isNumber()).as(name).isTrue();
        return value.doubleValue();
    }

    private static RunFolder folder() {
        return new RunRegistry(Folder.of(job.file("reports").toString()))
                .folder(said.path("run_id").asString());
    }

    private static List<CompilationRow> rows() {
        return folder().rows(CompilationRow.FORM);
    }

    @Test
    void halfOfTheTasksIsHeldOutInEachSplit() {
        Map<Integer, Set<String>> tasks = new HashMap<>();
        rows().stream()
                .filter(row -> row.source().equals("refunds") && row.regime().equals(CompilationRow.HALVES))
                .forEach(row -> tasks.computeIfAbsent(row.split(), split -> new HashSet<>())
                        .add(row.task()));
        assertThat(tasks).hasSize(4);
        assertThat(tasks.values()).allSatisfy(held -> assertThat(held).hasSize(8));
        assertThat(rows().stream().map(CompilationRow::rowId).distinct().count())
                .isEqualTo(rows().size());
        assertThat(rows().stream().map(CompilationRow::error)).containsOnlyNulls();
    }

    @Test
    void theFiguresAreNamedBySource() {
        assertThat(metric("refunds.auroc")).isBetween(0.6, 1.0);
        assertThat(metric("refunds.auroc_low")).isLessThan(metric("refunds.auroc"));
        assertThat(metric("refunds.auroc_high")).isGreaterThanOrEqualTo(metric("refunds.auroc"));
        assertThat(metric("refunds.auroc_length")).isBetween(0.2, 0.9);
        assertThat(metric("refunds.auroc_difference"))
                .isEqualTo(metric("refunds.auroc") - metric("refunds.auroc_length"));
        assertThat(metric("refunds.auroc_null_low")).isLessThanOrEqualTo(metric("refunds.auroc_null_high"));
        assertThat(metric("refunds.auroc_null_p")).isBetween(1 / 3.0, 1.0);
        assertThat(metric("refunds.auroc_share_50")).isBetween(0.0, 1.0);
        assertThat(metric("refunds.splits")).isEqualTo(4);
        assertThat(metric("refunds.repeat.covered")).isBetween(0.0, 1.0);
        assertThat(metric("refunds.repeat.auroc")).isGreaterThan(0.6);
        assertThat(metric("refunds.next_step_top1")).isBetween(0.3, 1.0);
        assertThat(metric("refunds.next_step_top1_plain")).isBetween(0.3, 1.0);
        assertThat(metric("refunds.bits_per_step")).isBetween(0.1, metric("refunds.bits_per_step_plain"));
        assertThat(metric("refunds.compression")).isPositive();
        assertThat(metric("error_rate")).isZero();
    }

    @Test
    void attemptsThatAreJudgedAreNotThoseThatWereLearnedFrom() {
        assertThat(rows().stream()
                        .filter(row -> row.regime().equals(CompilationRow.REPEAT))
                        .map(CompilationRow::trace))
                .hasSize(32)
                .allMatch(trace -> trace.endsWith("-2") || trace.endsWith("-3"));
    }

    @Test
    void theReportSaysWhatWasMinedAndWhatIsMissed() {
        String report = folder().folder().readText(RunFolder.BUNDLE + "/benchmark/benchmark.md");
        assertThat(report.replace('\u00a0', ' '))
                .contains("0 of 1 targets are met")
                .contains("## Success on tasks that were not learned from")
                .contains("| refunds | 64 | 16 |")
                .contains("### refunds")
                .contains("discriminative")
                .contains("| missed |");
        assertThat(folder().folder().readText(RunFolder.BUNDLE + "/plots/forest.svg"))
                .contains("refunds")
                .contains("number of steps");
        assertThat(Program.run(job.args("report", said.path("run_id").asString()))
                        .exit())
                .isZero();
        assertThat(Program.run(job.args("report", "verify", "latest")).exit()).isZero();
        assertThat(folder().folder().readText(RunFolder.BUNDLE + "/benchmark/benchmark.md"))
                .isEqualTo(report);
    }

    @Test
    void theSameJobGivesTheSameFiguresInOneAndInTwoPartitions() {
        Program.Outcome again = Program.run(job.run("--json", "--fresh", "--set", "partitions=1"));
        assertThat(again.exit()).as(again.err()).isZero();
        assertThat(Json.parse(again.out(), "stdout").path("metrics")).isEqualTo(said.path("metrics"));
    }

    @Test
    void wrongDataIsRefusedInOneLine() {
        Program.Outcome outcome = Program.run(job.run("--set", "dataset=phasecd/ifeval.yaml"));
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("its rows are no traces");
        Program.Outcome source =
                Program.run(job.run("--set", "repeat={orders: {field: trial, learn: ['0'], judge: ['1']}}"));
        assertThat(source.exit()).isEqualTo(2);
        assertThat(source.err()).contains("/repeat/orders").contains("there is no such source");
    }
}
