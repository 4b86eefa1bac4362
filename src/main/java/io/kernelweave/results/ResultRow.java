package io.kernelweave.results;

import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.json.Json;
import io.kernelweave.runtime.Arm;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One prompt answered by one arm: the unit of every metric. {@code result-row.parquet-schema} beside this class is its
 * form in Parquet, field for field, but for what the same answer given again would not repeat: its run, and its times, which
 * {@link RowTimes} keeps.
 *
 * @param runId the run that the row was read from
 * @param rowId id of the data set's row
 * @param kernelId the label: the kernel that the prompt asks for (ids joined by {@code +} for a composition); null if no
 *     kernel fits
 * @param kind where no kernel fits: which of {@link DatasetRow#KINDS} the prompt is; null elsewhere, where the data set does
 *     not say, and in files that were written before there was this field
 * @param breaks for a row whose recorded response is a planted failure: the condition that it breaks
 * @param decision the route; null for an arm that takes none
 * @param answer the final answer
 * @param verdict what the <em>label's</em> contract says of the answer, whatever kernel gave it; UNKNOWN where no kernel fits
 * @param schemaValid whether the answer is valid under the schema that it stands for: that of its own kernels if it was
 *     given as a kernel's, else the label's; null where there is neither
 * @param routeCorrect whether the decision is the label's; null without a decision
 * @param attempts all generated answers
 * @param timings nanoseconds by stage; {@link Timings#NONE} of a row that this run took over from an earlier one
 * @param tokens counts over all attempts
 * @param error what went wrong, or null; an error is a row, and it scores worst
 * @param trace the trace as JSON text, without times
 * @param recordedAt UTC, ISO 8601; null of a row that this run took over from an earlier one
 * @param key digest of all that the row depends on, see {@link RowKey}; null in files that were written before there was this field
 */
public record ResultRow(
        String runId,
        String rowId,
        String arm,
        String clusterId,
        String split,
        String phase,
        String target,
        String taskFamily,
        String prompt,
        @Nullable String kernelId,
        List<String> acceptableKernels,
        @Nullable String kind,
        @Nullable String breaks,
        @Nullable Decision decision,
        @Nullable FinalAnswer answer,
        Verdict verdict,
        @Nullable Boolean schemaValid,
        @Nullable Boolean routeCorrect,
        List<Attempt> attempts,
        Timings timings,
        Tokens tokens,
        @Nullable String error,
        @Nullable String traceId,
        @Nullable String trace,
        @Nullable String recordedAt,
        @Nullable String key)
        implements RoutedRow {

    public ResultRow {
        timings = timings == null ? Timings.NONE : timings;
    }

    /**
     * The route taken.
     *
     * @param flow what was to be done; null for raw generation, and in files that were written before there was this field: then all
     *     kernels on the same prompt
     */
    public record Decision(
            String action,
            List<String> kernelIds,
            @Nullable String flow,
            double probability,
            double threshold,
            String reason,
            List<Candidate> candidates) {
        public Decision {
            candidates = candidates == null ? List.of() : candidates; // of rows that were read without them
        }
    }

    /** A kernel that the router weighed. */
    public record Candidate(
            String kernelId,
            double probability,
            double similarity,
            double lexical,
            double coverage,
            String preconditions,
            List<String> conflicts) {}

    /** @param path {@code kernel}, {@code compose}, {@code raw}, {@code retrieval}, {@code rolled_back} or {@code reused} */
    public record FinalAnswer(String path, List<String> kernelIds, String text) {}

    /** @param score share of the error conditions that pass; null without any */
    public record Verdict(String outcome, @Nullable Double score, List<Check> checks) {
        public Verdict {
            checks = checks == null ? List.of() : checks;
        }
    }

    /**
     * One condition's verdict.
     *
     * @param basis {@code checked}, or {@code judged} if it rests on a model's opinion; null in files that were written before
     *     there was this field
     */
    public record Check(
            String name,
            String severity,
            String outcome,
            String reason,
            List<Span> spans,
            @Nullable String basis) {
        /** Whether this keeps the answer out: an opinion alone lets nothing in. */
        public boolean blocks() {
            return severity.equals("error") && (!outcome.equals("PASS") || "judged".equals(basis));
        }
    }

    /** UTF-16 offsets into the text that {@code field} names. */
    public record Span(String field, int start, int end) {}

    /**
     * @param gate the gate's verdict of this answer, or null where no gate judged it
     * @param cause why the attempt was made; empty for the first, and in files that were written before there was this field
     * @param failed conditions that keep it out; in a composition {@code <kernel_id>/<condition>}
     * @param unsafe conditions about safety that failed, called likewise
     * @param kernelId the kernel whose answer or part of an answer it is; null for raw generation, and in files that were written before
     *     there was this field
     */
    public record Attempt(
            int number,
            boolean masked,
            boolean complete,
            String text,
            @Nullable String gate,
            List<String> failed,
            String cause,
            List<String> unsafe,
            @Nullable String kernelId) {
        public Attempt {
            cause = cause == null ? "" : cause;
            unsafe = unsafe == null ? List.of() : List.copyOf(unsafe);
        }
    }

    /** Nanoseconds; mask and model are parts of decode. */
    public record Timings(long routeNs, long decodeNs, long maskNs, long modelNs, long gateNs, long totalNs) {
        /** Of a row whose times are not known. */
        public static final Timings NONE = new Timings(0, 0, 0, 0, 0, 0);
    }

    /** Counts over all attempts; {@code masked} is how many vocabulary entries the masks kept out. */
    public record Tokens(int generated, int forced, long masked) {}

    /** How such rows are kept. */
    public static final RowForm<ResultRow> FORM = new RowForm<>(
            Measure.ANSWERS,
            ResultRow.class,
            RowForm.schema("result-row.parquet-schema"),
            Comparator.comparing(ResultRow::rowId).thenComparing(ResultRow::arm));

    @Override
    public ObjectNode toJson() {
        return Json.tree(this);
    }

    public static ResultRow of(ObjectNode json) {
        return Json.convert(json, ResultRow.class, "result row");
    }

    @Override
    public String identity() {
        return rowId + " " + arm;
    }

    /** The identity of a data set's row in an arm. */
    public static String identity(String rowId, Arm arm) {
        return rowId + " " + arm.label();
    }

    /** Whether the run that the row is of answered it itself, so that its times are known. */
    public boolean isMeasured() {
        return recordedAt != null;
    }

    /** The same row with what it depends on. */
    public ResultRow withKey(RowKey newKey) {
        return with(decision, verdict, schemaValid, timings, trace, recordedAt, newKey.toString());
    }

    /** The same row with its times. */
    ResultRow timed(RowTimes times) {
        return with(decision, verdict, schemaValid, times.timings(), trace, times.recordedAt(), key);
    }

    /** The same row with its trace. */
    ResultRow traced(@Nullable String newTrace) {
        return with(decision, verdict, schemaValid, timings, newTrace, recordedAt, key);
    }

    /** The same row, taken over from an earlier run: as another decision led to it, and without times. */
    public ResultRow reached(Decision otherDecision, String otherTrace) {
        return with(otherDecision, verdict, schemaValid, Timings.NONE, otherTrace, null, key);
    }

    public boolean passes() {
        return verdict.outcome().equals("PASS");
    }

    /** Whether a decision names the label's kernels; order does not matter for a composition. */
    static boolean matches(DatasetRow row, String action, List<String> ids) {
        if (row.kernelId() == null) {
            return action.equals("generate");
        }
        if (ids.size() == 1) {
            return row.acceptableKernels().contains(ids.get(0));
        }
        return !ids.isEmpty() && new HashSet<>(ids).equals(new HashSet<>(row.labelledKernels()));
    }

    /** What each kernel answered first. */
    public List<Attempt> firstAttempts() {
        Map<String, Attempt> first = new LinkedHashMap<>();
        attempts.stream()
                .limit(attempts.isEmpty() || attempts.get(0).kernelId() == null ? 1 : attempts.size())
                .filter(attempt -> attempts.get(0).kernelId() == null || attempt.kernelId() != null)
                .forEach(attempt -> first.putIfAbsent(String.valueOf(attempt.kernelId()), attempt));
        return List.copyOf(first.values());
    }

    /** Whether a gate let all of them through. */
    public boolean isAcceptedAtOnce() {
        return !attempts.isEmpty() && firstAttempts().stream().allMatch(attempt -> "PASS".equals(attempt.gate()));
    }

    /** Whether the final answer was given under a kernel. */
    public boolean answeredByKernel() {
        return answer != null
                && (answer.path().equals("kernel") || answer.path().equals("compose") || isReused());
    }

    /** Whether the final answer was accepted before the run, and now again. */
    public boolean isReused() {
        return answer != null && answer.path().equals("reused");
    }

    /** The kernels that the label names: none, one, or several for a composition. */
    public List<String> labelledKernels() {
        return kernelId == null ? List.of() : List.of(kernelId.split("\\" + DatasetRow.COMPOSED));
    }

    /** The same row, judged otherwise. */
    ResultRow judged(Verdict otherVerdict, @Nullable Boolean otherValid) {
        return with(decision, otherVerdict, otherValid, timings, trace, recordedAt, key);
    }

    private ResultRow with(
            @Nullable Decision newDecision,
            Verdict newVerdict,
            @Nullable Boolean newValid,
            Timings newTimings,
            @Nullable String newTrace,
            @Nullable String newRecordedAt,
            @Nullable String newKey) {
        return new ResultRow(
                runId,
                rowId,
                arm,
                clusterId,
                split,
                phase,
                target,
                taskFamily,
                prompt,
                kernelId,
                acceptableKernels,
                kind,
                breaks,
                newDecision,
                answer,
                newVerdict,
                newValid,
                routeCorrect,
                attempts,
                newTimings,
                tokens,
                error,
                traceId,
                newTrace,
                newRecordedAt,
                newKey);
    }

    /** Whether an answer was let through as a kernel's that the label's contract does not judge PASS. */
    public boolean isFalselyAccepted() {
        return answeredByKernel() && !passes();
    }
}
