package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        assertThat(before).contains("IDENTICAL", "No row flipped", "Times are compared only between arms of one run");
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
                .contains("trend.steps", "gain.router.time_ratio");
    }

    /** What the second run answers is no integer, and the first one's contracts now want one: dropping that demand is a loss. */
    @Test
    void aDemandThatWasDroppedIsALossByTheContractsThatHadIt() throws IOException {
        Path kernels = job.file("reports/runs/" + first + "/inputs/kernels.json");
        String sound = Files.readString(kernels);
        ArrayNode strict = Json.parse(sound, ArrayNode.class, "kernels");
        strict.forEach(kernel ->
                ((ObjectNode) kernel).set("output_schema", Json.object().put("type", "integer")));
        Files.writeString(kernels, Json.pretty(strict));
        try {
            Program.Outcome compared = Program.run(job.args("compare", first, second, "--json"));
            assertThat(compared.exit()).isEqualTo(10);
            assertThat(json(compared).path("contracts_changed")).isNotEmpty();
            assertThat(Files.readString(job.file("reports/compare/" + first + "-" + second + "/compare.md")))
                    .contains("## Contracts", "By the contracts of `" + first + "`");
            Program.Outcome again = Program.run(job.run("--fresh", "--set", "baseline=" + first));
            assertThat(again.exit()).isEqualTo(10);
            assertThat(again.out()).contains("By the baseline's contracts, some of which are no longer the same: ");
        } finally {
            Files.writeString(kernels, sound);
        }
    }

    @Test
    void badInputIsRefusedInOneLine() {
        for (String[] bad : new String[][] {
            {"compare", first, "nothing"},
            {"compare", first, second, "--margin", "router.latency_ms.total.p50=1"},
            {"compare", first}
        }) {
            Program.Outcome refused = Program.run(job.args(bad));
            assertThat(refused.exit()).isEqualTo(2);
            assertThat(refused.errLines()).hasSize(1);
        }
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
