package io.kernelweave.compare;

import io.kernelweave.gate.RunGate;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.InputException;
import io.kernelweave.results.MaskMetrics;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.Measure;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.PerRow;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RouteMetrics;
import io.kernelweave.results.RouteRow;
import io.kernelweave.results.Row;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.Scoring;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * A candidate run beside a baseline: the run gate's reports, and of runs that answer prompts why each row flipped.
 *
 * @param verdict the gravest of all reports'
 * @param views one; two where contracts differ: each run's answers are then judged by the contracts of both
 * @param changed kernels whose contract differs
 * @param passes of each arm: rows that pass, by run and contracts
 * @param flips rows whose verdict flipped; empty for runs of other kinds
 * @param redacted rows that cannot be judged again, because secrets were taken out of them
 */
public record Versus(
        Run baseline,
        Run candidate,
        RunVerdict verdict,
        List<View> views,
        List<String> changed,
        List<Passes> passes,
        List<Attribution.Flip> flips,
        int redacted,
        Map<String, Metric> baselineMetrics,
        Map<String, Metric> candidateMetrics) {
    private static final double ROUTING_MARGIN = 0.02;
    private static final double MASK_MARGIN = 0.002;

    /**
     * One report of the run gate.
     *
     * @param contracts by whose contracts the rows are judged; empty where both runs' are the same
     */
    public record View(String contracts, RunGate.Report report) {}

    /** How many rows of an arm pass: the baseline's and the candidate's answers, by the contracts of each. */
    public record Passes(
            String arm,
            int rows,
            long baselineByBaseline,
            long baselineByCandidate,
            long candidateByBaseline,
            long candidateByCandidate) {}

    /**
     * Compares two runs.
     *
     * @param margins metric → accepted loss; empty: those of the candidate's job, or its kind's default
     * @param rerun answers prompts again where rows do not tell what a stage did
     */
    public static Versus of(
            RunFolder baseline, RunFolder candidate, Map<String, Double> margins, Attribution.Rerun rerun) {
        Run before = complete(baseline);
        Run after = complete(candidate);
        Measure measure = after.measure();
        if (before.measure() != measure) {
            throw InputException.at(
                    "run " + before.runId(),
                    "measures " + before.measure().label() + ", and " + after.runId() + " " + measure.label(),
                    "compare runs of one kind");
        }
        Map<String, Double> wanted = margins.isEmpty() ? margins(after) : new TreeMap<>(margins);
        return switch (measure) {
            case ANSWERS -> answers(baseline, before, candidate, after, wanted, rerun);
            case ROUTING ->
                figures(
                        baseline,
                        before,
                        candidate,
                        after,
                        RouteRow.FORM,
                        wanted.isEmpty() ? Map.of("trained.routing_accuracy", ROUTING_MARGIN) : wanted,
                        RouteMetrics::perRow);
            case MASKS ->
                figures(
                        baseline,
                        before,
                        candidate,
                        after,
                        MaskRow.FORM,
                        wanted.isEmpty() ? Map.of("mask.passing_rate", MASK_MARGIN) : wanted,
                        MaskMetrics::perRow);
            default ->
                throw InputException.at(
                        "run " + after.runId(),
                        "measures " + measure.label() + ", of which no rows are paired",
                        "compare runs that measure answers, routing or masks");
        };
    }

    private static Run complete(RunFolder folder) {
        Run run = folder.run();
        if (!run.isComplete()) {
            throw InputException.at(
                    "run " + run.runId(), "is not complete", "run its job again to resume it, then compare");
        }
        return run;
    }

    private static Map<String, Double> margins(Run run) {
        Map<String, Double> margins = new TreeMap<>();
        for (Map.Entry<String, JsonNode> margin : run.settings().path("margins").properties()) {
            margins.put(margin.getKey(), margin.getValue().asDouble());
        }
        return margins;
    }

    private static <R extends Row> Versus figures(
            RunFolder baseline,
            Run before,
            RunFolder candidate,
            Run after,
            RowForm<R> form,
            Map<String, Double> margins,
            Function<String, Optional<PerRow<R>>> perRow) {
        RunGate.Report report =
                Comparison.against(after, candidate.rows(form), before, baseline.rows(form), margins, perRow);
        return new Versus(
                before,
                after,
                report.verdict(),
                List.of(new View("", report)),
                List.of(),
                List.of(),
                List.of(),
                0,
                Map.of(),
                Map.of());
    }

    private static Versus answers(
            RunFolder baseline,
            Run before,
            RunFolder candidate,
            Run after,
            Map<String, Double> margins,
            Attribution.Rerun rerun) {
        List<ResultRow> then = baseline.rows();
        List<ResultRow> now = candidate.rows();
        Contracts old = contracts(baseline);
        Contracts present = contracts(candidate);
        List<ResultRow> thenByPresent = present.rejudge(then, old);
        List<ResultRow> nowByOld = old.rejudge(now, present);
        Map<String, Double> wanted = Comparison.margins(margins, shared(then, now));
        List<String> changed = present.changed(old);
        List<View> views = new ArrayList<>();
        if (changed.isEmpty()) {
            views.add(new View("", Comparison.against(after, now, before, then, wanted, Metrics::perRow)));
        } else {
            views.add(new View(
                    after.runId(), Comparison.against(after, now, before, thenByPresent, wanted, Metrics::perRow)));
            views.add(new View(
                    before.runId(), Comparison.against(after, nowByOld, before, then, wanted, Metrics::perRow)));
        }
        RunVerdict verdict =
                views.stream().map(view -> view.report().verdict()).reduce(RunVerdict.IDENTICAL, RunVerdict::graver);
        List<Passes> passes = Metrics.arms(shared(then, now)).stream()
                .map(arm -> new Passes(
                        arm.label(),
                        (int) now.stream()
                                .filter(row -> row.arm().equals(arm.label()))
                                .count(),
                        passing(then, arm.label()),
                        passing(thenByPresent, arm.label()),
                        passing(nowByOld, arm.label()),
                        passing(now, arm.label())))
                .toList();
        boolean comparable = Comparison.obstacle(after, before).isEmpty();
        return new Versus(
                before,
                after,
                verdict,
                List.copyOf(views),
                changed,
                passes,
                comparable ? Attribution.of(before, then, old, after, now, present, rerun) : List.of(),
                (int) now.stream().filter(Scoring::isRedacted).count(),
                Metrics.of(then, before),
                Metrics.of(now, after));
    }

    private static Contracts contracts(RunFolder folder) {
        if (folder.kernels().isEmpty()) {
            throw InputException.at(
                    folder.folder() + "/" + RunFolder.KERNELS,
                    "is missing: nothing says what the answers were judged by",
                    "restore the file, or run the job again");
        }
        return Contracts.of(folder.kernels());
    }

    /** The candidate's rows of arms that both runs have. */
    private static List<ResultRow> shared(List<ResultRow> then, List<ResultRow> now) {
        Set<String> arms = then.stream().map(ResultRow::arm).collect(Collectors.toSet());
        return now.stream().filter(row -> arms.contains(row.arm())).toList();
    }

    private static long passing(List<ResultRow> rows, String arm) {
        return rows.stream()
                .filter(row -> row.arm().equals(arm) && row.passes())
                .count();
    }

    /** How many flips each charge has, by arm and direction ({@code lost}, {@code gained}). */
    public Map<String, Map<Attribution.Charge, Long>> charges() {
        Map<String, Map<Attribution.Charge, Long>> charges = new TreeMap<>();
        for (Attribution.Flip flip : flips) {
            charges.computeIfAbsent(
                            flip.candidate().arm() + " " + (flip.lost() ? "lost" : "gained"), key -> new TreeMap<>())
                    .merge(flip.charge(), 1L, Long::sum);
        }
        return charges;
    }

    /** The digests of the fingerprint that differ. */
    public List<String> differing() {
        TreeMap<String, String> all = new TreeMap<>(baseline.fingerprint());
        all.putAll(candidate.fingerprint());
        return all.keySet().stream()
                .filter(part -> !String.valueOf(baseline.fingerprint().get(part))
                        .equals(candidate.fingerprint().get(part)))
                .toList();
    }
}
