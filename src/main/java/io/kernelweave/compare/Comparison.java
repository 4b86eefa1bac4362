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
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Judges a run: by what is required of its own figures, and against a baseline where there is one. */
public final class Comparison {
    private static final double DEFAULT_MARGIN = 0.02;

    /** The digests without which two runs answer different questions, and what they are of. */
    private static final Map<String, String> QUESTION =
            new TreeMap<>(Map.of("dataset", "data", "vocabulary", "vocabularies"));

    /** The settings without which they do. */
    private static final List<String> WAYS = List.of("measure", "form");

    private Comparison() {}

    /** The accepted losses: those given, or two points of verification pass rate in each arm. */
    public static Map<String, Double> margins(Map<String, Double> margins, Collection<ResultRow> rows) {
        return margins.isEmpty()
                ? Metrics.arms(rows).stream()
                        .collect(Collectors.toMap(
                                arm -> arm.label() + ".verification_pass_rate",
                                arm -> DEFAULT_MARGIN,
                                (a, b) -> a,
                                TreeMap::new))
                : margins;
    }

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
        return judge(run, rows, metrics, baseline, baselineRows, margins(margins, rows), Metrics::perRow, requirements);
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

    /** Why two runs cannot be compared: they did not answer the same question. Empty if they did. */
    public static String obstacle(Run run, Run baseline) {
        return obstacle(run, baseline, false);
    }

    /**
     * The same.
     *
     * @param asked whether it is known that the rows of both ask the same and are labelled alike: then other digests of the data say
     *     nothing, such as those of a data set that is made again because a kernel's words changed
     */
    static String obstacle(Run run, Run baseline, boolean asked) {
        for (Map.Entry<String, String> part : QUESTION.entrySet()) {
            if (!(part.getKey().equals("dataset") && (asked || run.asksAs(baseline)))
                    && !Objects.equals(
                            run.fingerprint().get(part.getKey()),
                            baseline.fingerprint().get(part.getKey()))) {
                return "the " + part.getValue() + " differ (" + data(run) + " now, " + data(baseline)
                        + " then): the runs answer different questions";
            }
        }
        if (!run.data().split().equals(baseline.data().split())) {
            return "the data differ (" + data(run) + " now, " + data(baseline)
                    + " then): the runs answer different questions";
        }
        for (String way : WAYS) {
            if (!run.settings().path(way).equals(baseline.settings().path(way))) {
                return "the setting " + way + " differs (" + run.settings().path(way) + " now, "
                        + baseline.settings().path(way) + " then): the runs answer different questions";
            }
        }
        return "";
    }

    private static String data(Run run) {
        return run.data().name() + " " + run.data().split();
    }

    /** The run gate's report on a run against its baseline, metric by metric. */
    public static <R extends Row> RunGate.Report against(
            Run run,
            List<R> rows,
            Run baseline,
            List<R> baselineRows,
            Map<String, Double> margins,
            Function<String, Optional<PerRow<R>>> perRow) {
        return against(run, rows, baseline, baselineRows, margins, perRow, false);
    }

    /** The same; {@code asked} as in {@link #obstacle}. */
    static <R extends Row> RunGate.Report against(
            Run run,
            List<R> rows,
            Run baseline,
            List<R> baselineRows,
            Map<String, Double> margins,
            Function<String, Optional<PerRow<R>>> perRow,
            boolean asked) {
        String obstacle = obstacle(run, baseline, asked);
        if (!obstacle.isEmpty()) {
            return new RunGate.Report(RunVerdict.INVALID, obstacle, List.of());
        }
        Map<String, R> before = byIdentity(baselineRows);
        Map<String, R> after = byIdentity(rows);
        Set<String> wanted = new HashSet<>();
        for (String name : margins.keySet()) {
            PerRow<R> figure = figure(name, perRow);
            for (Map<String, R> side : List.of(before, after)) {
                side.forEach((id, row) -> {
                    if (figure.among().test(row)) {
                        wanted.add(id);
                    }
                });
            }
        }
        long partners = wanted.stream()
                .filter(id -> before.containsKey(id) && after.containsKey(id))
                .count();
        return RunGate.judge(
                moves(rows, before, margins, perRow), partners / (double) Math.max(1, wanted.size()), true);
    }

    private static <R extends Row> PerRow<R> figure(String name, Function<String, Optional<PerRow<R>>> perRow) {
        return perRow.apply(name)
                .orElseThrow(() -> InputException.at(
                        "/margins/" + name,
                        "is no metric that rows can be paired by",
                        "use a metric that is a figure of each row; times of two runs are not compared"));
    }

    /** How each metric with a margin moved, row by row. */
    public static <R extends Row> List<RunGate.Metric> moves(
            List<R> rows,
            List<R> baselineRows,
            Map<String, Double> margins,
            Function<String, Optional<PerRow<R>>> perRow) {
        return moves(rows, byIdentity(baselineRows), margins, perRow);
    }

    private static <R extends Row> List<RunGate.Metric> moves(
            List<R> rows,
            Map<String, R> before,
            Map<String, Double> margins,
            Function<String, Optional<PerRow<R>>> perRow) {
        List<RunGate.Metric> metrics = new ArrayList<>();
        margins.forEach((name, margin) -> {
            PerRow<R> figure = figure(name, perRow);
            metrics.add(new RunGate.Metric(name, figure.direction(), margin, pairs(figure, before, rows)));
        });
        return metrics;
    }

    private static <R extends Row> Map<String, R> byIdentity(List<R> rows) {
        Map<String, R> map = new HashMap<>();
        for (R row : rows) {
            if (map.put(row.identity(), row) != null) {
                throw InputException.at("row " + row.identity(), "is there twice", "run the job again with --fresh");
            }
        }
        return map;
    }

    /** The rows that have a figure in both runs, in the order of the candidate's. */
    private static <R extends Row> List<PairedTest.Pair> pairs(
            PerRow<R> figure, Map<String, R> before, List<R> candidate) {
        List<List<R>> both = new ArrayList<>();
        double worst = 0; // of an unbounded figure
        for (R row : candidate) {
            R other = before.get(row.identity());
            if (other != null && figure.among().test(row) && figure.among().test(other)) {
                both.add(List.of(other, row));
                for (R measured : List.of(other, row)) {
                    worst = measured.error() == null ? Math.max(worst, figure.value(measured)) : worst;
                }
            }
        }
        double bound = worst;
        return both.stream()
                .map(rows -> new PairedTest.Pair(
                        rows.get(1).clusterId(),
                        bounded(figure.value(rows.get(0)), bound),
                        bounded(figure.value(rows.get(1)), bound)))
                .toList();
    }

    private static double bounded(double value, double bound) {
        return Double.isInfinite(value) ? bound : value;
    }
}
