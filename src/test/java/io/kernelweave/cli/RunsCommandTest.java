package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.results.Nights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class RunsCommandTest {
    @TempDir
    Path temp;

    @BeforeEach
    void fiveNights() {
        Nights nights = new Nights(temp);
        for (int i = 1; i <= 5; i++) {
            nights.complete("nightly-00" + i, "nightly", "2026-01-0" + i + "T02:00:00Z");
        }
        nights.add("demo-001", "demo", "running", "2026-01-01T03:00:00Z", null);
    }

    private Program.Outcome runs(String... args) {
        List<String> all = new ArrayList<>(List.of("runs"));
        all.addAll(Arrays.asList(args));
        all.addAll(List.of("--reports", temp.toString()));
        return Program.run(all.toArray(String[]::new));
    }

    private JsonNode json(String... args) {
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.add("--json");
        Program.Outcome outcome = runs(all.toArray(String[]::new));
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        return Json.parse(outcome.out(), "output");
    }

    @Test
    void listsWhatThereIsAndWhatCannotBeRead() throws IOException {
        Files.createDirectories(temp.resolve("runs/torn"));
        Files.writeString(temp.resolve("runs/torn/run.json"), "{");
        runs("pin", "nightly-003", "--baseline");
        Program.Outcome list = runs("list");
        assertThat(list.exit()).isZero();
        assertThat(list.out().lines())
                .hasSize(8)
                .anySatisfy(line -> assertThat(line)
                        .contains("nightly-003", "2026-01-03T02:00:00Z", "PASS", "router.routing_accuracy 95.0 %", "kB")
                        .endsWith("baseline"))
                .anySatisfy(line -> assertThat(line).contains("demo-001", "interrupted"))
                .anySatisfy(line -> assertThat(line).startsWith("torn: its run.json cannot be read"));
        JsonNode nightly = json("list", "--job", "nightly").path("runs");
        assertThat(nightly).hasSize(5);
        assertThat(nightly.get(2).path("pinned").asString()).isEqualTo("baseline");
        assertThat(nightly.get(2)
                        .path("metrics")
                        .path("router.routing_accuracy")
                        .asDouble())
                .isEqualTo(0.95);
    }

    @Test
    void showsWhatARunWasMadeOfAndWhatCameOfIt() {
        Program.Outcome shown = runs("show", "nightly-002");
        assertThat(shown.out())
                .contains("PASS  nightly-002", "All is well.", "95.0 % [93.0, 97.0]", "12.5", "folder")
                .containsPattern("dataset +\\w+");
        assertThat(json("show", "nightly-002")
                        .path("metrics")
                        .path("router.latency_ms.total.p50")
                        .asDouble())
                .isEqualTo(12.5);
        assertThat(runs("show", "nobody").exit()).isEqualTo(2);
    }

    @Test
    void pinsKeepAndAreTakenAway() {
        assertThat(json("pin", "nightly-001").path("pinned").asString()).isEqualTo("kept");
        assertThat(runs("pin", "demo-001", "--baseline").err()).contains("run demo-001: is not complete");
        assertThat(runs("prune", "nightly", "--keep-last", "2", "--yes").out())
                .contains("2 of 5 runs of nightly are removed");
        assertThat(new Nights(temp).registry().ids())
                .containsExactly("demo-001", "nightly-001", "nightly-004", "nightly-005");
        assertThat(runs("unpin", "nightly-001").out()).contains("nightly-001 is no longer pinned");
        Program.Outcome again = runs("unpin", "nightly-001");
        assertThat(again.exit()).isEqualTo(2);
        assertThat(again.errLines()).singleElement().asString().contains("is not pinned");
    }

    @Test
    void pruningWithoutYesOnlySays() {
        JsonNode plan = json("prune", "nightly", "--keep-last", "1", "--weekly", "2");
        assertThat(plan.path("removed").asBoolean()).isFalse();
        assertThat(plan.path("runs"))
                .filteredOn(run -> run.path("stays").asBoolean())
                .extracting(run -> run.path("run_id").asString())
                .containsExactly("nightly-004", "nightly-005");
        assertThat(runs("prune", "nightly", "--keep-last", "1").out()).endsWith("--yes removes them\n");
        assertThat(new Nights(temp).registry().ids()).hasSize(6);
    }

    @Test
    void theRetentionIsThatOfTheJobFile() throws IOException {
        Path job = temp.resolve("job.yaml");
        Files.writeString(job, "name: nightly\ndataset: none.yaml\nretention: {keep_last: 3}\n");
        assertThat(runs("prune", job.toString(), "--yes").out())
                .contains("2 of 5 runs of nightly are removed (kept: the last 3)");
        Files.writeString(job, "name: nightly\ndataset: none.yaml\n");
        assertThat(runs("prune", job.toString()).err()).contains("job nightly: has no retention; give --keep-last N");
        assertThat(runs("prune", "nightly").err()).contains("is named without its file");
        assertThat(runs("prune", "nightly", "--weekly", "3").err()).contains("--keep-last: is missing");
        assertThat(runs("prune", "nobody", "--keep-last", "3").err()).contains("job \"nobody\": has no run in");
        Files.writeString(job, "name: nightly\ndataset: none.yaml\nretention: {weekly: 3}\n");
        Program.Outcome refused = runs("prune", job.toString());
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.errLines())
                .singleElement()
                .asString()
                .contains("job.yaml", "keep_last", "0 is out of range");
    }
}
