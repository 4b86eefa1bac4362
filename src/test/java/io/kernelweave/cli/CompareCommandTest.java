package io.kernelweave.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Two runs beside each other, from the command line. */
class CompareCommandTest {
    @TempDir
    static Path temp;

    private static SmallJob job;
    private static String first;
    private static String second;
    private static String other;

    @BeforeAll
    static void runThrice() throws IOException {
        job = SmallJob.in(temp.resolve("job"), 60);
        first = run();
        second = run("--fresh", "--set", "baseline=previous");
        other = run("--set", "limit=20");
    }

    private static String run(String... more) {
        String[] args = java.util.Arrays.copyOf(more, more.length + 1);
        args[more.length] = "--json";
        return Json.parse(Program.run(job.run(args)).out(), ObjectNode.class, "stdout")
                .path("run_id")
                .stringValue();
    }

    private static JsonNode json(Program.Outcome outcome) {
        return Json.parse(outcome.out(), JsonNode.class, "stdout");
    }

    @Test
    void theSameRowsAreIdenticalAndTheReportHasTheSameBytesAgain() throws IOException {
        Program.Outcome compared = Program.run(job.args("compare", first, second, "--json"));
        assertThat(compared.exit()).as(compared.err()).isZero();
        JsonNode json = json(compared);
        assertThat(json.path("verdict").stringValue()).isEqualTo("IDENTICAL");
        assertThat(json.path("metrics")).hasSize(2);
        Path report = job.file("reports/compare/" + first + "-" + second + "/compare.md");
        String before = Files.readString(report);
        assertThat(before).contains("IDENTICAL", "No row flipped", "What an arm takes over `router`");
        assertThat(Program.run(job.args("compare", first, second)).exit()).isZero();
        assertThat(Files.readString(report)).isEqualTo(before);
    }

    @Test
    void runsOverOtherRowsAreInvalid() {
        Program.Outcome compared = Program.run(job.args("compare", first, other, "--json"));
        assertThat(compared.exit()).isEqualTo(30);
        assertThat(json(compared).path("reasons").get(0).stringValue()).contains("of the rows have a partner");
    }

