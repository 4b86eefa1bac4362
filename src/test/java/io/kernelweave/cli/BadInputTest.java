package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.kernelweave.Corpora;
import io.kernelweave.json.Json;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whatever a user hands in, the answer to what is wrong is one line that says where, what, and what would be right. */
class BadInputTest {
    private static final Path STORE = Path.of("phasecd/store");

    @TempDir
    static Path temp;

    /** A job that was run once; tests that spoil something make a copy. */
    private static SmallJob ready;

    @BeforeAll
    static void runOnce() throws IOException {
        ready = SmallJob.in(temp.resolve("ready"), 6);
        assertThat(Program.run(ready.run()).exit()).isZero();
    }

    // ---------------------------------------------------------------- job files and settings

    @Test
    void aMissingJobFile() {
        refused(Program.run("run", "jobs/nope.yaml"), "jobs/nope.yaml", "there is no such file", "check the path");
    }

    @Test
    void aJobThatNamesAMissingDataSet() throws IOException {
        SmallJob job = SmallJob.in(temp.resolve("no-data"), 6);
        Files.delete(job.file("spec.yaml"));
        refused(Program.run(job.run("--json")), "/dataset", "there is no data set spec", "phasecd/*.yaml");
        assertThat(job.file("reports")).doesNotExist();
    }

