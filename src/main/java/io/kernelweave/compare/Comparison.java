package io.kernelweave.compare;

import io.kernelweave.gate.Requirement;
import io.kernelweave.gate.RunGate;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.InputException;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.PerRow;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Row;
import io.kernelweave.results.Run;
import io.kernelweave.stats.PairedTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Judges a run: by what is required of its own figures, and against a baseline where there is one. */
public final class Comparison {
    private Comparison() {}

    /**
     * The verdict of a run that answers prompts.
     *
     * @param margins as {@link Metrics#perRow} knows them; empty: two points of verification pass rate in each arm
     */
    public static Run.Judged judge(
            Run run,
            List<ResultRow> rows,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<ResultRow> baselineRows,
            Map<String, Double> margins,
            List<Requirement> requirements) {
        Map<String, Double> judged = margins.isEmpty()
                ? Metrics.arms(rows).stream()
                        .collect(Collectors.toMap(arm -> arm.label() + ".verification_pass_rate", arm -> 0.02))
                : margins;
        return judge(run, rows, metrics, baseline, baselineRows, judged, Metrics::perRow, requirements);
    }

    /**
     * The verdict of a run: the graver of both judgements.
     *
     * @param baseline null if there is none
     * @param margins metric, as {@code perRow} knows them → accepted loss
     * @param perRow the figure of each row behind a metric
     */
    public static <R extends Row> Run.Judged judge(
            Run run,
            List<R> rows,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<R> baselineRows,
            Map<String, Double> margins,
            Function<String, Optional<PerRow<R>>> perRow,
            List<Requirement> requirements) {
        List<String> reasons = new ArrayList<>();
        RunVerdict verdict = null;
        if (!requirements.isEmpty()) {
            RunGate.Report required = RunGate.require(requirements, Metrics.flat(metrics));
            verdict = required.verdict();
            long kept = required.metrics().stream()
                    .filter(metric -> metric.verdict() == RunVerdict.PASS)
                    .count();
            reasons.add(kept + " of " + requirements.size() + " requirements of the job are met"
                    + (verdict == RunVerdict.PASS ? "." : ": " + required.reason() + "."));
        }
        if (baseline == null) {
            reasons.add("There is no baseline: no earlier run of this job can be compared with this one"
                    + (requirements.isEmpty()
                            ? ", and nothing is required: every row was measured, nothing was judged."
                            : "."));
        } else {
            RunGate.Report compared = against(run, rows, baseline, baselineRows, margins, perRow);
            verdict = verdict == null ? compared.verdict() : verdict.graver(compared.verdict());
            reasons.add("Against the baseline: " + compared.verdict() + ". " + compared.reason() + ".");
        }
        if (verdict == null) {
            verdict = rows.isEmpty() ? RunVerdict.INVALID : RunVerdict.PASS;
        }
        return new Run.Judged(
                verdict.name(), verdict.exitCode(), baseline == null ? null : baseline.runId(), List.copyOf(reasons));
    }

    private static <R extends Row> RunGate.Report against(
            Run run,
            List<R> rows,
            Run baseline,
            List<R> baselineRows,
            Map<String, Double> margins,
            Function<String, Optional<PerRow<R>>> perRow) {
        Map<String, R> before = baselineRows.stream().collect(Collectors.toMap(Row::identity, Function.identity()));
        long partners =
                rows.stream().filter(row -> before.containsKey(row.identity())).count();
        double coverage = partners / (double) Math.max(1, Math.max(rows.size(), baselineRows.size()));
        String data = "dataset";
        boolean comparable = String.valueOf(run.fingerprint().get(data))
                        .equals(baseline.fingerprint().get(data))
                && run.data().split().equals(baseline.data().split());
        if (!comparable) {
            return new RunGate.Report(
                    RunVerdict.INVALID,
                    String.format(
                            Locale.ROOT,
                            "the data differ (%s %s now, %s %s then): the runs answer different questions",
                            run.data().name(),
                            run.data().split(),
                            baseline.data().name(),
                            baseline.data().split()),
                    List.of());
        }
        List<RunGate.Metric> metrics = margins.entrySet().stream()
                .map(margin -> metric(
                        margin.getKey(),
                        margin.getValue(),
                        perRow.apply(margin.getKey())
                                .orElseThrow(() -> InputException.at(
                                        "/margins/" + margin.getKey(),
                                        "is no metric that rows can be paired by",
                                        "use a metric that is a figure of each row")),
                        rows,
                        before))
                .toList();
        return RunGate.judge(metrics, coverage, true);
    }

    private static <R extends Row> RunGate.Metric metric(
            String name, double margin, PerRow<R> perRow, List<R> rows, Map<String, R> before) {
        List<PairedTest.Pair> pairs = new ArrayList<>();
        for (R row : rows) {
            R other = before.get(row.identity());
            if (other != null && perRow.among().test(row)) {
                pairs.add(new PairedTest.Pair(row.clusterId(), perRow.value(other), perRow.value(row)));
            }
        }
        return new RunGate.Metric(name, RunGate.Direction.HIGHER_IS_BETTER, margin, pairs);
    }
}