    @Test
    void aRunSaysWhatItsStepsAddUpTo() throws IOException {
        Path folder = job.file("reports/runs/" + second);
        JsonNode trend = Json.parse(Files.readString(folder.resolve("trend.json")), JsonNode.class, "trend");
        assertThat(trend.path("since").stringValue()).isEqualTo(first);
        assertThat(trend.path("steps").asInt()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("kernelweave_llm_bundle/benchmark/benchmark.md")))
                .contains("From run to run", "No slow loss was found");
        assertThat(Files.readString(folder.resolve("kernelweave_llm_bundle/benchmark/benchmark.json")))
                .contains("trend.steps");
    }

    /** What the second run answers is no integer, and the first one's contracts now want one: dropping that demand is a loss. */
    @Test
    void aDemandThatWasDroppedIsALossByTheContractsThatHadIt() throws IOException {
        Path kernels = job.file("reports/runs/" + first + "/inputs/kernels.json");
        String sound = Files.readString(kernels);
        ArrayNode strict = Json.parse(sound, ArrayNode.class, "kernels");
        strict.forEach(kernel ->
                ((ObjectNode) kernel).set("output_schema", Json.object().put("type", "integer")));
        Path manifest = job.file("reports/runs/" + first + "/results/manifest.json");
        String named = Files.readString(manifest);
        Files.writeString(kernels, Json.pretty(strict));
        Files.writeString(
                manifest, named.replace(Digest.of(sound.getBytes(UTF_8)), Digest.of(Files.readAllBytes(kernels))));
        try {
            Program.Outcome compared = Program.run(job.args("compare", first, second, "--json"));
            assertThat(compared.exit()).isEqualTo(10);
            assertThat(json(compared).path("contracts_changed")).isNotEmpty();
            assertThat(Files.readString(job.file("reports/compare/" + first + "-" + second + "/compare.md")))
                    .contains("### Contracts", "By the contracts of `" + first + "`");
            Program.Outcome again = Program.run(job.run("--fresh", "--set", "baseline=" + first));
            assertThat(again.exit()).isEqualTo(10);
            assertThat(again.out()).contains("By the baseline's contracts, some of which are no longer the same: ");
        } finally {
            Files.writeString(kernels, sound);
            Files.writeString(manifest, named);
        }
    }

    @Test
    void runsAreFoundByTheNamesThatUsersGiveThem() {
        // other, second, first: newest to oldest; other passed, so second is what a later run is compared with.
        for (String[] names : new String[][] {
            {first, second}, {"small-?????" + first.substring(11), second}, {"baseline", second}, {first, "small-*.2"}
        }) {
            Program.Outcome compared = Program.run(job.args("compare", names[0], names[1], "--json"));
            assertThat(compared.exit()).as(compared.err()).isZero();
            assertThat(json(compared).path("baseline").stringValue()).isEqualTo(first);
            assertThat(json(compared).path("candidate").stringValue()).isEqualTo(second);
        }
    }

    @Test
    void aGlobComparesEachRunAndTheGravestVerdictCounts() {
        Program.Outcome compared = Program.run(job.args("compare", first, "small-*", "--json"));
        assertThat(compared.exit()).as(compared.err()).isEqualTo(30);
        JsonNode json = json(compared);
        assertThat(json.path("verdict").stringValue()).isEqualTo("INVALID");
        assertThat(json.path("comparisons")).hasSizeGreaterThanOrEqualTo(2);
        assertThat(json.path("comparisons"))
                .extracting(each -> each.path("candidate").stringValue())
                .contains(second, other)
                .doesNotContain(first);
        Program.Outcome asBaseline = Program.run(job.args("compare", "small-*", first));
        assertThat(asBaseline.exit()).isEqualTo(2);
        assertThat(asBaseline.errLines()).singleElement().asString().contains("several are called so", first);
    }

    @Test
    void aRunInAnArchiveIsCheckedAndComparedAndLeavesNothingBehind() throws IOException {
        Program.Outcome exported = Program.run(job.args("export", first));
        assertThat(exported.exit()).as(exported.err()).isZero();
        Path archive = job.file("reports/kernelweave_llm_export/" + first + ".zip");
        Path elsewhere = Files.createDirectories(temp.resolve("elsewhere")).resolve("theirs.zip");
        Files.copy(archive, elsewhere);
        List<String> before = temporaryFolders();
        for (String name : List.of(elsewhere.toString(), elsewhere + "#" + first)) {
            Program.Outcome compared = Program.run(job.args("compare", name, second, "--json"));
            assertThat(compared.exit()).as(compared.err()).isZero();
            assertThat(json(compared).path("verdict").stringValue()).isEqualTo("IDENTICAL");
        }
        assertThat(Program.run(job.args("compare", elsewhere + "#nobody", second))
                        .errLines())
                .singleElement()
                .asString()
                .contains("nobody", "there is none of that name");
        byte[] bytes = Files.readAllBytes(elsewhere);
        bytes[bytes.length / 2] ^= 1;
        Files.write(elsewhere, bytes);
        Program.Outcome refused = Program.run(job.args("compare", elsewhere.toString(), second));
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.errLines()).singleElement().asString().contains("is not as it was packed");
        assertThat(temporaryFolders()).isEqualTo(before);
        // An archive of several runs says which.
        Program.run(job.args("compare", first, second));
        assertThat(Program.run(job.args("export", "--comparison", first + "-" + second))
                        .exit())
                .isZero();
        Path both = job.file("reports/kernelweave_llm_export/" + first + "-" + second + ".zip");
        assertThat(Program.run(job.args("compare", both.toString(), second)).errLines())
                .singleElement()
                .asString()
                .contains("holds 2 runs", both + "#" + first);
        assertThat(Program.run(job.args("compare", both + "#" + first, both + "#" + second))
                        .exit())
                .isZero();
    }

    private static List<String> temporaryFolders() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("kernelweave-"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void buildServersGetTheirForms() {
        Program.Outcome junit = Program.run(job.args("compare", first, other, "--format", "junit"));
        assertThat(junit.exit()).isEqualTo(30);
        assertThat(junit.out()).startsWith("<?xml version=\"1.0\"").contains("<error message=", "</testsuites>");
        Program.Outcome github = Program.run(job.args("compare", first, second, "--format", "github"));
        assertThat(github.exit()).isZero();
        assertThat(github.out()).startsWith("::notice title=IDENTICAL " + second + " against " + first + "::");
        assertThat(Program.run(job.args("compare", first, second, "--format", "junit", "--json"))
                        .exit())
                .isEqualTo(2);
    }

    /** A damaged run is one line, whatever is damaged. */
    @Test
    void damagedRunsAreRefusedInOneLine() throws IOException {
        Path folder = job.file("reports/runs/" + other);
        Path run = folder.resolve("run.json");
        Path manifest = folder.resolve("results/manifest.json");
        Path part;
        try (Stream<Path> files = Files.list(folder.resolve("results"))) {
            part = files.filter(file -> file.toString().endsWith(".parquet"))
                    .findFirst()
                    .orElseThrow();
        }
        for (Path file : List.of(run, manifest, part)) {
            byte[] sound = Files.readAllBytes(file);
            try {
                Files.write(file, java.util.Arrays.copyOf(sound, sound.length / 2));
                refused("compare", first, other);
                Files.delete(file);
                refused("compare", first, other);
                refused("compare", other, first);
            } finally {
                Files.write(file, sound);
            }
        }
    }

    private static void refused(String... command) {
        Program.Outcome refused = Program.run(job.args(command));
        assertThat(refused.exit()).as(refused.err()).isEqualTo(2);
        assertThat(refused.errLines()).hasSize(1);
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void badInputIsRefusedInOneLine() {
        for (String[] bad : new String[][] {
            {"compare", first, "nothing"},
            {"compare", first, "nothing-*"},
            {"compare", first, first},
            {"compare", first, "/no/such/folder"},
            {"compare", first, "/no/such/archive.zip"},
            {"compare", first, second, "--margin", "router.verification_pass_rate=-1"},
            {"compare", first, second, "--margin", "router.latency_ms.total.p50=1"},
            {"compare", first}
        }) {
            Program.Outcome refused = Program.run(job.args(bad));
            assertThat(refused.exit()).isEqualTo(2);
            assertThat(refused.errLines()).hasSize(1);
        }
    }

    @Test
    void aNameThatIsNearlyRightIsHelped() {
        Program.Outcome refused = Program.run(job.args("compare", first, first.replace("small", "smal")));
        assertThat(refused.errLines()).singleElement().asString().contains("the nearest are", first);
    }

    @Test
    void aComparisonGoesToOthersAndIsRefusedIfAByteChangedOnTheWay() throws IOException {
        Program.run(job.args("compare", first, second));
        String name = first + "-" + second;
        assertThat(Program.run(job.args("export", "--comparison", name)).exit()).isZero();
        Path archive = job.file("reports/kernelweave_llm_export/" + name + ".zip");
        Program.Outcome verified = Program.run("archive", "verify", archive.toString());
        assertThat(verified.exit()).as(verified.out()).isZero();
        assertThat(verified.out()).contains("PASS", "comparison " + name, "not signed");

        Path other = temp.resolve("colleague");
        String[] into = {
            "--reports",
            other.resolve("reports").toString(),
            "--store",
            other.resolve("store").toString()
        };
        Program.Outcome imported =
                Program.run("archive", "import", archive.toString(), "--kernels", into[0], into[1], into[2], into[3]);
        assertThat(imported.exit()).as(imported.err()).isZero();
        assertThat(imported.out()).contains("taken   compare/" + name, "taken   runs/" + first, "a candidate");
        assertThat(Files.readString(other.resolve("reports/compare/" + name + "/compare.md")))
                .isEqualTo(Files.readString(job.file("reports/compare/" + name + "/compare.md")));

        byte[] bytes = Files.readAllBytes(archive);
        bytes[bytes.length / 2] ^= 1;
        Files.write(archive, bytes);
        assertThat(Program.run("archive", "verify", archive.toString()).exit()).isEqualTo(10);
        Program.Outcome refused = Program.run("archive", "import", archive.toString(), into[0], into[1]);
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.errLines()).singleElement().asString().contains("is not as it was packed");
    }
}
