package io.kernelweave.batch;

import io.kernelweave.compare.Comparison;
import io.kernelweave.gate.FeedbackLedger;
import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.report.Bundle;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.verify.Outcome;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What is done with the rows once they are published: judge them, render the reports, close the run. */
class RunCompletion {
    private final Workbench workbench;
    private final RunFolder folder;
    private final RunRegistry registry;
    private final Progress progress;
    private @Nullable List<ResultRow> rows;
    private @Nullable Map<String, Metric> metrics;

    RunCompletion(Workbench workbench, RunFolder folder, RunRegistry registry, Progress progress) {
        this.workbench = workbench;
        this.folder = folder;
        this.registry = registry;
        this.progress = progress;
    }

    private List<ResultRow> rows() {
        if (rows == null) {
            rows = folder.rows();
        }
        return rows;
    }

    /** The metrics of the published rows. */
    Map<String, Metric> metrics() {
        if (metrics == null) {
            metrics = Metrics.of(rows(), folder.run().isRecorded());
        }
        return metrics;
    }

    /** Refuses a baseline that cannot be compared with, before anything is replayed. */
    void requireBaseline() {
        baseline(folder.run());
    }

    /**
     * Tells the ledger how each kernel's answers fared at the gate. Recorded answers are left out: their planted failures are no
     * kernel's fault.
     */
    void feedback() {
        if (folder.run().isRecorded()) {
            return;
        }
        Map<String, String> digests =
                workbench.kernels().stream().collect(Collectors.toMap(Kernel::kernelId, Kernel::digest));
        List<FeedbackLedger.Entry> entries = new ArrayList<>();
        for (ResultRow row : rows()) {
            ResultRow.Attempt last = row.attempts().stream()
                    .filter(attempt -> attempt.gate() != null)
                    .reduce((first, second) -> second)
                    .orElse(null);
            if (last == null || row.decision() == null) {
                continue;
            }
            List<String> kernelIds = row.decision().kernelIds();
            for (String kernelId : kernelIds) {
                boolean own = last.failed().stream()
                        .anyMatch(name -> kernelIds.size() == 1 || name.startsWith(kernelId + "/"));
                Outcome outcome = own ? Outcome.valueOf(String.valueOf(last.gate())) : Outcome.PASS;
                entries.add(new FeedbackLedger.Entry(
                        kernelId, digests.getOrDefault(kernelId, ""), row.clusterId(), outcome));
            }
        }
        workbench.ledger().append(entries);
    }

    /** Judges the run by the job's requirements and against its baseline, and writes the verdict into {@code run.json}. */
    void judge() {
        progress.begin("judge", 0);
        Run run = folder.run();
        Optional<Run> baseline = baseline(run);
        Run.Judged judged = Comparison.judge(
                run,
                rows(),
                metrics(),
                baseline.orElse(null),
                baseline.map(other -> registry.folder(other.runId()).rows()).orElse(List.of()),
                workbench.job().margins(),
                workbench.job().requirements().stream()
                        .map(JobSpec.Bound::requirement)
                        .toList());
        int errors = (int) rows().stream().filter(row -> row.error() != null).count();
        Instant finished =
                run.finishedAt() != null ? run.finishedAt() : Instant.now().truncatedTo(ChronoUnit.MILLIS);
        // Judged, but complete only when the reports stand.
        folder.write(run.judged(new Run.Counts(rows().size(), errors), judged, run.state(), finished));
        progress.end();
    }

    private Optional<Run> baseline(Run run) {
        String wanted = workbench.job().baseline();
        return switch (wanted) {
            case "none" -> Optional.empty();
            case "previous" ->
                registry.runs().stream()
                        .filter(Run::isComplete)
                        .filter(other -> other.startedAt().isBefore(run.startedAt()))
                        .filter(other -> sameQuestion(run, other))
                        .reduce((first, second) -> second);
            default -> {
                Run other = registry.find(wanted).run();
                if (!other.isComplete()) {
                    throw InputException.at("baseline " + wanted, "is not complete", "name a complete run");
                }
                yield Optional.of(other);
            }
        };
    }

    /** Whether two runs of a job answered the same prompts; if not, there is nothing to compare. */
    private static boolean sameQuestion(Run run, Run other) {
        return other.job().equals(run.job())
                && other.data().equals(run.data())
                && other.settings().path("arms").equals(run.settings().path("arms"))
                && String.valueOf(other.fingerprint().get("dataset"))
                        .equals(run.fingerprint().get("dataset"));
    }

    /** Renders the bundle and marks the run complete. */
    void report() {
        progress.begin("report", 0);
        Run run = folder.run();
        Bundle.render(folder, run, rows(), metrics());
        if (!run.isComplete()) {
            folder.write(run.judged(
                    java.util.Objects.requireNonNull(run.counts(), "judged before"),
                    run.judgement(),
                    "complete",
                    run.finishedAt()));
        }
        progress.end();
    }
}
