package io.kernelweave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Retention.Fate;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class RetentionTest {
    @TempDir
    Path temporary;

    private static Run run(String id, String state, String at) {
        ObjectNode json = Json.tree(Rows.run(id, "ngram"));
        return Json.convert(json.put("state", state).put("started_at", at), Run.class, "run");
    }

    private static List<Run> daily(int days) {
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < days; i++) {
            LocalDate day = LocalDate.parse("2026-01-01").plusDays(i);
            runs.add(run("n-" + day, "complete", day + "T02:00:00Z"));
        }
        return runs;
    }

    private static List<String> staying(List<Fate> fates) {
        return fates.stream()
                .filter(Fate::stays)
                .map(fate -> fate.run().runId() + ": " + fate.why())
                .toList();
    }

    @Test
    void theNewestAndThoseOfWeeksAndMonthsStay() {
        assertThat(staying(new Retention(2, 3, 3).fates(daily(70), Map.of())))
                .containsExactly(
                        "n-2026-01-31: newest of 2026-01",
                        "n-2026-02-28: newest of 2026-02",
                        "n-2026-03-01: newest of week 2026-W09",
                        "n-2026-03-08: newest of week 2026-W10",
                        "n-2026-03-10: among the newest 2",
                        "n-2026-03-11: among the newest 2");
    }

    @Test
    void theWeekOfAYearsFirstDaysIsThatOfItsThursday() {
        List<Run> runs = List.of(
                run("a", "complete", "2026-12-31T02:00:00Z"),
                run("b", "complete", "2027-01-03T23:59:59Z"),
                run("c", "complete", "2027-01-04T00:00:00Z"));
        assertThat(staying(new Retention(1, 2, 0).fates(runs, Map.of())))
                .containsExactly("b: newest of week 2026-W53", "c: among the newest 1");
    }

    @Test
    void whatIsNeededStaysAndCountsAmongTheNewestAllTheSame() {
        assertThat(staying(new Retention(2, 0, 0)
                        .fates(daily(9), Map.of("n-2026-01-03", "pinned", "n-2026-01-09", "pinned"))))
                .containsExactly("n-2026-01-03: pinned", "n-2026-01-08: among the newest 2", "n-2026-01-09: pinned");
    }

    @Test
    void anInterruptedRunStaysAsLongAsItMayBeResumed() {
        List<Run> runs = new ArrayList<>(daily(5));
        runs.add(1, run("old", "running", "2026-01-01T03:00:00Z"));
        runs.add(run("new", "running", "2026-01-05T03:00:00Z"));
        assertThat(staying(new Retention(2, 9, 9).fates(runs, Map.of())))
                .containsExactly(
                        "n-2026-01-04: among the newest 2", "n-2026-01-05: among the newest 2", "new: may be resumed");
        assertThat(staying(
                        new Retention(1, 0, 0).fates(List.of(run("new", "running", "2026-01-05T03:00:00Z")), Map.of())))
                .containsExactly("new: may be resumed");
    }

    @Test
    void whatWentOnceIsNotMissedTheNextTime() {
        SplittableRandom random = new SplittableRandom(3);
        for (int round = 0; round < 200; round++) {
            List<Run> runs = new ArrayList<>();
            LocalDate day = LocalDate.parse("2026-01-01");
            for (int i = 0; i < 60; i++) {
                day = day.plusDays(random.nextInt(6));
                runs.add(run("n-" + i, random.nextInt(9) > 0 ? "complete" : "running", day + "T02:00:00Z"));
            }
            Retention retention = new Retention(1 + random.nextInt(9), random.nextInt(9), random.nextInt(9));
            List<Run> kept = kept(retention, runs);
            assertThat(kept(retention, kept)).isEqualTo(kept);
            // Night after night or all at once: the same runs are left.
            List<Run> nightly = new ArrayList<>();
            for (Run run : runs) {
                nightly.add(run);
                nightly = new ArrayList<>(kept(retention, nightly));
            }
            assertThat(nightly).isEqualTo(kept);
        }
    }

    private static List<Run> kept(Retention retention, List<Run> runs) {
        return retention.fates(runs, Map.of()).stream()
                .filter(Fate::stays)
                .map(Fate::run)
                .toList();
    }

    @Test
    void aRetentionThatKeepsNothingIsRefused() {
        assertThatThrownBy(() -> new Retention(0, 5, 5))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("/retention/keep_last: 0 is out of range; give 1 to");
        assertThatThrownBy(() -> new Retention(1, -1, 0)).hasMessageContaining("/retention/weekly");
    }

    @Test
    void pruningLeavesWhatIsPinnedOrComparedOrABaselineAndOtherJobs() {
        Nights nights = new Nights(temporary);
        for (int i = 1; i <= 8; i++) {
            nights.add(
                    "nightly-" + i, "nightly", "complete", "2026-01-0" + i + "T02:00:00Z", i == 8 ? "nightly-5" : null);
            nights.complete("demo-" + i, "demo", "2026-01-0" + i + "T03:00:00Z");
        }
        nights.add("other-1", "other", "complete", "2026-01-01T02:00:00Z", "nightly-4");
        nights.registry().pin("nightly-1");
        nights.registry().pinBaseline(nights.registry().folder("nightly-2").run());
        Folder reports = Folder.of(temporary.toString());
        reports.write("compare/x/compare.json", "{\"baseline\": \"nightly-3\", \"candidate\": \"demo-1\"}");
        Pruning pruning = new Pruning(reports);
        List<Fate> fates = pruning.plan("nightly", new Retention(1, 0, 0));
        assertThat(fates)
                .filteredOn(fate -> !fate.stays())
                .extracting(fate -> fate.run().runId())
                .containsExactly("nightly-6", "nightly-7");
        assertThat(nights.registry().ids()).as("a plan changes nothing").hasSize(17);
        pruning.carryOut(fates);
        assertThat(nights.registry().ids())
                .contains("nightly-1", "nightly-2", "nightly-3", "nightly-4", "nightly-5", "nightly-8", "other-1")
                .hasSize(15);
        assertThat(temporary.resolve(".trash")).doesNotExist();
    }

    @Test
    void whatNobodyCanReadStopsPruningBeforeAnythingGoes() throws IOException {
        Nights nights = new Nights(temporary);
        nights.complete("nightly-1", "nightly", "2026-01-01T02:00:00Z");
        nights.complete("nightly-2", "nightly", "2026-01-02T02:00:00Z");
        Pruning pruning = new Pruning(Folder.of(temporary.toString()));
        Path comparison =
                Files.createDirectories(temporary.resolve("compare/x")).resolve("compare.json");
        Files.writeString(comparison, "{\"baseline\":");
        assertThatThrownBy(() -> pruning.plan("nightly", new Retention(1, 0, 0)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("compare/x/compare.json");
        Files.delete(comparison);
        Files.writeString(temporary.resolve("pins.json"), "[]");
        assertThatThrownBy(() -> pruning.plan("nightly", new Retention(1, 0, 0)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("pins.json");
        assertThat(nights.registry().ids()).hasSize(2);
    }

    @Test
    void aKillBetweenMoveAndDeleteLeavesNoHalfRunAndIsTidiedUp() throws IOException {
        Nights nights = new Nights(temporary);
        for (int i = 1; i <= 3; i++) {
            nights.complete("nightly-" + i, "nightly", "2026-01-0" + i + "T02:00:00Z");
        }
        Files.createDirectories(temporary.resolve(".trash"));
        Files.move(temporary.resolve("runs/nightly-1"), temporary.resolve(".trash/nightly-1"));
        Files.delete(temporary.resolve(".trash/nightly-1/run.json"));
        Set<String> seen = new HashSet<>(nights.registry().ids());
        assertThat(seen).containsExactlyInAnyOrder("nightly-2", "nightly-3");
        Pruning pruning = new Pruning(Folder.of(temporary.toString()));
        pruning.carryOut(pruning.plan("nightly", new Retention(1, 0, 0)));
        assertThat(nights.registry().ids()).containsExactly("nightly-3");
        assertThat(temporary.resolve(".trash")).doesNotExist();
    }
}
