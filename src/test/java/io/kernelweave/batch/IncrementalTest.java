package io.kernelweave.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.cli.Program;
import io.kernelweave.cli.SmallJob;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.dataset.SmallStore;
import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Reuse;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** A run after a change takes over what the change cannot reach, and leaves the files of a run that takes over nothing. */
class IncrementalTest {
    private static final String JOB = """
            name: small
            dataset: "%s"
            arms: [raw, router, router+gate]
            model: {backend: %s, temperature: 0.5, max_tokens: 60}
            adapter: train
            embedder: none
            guarantee: {max_error: %s, delta: 0.1, no_kernel_share: 0.4}
            retries: 1
            seed: %d
            chunk: 4
            partitions: 2
            baseline: none
            demo: 2
            """;

    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    @BeforeEach
    void makeAStore() throws IOException {
        SmallStore.in(folder);
        Files.writeString(folder.resolve("small.yaml"), Json.yaml(SmallStore.spec(folder)));
    }

    private JobFile job(String backend, String maxError, int seed) {
        return Json.parseYaml(
                JOB.formatted(folder.resolve("small.yaml"), backend, maxError, seed), JobSpec.class, "job.yaml");
    }

    private RunFolder run(String place, JobFile job) {
        Path own = folder.resolve(place);
        return new JobRunner(
                        Folder.of(own.resolve("reports").toString()),
                        new Datasets(Folder.of(own.resolve("datasets").toString())),
                        own.resolve("state"),
                        new Progress() {
                            @Override
                            public void begin(String stage, long total) {}

                            @Override
                            public void advance(long units) {}

                            @Override
                            public void end() {}

                            @Override
                            public void note(String line) {
                                notes.add(line);
                            }
                        })
                .run(job, Map.of(), false)
                .folder();
    }

    private void change(String kernelId, Consumer<ObjectNode> change) {
        KernelStore store = new KernelStore(folder.resolve("store"));
        ObjectNode json = Json.tree(store.get(kernelId));
        change.accept(json);
        json.remove(List.of("digest", "status"));
        store.add(Kernel.parse(json.toString(), kernelId), "");
    }

    /** Runs a job before and after a change, and once more elsewhere, where there is nothing to take over. */
    private Reuse reused(JobFile before, Runnable change, JobFile after) {
        run("here", before);
        change.run();
        RunFolder incremental = run("here", after);
        RunFolder full = run("elsewhere", after);
        assertThat(Reuse.of(full)).isEmpty();
        assertThat(files(incremental)).isEqualTo(files(full));
        assertThat(incremental.rows().stream().filter(ResultRow::isMeasured))
                .hasSize(reuse(incremental).answered());
        return reuse(incremental);
    }

    private static Reuse reuse(RunFolder run) {
        return Reuse.of(run).orElseThrow();
    }

    /** Digests of all files but those that say when and how fast. */
    private static Map<String, String> files(RunFolder run) {
        Map<String, String> files = new TreeMap<>();
        for (String file : run.folder().listAll()) {
            if (!file.startsWith("times/")
                    && !file.contains("latency.")
                    && !List.of("run.json", "reuse.json").contains(file)) {
                files.put(file, Digest.of(run.folder().readBytes(file)));
            }
        }
        assertThat(files).containsKeys("results/manifest.json", "kernelweave_llm_bundle/benchmark/benchmark.md");
        return files;
    }

    @Test
    void anotherPostconditionReachesTheRowsOfItsKernelAlone() {
        Reuse reuse = reused(
                job("recorded", "0.3", 1),
                () -> change(
                        "count-levels",
                        kernel -> ((ObjectNode) kernel.path("postconditions").get(0))
                                .put("says", "the number is that of the lines with a level")),
                job("recorded", "0.3", 1));
        assertThat(reuse.routing()).isTrue();
        assertThat(reuse.rows()).isPositive();
        assertThat(reuse.answered()).isPositive();
        assertThat(reuse.reasons())
                .anySatisfy(reason -> assertThat(reason)
                        .isEqualTo("%d answered anew: another version of count-levels.", reuse.answered()));
    }

    @Test
    void aNightAfterAKernelChangedIsJudgedAgainstTheOneBefore() {
        JobFile job = Json.parseYaml(
                JOB.formatted(folder.resolve("small.yaml"), "recorded", "0.3", 1)
                        .replace("baseline: none", "baseline: previous"),
                JobSpec.class,
                "job.yaml");
        Run before = run("here", job).run();
        change(
                "count-levels",
                kernel -> ((ObjectNode) kernel.path("postconditions").get(0))
                        .put("says", "the number is that of the lines with a level"));
        Run after = run("here", job).run();
        assertThat(after.fingerprint().get("dataset"))
                .isNotEqualTo(before.fingerprint().get("dataset"));
        assertThat(after.judgement()).extracting(Run.Judged::baseline).isEqualTo(before.runId());
    }

    @Test
    void anotherExampleReachesEveryDecisionAndOnlyThoseAnswersThatGoAnotherWay() {
        Reuse reuse = reused(
                job("recorded", "0.3", 1),
                () -> change(
                        "count-levels",
                        kernel -> ((tools.jackson.databind.node.ArrayNode) kernel.path("examples"))
                                .add("how often does the word level stand there")),
                job("recorded", "0.3", 1));
        assertThat(reuse.routing()).isFalse();
        assertThat(reuse.rows()).isPositive();
        assertThat(reuse.reasons()).contains("Every prompt was routed again: the router is another one.");
    }

