package io.kernelweave.batch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.dataset.Datasets;
import io.kernelweave.dataset.SmallStore;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Journal;
import io.kernelweave.kernel.KernelStatus.State;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Rows;
import io.kernelweave.results.Run;
import io.kernelweave.runtime.Arm;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run tells the store of its answers, and what comes of it. */
class FeedbackTest {
    private static final Run RUN = Rows.run("small-1", "ngram");

    @TempDir
    Path folder;

    private KernelStore store = new KernelStore(Path.of("."));

    @BeforeEach
    void makeAStore() {
        SmallStore.in(folder);
        store = new KernelStore(folder.resolve("store"));
    }

    private Workbench open(String more) {
        JobSpec job = Json.parseYaml("""
                name: small
                dataset: small.yaml
                arms: [router+gate]
                model: {backend: ngram}
                adapter: none
                embedder: none
                seed: 1
                """ + more, JobSpec.class, "job.yaml");
        return Workbench.open(
                job,
                SmallStore.spec(folder),
                new Datasets(Folder.of(folder.resolve("datasets").toString())),
                folder.resolve("state"));
    }

    private static ResultRow row(int i, Arm arm, String change) {
        return Rows.row("r" + i, "c" + i, arm, """
                {"decision":{"action":"kernel","kernel_ids":["quote-code"],"probability":0.9,"threshold":0.5,"reason":"near",
                 "candidates":[]},"answer":{"path":"kernel","kernel_ids":["quote-code"],"text":"{}"}%s}""".formatted(change));
    }

    private static List<ResultRow> passing(int rows) {
        return Stream.iterate(0, i -> i + 1)
                .limit(rows)
                .map(i -> row(i, Arm.ROUTER_GATE, ""))
                .toList();
    }

    private State state() {
        return store.get("quote-code").status().state();
    }

    private List<String> actions() {
        return store.journal().entries("quote-code").stream()
                .map(Journal.Entry::action)
                .toList();
    }

    @Test
    void aRunIsTheStoresJournalsOnceAndOnlyPromotesWhereTheJobSaysSo() {
        open("").feedback(RUN, passing(20), Progress.SILENT);
        open("").feedback(RUN, passing(20), Progress.SILENT); // the step of a killed job, again
        assertThat(actions()).containsExactly("add", "outcomes");
        assertThat(state()).isEqualTo(State.CANDIDATE);
        open("promote: true\n").feedback(Rows.run("small-2", "ngram"), passing(1), Progress.SILENT);
        assertThat(actions()).containsExactly("add", "outcomes", "outcomes", "status");
        assertThat(state()).isEqualTo(State.TRUSTED);
        assertThat(folder.resolve("state/feedback.jsonl")).doesNotExist();
    }

    @Test
    void recordedAnswersAreNotTold() {
        open("").feedback(Rows.run("small-1", "recorded"), passing(20), Progress.SILENT);
        assertThat(actions()).containsExactly("add");
    }

    @Test
    void aPromotionLeavesTheFingerprintAndAQuarantineDoesNot() {
        String before = open("").fingerprint().get("store");
        open("promote: true\n").feedback(RUN, passing(20), Progress.SILENT);
        assertThat(open("").fingerprint().get("store")).isEqualTo(before);
        List<ResultRow> unsafe = new ArrayList<>(passing(3));
        unsafe.add(row(9, Arm.ROUTER_GATE, """
                ,"attempts":[{"number":1,"masked":true,"complete":true,"text":"{}","gate":"FAIL","failed":["no-secrets"],
                 "cause":"","unsafe":["no-secrets"]},
                 {"number":2,"masked":true,"complete":true,"text":"{}","gate":"PASS","failed":[],"cause":"retry: no-secrets",
                 "unsafe":[]}]"""));
        open("").feedback(Rows.run("small-2", "ngram"), unsafe, Progress.SILENT);
        assertThat(state()).as("at once, although a retry made it good").isEqualTo(State.QUARANTINED);
        assertThat(open("").fingerprint().get("store")).isNotEqualTo(before);
    }