    @Test
    void anUnknownFieldInAJobFileOrASpec() throws IOException {
        SmallJob job = SmallJob.in(temp.resolve("field"), 6);
        Files.writeString(job.file("job.yaml"), "colour: red\n", StandardOpenOption.APPEND);
        refused(Program.run(job.run("--json")), "job.yaml line 14", "unknown field \"colour\"", "known here: adapter");
        Files.writeString(job.file("spec.yaml"), "licence: MIT\n", StandardOpenOption.APPEND);
        refused(
                Program.run("dataset", "stats", job.file("spec.yaml").toString()),
                "spec.yaml line 7",
                "unknown field \"licence\"",
                "license");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "arms=[router,best]            | /arms/1              | \"best\"              | use one of [raw",
                "arms=[raw,raw]                | /arms                | twice                 | once",
                "arms=[retrieval]              | /arms                | sentence encoder      | minilm",
                "colour=red                    | /colour              | unknown field         | known here: adapter",
                "...=1                         | --set ...=1          | names no setting      | model.order=4",
                "chunk=                        | --set chunk=         | no value              | model.order=4",
                "chunk={                       | --set chunk          | line 1                | correct",
                "chunk=0x                      | /chunk               | not a valid           | correct",
                "chunk=-1                      | /chunk               | -1 is out of range    | give 1 to 100000",
                "chunk=99999999999999999999    | --set                | out of range          | correct",
                "model.temperature=NaN        | /model/temperature   | out of range          | give 0 to 5",
                "model.order=1                 | /model/order         | 1 is out of range     | give 2 to 12",
                "split=test                    | /split               | unknown split         | [train, validation, eval]",
                "targets=[cooking]             | data set small       | has no row            | other targets",
                "adapter=best                  | /adapter             | unknown \"best\"      | train, recalibrate or none",
                "embedder=best                 | /embedder            | unknown \"best\"      | minilm+bge, minilm, bge, none",
                "baseline=nope                 | run \"nope\"         | there is none         | give latest",
                "margins.router.beauty=0.1     | /margins/router.beauty | no metric of this job | verification_pass_rate",
                "margins.raw.routing_accuracy=0 | /margins/raw.       | no metric of this job | [router, router+gate]",
                "margins.router.routing_accuracy=-1 | /margins/router. | -1                   | give 0 to 1",
                "requirements=[{metric: x}]    | /requirements        | at_least and at_most  | give",
            })
    void aSettingThatIsNone(String setting, String where, String what, String remedy) {
        long runs = runs(ready).size();
        refused(Program.run(ready.run("--json", "--set", setting)), where, what, remedy);
        assertThat(runs(ready).stream().filter(Run::isComplete)).hasSize(1);
        assertThat(runs(ready).size()).isLessThanOrEqualTo((int) runs + 1);
    }

    @Test
    void aSettingWithoutAValue() {
        refused(Program.run(ready.run("--set", "chunk")), "--set", "KEY=VALUE", "--help");
    }

    @Test
    void aSourceThatTheSpecLacks() {
        refused(
                Program.run(ready.run("--source", "more=x.jsonl")),
                "--source more",
                "no source of that name",
                "[rows]");
        refused(
                Program.run(ready.run("--json", "--source", "rows=/no/x.jsonl")),
                "/no/x.jsonl",
                "no such file",
                "check");
    }

    @Test
    void aRequirementOnAMetricThatIsNotThereMakesTheRunInvalid() throws IOException {
        SmallJob job = SmallJob.in(temp.resolve("requirement"), 6);
        Program.Outcome outcome =
                Program.run(job.run("--json", "--set", "requirements=[{metric: router.beauty, at_least: 1}]"));
        assertThat(outcome.exit()).isEqualTo(30);
        JsonNode said = Json.parse(outcome.out(), "stdout");
        assertThat(said.path("verdict").stringValue()).isEqualTo("INVALID");
        assertThat(said.path("reasons").get(0).stringValue()).contains("no figure of that name");
    }

    // ---------------------------------------------------------------- rows

    @Test
    void aBrokenLine() throws IOException {
        List<String> lines =
                new ArrayList<>(SmallJob.in(temp.resolve("line"), 20).rows());
        lines.set(16, "{\"id\": \"x\", \"prompt\": ");
        refusedRows("line.jsonl", lines, "line.jsonl line 17", "Unexpected end-of-input", "correct");
    }

    @Test
    void anIdThatIsThereTwice() throws IOException {
        List<String> lines = new ArrayList<>(ready.rows());
        lines.add(lines.get(2));
        refusedRows(
                "twice.jsonl",
                lines,
                "twice.jsonl line 10",
                "\"r0002\" was given before",
                "twice.jsonl line 3",
                "unique");
    }

    @Test
    void rowsThatAreNone() throws IOException {
        refusedRows("array.jsonl", List.of("[1]"), "array.jsonl line 1", "is not a JSON object", "one object a line");
        refusedRows(
                "prompt.jsonl", List.of("{\"id\":\"1\"}"), "prompt.jsonl line 1", "no prompt", "map one under /fields");
        refusedRows("split.jsonl", List.of("{\"prompt\":\"p\",\"split\":\"test\"}"), "line 1", "unknown split", "eval");
        refusedRows(
                "label.jsonl", List.of("{\"prompt\":\"p\",\"kernel_id\":\"a+\"}"), "line 1", "not an id", "ids match");
        refusedRows("empty.jsonl", List.of(), "data set small", "hold no row", "give sources with rows");
        refusedRows("twice.csv", List.of("id,id,prompt", "1,2,p"), "twice.csv", "duplicate name", "once");
        refusedRows(
                "wide.csv", List.of("id,prompt", "1,p,q"), "wide.csv line 2", "3 fields, the header has 2", "quote");
        refusedRows("open.csv", List.of("id,prompt", "1,\"p"), "open.csv after line 1", "EOF", "quoting");
        refusedRows("rows.gz", List.of("{}"), "rows.gz", "unknown format \"rows\"", "use jsonl, csv or parquet");
        refusedRows("rows.jsonl.gz", List.of("{}"), "rows.jsonl.gz", "cut short or damaged", "copy the file again");
        refusedRows("rows.parquet", List.of("{}"), "rows.parquet", "not a whole Parquet file", "restore");
        Files.createDirectories(temp.resolve("folder.jsonl"));
        refused(
                Program.run(ready.run("--json", "--source", "rows=" + temp.resolve("folder.jsonl"))),
                "folder.jsonl",
                "Is a directory",
                "name a file");
    }

    private static void refusedRows(String file, List<String> lines, String... parts) throws IOException {
        Path source = Files.write(temp.resolve(file), lines);
        refused(Program.run(ready.run("--json", "--source", "rows=" + source)), parts);
        assertThat(runs(ready).stream().filter(Run::isComplete)).hasSize(1);
    }

    @Test
    void missingCorporaAreNamedWithTheirFormAndTheirProject() throws Throwable {
        Corpora.without(
                temp.resolve("no-corpora"),
                () -> refused(
                        Program.run(ready.args("run", "jobs/intent.yaml", "--json")),
                        "no-corpora/clinc150/train.jsonl.gz",
                        "there is no such file",
                        "one {\"text\", \"intent\"} a line",
                        "clinc/oos-eval",
                        "KERNELWEAVE_CORPORA"));
    }

    // ---------------------------------------------------------------- kernels

    @Test
    void anIdThatLeadsElsewhere() throws IOException {
        refused(Program.run("kernel", "show", "../../x"), "kernel_id", "\"../../x\" is not an id", "ids match");
        refused(Program.run("kernel", "history", "../x"), "kernel_id", "\"../x\" is not an id", "ids match");
        ObjectNode kernel = kernel();
        kernel.put("kernel_id", "../../x");
        Path store = store("leads");
        refused(
                Program.run("kernel", "add", written("leads.json", kernel), "--store", store.toString()),
                "leads.json",
                "\"../../x\" is not an id",
                "ids match");
        assertThat(store.resolve("../../x.json")).doesNotExist();
    }

    @Test
    void aKernelWithAWrongDigestIsRefusedAndTheRestIsListed() throws IOException {
        Path store = store("digest");
        Path file = store.resolve("kernels/convert-units.json");
        ObjectNode kernel = Json.read(file, ObjectNode.class);
        kernel.put("description", "something else");
        Files.writeString(file, Json.pretty(kernel));

        Program.Outcome list = Program.run("kernel", "list", "--store", store.toString(), "--json");
        assertThat(list.exit()).isEqualTo(2);
        assertThat(list.errLines()).hasSize(1);
        assertThat(list.err())
                .contains(
                        "convert-units.json",
                        "the digest is wrong",
                        kernel.path("digest").stringValue(),
                        "undo the edit");
        JsonNode said = Json.parse(list.out(), "stdout");
        assertThat(said.path("kernels")).hasSize(2);
        assertThat(said.path("refusals")).hasSize(1);

        // A job does not run on a store that is not whole: its figures would be those of another store.
        Path spec = Files.writeString(temp.resolve("digest.yaml"), """
                name: generated
                generate: {store: "%s", scenarios: phasecd/scenarios, rows_per_ask: {}, rows_per_no_kernel: 1}
                """.formatted(store));
        refused(
                Program.run(ready.run("--json", "--set", "dataset=" + spec)),
                "convert-units.json",
                "the digest is wrong",
                "undo the edit");
    }

    @Test
    void aSchemaThatPointsToAnotherPlaceIsNotFetched() throws IOException {
        ObjectNode kernel = kernel();
        ((ObjectNode) kernel.path("output_schema")).put("$ref", "https://example.org/schema.json");
        Path store = store("remote");
        refused(
                Program.run("kernel", "add", written("remote.json", kernel), "--store", store.toString()),
                "remote.json",
                "/$ref",
                "https://example.org/schema.json");
        assertThat(store.resolve("journal.jsonl")).doesNotExist();
    }

    /** A store of three kernels of the project's own. */
    private static Path store(String name) throws IOException {
        Path kernels = Files.createDirectories(temp.resolve(name).resolve("store/kernels"));
        for (String id : List.of("convert-units", "explain-cron", "triage-ticket")) {
            Files.copy(STORE.resolve("kernels/" + id + ".json"), kernels.resolve(id + ".json"));
        }
        return temp.resolve(name).resolve("store");
    }

    private static ObjectNode kernel() {
        ObjectNode kernel = Json.read(STORE.resolve("kernels/explain-cron.json"), ObjectNode.class);
        kernel.remove(List.of("digest", "status"));
        return kernel;
    }

    private static String written(String name, ObjectNode kernel) throws IOException {
        return Files.writeString(temp.resolve(name), Json.pretty(kernel)).toString();
    }

    // ---------------------------------------------------------------- folders, locks, runs

    @Test
    void aReportsFolderThatCannotBeWritten() throws IOException {
        Path file = Files.writeString(temp.resolve("reports-file"), "");
        refused(
                Program.run("run", ready.file("job.yaml").toString(), "--json", "--reports", file.toString()),
                "reports-file",
                "a file is in the way",
                "name another");
        refused(
                Program.run(
                        "run",
                        ready.file("job.yaml").toString(),
                        "--json",
                        "--reports",
                        ready.file("reports").toString(),
                        "--state",
                        file.toString()),
                "reports-file",
                "is a file, not a folder",
                "--state");
        Path locked = Files.createDirectories(temp.resolve("read-only"));
        assertThat(locked.toFile().setWritable(false)).isTrue();
        assumeThat(Files.isWritable(locked))
                .as("whoever may write everywhere cannot be refused")
                .isFalse();
        refused(
                Program.run("run", ready.file("job.yaml").toString(), "--json", "--reports", locked.toString()),
                "read-only",
                "permission denied",
                "make the folder writable");
    }

    @Test
    void aSecondRunWhileOneIsUnderWay() throws IOException {
        try (FileChannel channel = FileChannel.open(ready.file("state").resolve("lock"), StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            assertThat(lock.isValid()).isTrue();
            refused(Program.run(ready.run("--json")), "state/lock", "another run is under way", "wait for it");
        }
        assertThat(Program.run(ready.run("--json")).exit()).isZero();
    }

    @Test
    void aJobRepositoryThatCannotBeOpened() throws IOException {
        SmallJob job = SmallJob.in(temp.resolve("repository"), 6);
        Files.createDirectories(job.file("state"));
        Files.write(job.file("state/jobs.mv.db"), new byte[5000]);
        refused(Program.run(job.run("--json")), "state/jobs.mv.db", "cannot be opened", "delete the file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"report", "export", "trace list"})
    void aRunThatIsNotThere(String command) {
        for (String name : List.of("nope", "../..")) {
            List<String> args = new ArrayList<>(List.of(command.split(" ")));
            args.add(name);
            refused(Program.run(ready.args(args.toArray(String[]::new))), name, "", "give");
        }
        List<String> blank = new ArrayList<>(List.of(command.split(" ")));
        blank.add("");
        refused(Program.run(ready.args(blank.toArray(String[]::new))), "run \"\"", "is no name", "give latest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cut", "changed", "gone"})
    void resultsThatAreNotThoseOfTheRun(String how) throws IOException {
        SmallJob job = SmallJob.in(temp.resolve("results-" + how), 6);
        assertThat(Program.run(job.run()).exit()).isZero();
        RunFolder folder = folder(job);
        String name = folder.manifest().parts().get(0).file();
        Path part = Path.of(folder.folder().toString(), "results", name);
        byte[] bytes = Files.readAllBytes(part);
        switch (how) {
            case "cut" -> Files.write(part, java.util.Arrays.copyOf(bytes, 500));
            case "changed" -> {
                bytes[300] ^= 1;
                Files.write(part, bytes);
            }
            default -> Files.delete(part);
        }
        String what = how.equals("gone") ? "is missing" : "its bytes are not those that the run wrote";
        refused(Program.run(job.args("report", "latest")), name, what, "restore the file");
        refused(Program.run(job.args("export", "latest")), name, what, "restore the file");
        refused(Program.run(job.run("--json")), name, what, "delete the run's folder");
        assertThat(job.file("reports/kernelweave_llm_export")).doesNotExist();
    }

    @Test
    void aRunFileThatIsNone() throws IOException {
        SmallJob job = SmallJob.in(temp.resolve("run-file"), 6);
        assertThat(Program.run(job.run()).exit()).isZero();
        RunFolder folder = folder(job);
        Path file = Path.of(folder.folder().toString(), "run.json");
        String before = Files.readString(file);
        for (String text : List.of("", "{", "{}", "[]", "{\"colour\":1}")) {
            Files.writeString(file, text);
            refused(Program.run(job.args("report", folder.folder().name())), "run.json", "", "");
            refused(Program.run(job.run("--json")), "run.json", "", "");
        }
        Files.writeString(file, before);
        Path manifest = Path.of(folder.folder().toString(), "results/manifest.json");
        for (String text : List.of("", "{", "{}", "{\"parts\":[{\"file\":\"../../x.parquet\",\"sha256\":\"\"}]}")) {
            Files.writeString(manifest, text);
            refused(Program.run(job.args("report", "latest")), "manifest.json", "", "");
        }
        // Without its manifest the run counts as one that did not end.
        Files.delete(manifest);
        refused(Program.run(job.args("report", "latest")), "manifest.json", "did not finish", "run the same job again");
        assertThat(Program.run(job.run()).exit()).isZero();
        assertThat(folder.rows()).hasSize(12);
    }

    @Test
    void aQueryReadsTheRowsAndNothingElse() {
        Path file = temp.resolve("copied.csv");
        refused(
                Program.run(ready.args("query", "COPY (SELECT 1) TO '" + file + "'")),
                "query",
                "does not only read",
                "use SELECT");
        assertThat(file).doesNotExist();
        refused(
                Program.run(ready.args("query", "SELECT * FROM read_text('" + ready.file("job.yaml") + "')")),
                "query",
                "Permission",
                "DESCRIBE");
        refused(Program.run(ready.args("query", "SELECT nope FROM rows")), "query", "nope", "DESCRIBE rows");
        assertThat(Program.run(ready.args("query", "SELECT count(*) FROM rows")).out())
                .contains("12");
    }

    @Test
    void otherArguments() {
        refused(Program.run("frobnicate"), "'frobnicate'", "Unmatched", "kernelweave --help");
        refused(Program.run("run"), "'JOB'", "Missing required", "kernelweave run --help");
        refused(Program.run("route", "--lexical", " "), "PROMPT", "is empty", "in quotes");
        refused(
                Program.run("kernel", "list", "--store", temp.toString()),
                temp.toString(),
                "not a kernel store",
                "kernels/");
        refused(Program.run(ready.args("trace", "list", "latest", "--limit", "-3")), "--limit", "-3", "give 0");
        refused(
                Program.run(ready.args("trace", "list", "latest", "--arm", "best")),
                "\"best\"",
                "unknown",
                "use one of");
        refused(
                Program.run(ready.args("trace", "list", "latest", "--verdict", "x")),
                "--verdict",
                "no verdict",
                "PASS");
        refused(Program.run(ready.args("trace", "show", "latest", "t-zz")), "t-zz", "none of that id", "trace list");
        refused(
                Program.run("report", "latest", "--reports", "foo://x"),
                "\"foo://x\"",
                "no file system",
                "give a path");
        refused(
                Program.run("report", "latest", "--reports", "s3a://x/y"),
                "\"s3a://x/y\"",
                "no file system",
                "give a path");
    }

    // ---------------------------------------------------------------- what a refusal is

    /** Exit code 2, nothing on standard output, and one line of standard error with all of this in it. */
    private static void refused(Program.Outcome outcome, String... parts) {
        assertThat(outcome.errLines()).as(outcome.err()).hasSize(1);
        assertThat(outcome.err()).startsWith("kernelweave: ").contains(parts);
        assertThat(outcome.err()).doesNotContain("a fault of the program");
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.exit()).isEqualTo(2);
    }

    private static RunRegistry registry(SmallJob job) {
        return new RunRegistry(Folder.of(job.file("reports").toString()));
    }

    private static List<Run> runs(SmallJob job) {
        return registry(job).runs();
    }

    private static RunFolder folder(SmallJob job) {
        return registry(job).folder(runs(job).get(0).runId());
    }
}
