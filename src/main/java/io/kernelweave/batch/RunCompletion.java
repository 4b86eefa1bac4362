package io.kernelweave.batch;

import io.kernelweave.compare.Comparison;
import io.kernelweave.json.InputException;
import io.kernelweave.report.Bundle;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
                        .filter(other -> other.job().equals(run.job())
                                && other.startedAt().isBefore(run.startedAt()))
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