    @Test
    void anAnswerThatWasCutShortIsNoSuccess() {
        open("").feedback(RUN, List.of(row(1, Arm.ROUTER_GATE, """
                                ,"attempts":[{"number":1,"masked":true,"complete":false,"text":"{}","gate":"PASS","failed":[]}]""")), Progress.SILENT);
        assertThat(store.journal().entries("quote-code").get(1).note()).contains("0 of 1 answers passed");
    }

    private static List<ResultRow> rows(Workbench work, String run, Arm arm) {
        return work.units(run, Progress.SILENT).stream()
                .flatMap(unit -> unit.rows().get().stream())
                .map(ResultRow.class::cast)
                .filter(row -> row.arm().equals(arm.label()))
                .toList();
    }

    private Workbench cached() {
        JobSpec job = Json.parseYaml("""
                name: small
                dataset: small.yaml
                arms: [router+gate, router+gate+cache]
                model: {backend: ngram, temperature: 0}
                adapter: none
                embedder: none
                retries: 1
                seed: 1
                limit: 30
                """, JobSpec.class, "job.yaml");
        return Workbench.open(
                job,
                SmallStore.spec(folder),
                new Datasets(Folder.of(folder.resolve("datasets").toString())),
                folder.resolve("state"));
    }

    @Test
    void theArmWithACacheUsesWhatEarlierRunsAcceptedAndAnswersTheSame() throws IOException {
        Workbench first = cached();
        List<ResultRow> gated = rows(first, "small-1", Arm.ROUTER_GATE);
        List<ResultRow> fresh = rows(first, "small-1", Arm.ROUTER_GATE_CACHE);
        assertThat(gated).anyMatch(ResultRow::answeredByKernel);
        assertThat(fresh).as("nothing was kept yet").noneMatch(ResultRow::isReused);
        assertThat(rows(first, "small-1", Arm.ROUTER_GATE_CACHE))
                .as("nor is it within a run, so that a killed one makes the same rows")
                .noneMatch(ResultRow::isReused);
        String before = first.fingerprint().get("answers");
        first.feedback(RUN, Stream.of(gated, fresh).flatMap(List::stream).toList(), Progress.SILENT);
        assertThat(first.fingerprint().get("answers")).isEqualTo(before);

        Workbench second = cached();
        assertThat(second.fingerprint().get("answers")).isNotEqualTo(before);
        List<ResultRow> reusing = rows(second, "small-2", Arm.ROUTER_GATE_CACHE);
        assertThat(rows(second, "small-2", Arm.ROUTER_GATE)).noneMatch(ResultRow::isReused);
        assertThat(reusing).hasSameSizeAs(gated);
        for (int i = 0; i < reusing.size(); i++) {
            ResultRow row = reusing.get(i);
            assertThat(row.isReused()).as(row.rowId()).isEqualTo(gated.get(i).answeredByKernel());
            assertThat(row.verdict().outcome()).isEqualTo(gated.get(i).verdict().outcome());
            assertThat(requireNonNull(row.answer()).text())
                    .isEqualTo(requireNonNull(gated.get(i).answer()).text());
            assertThat(ResultRow.of(row.toJson())).isEqualTo(row);
        }
        // What is reused is no evidence anew.
        long answers = second.ledger().snapshot().answers();
        second.feedback(Rows.run("small-2", "ngram"), reusing, Progress.SILENT);
        assertThat(second.ledger().snapshot().answers() - answers)
                .isEqualTo(reusing.stream()
                        .filter(row ->
                                !row.isReused() && row.attempts().stream().anyMatch(attempt -> attempt.gate() != null))
                        .mapToLong(row ->
                                requireNonNull(row.decision()).kernelIds().size())
                        .sum());
    }
}
