package io.kernelweave.results;

import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.json.Json;
import io.kernelweave.route.Candidate;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.trace.Redaction;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One prompt routed by one of two routers, and not answered. {@code route-row.parquet-schema} beside this class is its form in
 * Parquet, field for field.
 *
 * @param router {@link #UNTRAINED} (kernel text alone) or {@link #TRAINED} (the adapter of the run)
 * @param rowId id of the data set's row
 * @param signals what the likeliest kernel is judged by; empty without one
 * @param error what went wrong, or null; an error is a row, and it scores worst
 * @param recordedAt UTC, ISO 8601
 */
public record RouteRow(
        String runId,
        String rowId,
        String router,
        String clusterId,
        String split,
        String target,
        String taskFamily,
        String prompt,
        @Nullable String kernelId,
        List<String> acceptableKernels,
        ResultRow.@Nullable Decision decision,
        @Nullable Boolean routeCorrect,
        List<Signal> signals,
        @Nullable String error,
        String recordedAt)
        implements RoutedRow {

    public static final String UNTRAINED = "untrained";
    public static final String TRAINED = "trained";

    /**
     * One number that the likeliest kernel is judged by.
     *
     * @param next the same of the next kernel; null if there is none
     * @param contribution what it adds to the logit of the likeliest kernel's probability, before calibration
     */
    public record Signal(
            String name, double value, @Nullable Double next, double contribution) {}

    /** How such rows are kept. */
    public static final RowForm<RouteRow> FORM = new RowForm<>(
            Measure.ROUTING,
            RouteRow.class,
            RowForm.schema("route-row.parquet-schema"),
            Comparator.comparing(RouteRow::rowId).thenComparing(RouteRow::router));

    /** The row of a decision with the signals of its candidates. */
    public static RouteRow of(String runId, String router, DatasetRow row, RouteDecision decided) {
        ResultRow.Decision decision = Scoring.decision(decided);
        return of(
                runId,
                router,
                row,
                decision,
                ResultRow.matches(row, decision.action(), decision.kernelIds()),
                signals(decided.candidates()),
                null);
    }

    /** The row of a prompt that a router failed on. */
    public static RouteRow of(String runId, String router, DatasetRow row, Exception failure) {
        String error = failure.getClass().getSimpleName() + ": " + failure.getMessage();
        return of(runId, router, row, null, null, List.of(), error);
    }

    private static RouteRow of(
            String runId,
            String router,
            DatasetRow row,
            ResultRow.@Nullable Decision decision,
            @Nullable Boolean correct,
            List<Signal> signals,
            @Nullable String error) {
        return new RouteRow(
                runId,
                row.id(),
                router,
                row.clusterId(),
                row.split(),
                row.target(),
                row.taskFamily(),
                Redaction.redact(row.prompt()),
                row.kernelId(),
                row.acceptableKernels(),
                decision,
                correct,
                signals,
                error,
                Instant.now().truncatedTo(ChronoUnit.MICROS).toString());
    }

    private static List<Signal> signals(List<Candidate> candidates) {
        List<Candidate> eligible = candidates.stream()
                .filter(candidate -> candidate.preconditions() != io.kernelweave.verify.Outcome.FAIL)
                .toList();
        List<Signal> signals = new ArrayList<>();
        if (!eligible.isEmpty()) {
            List<io.kernelweave.route.Signal> best = eligible.get(0).signals();
            for (int i = 0; i < best.size(); i++) {
                signals.add(new Signal(
                        best.get(i).name(),
                        best.get(i).value(),
                        eligible.size() < 2
                                ? null
                                : eligible.get(1).signals().get(i).value(),
                        best.get(i).contribution()));
            }
        }
        return signals;
    }

    @Override
    public ObjectNode toJson() {
        return Json.tree(this);
    }

    public static RouteRow of(ObjectNode json) {
        return Json.convert(json, RouteRow.class, "route row");
    }

    @Override
    public String identity() {
        return rowId + " " + router;
    }

    public boolean isTrained() {
        return router.equals(TRAINED);
    }
}
