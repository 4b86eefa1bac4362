package io.kernelweave.results;

import io.kernelweave.json.Json;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One prompt answered in one variant of the system: sound, sound once more, or with a fault that was put into it. {@code
 * selftest-row.parquet-schema} beside this class is its form in Parquet, field for field. Whatever the variant, the answer is judged by
 * the sound kernels' contracts.
 *
 * @param rowId id of the data set's row
 * @param variant name of the variant
 * @param kernelId the label; null if no kernel fits
 * @param path where the answer came from; null after an error
 * @param passes whether the label's contract judges the answer PASS
 * @param byKernel whether the answer was given, and let through, as a kernel's
 * @param schemaValid whether it is valid under the schema that it stands for; null where there is none
 * @param routeCorrect whether the decision is the label's; null after an error
 * @param recordedAt UTC, ISO 8601
 */
public record SelfTestRow(
        String runId,
        String rowId,
        String variant,
        String clusterId,
        String split,
        @Nullable String kernelId,
        @Nullable String path,
        boolean passes,
        boolean byKernel,
        @Nullable Boolean schemaValid,
        @Nullable Boolean routeCorrect,
        @Nullable String error,
        String recordedAt)
        implements Row {

    /** How such rows are kept. */
    public static final RowForm<SelfTestRow> FORM = new RowForm<>(
            Measure.SELFTEST,
            SelfTestRow.class,
            RowForm.schema("selftest-row.parquet-schema"),
            Comparator.comparing(SelfTestRow::rowId).thenComparing(SelfTestRow::variant));

    /** An answered row in a variant. */
    public static SelfTestRow of(String variant, ResultRow row) {
        return new SelfTestRow(
                row.runId(),
                row.rowId(),
                variant,
                row.clusterId(),
                row.split(),
                row.kernelId(),
                row.answer() == null ? null : row.answer().path(),
                row.passes(),
                row.answeredByKernel(),
                row.schemaValid(),
                row.routeCorrect(),
                row.error(),
                Objects.requireNonNull(row.recordedAt(), "answered just now"));
    }

    @Override
    public String identity() {
        return rowId + " " + variant;
    }

    @Override
    public ObjectNode toJson() {
        return Json.tree(this);
    }
}
