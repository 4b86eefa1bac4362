package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.stats.LogHistogram;
import io.kernelweave.trial.SchemaCase;
import io.kernelweave.trial.Trial;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One schema whose documents were forced through its masks. {@code mask-row.parquet-schema} beside this class is its form in Parquet, field
 * for field.
 *
 * @param rowId id of the schema
 * @param phase {@code cold} (among the first schemas of a fresh JVM), {@code warm}, or {@code memory} (tried again to measure what the
 *     compiled schema holds); only warm rows count for the verdict
 * @param source name of the data set
 * @param place where in a suite of tests the schema stands; null if in none
 * @param outcome {@code measured}, {@code unsatisfiable} (it was proved that no document satisfies the schema), {@code refused} (the engine does not honour the schema) or {@code fault} (it failed)
 * @param error what went wrong in a fault, or null
 * @param valid how many documents are valid
 * @param errors how many documents of each kind of error, see {@link Trial.Kind}
 * @param passing MaskBench's rule: the schema is honoured, every valid document has only allowed tokens and no invalid one has
 * @param strictPassing the strict rule: every valid document is also allowed to end where it ends, and no invalid one is
 * @param failures the first document of each kind of error
 * @param compileNs thread CPU time until the schema was compiled or refused
 * @param firstMaskNs thread CPU time from the schema to the first mask; null if there was none
 * @param betweenMasks thread CPU time of each token and the mask after it, counted in buckets
 * @param allocatedBytes what compiling and all masks allocated
 * @param retainedBytes what the compiled schema and a matcher hold after all documents; null if not measured
 * @param heapPeakBytes the most that the heap held so far, garbage included
 * @param recordedAt UTC, ISO 8601
 */
public record MaskRow(
        String runId,
        String rowId,
        String phase,
        String source,
        SchemaCase.@Nullable Place place,
        String description,
        int schemaBytes,
        String outcome,
        Trial.@Nullable Refusal refusal,
        @Nullable String error,
        int valid,
        int invalid,
        Trial.Errors errors,
        boolean passing,
        boolean strictPassing,
        List<Failure> failures,
        long tokens,
        long compileNs,
        @Nullable Long firstMaskNs,
        List<LogHistogram.Bucket> betweenMasks,
        long betweenMasksSumNs,
        long betweenMasksMaxNs,
        long allocatedBytes,
        @Nullable Long retainedBytes,
        long heapPeakBytes,
        String recordedAt)
        implements Row {

    /** How such rows are kept. */
    public static final RowForm<MaskRow> FORM = new RowForm<>(
            Measure.MASKS,
            MaskRow.class,
            RowForm.schema("mask-row.parquet-schema"),
            Comparator.comparing(MaskRow::phase).thenComparing(MaskRow::rowId));

    public static final String COLD = "cold";
    public static final String WARM = "warm";
    public static final String MEMORY = "memory";

    /** A document that was treated wrongly; {@code kind} is a {@link Trial.Kind} in lower case. */
    public record Failure(String kind, int instance, String excerpt, String reason) {}

    /** The row of a trial. */
    public static MaskRow of(String runId, String phase, SchemaCase subject, Trial trial) {
        boolean honoured = trial.refusal() == null && trial.fault() == null;
        Trial.Errors errors = trial.errors();
        return new MaskRow(
                runId,
                subject.id(),
                phase,
                subject.source(),
                subject.place(),
                subject.description(),
                subject.schema().length(),
                outcome(trial),
                trial.refusal(),
                trial.fault(),
                trial.valid(),
                trial.invalid(),
                errors,
                honoured && errors.refused() + errors.admitted() + errors.open() == 0,
                honoured && errors.refused() + errors.unfinished() + errors.admitted() == 0,
                trial.failures().stream()
                        .map(failure -> new Failure(
                                failure.kind().name().toLowerCase(Locale.ROOT),
                                failure.instance(),
                                failure.excerpt(),
                                failure.reason()))
                        .toList(),
                trial.tokens(),
                trial.compileNs(),
                trial.firstMaskNs() < 0 ? null : trial.firstMaskNs(),
                trial.betweenMasks().buckets(),
                trial.betweenMasks().sum(),
                trial.betweenMasks().max(),
                trial.allocatedBytes(),
                trial.retainedBytes() < 0 ? null : trial.retainedBytes(),
                trial.heapPeakBytes(),
                Instant.now().truncatedTo(ChronoUnit.MICROS).toString());
    }

    private static String outcome(Trial trial) {
        if (trial.refusal() != null) {
            return "refused";
        }
        return trial.fault() != null ? "fault" : trial.unsatisfiable() ? "unsatisfiable" : "measured";
    }

    @Override
    public ObjectNode toJson() {
        return Json.tree(this);
    }

    public static MaskRow of(ObjectNode json) {
        return Json.convert(json, MaskRow.class, "mask row");
    }

    @Override
    public String identity() {
        return rowId + " " + phase;
    }

    /** Each schema is its own cluster. */
    @Override
    public String clusterId() {
        return rowId;
    }

    public boolean isWarm() {
        return phase.equals(WARM);
    }

    /** Whether the engine gave a verdict on each document: it neither refused the schema nor failed. */
    public boolean isHonoured() {
        return outcome.equals("measured") || isUnsatisfiable();
    }

    public boolean isUnsatisfiable() {
        return outcome.equals("unsatisfiable");
    }

    /** The metrics that the row counts for: {@code mask.}, or {@code mask.suite.<draft>.<required|optional>.} */
    public String prefix() {
        return place == null
                ? "mask."
                : "mask.suite." + place.draft() + (place.required() ? ".required." : ".optional.");
    }

    /** Whether a valid document was treated wrongly, by one rule or the other. */
    public boolean isOverConstrained(boolean strict) {
        return errors.refused() > 0 || strict && errors.unfinished() > 0;
    }

    /** Whether an invalid document was treated wrongly, by one rule or the other. */
    public boolean isUnderConstrained(boolean strict) {
        return errors.admitted() > 0 || !strict && errors.open() > 0;
    }

    /** By MaskBench's rule, or by the strict one. */
    public boolean passes(boolean strict) {
        return strict ? strictPassing : passing;
    }
}
