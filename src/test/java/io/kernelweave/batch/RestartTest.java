package io.kernelweave.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.cli.Program;
import io.kernelweave.cli.SmallJob;
import io.kernelweave.json.Json;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Kills the real program, in a JVM of its own, at random moments of every stage, starts it again until it ends, and looks for
 * rows that are lost, doubled or other than those of a run that nobody disturbed.
 */
class RestartTest {
    private static final int EVAL_ROWS = 40;
    private static final int ROWS = EVAL_ROWS * 2; // two arms

    /** The stages that the program announces, in order; and for how long a kill may wait once one has begun, in ms. */
    private static final List<String> STAGES = List.of("data set", "prepare", "replay", "publish", "judge", "report");

    private static final List<Integer> DELAYS = List.of(900, 300, 800, 60, 40, 150);

    /** Where a run is killed, in turn: in these stages, or in a later one where they are over. */
    private static final List<Integer> TARGETS = List.of(0, 1, 2, 2, 2, 2, 2, 2, 3, 4, 5);

    @TempDir
    static Path temp;

    private static Map<String, ObjectNode> undisturbed;
    private static List<String> undisturbedFiles;

    @BeforeAll
    static void runUndisturbed() throws Exception {
        SmallJob job = SmallJob.in(temp.resolve("undisturbed"), EVAL_ROWS);
        Program.Outcome outcome = Program.run(job.run("--json"));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        undisturbed = rows(onlyRun(job));
        undisturbedFiles = filesBesideParts(onlyRun(job));
        assertThat(undisturbed).hasSize(ROWS);
    }

    @Test
    void aRunThatIsKilledAgainAndAgainEndsWithTheRowsOfOneThatIsNot() throws Exception {
        long seed = Long.getLong("kernelweave.seed", System.nanoTime());
        System.out.println("RestartTest: -Dkernelweave.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Integer> landed = new TreeMap<>();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            // A kill that was meant for a short stage may come late, so there is a second round if need be.
            for (int round = 0; round < 3 && !enough(landed); round++) {
                List<Callable<Map<String, Integer>>> chains = new ArrayList<>();
                for (int chain = 0; chain < 2; chain++) {
                    Path folder = temp.resolve("killed-" + round + "-" + chain);
                    SplittableRandom own = random.split();
                    chains.add(() -> killedAt(TARGETS, folder, own));
                }
                for (Future<Map<String, Integer>> chain : pool.invokeAll(chains)) {
                    chain.get().forEach((stage, kills) -> landed.merge(stage, kills, Integer::sum));
                }
            }
        } finally {
            pool.shutdownNow();
        }
        System.out.println("RestartTest: kills by stage " + landed);
        assertThat(enough(landed)).isTrue();
    }

    private static boolean enough(Map<String, Integer> landed) {
        return landed.keySet().containsAll(STAGES.subList(1, STAGES.size()))
                && landed.values().stream().mapToInt(kills -> kills).sum() >= 20;
    }

    /** One run, killed once in each of some stages (or later, where the stage is over) and then left alone. */
    private static Map<String, Integer> killedAt(List<Integer> targets, Path folder, SplittableRandom random)
            throws Exception {
        SmallJob job = SmallJob.in(folder, EVAL_ROWS);
        Map<String, Integer> landed = new TreeMap<>();
        for (int target : targets) {
            Program.Child child = Program.start(folder, List.of(), job.run());
            List<String> from = STAGES.subList(target, STAGES.size());
            child.await(line -> from.stream().anyMatch(line::startsWith));
            Thread.sleep(random.nextInt(DELAYS.get(target)));
            int exit = child.kill().exit();
            assertThat(exit).as("%s", child.err()).isIn(0, 137);
            if (exit == 137) {
                String stage = STAGES.stream()
                        .filter(name -> child.err().stream().anyMatch(line -> line.startsWith(name)))
                        .reduce("start", (first, second) -> second);
                landed.merge(stage, 1, Integer::sum);
            }
        }
        Program.Child last = Program.start(folder, List.of(), job.run());
        assertThat(last.exit()).as("%s", last.err()).isZero();
        requireWhole(onlyRun(job));
        return landed;
    }

    @Test
    void aRunThatIsToldToStopSaysSoAndGoesOnLater() throws Exception {
        SmallJob job = SmallJob.in(temp.resolve("stopped"), EVAL_ROWS);
        Program.Child child = Program.start(job.folder(), List.of(), job.run());
        assertThat(child.await(line -> line.startsWith("replay"))).isTrue();
        Thread.sleep(300);
        assertThat(child.stop().exit()).isEqualTo(143);
        assertThat(child.err()).last().asString().isEqualTo("kernelweave: stopped; the same command resumes the run");
        assertThat(child.err()).noneMatch(line -> line.contains("Exception") || line.startsWith("\tat "));
        assertThat(Program.run(job.run()).exit()).isZero();
        requireWhole(onlyRun(job));
    }

    @Test
    void aRunWhoseStateIsGoneStartsOverAndEndsWithTheSameRows() throws Exception {
        SmallJob job = SmallJob.in(temp.resolve("forgotten"), EVAL_ROWS);
        Program.Child child = Program.start(job.folder(), List.of(), job.run());
        assertThat(child.await(line -> line.startsWith("replay"))).isTrue();
        Thread.sleep(500);
        child.kill().exit();
        delete(job.file("state"));
        assertThat(Program.run(job.run()).exit()).isZero();
        requireWhole(onlyRun(job));
    }

