package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.mine.Example;
import io.kernelweave.trial.Foresight;
import io.kernelweave.trial.MiningTrial;
import io.kernelweave.verify.Outcome;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One trace that was judged by what was learned from others, in one split. {@code compilation-row.parquet-schema} beside this class is its
 * form in Parquet, field for field.
 *
 * @param source name of the source
 * @param regime {@link #HALVES}, {@link #REPEAT}, {@link #SEEN}, or {@code halves-<percent>} where only a share of the half was learned from
 * @param split number of the split, from 0
 * @param trace what its source calls it
 * @param task attempts at one task share it
 * @param success what its source says became of it
 * @param verdict by the mined conditions: {@code PASS}, {@code FAIL} or {@code UNKNOWN}
 * @param steps how many
 * @param score log-odds of success by the mined conditions
 * @param kinds what each kind of conditions adds to it, one each of {@link io.kernelweave.mine.Mined#kinds()}; empty in files
 *     that were written before there was this field
 * @param lengthScore the number of steps, or less it, whichever is higher for successes in training
 * @param permuted scores by conditions mined from permuted outcomes, one for each permutation
 * @param foresight of its steps; null where nobody asked
 * @param error why the split could not be tried, or null
 * @param recordedAt UTC, ISO 8601
 */
public record CompilationRow(
        String runId,
        String rowId,
        String source,
        String regime,
        int split,
        String trace,
        String task,
        boolean success,
        String verdict,
        int steps,
        double score,
        List<Double> kinds,
        double lengthScore,
        List<Double> permuted,
        @Nullable Foresight foresight,
        @Nullable String error,
        String recordedAt)
        implements Row {

    /** Half of the tasks is learned from, the other half judged. */
    public static final String HALVES = "halves";

    /** Half of the tasks is learned from, and the same half judged. */
    public static final String SEEN = "seen";

    /** Some attempts at each task are learned from, others judged. */
    public static final String REPEAT = "repeat";

    /** How such rows are kept. */
    public static final RowForm<CompilationRow> FORM = new RowForm<>(
            Measure.COMPILATION,
            CompilationRow.class,
            RowForm.schema("compilation-row.parquet-schema"),
            Comparator.comparing(CompilationRow::source)
                    .thenComparing(CompilationRow::regime)
                    .thenComparing(CompilationRow::split)
                    .thenComparing(CompilationRow::rowId));

    public CompilationRow {
        kinds = kinds == null ? List.of() : List.copyOf(kinds);
        permuted = List.copyOf(permuted);
    }

    /** A trace that was judged. */
    public static CompilationRow of(
            String runId,
            String source,
            String regime,
            int split,
            String trace,
            Example example,
            MiningTrial.Judged judged) {
        return new CompilationRow(
                runId,
                source + "/" + regime + "/" + split + "/" + judged.index(),
                source,
                regime,
                split,
                trace,
                example.task(),
                example.outcome() == Outcome.PASS,
                judged.verdict().name(),
                judged.steps(),
                judged.score(),
                judged.kinds(),
                judged.lengthScore(),
                judged.permuted(),
                judged.foresight(),
                null,
                now());
    }

    /** A split that could not be tried. */
    public static CompilationRow failed(String runId, String source, String regime, int split, String error) {
        return new CompilationRow(
                runId,
                source + "/" + regime + "/" + split,
                source,
                regime,
                split,
                "",
                "",
                false,
                Outcome.UNKNOWN.name(),
                0,
                0,
                List.of(),
                0,
                List.of(),
                null,
                error,
                now());
    }

    private static String now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS).toString();
    }

    @Override
    public ObjectNode toJson() {
        return Json.tree(this);
    }

    public static CompilationRow of(ObjectNode json) {
        return Json.convert(json, CompilationRow.class, "compilation row");
    }

    @Override
    public String identity() {
        return rowId;
    }

    /** Attempts at one task are no independent evidence, nor is one attempt in several splits. */
    @Override
    public String clusterId() {
        return source + "/" + task;
    }

    public boolean is(Outcome outcome) {
        return verdict.equals(outcome.name());
    }
}
