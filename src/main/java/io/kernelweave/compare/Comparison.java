package io.kernelweave.compare;

import io.kernelweave.gate.Requirement;
import io.kernelweave.gate.RunGate;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.InputException;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Run;
import io.kernelweave.stats.PairedTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Judges a run: by what is required of its own figures, and against a baseline where there is one. */
public final class Comparison {
    private Comparison() {}

    /**
     * The verdict of a run: the graver of both judgements.
     *
     * @param baseline null if there is none
     * @param margins metric of an arm, as {@link Metrics#perRow} knows them → accepted loss
     */
    public static Run.Judged judge(
            Run run,
            List<ResultRow> rows,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<ResultRow> baselineRows,
            Map<String, Double> margins,
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
            reasons.add("There is no baseline: no earlier run of this job answered the same prompts"
                    + (requirements.isEmpty()
                            ? ", and nothing is required: every row was measured, nothing was judged."
                            : "."));
        } else {
            RunGate.Report compared = against(run, rows, baseline, baselineRows, margins);
            verdict = verdict == null ? compared.verdict() : verdict.graver(compared.verdict());
            reasons.add("Against the baseline: " + compared.verdict() + ". " + compared.reason() + ".");
        }
        if (verdict == null) {
            verdict = rows.isEmpty() ? RunVerdict.INVALID : RunVerdict.PASS;
        }
        return new Run.Judged(
                verdict.name(), verdict.exitCode(), baseline == null ? null : baseline.runId(), List.copyOf(reasons));
    }

    private static RunGate.Report against(
            Run run, List<ResultRow> rows, Run baseline, List<ResultRow> baselineRows, Map<String, Double> margins) {
        Map<String, ResultRow> before =
                baselineRows.stream().collect(Collectors.toMap(ResultRow::identity, Function.identity()));
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
        Map<String, Double> judged = margins.isEmpty() ? defaultMargins(rows) : margins;
        List<RunGate.Metric> metrics = judged.entrySet().stream()
                .map(margin -> metric(margin.getKey(), margin.getValue(), rows, before))
                .toList();
        return RunGate.judge(metrics, coverage, true);
    }

    /** Two points of verification pass rate in each arm. */
    private static Map<String, Double> defaultMargins(List<ResultRow> rows) {
        return Metrics.arms(rows).stream()
                .collect(Collectors.toMap(arm -> arm.label() + ".verification_pass_rate", arm -> 0.02));
    }

    private static RunGate.Metric metric(
            String name, double margin, List<ResultRow> rows, Map<String, ResultRow> before) {
        Metrics.PerRow perRow = Metrics.perRow(name)
                .orElseThrow(() -> InputException.at(
                        "/margins/" + name, "is no metric that rows can be paired by", "use one of " + Metrics.PAIRED));
        List<PairedTest.Pair> pairs = new ArrayList<>();
        for (ResultRow row : rows) {
            ResultRow other = before.get(row.identity());
            if (other != null && row.arm().equals(perRow.arm())) {
                pairs.add(new PairedTest.Pair(row.clusterId(), perRow.value(other), perRow.value(row)));
            }
        }
        return new RunGate.Metric(name, RunGate.Direction.HIGHER_IS_BETTER, margin, pairs);
    }
}
