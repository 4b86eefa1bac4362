package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.schema.Containment;
import io.kernelweave.trial.ContainmentCase;
import io.kernelweave.trial.ContainmentTrial;
import io.kernelweave.trial.ContainmentTrial.Standing;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One question whether a schema contains another, and its answer. {@code containment-row.parquet-schema} beside this class is its form in
 * Parquet, field for field.
 *
 * @param rowId id of the case
 * @param group what the figures of its source are called
 * @param cluster cases of one file or test are no independent evidence
 * @param question {@code contained} or {@code equivalent}
 * @param one the schema whose values are looked at, as JSON
 * @param other the schema that is to hold them
 * @param expected the answer that the source gives
 * @param outcome {@code proven}, {@code refuted}, {@code unknown} or {@code error}
 * @param standing a {@link Standing} in lower case, or {@code error}
 * @param reason why it is unknown, or what speaks for whom where the answer is not the expected one; else empty
 * @param witness of a refutation, as JSON
 * @param confirmed whether the validator confirms the witness; null without one
 * @param decideNs thread CPU time
 * @param error what went wrong, or null
 * @param recordedAt UTC, ISO 8601
 */
public record ContainmentRow(
        String runId,
        String rowId,
        String group,
        String cluster,
        String description,
        String question,
        String one,
        String other,
        boolean expected,
        String outcome,
        String standing,
        String reason,
        @Nullable String witness,
        @Nullable Boolean confirmed,
        long decideNs,
        @Nullable String error,
        String recordedAt)
        implements Row {

    /** How such rows are kept. */
    public static final RowForm<ContainmentRow> FORM = new RowForm<>(
            Measure.CONTAINMENT,
            ContainmentRow.class,
            RowForm.schema("containment-row.parquet-schema"),
            Comparator.comparing(ContainmentRow::group).thenComparing(ContainmentRow::rowId));

    /** A case that was tried. */
    public static ContainmentRow of(String runId, ContainmentCase subject, ContainmentTrial trial) {
        boolean unknown = trial.answer() instanceof Containment.Unknown;
        return row(
                runId,
                subject,
                unknown ? "unknown" : trial.answer() instanceof Containment.Proven ? "proven" : "refuted",
                trial.standing().name().toLowerCase(Locale.ROOT),
                trial.answer() instanceof Containment.Unknown open ? open.reason() : trial.why(),
                trial.answer() instanceof Containment.Refuted refuted ? Json.compact(refuted.witness()) : null,
                trial.confirmed(),
                trial.cpuNs(),
                null);
    }

    /** A case that could not be tried. */
    public static ContainmentRow failed(String runId, ContainmentCase subject, String error) {
        return row(runId, subject, "error", "error", "", null, null, 0, error);
    }

    private static ContainmentRow row(
            String runId,
            ContainmentCase subject,
            String outcome,
            String standing,
            String reason,
            @Nullable String witness,
            @Nullable Boolean confirmed,
            long decideNs,
            @Nullable String error) {
        return new ContainmentRow(
                runId,
                subject.id(),
                subject.group(),
                subject.cluster(),
                subject.description(),
                subject.equivalence() ? "equivalent" : "contained",
                subject.one(),
                subject.other(),
                subject.expected(),
                outcome,
                standing,
                reason,
                witness,
                confirmed,
                decideNs,
                error,
                Instant.now().truncatedTo(ChronoUnit.MICROS).toString());
    }

    @Override
    public ObjectNode toJson() {
        return Json.tree(this);
    }

    public static ContainmentRow of(ObjectNode json) {
        return Json.convert(json, ContainmentRow.class, "containment row");
    }

    @Override
    public String identity() {
        return rowId;
    }

    @Override
    public String clusterId() {
        return cluster;
    }

    public boolean is(Standing one) {
        return standing.equals(one.name().toLowerCase(Locale.ROOT));
    }

    /** Whether there is an answer. */
    public boolean isDecided() {
        return outcome.equals("proven") || outcome.equals("refuted");
    }

    /** Whether the answer was refuted with a witness that the validator does not confirm. */
    public boolean isUnconfirmed() {
        return Boolean.FALSE.equals(confirmed);
    }
}
