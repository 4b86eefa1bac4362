package io.kernelweave.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.cli.Program;
import io.kernelweave.cli.SmallLoopJob;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.results.LoopMetrics;
import io.kernelweave.results.LoopRow;
import io.kernelweave.results.Row;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A job that watches the loop learn, from its file to its report. */
class LoopJobTest {
    @TempDir
    static Path temp;

    private static SmallLoopJob job;
    private static RunFolder folder;
    private static List<LoopRow> rows;
    private static JsonNode said;

    @BeforeAll
    static void runOnce() throws IOException {
        job = SmallLoopJob.in(temp.resolve("once"));
        Program.Outcome outcome = Program.run(job.run("--json"));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        said = Json.parse(outcome.out(), "stdout");
        folder = new RunRegistry(Folder.of(job.file("reports").toString()))
                .folder(said.path("run_id").asString());
        rows = folder.rows(LoopRow.FORM);
    }

    @Test
    void everyPromptOfBothStreamsIsARowInOrder() {
        for (String stream : List.of(LoopRow.CLEAN, LoopRow.POISONED)) {
            List<LoopRow> own = LoopMetrics.of(rows, stream);
            assertThat(own).hasSizeGreaterThan(60).allMatch(row -> row.error() == null);
            for (int i = 0; i < own.size(); i++) {
                assertThat(own.get(i).position()).isEqualTo(i);
            }
        }
        assertThat(rows)
                .filteredOn(LoopRow::poisoned)
                .isNotEmpty()
                .allMatch(row -> row.stream().equals(LoopRow.POISONED));
        assertThat(rows)
                .filteredOn(row -> !row.asked())
                .isNotEmpty()
                .allMatch(row -> row.told().equals("UNKNOWN"));
    }

    @Test
    void theLoopBeginsWithNothingAndReusesWhatItMade() {
        List<LoopRow> clean = LoopMetrics.of(rows, LoopRow.CLEAN);
        assertThat(clean.subList(0, 8)).noneMatch(row -> row.isReused() || row.trial() != null);
        assertThat(LoopMetrics.promoted(clean)).isNotEmpty();
        assertThat(clean).anyMatch(LoopRow::isReused);
        assertThat(said.path("metrics").path("loop.promoted_unverified").asDouble())
                .isZero();
        assertThat(said.path("metrics").path("loop.reuse_rate.gain").asDouble()).isPositive();
        // The stores are kept as the loop left them, and hold together.
        Path store = job.file("reports/runs/" + folder.folder().name() + "/stores/clean");
        KernelStore.Contents contents = new KernelStore(store).load();
        assertThat(contents.refusals()).isEmpty();
        assertThat(contents.kernels())
                .isNotEmpty()
                .allMatch(kernel -> kernel.kernelId().startsWith("learned-"));
        assertThat(new KernelStore(store).journal().entries()).isNotEmpty();
    }

    @Test
    void theReportSaysThatModelAndFeedbackAreSimulated() {
        String report = folder.folder().readText(RunFolder.BUNDLE + "/benchmark/benchmark.md");
        assertThat(report)
                .contains("**The model and the feedback are simulated.**")
                .contains("## The poisoned stream")
                .contains("learned-001 v1");
        for (String plot : List.of("rates", "tokens")) {
            assertThat(folder.folder().readText(RunFolder.BUNDLE + "/plots/" + plot + ".svg"))
                    .contains("<title")
                    .contains("prompts seen");
        }
        assertThat(Program.run(job.args("report", folder.folder().name())).exit())
                .isZero();
        assertThat(Program.run(job.args("report", "verify", "latest")).exit()).isZero();
        assertThat(folder.folder().readText(RunFolder.BUNDLE + "/benchmark/benchmark.md"))
                .isEqualTo(report);
    }

    /** A process that takes over in the middle gives the rows that the one before it would have given. */
    @Test
    void aStreamThatIsTakenUpInTheMiddleGoesOnAsItWould() throws IOException {
        SmallLoopJob other = SmallLoopJob.in(temp.resolve("resumed"));
        LoopSpec spec = (LoopSpec) JobFile.read(job.file("job.yaml"), Map.of());
        try (LoopWork work = LoopWork.open(
                spec,
                spec.readDatasets(Map.of()).get(0),
                new Datasets(Folder.of(job.file("datasets").toString())),
                other.file("state"))) {
            List<LoopRow> clean = LoopMetrics.of(rows, LoopRow.CLEAN);
            List<Work.Unit> units = work.units(folder.folder().name(), Progress.SILENT);
            int from = clean.size() / 2;
            for (int i = from; i < clean.size(); i++) {
                List<? extends Row> again = units.get(i).rows().get();
                assertThat(timeless((LoopRow) again.get(0))).isEqualTo(timeless(clean.get(i)));
            }
        }
    }

    private static ObjectNode timeless(LoopRow row) {
        ObjectNode json = row.toJson();
        json.remove(List.of("route_ns", "total_ns", "recorded_at"));
        return json;
    }

    @Test
    void wrongSettingsAreRefusedInOneLine() {
        Program.Outcome outcome = Program.run(job.run("--set", "embedder=none"));
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.err()).contains("none tells no prompts apart");
        assertThat(Program.run(job.run("--set", "feedback=0")).err()).contains("give the share of answers");
        assertThat(Program.run(job.run("--set", "poison=2")).err()).contains("2.0 is no share");
    }
}
