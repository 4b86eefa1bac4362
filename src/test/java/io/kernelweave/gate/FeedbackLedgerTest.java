package io.kernelweave.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.gate.FeedbackLedger.Entry;
import io.kernelweave.gate.FeedbackLedger.Use;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Journal;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.verify.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedbackLedgerTest {
    private static final String DIGEST = "d".repeat(64);

    @TempDir
    Path folder;

    private KernelStore store = new KernelStore(Path.of("."));

    @BeforeEach
    void open() {
        store = new KernelStore(folder.resolve("store"));
    }

    private Path journal() {
        return folder.resolve("store/journal.jsonl");
    }

    private static Entry entry(String cluster, Outcome outcome) {
        return new Entry("k", DIGEST, cluster, outcome);
    }

    private static List<String> summary(FeedbackLedger ledger) {
        return ledger.uses(DIGEST).stream()
                .map(use -> use.cluster() + use.passed() + use.failed() + use.unknown())
                .toList();
    }

    @Test
    void answersOfOneRunAndClusterAreOneUse() {
        FeedbackLedger ledger = FeedbackLedger.open(store);
        assertThat(ledger.uses(DIGEST)).isEmpty();
        ledger.append(
                "r1",
                List.of(
                        entry("a", Outcome.PASS),
                        entry("b", Outcome.PASS),
                        entry("a", Outcome.PASS),
                        entry("b", Outcome.FAIL),
                        entry("c", Outcome.UNKNOWN),
                        new Entry("k", "e".repeat(64), "d", Outcome.PASS)));
        ledger.append("r2", List.of(entry("a", Outcome.FAIL)));
        assertThat(summary(ledger)).containsExactly("a200", "b110", "c001", "a010");
        assertThat(ledger.uses(DIGEST)).extracting(Use::succeeded).containsExactly(true, false, false, false);
        assertThat(summary(FeedbackLedger.open(store))).isEqualTo(summary(ledger));
        assertThat(store.journal().entries("k"))
                .extracting(Journal.Entry::action, Journal.Entry::note)
                .contains(org.assertj.core.groups.Tuple.tuple("outcomes", "run r1: 3 of 5 answers passed, 3 clusters"));
    }

    @Test
    void aRunIsToldOnce() {
        FeedbackLedger ledger = FeedbackLedger.open(store);
        ledger.append("r1", List.of(entry("a", Outcome.PASS)));
        // A killed job tells it again, and a kernel that it had not come to.
        FeedbackLedger.open(store)
                .append("r1", List.of(entry("a", Outcome.PASS), new Entry("other", "e".repeat(64), "a", Outcome.FAIL)));
        assertThat(summary(ledger)).containsExactly("a100");
        assertThat(ledger.tells("r1")).isTrue();
        assertThat(ledger.tells("r")).isFalse();
        assertThat(ledger.uses("e".repeat(64))).hasSize(1);
        assertThat(store.journal().entries()).hasSize(2);
    }

    @Test
    void whatARouterStatedIsKept() {
        Entry stated = entry("b", Outcome.FAIL).stated("f".repeat(64), 0.75);
        FeedbackLedger.open(store).append("r", List.of(entry("a", Outcome.PASS), stated, entry("c", Outcome.UNKNOWN)));
        FeedbackLedger.Snapshot snapshot = FeedbackLedger.open(store).snapshot();
        assertThat(snapshot.stated()).containsExactly(stated);
        assertThat(snapshot.accepted()).isEqualTo(Map.of(DIGEST, 1L));
        assertThat(snapshot.answers()).isEqualTo(3);
        assertThat(summary(FeedbackLedger.open(store))).containsExactlyInAnyOrder("a100", "b010", "c001");
    }

    @Test
    void aSnapshotStaysAndItsHeadNamesWhatItHoldsOfAnswers() {
        FeedbackLedger ledger = FeedbackLedger.open(store);
        String empty = ledger.snapshot().head();
        ledger.append(List.of(entry("a", Outcome.PASS)));
        FeedbackLedger.Snapshot before = ledger.snapshot();
        store.add(Kernel.parse("""
                        {"kernel_id":"one","name":"N","task_family":"t","description":"d","input_schema":{"type":"object"},
                         "output_schema":{"type":"object"}}""", "one"), "");
        assertThat(ledger.snapshot()).as("a kernel more is no answer more").isEqualTo(before);
        ledger.append(List.of(entry("b", Outcome.PASS), entry("b", Outcome.PASS)));
        assertThat(before.accepted()).isEqualTo(Map.of(DIGEST, 1L));
        assertThat(ledger.snapshot().accepted()).as("by cluster").isEqualTo(Map.of(DIGEST, 2L));
        assertThat(List.of(empty, before.head(), ledger.snapshot().head())).doesNotHaveDuplicates();
        assertThat(FeedbackLedger.open(store).snapshot()).isEqualTo(ledger.snapshot());
    }

    @Test
    void aTornLastLineIsIgnoredAndThenRepaired() throws IOException {
        FeedbackLedger.open(store).append("r1", List.of(entry("a", Outcome.PASS)));
        FeedbackLedger.open(store).append("r2", List.of(entry("b", Outcome.PASS)));
        byte[] whole = Files.readAllBytes(journal());
        for (int cut = 1; cut < 200; cut += 7) {
            Files.write(journal(), Arrays.copyOf(whole, whole.length - cut));
            FeedbackLedger ledger = FeedbackLedger.open(store);
            assertThat(summary(ledger)).containsExactly("a100");
            ledger.append("r3", List.of(entry("c", Outcome.FAIL)));
            assertThat(summary(FeedbackLedger.open(store))).containsExactly("a100", "c010");
            assertThat(Files.readString(journal())).endsWith("\n").hasLineCount(2);
        }
    }

    @Test
    void aChangedOrRemovedLineIsNoticed() throws IOException {
        FeedbackLedger ledger = FeedbackLedger.open(store);
        for (int run = 0; run < 4; run++) {
            ledger.append("r" + run, List.of(entry("a", Outcome.FAIL)));
        }
        List<String> lines = Files.readAllLines(journal());
        List<String> changed = new ArrayList<>(lines);
        changed.set(1, lines.get(1).replace("FAIL", "PASS"));
        Files.write(journal(), changed);
        assertThatThrownBy(() -> FeedbackLedger.open(store))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("journal.jsonl line 3: the chain is broken");
        assertThatThrownBy(() -> appendTo(store))
                .as("nothing is chained to a broken journal")
                .isInstanceOf(InputException.class);
        assertThat(Files.readAllLines(journal())).isEqualTo(changed);
        Files.write(journal(), lines.subList(1, 4));
        assertThatThrownBy(() -> FeedbackLedger.open(store)).hasMessageContaining("line 1: the chain is broken");
        assertThatThrownBy(() -> ledger.append(List.of(entry("c", Outcome.PASS))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("shorter");
    }

    private void appendTo(KernelStore other) {
        other.record(() -> List.of(new Journal.Draft("outcomes", "k", 0, DIGEST, "", null)));
    }

    @Test
    void aLineThatSaysNothingOfAnswersIsRefused() {
        appendTo(store);
        assertThatThrownBy(() -> FeedbackLedger.open(store))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 1");
    }

    // ---------------------------------------------------------------- the earlier form

    private Path earlier(String... lines) throws IOException {
        StringBuilder text = new StringBuilder();
        String last = "0".repeat(64);
        for (String line : lines) {
            String chained = line.substring(0, line.length() - 1) + ",\"previous\":\"" + last + "\"}";
            last = Digest.of(chained);
            text.append(chained).append('\n');
        }
        return Files.writeString(folder.resolve("feedback.jsonl"), text);
    }

    private static String line(String kernel, String cluster, String outcome) {
        return "{\"kernel_id\":\"" + kernel + "\",\"kernel_digest\":\"" + DIGEST + "\",\"cluster_id\":\"" + cluster
                + "\",\"outcome\":\"" + outcome + "\"}";
    }

    @Test
    void anEarlierFileIsTakenOverOnce() throws IOException {
        Path file = earlier(
                line("k", "a", "PASS"),
                line("k", "a", "FAIL"),
                line("stranger", "b", "PASS"),
                line("k", "c", "PASS").replace("}", ",\"router\":\"" + "f".repeat(64) + "\",\"probability\":0.5}"));
        Files.writeString(file, "{\"torn", java.nio.file.StandardOpenOption.APPEND);
        FeedbackLedger reading = FeedbackLedger.open(store);
        reading.include(file, "k"::equals);
        assertThat(summary(reading)).containsExactlyInAnyOrder("a110", "c100");
        assertThat(journal()).as("reading writes nothing").doesNotExist();
        FeedbackLedger other = FeedbackLedger.open(store);
        for (FeedbackLedger ledger : List.of(reading, other, FeedbackLedger.open(store))) {
            ledger.include(file, "k"::equals);
            ledger.settle();
            assertThat(summary(ledger)).containsExactlyInAnyOrder("a110", "c100");
            assertThat(ledger.snapshot().stated()).hasSize(1);
            assertThat(ledger.snapshot()).isEqualTo(reading.snapshot());
        }
        other.append("r", List.of(entry("d", Outcome.PASS)));
        assertThat(summary(reading)).containsExactlyInAnyOrder("a110", "c100", "d100");
        assertThat(store.journal().entries())
                .filteredOn(entry -> entry.action().equals("import"))
                .extracting(Journal.Entry::note)
                .containsExactly("took over 3 answers from feedback.jsonl");
        assertThat(store.journal().entries()).hasSize(4);
        assertThat(file).exists();
    }

    @Test
    void anEarlierFileGoesInWithTheNextAnswers() throws IOException {
        Path file = earlier(line("k", "a", "PASS"));
        FeedbackLedger ledger = FeedbackLedger.open(store);
        ledger.include(file, "k"::equals);
        ledger.append("r", List.of(entry("b", Outcome.PASS)));
        assertThat(summary(FeedbackLedger.open(store))).containsExactly("a100", "b100");
    }

    @Test
    void anEarlierFileThatWasChangedIsRefused() throws IOException {
        Path file = earlier(line("k", "a", "FAIL"), line("k", "b", "PASS"));
        Files.writeString(file, Files.readString(file).replace("FAIL", "PASS"));
        assertThatThrownBy(() -> FeedbackLedger.open(store).include(file, "k"::equals))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("feedback.jsonl line 2: the chain is broken");
        assertThat(journal()).doesNotExist();
    }

    // ---------------------------------------------------------------- many writers

    @Test
    void writersSeeEachOthersLines() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            String name = "w" + writer;
            FeedbackLedger own = FeedbackLedger.open(store);
            running.add(threads.submit(() -> write(own, name, 10)));
        }
        for (Future<?> one : running) {
            one.get();
        }
        threads.shutdown();
        assertThat(FeedbackLedger.open(store).uses(DIGEST)).hasSize(40);
    }

    /** Appends one use after the other, and says each that is done. */
    private Process writer(String name, int count) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        store.folder().toString(),
                        name,
                        String.valueOf(count))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(folder.resolve(name).toFile())
                .start();
    }

    private int said(String name) throws IOException {
        return (int) Files.readString(folder.resolve(name))
                .chars()
                .filter(c -> c == '\n')
                .count();
    }

    @Test
    void processesAppendWithoutLosingALine() throws Exception {
        List<Process> processes = List.of(writer("p0", 25), writer("p1", 25));
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }
        assertThat(FeedbackLedger.open(store).uses(DIGEST)).hasSize(50);
        assertThat(store.journal().entries())
                .extracting(Journal.Entry::sequence)
                .isEqualTo(java.util.stream.LongStream.range(0, 50).boxed().toList());
    }

    @Test
    void aKilledWriterLosesNothingThatItHadSaid() throws Exception {
        SplittableRandom random = new SplittableRandom(3);
        int said = 0;
        for (int round = 0; round < 3; round++) {
            String name = "p" + round;
            Process process = writer(name, 100_000);
            int until = 3 + random.nextInt(20);
            while (process.isAlive() && said(name) < until) {
                Thread.sleep(1);
            }
            process.destroyForcibly().waitFor();
            int found = FeedbackLedger.open(store).uses(DIGEST).size();
            assertThat(found)
                    .as("the last one may have been written and not said")
                    .isBetween(said + said(name), said + said(name) + 1);
            said = found;
        }
        FeedbackLedger.open(store).append(List.of(entry("after", Outcome.PASS)));
        assertThat(FeedbackLedger.open(store).uses(DIGEST)).hasSize(said + 1);
    }

    private static void write(FeedbackLedger ledger, String name, int count) {
        for (int i = 0; i < count; i++) {
            ledger.append(List.of(entry(name + "-" + i, Outcome.PASS)));
        }
    }

    /** One of several processes on one ledger. */
    static final class Writer {
        public static void main(String[] arguments) {
            FeedbackLedger ledger = FeedbackLedger.open(new KernelStore(Path.of(arguments[0])));
            for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
                write(ledger, arguments[1] + "/" + i, 1);
                System.out.println(i);
            }
        }
    }
}