    /** What a kill leaves between the two transactions that store a partition and its context. */
    @Test
    void aPartitionThatForgotWhichItIsStartsOver() throws Exception {
        SmallJob job = SmallJob.in(temp.resolve("orphan"), EVAL_ROWS);
        Program.Child child = Program.start(job.folder(), List.of(), job.run());
        assertThat(child.await(line -> line.startsWith("replay"))).isTrue();
        Thread.sleep(500);
        assertThat(child.kill().exit()).isEqualTo(137);
        String database = "jdbc:h2:file:" + job.file("state").toAbsolutePath() + "/jobs";
        try (Connection connection = DriverManager.getConnection(database, "sa", "");
                Statement statement = connection.createStatement()) {
            int forgotten = statement.executeUpdate("""
                    UPDATE batch_step_execution_context SET serialized_context = NULL, short_context =
                      (SELECT c.short_context FROM batch_step_execution_context c
                       JOIN batch_step_execution s ON s.step_execution_id = c.step_execution_id WHERE s.step_name = 'prepare')
                    WHERE step_execution_id IN
                      (SELECT step_execution_id FROM batch_step_execution WHERE step_name = 'replayPartition:0')""");
            assertThat(forgotten).isEqualTo(1);
        }
        Program.Outcome again = Program.run(job.run());
        assertThat(again.exit()).as(again.err()).isZero();
        requireWhole(onlyRun(job));
    }

    @Test
    void aRunWhoseFolderIsGoneIsMadeAgain() throws Exception {
        SmallJob job = SmallJob.in(temp.resolve("deleted"), EVAL_ROWS);
        assertThat(Program.run(job.run()).exit()).isZero();
        delete(job.file("reports"));
        Program.Outcome again = Program.run(job.run("--json"));
        assertThat(again.exit()).isZero();
        assertThat(Json.parse(again.out(), "stdout").path("reused").booleanValue())
                .isFalse();
        requireWhole(onlyRun(job));
    }

    @Test
    void whatIsUnchangedIsReplayedOnRequestOnly() throws Exception {
        SmallJob job = SmallJob.in(temp.resolve("unchanged"), EVAL_ROWS);
        assertThat(Program.run(job.run()).exit()).isZero();
        RunFolder first = onlyRun(job);
        RunFolder.Manifest manifest = first.manifest();

        Program.Outcome second = Program.run(job.run("--json"));
        assertThat(second.exit()).isZero();
        JsonNode said = Json.parse(second.out(), "stdout");
        assertThat(said.path("verdict").stringValue()).isEqualTo("IDENTICAL");
        assertThat(said.path("reused").booleanValue()).isTrue();
        assertThat(onlyRun(job).manifest()).isEqualTo(manifest);

        Program.Outcome fresh = Program.run(job.run("--json", "--fresh"));
        assertThat(fresh.exit()).isZero();
        said = Json.parse(fresh.out(), "stdout");
        assertThat(said.path("reused").booleanValue()).isFalse();
        assertThat(said.path("run_id").stringValue()).isEqualTo(first.run().runId() + ".2");
        RunFolder other = registry(job).folder(said.path("run_id").stringValue());
        requireWhole(other);
        assertThat(first.manifest()).isEqualTo(manifest);
    }

    // ---------------------------------------------------------------- what a run left

    /** The rows, the manifest and the folder are as those of a run that nobody disturbed. */
    private static void requireWhole(RunFolder folder) {
        RunFolder.Manifest manifest = folder.manifest();
        assertThat(folder.run().isComplete()).isTrue();
        assertThat(manifest.rows()).isEqualTo(ROWS);
        List<String> parts = new ArrayList<>(
                manifest.parts().stream().map(RunFolder.Part::file).toList());
        parts.add("manifest.json");
        assertThat(folder.folder().resolve("results").list()).containsExactlyInAnyOrderElementsOf(parts);
        assertThat(filesBesideParts(folder)).isEqualTo(undisturbedFiles);
        Map<String, ObjectNode> rows = rows(folder);
        assertThat(rows.keySet()).isEqualTo(undisturbed.keySet());
        rows.forEach((identity, row) -> assertThat(row).as(identity).isEqualTo(undisturbed.get(identity)));
    }

    private static List<String> filesBesideParts(RunFolder folder) {
        return folder.folder().listAll().stream()
                .filter(file -> !file.startsWith("results/part-") && !file.startsWith("times/part-"))
                .toList();
    }

    /** The rows by identity, without what no two runs have in common; refuses a row that is there twice. */
    private static Map<String, ObjectNode> rows(RunFolder folder) {
        Map<String, ObjectNode> rows = new TreeMap<>();
        for (ResultRow row : folder.rows()) {
            ObjectNode json = row.toJson();
            assertThat(row.isMeasured()).as(row.identity()).isTrue();
            json.remove(List.of("run_id", "timings", "recorded_at"));
            assertThat(rows.put(row.identity(), json))
                    .as("twice: " + row.identity())
                    .isNull();
        }
        return rows;
    }

    private static RunRegistry registry(SmallJob job) {
        return new RunRegistry(Folder.of(job.file("reports").toString()));
    }

    private static RunFolder onlyRun(SmallJob job) {
        RunRegistry registry = registry(job);
        assertThat(registry.runs()).hasSize(1);
        return registry.folder(registry.runs().get(0).runId());
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException failure) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
