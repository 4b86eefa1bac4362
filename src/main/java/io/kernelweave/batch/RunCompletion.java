package io.kernelweave.batch;

import io.kernelweave.compare.Comparison;
import io.kernelweave.gate.Requirement;
import io.kernelweave.gate.RunGate;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Row;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.results.Trend;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is done with the rows once they are published: judge them, render the reports, close the run. */
class RunCompletion<R extends Row> {
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
            rows = work.rows(folder);
        }
        return rows;
    }

    /** The metrics of the published rows. */
    Map<String, Metric> metrics() {
        if (metrics == null) {
            metrics = new LinkedHashMap<>(work.metrics(folder, rows()));
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
        work.reuse(rows()).ifPresent(reuse -> reuse.write(folder.folder()));
        Run.Judged judged = follow(run, judge(run, baseline(run).orElse(null)));
        int errors = (int) rows().stream().filter(row -> row.error() != null).count();
        Instant finished =
                run.finishedAt() != null ? run.finishedAt() : Instant.now().truncatedTo(ChronoUnit.MILLIS);
        // Judged, but complete only when the reports stand.
        folder.write(run.judged(new Run.Counts(rows().size(), errors), judged, run.state(), finished));
        progress.end();
    }

    private Run.Judged judge(Run run, @Nullable Run baseline) {
        List<Requirement> requirements = work.job().requirements().stream()
                .map(JobSpec.Bound::requirement)
                .toList();
        if (baseline == null) {
            return work.judge(run, rows(), metrics(), null, List.of(), requirements);
        }
        RunFolder other = registry.folder(baseline.runId());
        List<R> before = work.rows(other);
        List<R> byTheirs = work.judgedBy(other, folder, rows());
        Run.Judged judged =
                work.judge(run, rows(), metrics(), baseline, work.judgedBy(folder, other, before), requirements);
        if (byTheirs.equals(rows())) {
            return judged;
        }
        // A contract that got weaker must not hide what it no longer sees.
        Run.Judged strict = work.judge(run, byTheirs, metrics(), baseline, before, List.of());
        return judged.and(strict, "By the baseline's contracts, some of which are no longer the same: ");
    }

    /** Takes the trend on from the run before; a slow loss is a loss. */
    private Run.Judged follow(Run run, Run.Judged judged) {
        if (work.moves(rows(), List.of()).isEmpty()) {
            return judged; // nothing is followed in such runs
        }
        List<Run> earlier = earlier(run);
        Trend trend;
        if (earlier.isEmpty()) {
            trend = Trend.begin(run.runId());
        } else {
            RunFolder before = registry.folder(earlier.get(earlier.size() - 1).runId());
            List<RunGate.Metric> moves = work.moves(rows(), work.judgedBy(folder, before, work.rows(before)));
            Trend known =
                    before.folder().name().equals(named(run).map(Run::runId).orElse(""))
                            ? Trend.begin(before.folder().name()) // accepted as it is
                            : Trend.of(before)
                                    .orElseGet(() -> Trend.begin(before.folder().name()));
            trend = known.after(moves);
        }
        folder.folder().write(Trend.FILE, Json.pretty(trend));
        metrics().putAll(trend.metrics());
        return trend.reasons().isEmpty()
                ? judged
                : judged.and(
                        new Run.Judged(
                                RunVerdict.FAIL.name(), RunVerdict.FAIL.exitCode(), judged.baseline(), trend.reasons()),
                        "");
    }

    /** The runs of this job before this one that can be compared with it, oldest first, from the baseline on if one is named. */
    private List<Run> earlier(Run run) {
        if (work.job().baseline().equals("none")) {
            return List.of();
        }
        Instant from = named(run).map(Run::startedAt).orElse(Instant.MIN);
        return registry.runs().stream()
                .filter(Run::isComplete)
                .filter(other -> other.startedAt().isBefore(run.startedAt())
                        && !other.startedAt().isBefore(from))
                .filter(other -> sameQuestion(run, other))
                .toList();
    }

    private Optional<Run> baseline(Run run) {
        Optional<Run> named = named(run);
        if (named.isPresent() && !named.get().isComplete()) {
            throw InputException.at("baseline " + work.job().baseline(), "is not complete", "name a complete run");
        }
        return named.isPresent() ? named : earlier(run).stream().reduce((first, second) -> second);
    }

    /** The one run that the job is judged against; empty if that is the newest before it, or none. */
    private Optional<Run> named(Run run) {
        String wanted = work.job().baseline();
        return switch (wanted) {
            case "none", "previous" -> Optional.empty();
            case "pinned" -> {
                Optional<Run> pinned = registry.baseline(run.job());
                // A job's first run has nothing to be judged against; a later one must not do so silently.
                if (pinned.isEmpty() && registry.latest(run.job(), run.runId()).isPresent()) {
                    throw InputException.at(
                            "job " + run.job() + " /baseline",
                            "no run is pinned as its baseline",
                            "`kernelweave runs pin RUN --baseline`, or set baseline to previous or a run id");
                }
                yield pinned;
            }
            default -> Optional.of(registry.find(wanted).run());
        };
    }

    /** Whether two runs of a job replayed the same in the same ways; if not, there is nothing to compare. */
    private static boolean sameQuestion(Run run, Run other) {
        return other.job().equals(run.job())
                && other.data().equals(run.data())
                && other.settings().path("arms").equals(run.settings().path("arms"))
                && Comparison.obstacle(run, other).isEmpty();
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
