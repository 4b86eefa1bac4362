package io.kernelweave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.runtime.Arm;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunFolderTest {
    @TempDir
    Path temporary;

    private RunFolder folder() {
        return new RunFolder(Folder.of(temporary.toString()));
    }

    @Test
    void rowsComeBackInTheOrderOfRowAndArm() {
        RunFolder folder = folder();
        List<ResultRow> rows = Rows.gated();
        ResultRow raw = Rows.row("r1", "c1", Arm.RAW, "{}");
        RunFolder.Part late = folder.writePart("b.parquet", ResultRow.FORM, rows.subList(0, 3));
        RunFolder.Part early = folder.writePart("a.parquet", ResultRow.FORM, rows.subList(3, 8));
        RunFolder.Part other = folder.writePart("c.parquet", ResultRow.FORM, List.of(raw));
        RunFolder.Part times = folder.writeTimes("times", rows);
        RunFolder.Part otherTimes = folder.writeTimes("other", List.of(raw));
        RunFolder.Manifest manifest = folder.publish("demo-1", List.of(late, other, early), List.of(times, otherTimes));
        assertThat(manifest.rows()).isEqualTo(9);
        assertThat(folder.manifest()).isEqualTo(manifest);
        assertThat(folder.rows())
                .startsWith(raw)
                .hasSize(9)
                .containsAll(rows)
                .isSortedAccordingTo(
                        java.util.Comparator.comparing(ResultRow::rowId).thenComparing(ResultRow::arm));
    }

    @Test
    void whatIsLeftOutIsNotThereAndTheRestIsTheSame() {
        RunFolder folder = folder();
        folder.publish("demo-1", List.of(folder.writePart("a.parquet", ResultRow.FORM, Rows.gated())));
        Set<String> without = Set.of("decision", "verdict.checks", "attempts", "prompt");
        List<ResultRow> lean = folder.rows(ResultRow.FORM, without);
        assertThat(lean)
                .extracting(ResultRow::identity)
                .isEqualTo(folder.rows().stream().map(ResultRow::identity).toList());
        assertThat(lean).allMatch(row -> row.decision() == null && row.prompt() == null);
        assertThat(lean)
                .extracting(ResultRow::passes)
                .isEqualTo(folder.rows().stream().map(ResultRow::passes).toList());
        assertThat(folder.rows(ResultRow.FORM, Set.of("trace"), Set.of("r2", "r7", "none")))
                .isEqualTo(folder.rows().stream()
                        .filter(row -> Set.of("r2", "r7").contains(row.rowId()))
                        .toList());
    }

    @Test
    void publishingRemovesWhatNobodyCommitted() throws IOException {
        RunFolder folder = folder();
        RunFolder.Part part = folder.writePart("part-1.parquet", ResultRow.FORM, Rows.gated());
        folder.writePart("part-2.parquet", ResultRow.FORM, Rows.gated());
        Files.writeString(temporary.resolve("results/.part-3.parquet-1.tmp"), "torn");
        folder.publish("demo-1", List.of(part));
        assertThat(folder.folder().resolve("results").list()).containsExactly("manifest.json", "part-1.parquet");
        assertThat(folder.rows()).hasSize(8);
    }

    @Test
    void partsThatAreNotWhatWasCommittedAreNotPublished() {
        RunFolder folder = folder();
        RunFolder.Part part = folder.writePart("part-1.parquet", ResultRow.FORM, Rows.gated());
        assertThatThrownBy(() -> folder.publish("demo-1", List.of(new RunFolder.Part(part.file(), 7, part.sha256()))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("part-1.parquet holds 8 rows, 7 were committed");
        assertThatThrownBy(() -> folder.publish("demo-1", List.of(new RunFolder.Part("lost.parquet", 1, ""))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("lost.parquet");
        assertThat(folder.isPublished()).isFalse();
    }

    @Test
    void aPartWhoseBytesAreNotThoseOfTheManifestIsRefused() {
        RunFolder folder = folder();
        folder.publish("demo-1", List.of(folder.writePart("part-1.parquet", ResultRow.FORM, Rows.gated())));
        folder.writePart("part-1.parquet", ResultRow.FORM, Rows.gated().subList(0, 7));
        assertThatThrownBy(folder::rows)
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(
                        temporary + "/results/part-1.parquet: its bytes are not those that the run wrote")
                .message()
                .hasLineCount(1);
    }

    @Test
    void aRunThatDidNotFinishSaysSo() {
        assertThatThrownBy(() -> folder().rows())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("the run did not finish");
        assertThatThrownBy(() -> folder().run())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("it has no run.json");
    }

    private RunRegistry registry() {
        RunRegistry registry = new RunRegistry(Folder.of(temporary.toString()));
        write(registry, "nightly-aaa", "nightly", "complete", "2026-01-02T00:00:00Z");
        write(registry, "nightly-aaa.2", "nightly", "complete", "2026-01-03T00:00:00Z");
        write(registry, "nightly-bbb", "nightly", "running", "2026-01-09T00:00:00Z");
        write(registry, "demo-ccc", "demo", "complete", "2026-01-01T00:00:00Z");
        return registry;
    }

    private static void write(RunRegistry registry, String id, String job, String state, String at) {
        Run run = Rows.run(id, "ngram");
        RunFolder folder = registry.folder(id);
        folder.write(new Run(
                id,
                job,
                state,
                run.fingerprint(),
                run.settings(),
                run.data(),
                run.environment(),
                null,
                null,
                Instant.parse(at),
                null));
        folder.publish(
                id,
                List.of(folder.writePart(
                        "p.parquet", ResultRow.FORM, List.of(Rows.gated().get(0)))));
    }

    @ParameterizedTest
    @CsvSource({
        "latest, nightly-aaa.2",
        "nightly-aaa, nightly-aaa",
        "nightly-aaa.2, nightly-aaa.2",
        "nightly-b, nightly-bbb",
        "demo, demo-ccc"
    })
    void findsARunByItsNameOrTheBeginningOfOne(String name, String id) {
        assertThat(registry().find(name).run().runId()).isEqualTo(id);
    }

    @ParameterizedTest
    @CsvSource({"nightly, several begin so", "other, there is none of that name", "'', is no name"})
    void refusesANameThatIsNoneOrSeveral(String name, String message) {
        assertThatThrownBy(() -> registry().find(name))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theNewestCompleteRunOfAJobIsItsLatest() {
        RunRegistry registry = registry();
        assertThat(registry.latest("nightly", null).orElseThrow().runId()).isEqualTo("nightly-aaa.2");
        assertThat(registry.latest("nightly", "nightly-aaa.2").orElseThrow().runId())
                .isEqualTo("nightly-aaa");
        assertThat(registry.latest("other", null)).isEmpty();
        assertThat(registry.runs())
                .extracting(Run::runId)
                .containsExactly("demo-ccc", "nightly-aaa", "nightly-aaa.2", "nightly-bbb");
        assertThat(registry.find(temporary + "/runs/demo-ccc").run().job()).isEqualTo("demo");
    }

    @Test
    void theCommittedPartsOfCompleteRunsAreKnownByTheirPaths() {
        RunRegistry registry = registry();
        for (Run run : registry.runs()) {
            RunFolder folder = registry.folder(run.runId());
            folder.publish(
                    run.runId(),
                    List.of(folder.writePart(
                            "p.parquet", ResultRow.FORM, Rows.gated().subList(0, 1))));
            folder.writePart("orphan.parquet", ResultRow.FORM, Rows.gated().subList(0, 1));
        }
        assertThat(registry.parts())
                .containsExactly(Map.entry(
                        "rows",
                        List.of(
                                temporary + "/runs/demo-ccc/results/p.parquet",
                                temporary + "/runs/nightly-aaa/results/p.parquet",
                                temporary + "/runs/nightly-aaa.2/results/p.parquet")));
    }

    @Test
    void aRunThatCannotBeReadDoesNotHideTheOthers() throws IOException {
        RunRegistry registry = registry();
        Files.writeString(
                Files.createDirectories(temporary.resolve("runs/torn")).resolve("run.json"), "{\"run_id\":");
        assertThat(registry.runs()).hasSize(4);
        assertThat(registry.find("latest").run().runId()).isEqualTo("nightly-aaa.2");
        assertThatThrownBy(() -> registry.find("torn").run()).isInstanceOf(InputException.class);
    }

    @Test
    void anEmptyRegistryHasNoLatestRun() {
        assertThatThrownBy(() -> new RunRegistry(Folder.of(temporary.toString())).find("latest"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has no complete run");
    }
}
