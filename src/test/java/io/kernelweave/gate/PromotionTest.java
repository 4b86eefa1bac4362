package io.kernelweave.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.gate.FeedbackLedger.Entry;
import io.kernelweave.gate.Promotion.Decision;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Journal;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStatus;
import io.kernelweave.kernel.KernelStatus.State;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.verify.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromotionTest {
    @TempDir
    Path folder;

    private KernelStore store = new KernelStore(Path.of("."));
    private int runs;
    private int clusters;

    @BeforeEach
    void open() {
        store = new KernelStore(folder);
        add("k", "A kernel.");
    }

    private Kernel add(String id, String description) {
        return store.add(Kernel.parse("""
                        {"kernel_id":"%s","name":"K","task_family":"quoting","description":"%s","input_schema":{"type":"object"},
                         "output_schema":{"type":"object"},"source_trace_ids":["t-1"],
                         "tests":[{"name":"own","prompt":"its own prompt","output":{},"expect":"PASS"}]}""".formatted(id, description), id), "made");
    }

    private FeedbackLedger ledger() {
        return FeedbackLedger.open(store);
    }

    /** One answer on each of so many new clusters. */
    private void use(String id, int passed, int failed) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < passed + failed; i++) {
            entries.add(entry(id, "c" + clusters++, i < passed ? Outcome.PASS : Outcome.FAIL));
        }
        tell(entries);
    }

    private void tell(List<Entry> entries) {
        ledger().append("r" + runs++, entries);
    }

    private Entry entry(String id, String cluster, Outcome outcome) {
        return new Entry(id, store.get(id).digest(), cluster, outcome);
    }

    private State state(String id) {
        return store.get(id).status().state();
    }

    private List<Decision> apply() {
        return Promotion.apply(store, ledger());
    }

    private Decision decide() {
        return Promotion.decide(store.get("k"), ledger());
    }

    @Test
    void promotionTakesEvidence() {
        use("k", 6, 0);
        assertThat(decide().to()).isEqualTo(State.CANDIDATE);
        use("k", 1, 0);
        assertThat(decide().to()).isEqualTo(State.VERIFIED);
        use("k", 12, 0);
        assertThat(decide().to()).isEqualTo(State.VERIFIED);
        use("k", 1, 0);
        assertThat(decide().to()).isEqualTo(State.TRUSTED);
        use("k", 0, 3);
        assertThat(decide().to()).isEqualTo(State.VERIFIED);
    }

    @Test
    void unknownCountsAsAFailure() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            entries.add(entry("k", "c" + i, i == 6 ? Outcome.UNKNOWN : Outcome.PASS));
        }
        tell(entries);
        assertThat(decide().evidence().successes()).isEqualTo(6);
        assertThat(decide().evidence().clusters()).isEqualTo(7);
        assertThat(decide().to()).isEqualTo(State.CANDIDATE);
    }

    @Test
    void aClusterCountsOnceHoweverOftenItComes() {
        List<Entry> six = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            for (int copy = 0; copy < 5; copy++) {
                six.add(entry("k", "c" + i, Outcome.PASS));
            }
        }
        for (int night = 0; night < 10; night++) {
            tell(six);
        }
        assertThat(decide().evidence().clusters()).isEqualTo(6);
        assertThat(decide().to()).isEqualTo(State.CANDIDATE);
        tell(List.of(entry("k", "c6", Outcome.PASS)));
        assertThat(decide().to()).isEqualTo(State.VERIFIED);
        tell(List.of(entry("k", "c0", Outcome.FAIL)));
        assertThat(decide().evidence().successes())
                .as("one bad answer spoils its cluster")
                .isEqualTo(6);
        assertThat(decide().to()).isEqualTo(State.CANDIDATE);
    }

    @Test
    void aClusterThatHasFailedAccusesOnce() {
        for (int night = 0; night < 50; night++) {
            tell(List.of(entry("k", "hard", Outcome.FAIL), entry("k", "easy", Outcome.PASS)));
        }
        Evidence evidence = decide().evidence();
        assertThat(evidence.failures()).isEqualTo(1);
        assertThat(evidence.uses()).as("easy each night, hard once").isEqualTo(51);
    }

    @Test
    void whatAKernelWasCompiledFromNeverCounts() {
        List<Entry> entries = new ArrayList<>();
        String digest = store.get("k").digest();
        for (int i = 0; i < 30; i++) {
            // By trace, by a prompt of its tests, by cluster; what shares a cluster with them goes with them.
            String cluster = i < 10 ? "a" : i < 20 ? "b" : "t-1";
            entries.add(new Entry(
                    "k",
                    digest,
                    cluster + i % 10,
                    Outcome.PASS,
                    i < 10 ? "t-1" : "t-x",
                    i < 20 && i >= 10 ? FeedbackLedger.promptDigest("its own prompt") : "p",
                    List.of(),
                    null,
                    null));
        }
        entries.add(entry("k", "t-1", Outcome.PASS));
        for (int i = 0; i < 10; i++) {
            entries.add(entry("k", "a" + i, Outcome.PASS));
        }
        tell(entries);
        assertThat(decide().evidence().clusters())
                .as("the clusters t-10 to t-19 are others")
                .isEqualTo(10);
        assertThat(decide().evidence().answers()).isEqualTo(10);
    }

    @Test
    void aNewDigestStartsFromNothing() {
        use("k", 30, 0);
        apply();
        assertThat(state("k")).isEqualTo(State.TRUSTED);
        add("k", "Another kernel.");
        assertThat(state("k")).isEqualTo(State.CANDIDATE);
        assertThat(decide().evidence().clusters()).isZero();
        assertThat(apply()).noneMatch(Decision::isChange);
    }

    @Test
    void eachChangeOfStateIsALineThatSaysWhy() {
        use("k", 20, 0);
        assertThat(apply())
                .singleElement()
                .satisfies(decision -> assertThat(decision.isChange()).isTrue());
        assertThat(state("k")).isEqualTo(State.TRUSTED);
        Journal.Entry line = store.journal().entries("k").stream()
                .filter(entry -> entry.action().equals(KernelStore.STATUS))
                .findFirst()
                .orElseThrow();
        assertThat(line.note())
                .isEqualTo(
                        "candidate -> trusted: ln E 3.02 (3.00 taken, 1 kernel judged) against a success rate of 0.8 or less;"
                                + " 20 of 20 clusters succeeded, 20 of 20 answers passed, journal #1 to #1");
        assertThat(line.sequence()).isEqualTo(2);
        assertThat(store.get("k").status().evidence().path("for_trusted").doubleValue())
                .isBetween(3.0, 3.1);
        assertThat(apply()).as("nothing new").noneMatch(Decision::isChange);
        assertThat(store.journal().entries()).hasSize(3);
    }

    @Test
    void aTrustedKernelWhoseClaimIsRefutedFalls() {
        use("k", 20, 0);
        apply();
        use("k", 130, 70);
        apply();
        assertThat(state("k")).isEqualTo(State.VERIFIED);
        assertThat(store.journal().entries("k").get(4).note())
                .startsWith("trusted -> verified: ln E ")
                .contains("against a success rate of 0.8 or more; 150 of 220 clusters succeeded");
    }

    @Test
    void afterAFallOnlyWhatComesLaterCounts() {
        use("k", 20, 0);
        apply();
        use("k", 0, 60);
        apply();
        assertThat(state("k")).isEqualTo(State.CANDIDATE);
        assertThat(decide().evidence().clusters()).isZero();
        use("k", 7, 0);
        apply();
        assertThat(state("k")).isEqualTo(State.VERIFIED);
    }

    @Test
    void aLongGoodHistoryDoesNotHideADrift() {
        use("k", 500, 10);
        apply();
        use("k", 30, 30);
        Decision decision = decide();
        assertThat(decision.evidence().againstTrusted())
                .as("over all uses nothing is refuted")
                .isNegative();
        assertThat(decision.to()).isEqualTo(State.VERIFIED);
        assertThat(decision.reason()).contains("trusted -> verified: drift, ln M ");
    }

    @Test
    void oneFailureOnSafetyQuarantinesAtOnceAndOnlyAPersonLetsItOut() {
        use("k", 20, 0);
        apply();
        tell(List.of(new Entry(
                "k",
                store.get("k").digest(),
                "c0",
                Outcome.PASS, // the answer that was given in the end
                null,
                null,
                List.of("no-secrets"),
                null,
                null)));
        assertThat(Promotion.quarantine(store, ledger())).hasSize(1);
        assertThat(state("k")).isEqualTo(State.QUARANTINED);
        assertThat(store.journal().entries("k").get(4).note())
                .startsWith("trusted -> quarantined: failed on safety: no-secrets;");
        use("k", 200, 0);
        assertThat(apply()).noneMatch(Decision::isChange);
        Kernel kernel = store.get("k");
        store.move(List.of(new KernelStore.Move(
                "k", kernel.digest(), State.QUARANTINED, KernelStatus.candidate(), "looked at it")));
        assertThat(apply()).as("from nothing").noneMatch(Decision::isChange);
        use("k", 7, 0);
        apply();
        assertThat(state("k")).isEqualTo(State.VERIFIED);
    }

    @Test
    void manyKernelsTakeStrongerEvidence() {
        for (int i = 0; i < 9; i++) {
            add("idle-" + i, "Idle.");
            use("idle-" + i, 1, 1);
        }
        use("k", 8, 0);
        assertThat(decide().to()).as("by itself").isEqualTo(State.VERIFIED);
        assertThat(apply()).noneMatch(Decision::isChange);
        use("k", 4, 0);
        assertThat(apply())
                .filteredOn(Decision::isChange)
                .singleElement()
                .satisfies(decision -> assertThat(decision.reason()).contains("(5.30 taken, 10 kernels judged)"));
        // Where most of them are good, each takes no more than by itself.
        for (int i = 0; i < 9; i++) {
            use("idle-" + i, 40, 0);
        }
        assertThat(apply())
                .filteredOn(decision -> decision.to() == State.TRUSTED)
                .hasSize(9);
    }

    @Test
    void taskFamiliesAreWeighedTogether() {
        add("other", "Another one.");
        use("k", 5, 0);
        use("other", 5, 0);
        Evidence family = Promotion.families(store.load().kernels(), ledger()).get("quoting");
        assertThat(family).isNotNull();
        assertThat(family.clusters()).isEqualTo(10);
        assertThat(family.forVerified()).isGreaterThan(3);
        assertThat(decide().to()).isEqualTo(State.CANDIDATE);
    }

    // ---------------------------------------------------------------- crashes

    @Test
    void aStateThatTheJournalDoesNotGiveIsTakenBack() throws IOException {
        Path file = folder.resolve("kernels/k.json");
        Files.writeString(file, Files.readString(file).replace("\"candidate\"", "\"trusted\""));
        use("k", 7, 0);
        assertThat(state("k")).isEqualTo(State.TRUSTED);
        store.move(List.of());
        assertThat(state("k")).as("nobody has proven it").isEqualTo(State.CANDIDATE);
        apply();
        assertThat(state("k")).isEqualTo(State.VERIFIED);
    }

    @Test
    void aCrashBetweenJournalAndFileIsMadeGood() throws IOException {
        Path file = folder.resolve("kernels/k.json");
        String before = Files.readString(file);
        use("k", 20, 0);
        apply();
        String after = Files.readString(file);
        Files.writeString(file, before); // the journal was written, the file was not
        assertThat(apply()).filteredOn(Decision::isChange).hasSize(1);
        assertThat(Files.readString(file)).isEqualTo(after);
        assertThat(store.journal().entries("k"))
                .as("said once")
                .filteredOn(entry -> entry.action().equals(KernelStore.STATUS))
                .hasSize(1);
    }

    @Test
    void aDecisionThatCameTooLateIsLeftOut() {
        use("k", 20, 0);
        List<Decision> early = Promotion.decide(store.load().kernels(), ledger());
        assertThat(early.get(0).isChange()).isTrue();
        add("k", "Another kernel.");
        KernelStore.Move late = new KernelStore.Move(
                "k",
                early.get(0).digest(),
                State.CANDIDATE,
                early.get(0).status(),
                early.get(0).reason());
        assertThat(store.move(List.of(late))).isEmpty();
        assertThat(state("k")).isEqualTo(State.CANDIDATE);
    }

    @Test
    void aMoveKeepsTheDigest() {
        use("k", 20, 0);
        String digest = store.get("k").digest();
        apply();
        assertThat(store.load().refusals()).isEmpty();
        assertThat(store.get("k").digest()).isEqualTo(digest);
        assertThat(Json.compact(store.get("k").status())).doesNotContain("Infinity");
    }
}
