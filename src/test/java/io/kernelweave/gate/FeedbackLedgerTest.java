package io.kernelweave.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.gate.FeedbackLedger.Counts;
import io.kernelweave.gate.FeedbackLedger.Entry;
import io.kernelweave.json.InputException;
import io.kernelweave.verify.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedbackLedgerTest {
    private static final String DIGEST = "d".repeat(64);

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("store/feedback.jsonl");
    }

    private static Entry entry(String cluster, Outcome outcome) {
        return new Entry("k", DIGEST, cluster, outcome);
    }

    @Test
    void answersAreCountedByClusterAndOneBadAnswerSpoilsIts() {
        FeedbackLedger ledger = FeedbackLedger.open(file());
        assertThat(ledger.counts(DIGEST)).isEqualTo(new Counts(0, 0, 0, 0, 0));
        ledger.append(List.of(
                entry("a", Outcome.PASS),
                entry("a", Outcome.PASS),
                entry("b", Outcome.PASS),
                entry("b", Outcome.FAIL)));
        ledger.append(List.of(entry("c", Outcome.UNKNOWN), new Entry("k", "e".repeat(64), "d", Outcome.PASS)));
        assertThat(ledger.counts(DIGEST)).isEqualTo(new Counts(3, 1, 1, 3, 1));
        assertThat(ledger.counts(DIGEST, Set.of("a", "c"))).isEqualTo(new Counts(1, 1, 0, 1, 0));
        assertThat(FeedbackLedger.open(file()).counts(DIGEST)).isEqualTo(new Counts(3, 1, 1, 3, 1));
    }

    @Test
    void whatARouterStatedIsKeptAndOldLinesWithoutItAreRead() throws IOException {
        FeedbackLedger.open(file()).append(List.of(entry("a", Outcome.PASS)));
        assertThat(Files.readString(file())).as("as it was before").doesNotContain("probability", "router");
        Entry stated = new Entry("k", DIGEST, "b", Outcome.FAIL, "f".repeat(64), 0.75);
        FeedbackLedger.open(file()).append(List.of(stated, entry("c", Outcome.UNKNOWN)));
        FeedbackLedger.Snapshot snapshot = FeedbackLedger.open(file()).snapshot();
        assertThat(snapshot.stated()).containsExactly(stated);
        assertThat(snapshot.accepted()).isEqualTo(java.util.Map.of(DIGEST, 1L));
        assertThat(snapshot.lines()).isEqualTo(3);
    }

    @Test
    void aSnapshotStaysAndItsHeadNamesWhatItHolds() {
        FeedbackLedger ledger = FeedbackLedger.open(file());
        String empty = ledger.snapshot().head();
        ledger.append(List.of(entry("a", Outcome.PASS)));
        FeedbackLedger.Snapshot before = ledger.snapshot();
        ledger.append(List.of(entry("b", Outcome.PASS), entry("b", Outcome.PASS)));
        assertThat(before.accepted()).isEqualTo(java.util.Map.of(DIGEST, 1L));
        assertThat(ledger.snapshot().accepted()).as("by cluster").isEqualTo(java.util.Map.of(DIGEST, 2L));
        assertThat(List.of(empty, before.head(), ledger.snapshot().head())).doesNotHaveDuplicates();
        assertThat(FeedbackLedger.open(file()).snapshot()).isEqualTo(ledger.snapshot());
    }

    @Test
    void aTornLastLineIsIgnoredAndThenRepaired() throws IOException {
        FeedbackLedger.open(file()).append(List.of(entry("a", Outcome.PASS), entry("b", Outcome.PASS)));
        byte[] whole = Files.readAllBytes(file());
        for (int cut = 1; cut < 60; cut += 7) {
            Files.write(file(), java.util.Arrays.copyOf(whole, whole.length - cut));
            FeedbackLedger ledger = FeedbackLedger.open(file());
            assertThat(ledger.counts(DIGEST).clusters()).isEqualTo(1);
            ledger.append(List.of(entry("c", Outcome.FAIL)));
            assertThat(FeedbackLedger.open(file()).counts(DIGEST)).isEqualTo(new Counts(1, 1, 0, 2, 1));
            assertThat(Files.readString(file())).endsWith("\n").hasLineCount(2);
        }
    }

    @Test
    void aChangedLineIsNoticed() throws IOException {
        FeedbackLedger.open(file()).append(List.of(entry("a", Outcome.FAIL), entry("b", Outcome.PASS)));
        Files.writeString(file(), Files.readString(file()).replace("FAIL", "PASS"));
        assertThatThrownBy(() -> FeedbackLedger.open(file()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("feedback.jsonl line 2")
                .hasMessageContaining("was changed");
    }

    @Test
    void aRemovedLineIsNoticed() throws IOException {
        FeedbackLedger ledger = FeedbackLedger.open(file());
        ledger.append(List.of(entry("a", Outcome.FAIL), entry("b", Outcome.PASS)));
        String text = Files.readString(file());
        Files.writeString(file(), text.substring(text.indexOf('\n') + 1));
        assertThatThrownBy(() -> FeedbackLedger.open(file()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 1");
        assertThatThrownBy(() -> ledger.append(List.of(entry("c", Outcome.PASS))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("shorter");
    }

    @Test
    void whatIsNoEntryIsRefusedWithItsLine() throws IOException {
        FeedbackLedger.open(file()).append(List.of(entry("a", Outcome.PASS)));
        Files.writeString(file(), "{\"cluster_id\":\"b\"}\n", StandardOpenOption.APPEND);
        assertThatThrownBy(() -> FeedbackLedger.open(file()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 2");
    }

    @Test
    void writersSeeEachOthersLines() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            String name = "w" + writer;
            FeedbackLedger own = FeedbackLedger.open(file());
            running.add(threads.submit(() -> write(own, name)));
        }
        for (Future<?> one : running) {
            one.get();
        }
        threads.shutdown();
        assertThat(FeedbackLedger.open(file()).counts(DIGEST)).isEqualTo(new Counts(200, 0, 0, 200, 200));
    }

    @Test
    void processesAppendWithoutLosingALine() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (String name : List.of("p0", "p1")) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            file().toString(),
                            name)
                    .inheritIO()
                    .start());
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }
        assertThat(FeedbackLedger.open(file()).counts(DIGEST)).isEqualTo(new Counts(100, 0, 0, 100, 100));
    }

    private static void write(FeedbackLedger ledger, String name) {
        for (int i = 0; i < 50; i++) {
            ledger.append(List.of(entry(name + "-" + i, Outcome.PASS)));
        }
    }

    /** One of several processes on one ledger. */
    static final class Writer {
        public static void main(String[] arguments) {
            write(FeedbackLedger.open(Path.of(arguments[0])), arguments[1]);
        }
    }
}
