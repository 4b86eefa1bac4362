package io.kernelweave.results;

import io.kernelweave.dataset.InstructionCases;
import io.kernelweave.json.Json;
import io.kernelweave.trial.InstructionTrial;
import io.kernelweave.verify.Outcome;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * One instruction of a prompt with an answer: what an outside checker said of it and what the check language says. {@code
 * ifeval-row.parquet-schema} beside this class is its form in Parquet, field for field.
 *
 * @param rowId the prompt's key and the instruction's number, from 1
 * @param prompt the prompt's key
 * @param instruction type of the instruction
 * @param arguments of the instruction, as JSON
 * @param condition that it was judged by, as JSON; empty if there is none
 * @param strict both verdicts on the answer as it is; null in an error
 * @param loose both verdicts by the loose rule; null if no outside ones were given
 * @param responseChars UTF-16 units of the answer
 * @param judgeNs wall-clock time of all checks
 * @param error why nothing was judged, or null
 * @param recordedAt UTC, ISO 8601
 */
public record IfevalRow(
        String runId,
        String rowId,
        String prompt,
        String instruction,
        String arguments,
        String condition,
        @Nullable Verdicts strict,
        @Nullable Verdicts loose,
        int responseChars,
        long judgeNs,
        @Nullable String error,
        String recordedAt)
        implements Row {

    /**
     * Two verdicts on one answer.
     *
     * @param followed the outside checker's
     * @param outcome the check's
     * @param variant of the answer that the check's verdict is about
     * @param excerpts what it rests on
     */
    public record Verdicts(boolean followed, Outcome outcome, String reason, String variant, List<String> excerpts) {
        public Verdicts {
            excerpts = List.copyOf(excerpts);
        }

        static Verdicts of(boolean followed, InstructionTrial.Judged judged) {
            return new Verdicts(followed, judged.outcome(), judged.reason(), judged.variant(), judged.excerpts());
        }

        public boolean isDecided() {
            return outcome != Outcome.UNKNOWN;
        }

        /** Whether both say the same; false while undecided. */
        public boolean agree() {
            return outcome == (followed ? Outcome.PASS : Outcome.FAIL);
        }

        /** Passed here, not followed there. */
        public boolean isFalsePass() {
            return outcome == Outcome.PASS && !followed;
        }
    }

    /** How such rows are kept. */
    public static final RowForm<IfevalRow> FORM = new RowForm<>(
            Measure.IFEVAL,
            IfevalRow.class,
            RowForm.schema("ifeval-row.parquet-schema"),
            Comparator.comparing(IfevalRow::prompt).thenComparing(IfevalRow::rowId));

    /** An instruction that was judged. */
    public static IfevalRow judged(
            String runId,
            InstructionCases.Case subject,
            int index,
            String condition,
            InstructionTrial.Judged strict,
            InstructionTrial.@Nullable Judged loose,
            long judgeNs) {
        InstructionCases.Instruction instruction = subject.instructions().get(index);
        return of(
                runId,
                subject,
                index,
                condition,
                Verdicts.of(instruction.followed(), strict),
                loose == null || instruction.followedLoosely() == null
                        ? null
                        : Verdicts.of(instruction.followedLoosely(), loose),
                judgeNs,
                null);
    }

    /** An instruction that could not be judged. */
    public static IfevalRow failed(
            String runId, InstructionCases.Case subject, int index, String condition, String error) {
        return of(runId, subject, index, condition, null, null, 0, error);
    }

    private static IfevalRow of(
            String runId,
            InstructionCases.Case subject,
            int index,
            String condition,
            @Nullable Verdicts strict,
            @Nullable Verdicts loose,
            long judgeNs,
            @Nullable String error) {
        InstructionCases.Instruction instruction = subject.instructions().get(index);
        return new IfevalRow(
                runId,
                subject.id() + "." + (index + 1),
                subject.id(),
                instruction.type(),
                Json.compact(instruction.arguments()),
                condition,
                strict,
                loose,
                subject.response().length(),
                judgeNs,
                error,
                Instant.now().truncatedTo(ChronoUnit.MICROS).toString());
    }

    @Override
    public ObjectNode toJson() {
        return Json.tree(this);
    }

    public static IfevalRow of(ObjectNode json) {
        return Json.convert(json, IfevalRow.class, "ifeval row");
    }

    @Override
    public String identity() {
        return rowId;
    }

    /** The instructions of one prompt are about one answer. */
    @Override
    public String clusterId() {
        return prompt;
    }

    /** The outcome in lower case, {@code error} for an error. */
    public String outcome() {
        return strict == null ? "error" : strict.outcome.name().toLowerCase(Locale.ROOT);
    }
}