    @Test
    void anotherThresholdAnswersOnlyWhatGoesAnotherWay() {
        Reuse reuse = reused(job("recorded", "0.3", 1), () -> {}, job("recorded", "0.45", 1));
        assertThat(reuse.routing()).isFalse();
        assertThat(reuse.rows()).isPositive();
        assertThat(reuse.reasons()).noneMatch(reason -> reason.contains("another version"));
    }

    @Test
    void aKernelThatAModelLearnsFromReachesEveryAnswer() {
        Reuse reuse = reused(
                job("ngram", "0.3", 1),
                () -> change(
                        "count-levels",
                        kernel -> ((ObjectNode) kernel.path("steps").get(0)).put("do", "Read it twice.")),
                job("ngram", "0.3", 1));
        assertThat(reuse.rows()).isZero();
        assertThat(reuse.reasons()).anyMatch(reason -> reason.contains("prompt, model, settings, program or machine"));
    }

    @Test
    void anotherSeedReachesEverything() {
        assertThat(reused(job("recorded", "0.3", 1), () -> {}, job("recorded", "0.3", 2))
                        .rows())
                .isZero();
    }

    @Test
    void fromARunThatIsDamagedNothingIsTaken() throws IOException {
        RunFolder before = run("here", job("recorded", "0.3", 1));
        String part = before.manifest().parts().get(0).file();
        Path file = Path.of(before.folder().toString(), "results", part);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        RunFolder after = run("here", job("recorded", "0.45", 1));
        assertThat(Reuse.of(after)).isEmpty();
        assertThat(after.rows()).allMatch(ResultRow::isMeasured);
        assertThat(notes)
                .anyMatch(note -> note.startsWith(
                                "nothing is reused from run " + before.folder().name())
                        && note.contains(part));
    }

    @Test
    void aReportThatIsRenderedAgainTouchesNoRow() {
        RunFolder run = run("here", job("recorded", "0.3", 1));
        Map<String, String> before = files(run);
        run.folder().delete(RunFolder.BUNDLE + "/benchmark");
        Program.Outcome outcome = Program.run("report", run.folder().toString());
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(files(run)).isEqualTo(before);
    }

    /** The program in a copy of its build folder with one more file, or another. */
    private Program.Child changed(SmallJob job, String file, String text) throws IOException {
        Path classes = Path.of(
                Code.class.getProtectionDomain().getCodeSource().getLocation().getPath());
        Path copy = job.folder().resolve("classes");
        try (Stream<Path> all = Files.walk(classes)) {
            for (Path each : all.toList()) {
                Path target = copy.resolve(classes.relativize(each).toString());
                if (!Files.exists(target)) {
                    Files.copy(each, target);
                }
            }
        }
        Files.writeString(copy.resolve(file), text);
        return Program.start(job.folder(), List.of("-cp", copy + ":" + Program.classPath()), job.run());
    }

    private static RunFolder latest(SmallJob job) {
        return new RunRegistry(Folder.of(job.file("reports").toString())).find("latest");
    }

    @Test
    void anotherTemplateReachesNoRowAndAnotherCheckEach() throws Exception {
        SmallJob job = SmallJob.in(folder.resolve("program"), 10);
        Program.Child first = Program.start(job.folder(), List.of(), job.run());
        assertThat(first.exit()).as("%s", first.err()).isZero();
        Run before = latest(job).run();
        Program.Child template = changed(job, "templates/realtime_demo.md.ftl", "another demo\n");
        assertThat(template.exit()).as("%s", template.err()).isZero();
        assertThat(latest(job).run().runId()).isNotEqualTo(before.runId());
        assertThat(reuse(latest(job)).answered()).isZero();
        assertThat(latest(job).folder().readText(RunFolder.BUNDLE + "/realtime_demo.md"))
                .contains("another demo");
        Program.Child check = changed(job, "io/kernelweave/verify/check.txt", "another check");
        assertThat(check.exit()).as("%s", check.err()).isZero();
        assertThat(reuse(latest(job)).rows()).isZero();
    }

    @Test
    void aRunThatIsKilledWhileItTakesOverGoesOnAndEndsWithTheSameRows() throws Exception {
        SmallJob job = SmallJob.in(folder.resolve("killed"), 40);
        assertThat(Program.run(job.run()).exit()).isZero();
        List<String> rows = new ArrayList<>(job.rows());
        for (int i = 1; i < rows.size(); i += 5) {
            rows.set(i, rows.get(i).replace(" number ", " numeral "));
        }
        Files.write(job.file("rows.jsonl"), rows);
        Program.Child child = Program.start(job.folder(), List.of(), job.run());
        child.await(line -> line.startsWith("replay"));
        Thread.sleep(150);
        child.kill().exit();
        Program.Outcome again = Program.run(job.run());
        assertThat(again.exit()).as(again.err()).isZero();
        RunFolder incremental = latest(job);
        Optional<Reuse> reuse = Reuse.of(incremental);
        assertThat(reuse.map(Reuse::rows))
                .hasValueSatisfying(count -> assertThat(count).isPositive());
        assertThat(Program.run(job.run("--fresh")).exit()).isZero();
        RunFolder full = latest(job);
        assertThat(full.folder().name()).isEqualTo(incremental.folder().name() + ".2");
        assertThat(full.manifest().parts()).isEqualTo(incremental.manifest().parts());
    }
}
