package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.batch.JobRunner;
import io.kernelweave.json.Json;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import io.kernelweave.storage.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a night does beside its rows: it is alone, says in a line what came of it, and removes what is past its time. */
class NightTest {
    @TempDir
    Path temp;

    private static void append(SmallJob job, String line) throws IOException {
        Path file = job.file("job.yaml");
        Files.writeString(file, Files.readString(file).replace("baseline: none\n", "") + line);
    }

    private static RunRegistry registry(SmallJob job) {
        return new RunRegistry(Folder.of(job.file("reports").toString()));
    }

    @Test
    void twoStateFoldersDoNotLetTwoNightsIntoOneReportsFolder() throws Exception {
        SmallJob job = SmallJob.in(temp.resolve("job"), 2000);
        String[] elsewhere = job.run("--json");
        elsewhere[elsewhere.length - 1] = temp.resolve("other-state").toString();
        Program.Child first = Program.start(temp, List.of(), job.run());
        assertThat(first.await(line -> line.startsWith("prepare") || line.startsWith("replay")))
                .isTrue();
        Program.Outcome second = Program.run(elsewhere);
        assertThat(second.exit()).isEqualTo(2);
        assertThat(second.errLines())
                .singleElement()
                .asString()
                .contains("reports/.run.lock", "another run is under way: job small, process ", "wait for it");
        Program.Outcome prune = Program.run(job.args("runs", "prune", "small", "--keep-last", "1", "--yes"));
        assertThat(prune.err()).contains("another run is under way");
        first.kill().exit();
        try (FolderLock free = JobRunner.lock(Folder.of(job.file("reports").toString()), "test")) {
            assertThat(free.isHeld()).as("a killed process leaves no lock").isTrue();
        }
    }

    @Test
    void theSummaryIsOneLineWithVerdictFiguresAndReport() throws IOException {
        SmallJob job = SmallJob.in(temp.resolve("job"), 40);
        append(job, "baseline: previous\nmargins: {router.routing_accuracy: 0.02}\n");
        Program.Outcome first = Program.run(job.run("--summary"));
        assertThat(first.out().lines())
                .singleElement()
                .asString()
                .matches(
                        "small PASS · router[.]routing_accuracy \\d+[.]\\d % \\[.*] · 80 rows, 0 errors · /.*/benchmark[.]md");
        String second = Json.parse(Program.run(job.run("--json", "--fresh")).out(), "out")
                .path("summary")
                .asString();
        assertThat(second).startsWith("small IDENTICAL · ").contains("(Δ +0.0 points)");
        append(job, "requirements: [{metric: router.routing_accuracy, at_least: 1.0}]\n");
        Program.Outcome failed = Program.run(job.run("--summary"));
        assertThat(failed.exit()).isEqualTo(10);
        assertThat(failed.out().lines())
                .singleElement()
                .asString()
                .startsWith("small FAIL · ")
                .contains("router.routing_accuracy");
    }

    @Test
    void aNightRemovesWhatIsPastItsTimeButNotWhatItStandsOn() throws IOException {
        SmallJob job = SmallJob.in(temp.resolve("job"), 6);
        append(job, "baseline: pinned\nretention: {keep_last: 2}\n");
        Program.Outcome first = Program.run(job.run());
        assertThat(first.exit()).as(first.err()).isZero();
        Program.Outcome unpinned = Program.run(job.run("--fresh"));
        assertThat(unpinned.exit()).isEqualTo(2);
        assertThat(unpinned.err()).contains("job small /baseline: no run is pinned as its baseline");
        String baseline = registry(job).latest("small", null).orElseThrow().runId();
        Program.run(job.args("runs", "pin", baseline, "--baseline"));
        for (int i = 0; i < 4; i++) {
            Program.Outcome night = Program.run(job.run("--fresh"));
            assertThat(night.exit()).as(night.err()).isZero();
            if (i >= 2) {
                assertThat(night.err()).contains("retention (the last 2): 1 removed, 3 stay");
            }
        }
        List<Run> left = registry(job).runs();
        // What was removed leaves its number free, and no later run takes it.
        assertThat(left).extracting(Run::runId).containsExactly(baseline, baseline + ".4", baseline + ".5");
        assertThat(left.get(2).judgement().baseline()).isEqualTo(baseline);
        // A run that stands is not removed under the eyes of who asked for it, old as it is.
        Program.run(job.args("runs", "unpin", baseline));
        Program.Outcome stands = Program.run(job.run("--set", "baseline=none", "--set", "retention.keep_last=1"));
        assertThat(stands.out()).contains("IDENTICAL");
        assertThat(registry(job).ids()).contains(baseline);
    }
}
