package io.kernelweave.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.cli.SmallJob;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.gate.FeedbackLedger;
import io.kernelweave.gate.FeedbackLedger.Entry;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.results.Rows;
import io.kernelweave.results.RunFolder;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.runtime.Arm;
import io.kernelweave.storage.Folder;
import io.kernelweave.verify.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperienceTest {
    @TempDir
    Path temporary;

    private SmallJob files;

    @BeforeEach
    void writeTheJob() throws IOException {
        files = SmallJob.in(temporary.resolve("job"), 20);
    }

    private JobSpec job(String more) {
        try {
            String text = Files.readString(files.file("job.yaml"));
            return Json.parseYaml(
                    (more.startsWith("adapter") ? text.replace("adapter: none\n", "") : text) + more,
                    JobSpec.class,
                    "job.yaml");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Workbench open(String more) {
        JobSpec job = job(more);
        return Workbench.open(
                job,
                job.readDatasets(Map.of()).get(0),
                new Datasets(Folder.of(files.file("datasets").toString())),
                files.file("state"));
    }

    private FeedbackLedger ledger() {
        return Workbench.ledger(new KernelStore(files.file("state/kernels")), files.file("state"));
    }

    private void accept(Kernel kernel, String cluster) {
        ledger().append(List.of(new Entry(kernel.kernelId(), kernel.digest(), cluster, Outcome.PASS)));
    }

    @Test
    void theLedgerIsInTheFingerprintOfJobsThatUseItAndOfNoOther() {
        Kernel kernel = open("").kernels().get(0);
        Map<String, String> plain = open("").fingerprint();
        Map<String, String> priors = open("priors: ledger\n").fingerprint();
        accept(kernel, "c1");
        assertThat(open("").fingerprint()).isEqualTo(plain).doesNotContainKey("ledger");
        Map<String, String> later = open("priors: ledger\n").fingerprint();
        assertThat(later.get("ledger")).isNotEqualTo(priors.get("ledger"));
        assertThat(open("priors: ledger\n").fingerprint()).isEqualTo(later);
    }

    @Test
    void aJobKeepsToTheLedgerAsItWasWhenItWasOpened() {
        Workbench work = open("priors: ledger\n");
        Kernel kernel = work.kernels().get(3);
        String before = work.routing().router().digest();
        Map<String, String> fingerprint = work.fingerprint();
        accept(kernel, "c1");
        assertThat(work.routing().router().digest()).isEqualTo(before);
        assertThat(work.fingerprint()).isEqualTo(fingerprint);
        assertThat(open("priors: ledger\n").routing().router().digest()).isNotEqualTo(before);
        assertThat(open("").routing().router().digest()).isEqualTo(before);
    }

    @Test
    void aRunKeepsTheLedgerThatItUsed() {
        Workbench work = open("priors: ledger\n");
        accept(work.kernels().get(0), "c1");
        Workbench later = open("priors: ledger\n");
        RunFolder folder = new RunFolder(Folder.of(files.file("run").toString()));
        later.prepare(folder, Progress.SILENT);
        Experience kept = Json.parse(folder.folder().readText("inputs/ledger.json"), Experience.class, "ledger.json");
        assertThat(kept.usage().accepted())
                .isEqualTo(Map.of(work.kernels().get(0).kernelId(), 1L));
        assertThat(kept.snapshot().head()).isEqualTo(later.fingerprint().get("ledger"));
        List<Kernel> routed = later.kernels().stream().map(Kernel::asRouted).toList();
        assertThat(Router.of(routed, List.of(), RouterAdapter.untrained(), kept.usage())
                        .digest())
                .isEqualTo(later.routing().router().digest());
    }

    @Test
    void onlyAnswersOfTheKernelAsItIsCount() {
        Kernel kernel = open("").kernels().get(0);
        ledger().append(List.of(
                new Entry(kernel.kernelId(), "0".repeat(64), "c1", Outcome.PASS),
                new Entry(kernel.kernelId(), kernel.digest(), "c2", Outcome.FAIL),
                new Entry(kernel.kernelId(), kernel.digest(), "c3", Outcome.UNKNOWN),
                new Entry(kernel.kernelId(), kernel.digest(), "c4", Outcome.PASS),
                new Entry(kernel.kernelId(), kernel.digest(), "c4", Outcome.PASS)));
        assertThat(Experience.of(ledger(), open("").kernels()).usage().accepted())
                .isEqualTo(Map.of(kernel.kernelId(), 1L));
    }

    @Test
    void feedbackKeepsWhatTheRouterStatedOfAKernelAlone() {
        Workbench work = open("");
        work.feedback(Rows.run("small-1", "ngram"), Rows.gated(), Progress.SILENT);
        List<Entry> stated = ledger().snapshot().stated();
        assertThat(stated).isNotEmpty().allSatisfy(entry -> {
            assertThat(entry.router()).isEqualTo(work.routing().adapter().digest());
            assertThat(entry.probability()).isEqualTo(0.9);
        });
        assertThat(stated).extracting(Entry::clusterId).contains("c1").hasSizeLessThan((int)
                ledger().snapshot().answers());
        assertThat(Rows.gated())
                .anyMatch(row -> row.arm().equals(Arm.ROUTER_GATE.label())
                        && row.decision() != null
                        && row.decision().action().equals("compose"));
    }

    @Test
    void recalibrationTakesTheFeedbackOnTheTrainedAdapterAlone() {
        Workbench trained = open("adapter: train\n");
        RouterAdapter adapter = trained.routing().adapter();
        assertThat(open("adapter: recalibrate\n").routing().adapter().digest()).isEqualTo(adapter.digest());
        ledger().append(failingWhereLessSure(adapter, "0".repeat(64)));
        assertThat(open("adapter: recalibrate\n").routing().adapter().digest())
                .as("another adapter's feedback")
                .isEqualTo(adapter.digest());
        ledger().append(failingWhereLessSure(adapter, adapter.digest()));
        Workbench work = open("adapter: recalibrate\n");
        assertThat(work.routing().adapter().digest()).isNotEqualTo(adapter.digest());
        assertThat(work.routing().adapter().bound()).isEqualTo(1);
        assertThat(work.fingerprint()).containsKey("ledger");
        assertThat(open("adapter: train\n").routing().adapter().digest()).isEqualTo(adapter.digest());
    }

    private static List<Entry> failingWhereLessSure(RouterAdapter adapter, String router) {
        return IntStream.range(0, 400)
                .mapToObj(i -> new Entry(
                                "k", "1".repeat(64), "c" + i, i % 2 == 0 || i % 5 == 0 ? Outcome.PASS : Outcome.FAIL)
                        .stated(router, i % 2 == 0 ? 0.99 : (adapter.threshold() + 1) / 2))
                .toList();
    }

    @Test
    void priorsOfNoKnownKindAreRefused() {
        assertThatThrownBy(() -> job("priors: some\n"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("/priors: unknown \"some\"; use ledger or none");
    }
}
