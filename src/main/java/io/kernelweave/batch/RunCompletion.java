package io.kernelweave.batch;

import io.kernelweave.json.InputException;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Row;
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
class RunCompletion<R extends Row> {
    /** The settings without which two runs answer different questions. */
    private static final List<String> WAYS = List.of("measure", "arms", "vocabulary", "form");

    private final Work<R> work;
    private final RunFolder folder;
    private final RunRegistry registry;
    private final Progress progress;
    private @Nullable List<R> rows;
    private @Nullable Map<String, Metric> metrics;

    RunCompletion(Work<R> work, RunFolder folder, RunRegistry registry, Progress progress) {
        this.work = work;
        this.folder = folder;
        this.registry = registry;
        this.progress = progress;
    }

    private List<R> rows() {
        if (rows == null) {
            rows = folder.rows(work.form());
        }
        return rows;
    }

    /** The metrics of the published rows. */
    Map<String, Metric> metrics() {
        if (metrics == null) {
            metrics = work.metrics(folder, rows());
        }
        return metrics;
    }

    void feedback() {
        work.feedback(folder.run(), rows(), progress);
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
        Run.Judged judged = work.judge(
                run,
                rows(),
                metrics(),
                baseline.orElse(null),
                baseline.map(other -> registry.folder(other.runId()).rows(work.form()))
                        .orElse(List.of()),
                work.job().requirements().stream()
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
        String wanted = work.job().baseline();
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

    /** Whether two runs of a job replayed the same in the same ways; if not, there is nothing to compare. */
    private static boolean sameQuestion(Run run, Run other) {
        return other.job().equals(run.job())
                && other.data().equals(run.data())
                && WAYS.stream()
                        .allMatch(way ->
                                other.settings().path(way).equals(run.settings().path(way)))
                && String.valueOf(other.fingerprint().get("dataset"))
                        .equals(run.fingerprint().get("dataset"));
    }

    /** Renders the bundle and marks the run complete. */
    void report() {
        progress.begin("report", 0);
        Run run = folder.run();
        work.render(folder, run, rows(), metrics());
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
