package io.kernelweave.results;

import io.kernelweave.compose.AnswerContract;
import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.route.RouteDecision;
import io.kernelweave.runtime.Answer;
import io.kernelweave.runtime.Arm;
import io.kernelweave.trace.Redaction;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.verify.CheckDescriptor;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.ConditionVerdict;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Scores an arm's answer by the row's label, not by what the arm believed: a prompt that was routed to the wrong kernel is
 * judged by the right one. Thread-safe.
 */
public final class Scoring {
    private final String runId;
    private final boolean trustsGate;
    private final Map<String, Kernel> kernels;
    private final Map<String, AnswerContract> contracts = new ConcurrentHashMap<>();
    private final Map<String, Boolean> readsTrace = new ConcurrentHashMap<>();

    /** Scores answers of a runtime that has these very kernels: what its gate judged is not judged again. */
    public Scoring(String runId, List<Kernel> kernels) {
        this(runId, kernels, true);
    }

    private Scoring(String runId, List<Kernel> kernels, boolean trustsGate) {
        this.runId = runId;
        this.trustsGate = trustsGate;
        this.kernels = kernels.stream().collect(Collectors.toMap(Kernel::kernelId, Function.identity()));
    }

    /** Scores answers of runtimes whose kernels may be others of the same ids: a gate's word on its own contracts counts for nothing. */
    public static Scoring ofOthers(String runId, List<Kernel> kernels) {
        return new Scoring(runId, kernels, false);
    }

    /** The row of the results for an answer. */
    public ResultRow score(DatasetRow row, Answer answer) {
        List<String> labelled = row.labelledKernels();
        List<String> claimed = answer.kernelIds().isEmpty() ? labelled : answer.kernelIds();
        Judgement judgement = judgedByGate(row, answer).orElse(null);
        Judgement asClaimed = judgement;
        if (judgement == null) {
            Subject subject = Subject.of(row.prompt()).answered(answer.text()).with(answer.trace());
            judgement = judge(labelled, subject);
            asClaimed = claimed.equals(labelled) ? judgement : judge(claimed, subject);
        }
        Boolean schemaValid = claimed.isEmpty() ? null : schemaValid(asClaimed);
        RouteDecision decision = answer.decision();
        ResultRow.Decision route = decision == null ? null : decision(decision);
        return new ResultRow(
                runId,
                row.id(),
                answer.arm().label(),
                row.clusterId(),
                row.split(),
                row.phase(),
                row.target(),
                row.taskFamily(),
                Redaction.redact(row.prompt()),
                row.kernelId(),
                row.acceptableKernels(),
                row.kind(),
                row.breaks(),
                route,
                new ResultRow.FinalAnswer(answer.path().label(), answer.kernelIds(), Redaction.redact(answer.text())),
                verdict(judgement),
                schemaValid,
                route == null ? null : ResultRow.matches(row, route.action(), route.kernelIds()),
                answer.attempts().stream()
                        .map(attempt -> attempt(
                                attempt, route != null && route.kernelIds().size() > 1))
                        .toList(),
                new ResultRow.Timings(
                        answer.timings().route(),
                        answer.timings().decode(),
                        answer.timings().mask(),
                        answer.timings().model(),
                        answer.timings().gate(),
                        answer.timings().total()),
                new ResultRow.Tokens(answer.tokens(), answer.forcedTokens(), answer.maskedTokens()),
                null,
                answer.trace().traceId(),
                Json.compact(answer.trace().timeless()),
                now(),
                null);
    }

    /**
     * A row as these kernels' contracts judge its answer, by the texts that the row keeps. A row without an answer stays as it
     * is, and so does one whose texts were redacted: what was taken out of them cannot be judged.
     */
    public ResultRow rejudge(ResultRow row) {
        ResultRow.FinalAnswer answer = row.answer();
        if (answer == null || isRedacted(row)) {
            return row;
        }
        Subject subject = Subject.of(row.prompt()).answered(answer.text());
        List<String> labelled = row.labelledKernels();
        List<String> claimed = answer.kernelIds().isEmpty() ? labelled : answer.kernelIds();
        Judgement judgement = judge(labelled, subject);
        Judgement asClaimed = claimed.equals(labelled) ? judgement : judge(claimed, subject);
        return row.judged(verdict(judgement), claimed.isEmpty() ? null : schemaValid(asClaimed));
    }

    /** What some kernels' contract says of an answer to a prompt; UNKNOWN without a kernel. */
    public Outcome outcome(List<String> kernelIds, String prompt, String text) {
        Judgement judgement = judge(kernelIds, Subject.of(prompt, text));
        return judgement == null ? Outcome.UNKNOWN : judgement.outcome();
    }

    /** Whether a secret was taken out of the texts that the row keeps. */
    public static boolean isRedacted(ResultRow row) {
        return row.prompt().contains(Redaction.MARK)
                || row.answer() != null && row.answer().text().contains(Redaction.MARK);
    }

    /** The row of the results for an arm that failed on a prompt. */
    public ResultRow error(DatasetRow row, Arm arm, Exception failure) {
        return new ResultRow(
                runId,
                row.id(),
                arm.label(),
                row.clusterId(),
                row.split(),
                row.phase(),
                row.target(),
                row.taskFamily(),
                Redaction.redact(row.prompt()),
                row.kernelId(),
                row.acceptableKernels(),
                row.kind(),
                row.breaks(),
                null,
                null,
                new ResultRow.Verdict("FAIL", null, List.of()),
                null,
                null,
                List.of(),
                ResultRow.Timings.NONE,
                new ResultRow.Tokens(0, 0, 0),
                failure.getClass().getSimpleName() + ": " + failure.getMessage(),
                null,
                null,
                now(),
                null);
    }

    private static String now() {
        return Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MICROS).toString();
    }

    /** What the gate said of the answer, where the label asks for the same: its kernel alone, and nothing about the trace, which went on. */
    private Optional<Judgement> judgedByGate(DatasetRow row, Answer answer) {
        List<String> ids = row.labelledKernels();
        if (!trustsGate
                || answer.path() != Answer.Path.KERNEL
                || ids.size() != 1
                || !answer.kernelIds().equals(ids)) {
            return Optional.empty();
        }
        Kernel kernel = kernels.get(ids.get(0));
        Answer.Attempt last = answer.attempts().get(answer.attempts().size() - 1);
        return kernel == null
                        || !ids.get(0).equals(last.kernelId())
                        || !last.decoded().text().equals(answer.text())
                        || readsTrace.computeIfAbsent(ids.get(0), id -> readsTrace(kernel))
                ? Optional.empty()
                : Optional.ofNullable(last.judgement());
    }

    private static boolean readsTrace(Kernel kernel) {
        return kernel.outputConditions().stream().anyMatch(condition -> readsTrace(condition.check()));
    }

    private static boolean readsTrace(JsonNode check) {
        String name = check.path("check").asString("");
        if (Checks.names().contains(name) && CheckDescriptor.of(name).family() == CheckDescriptor.Family.PROCESS
                || check.isString() && check.stringValue().startsWith("trace")) {
            return true;
        }
        for (JsonNode part : check) {
            if (readsTrace(part)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Judgement judge(List<String> ids, Subject subject) {
        if (ids.isEmpty() || !kernels.keySet().containsAll(ids)) {
            return null;
        }
        return contracts
                .computeIfAbsent(
                        String.join(DatasetRow.COMPOSED, ids),
                        key -> AnswerContract.of(ids.stream()
                                .map(id -> java.util.Objects.requireNonNull(kernels.get(id)))
                                .toList()))
                .postconditions(subject);
    }

    private static @Nullable Boolean schemaValid(@Nullable Judgement judgement) {
        if (judgement == null) {
            return null;
        }
        return judgement.verdicts().stream()
                .filter(verdict -> verdict.condition().endsWith(Contract.OUTPUT_SCHEMA))
                .allMatch(verdict -> verdict.verdict().outcome() == Outcome.PASS);
    }

    private static ResultRow.Verdict verdict(@Nullable Judgement judgement) {
        if (judgement == null) {
            return new ResultRow.Verdict("UNKNOWN", null, List.of());
        }
        return new ResultRow.Verdict(
                judgement.outcome().name(),
                judgement.score(),
                judgement.verdicts().stream().map(Scoring::check).toList());
    }

    private static ResultRow.Check check(ConditionVerdict verdict) {
        return new ResultRow.Check(
                verdict.condition(),
                verdict.severity().name().toLowerCase(Locale.ROOT),
                verdict.verdict().outcome().name(),
                Redaction.redact(verdict.verdict().reason()),
                verdict.verdict().spans().stream()
                        .map(span -> new ResultRow.Span(span.field(), span.start(), span.end()))
                        .toList(),
                verdict.verdict().basis().label());
    }

    /** @param composed whether the row's conditions are called by their kernel, too */
    private static ResultRow.Attempt attempt(Answer.Attempt attempt, boolean composed) {
        Judgement judgement = attempt.judgement();
        String prefix = composed && attempt.kernelId() != null ? attempt.kernelId() + "/" : "";
        return new ResultRow.Attempt(
                attempt.number(),
                attempt.masked(),
                attempt.decoded().complete(),
                Redaction.redact(attempt.decoded().text()),
                judgement == null ? null : judgement.outcome().name(),
                judgement == null
                        ? List.of()
                        : judgement.failed().stream().map(prefix::concat).toList(),
                Redaction.redact(attempt.cause()),
                attempt.unsafe().stream().map(prefix::concat).toList(),
                attempt.kernelId());
    }

    /**
     * A row of an earlier run as another decision led to it, which sent the prompt the same way: numbers and reasons may differ.
     *
     * @throws IllegalArgumentException if the row's trace holds no decision
     */
    public static ResultRow reached(ResultRow row, RouteDecision decision) {
        ObjectNode trace = Json.parse(String.valueOf(row.trace()), ObjectNode.class, "trace of row " + row.rowId());
        for (JsonNode event : trace.path("events")) {
            if (event.path("kind").asString("").equals(TraceEvent.Kind.DECISION.label())) {
                ((ObjectNode) event).set("data", Redaction.redact((JsonNode) Json.tree(decision)));
                return row.reached(decision(decision), Json.compact(trace));
            }
        }
        throw new IllegalArgumentException("the trace of row " + row.rowId() + " holds no decision");
    }

    /** A decision as rows keep it. */
    public static ResultRow.Decision decision(RouteDecision decision) {
        return new ResultRow.Decision(
                decision.action().name().toLowerCase(Locale.ROOT),
                decision.kernelIds(),
                decision.flow().isEmpty() ? null : Redaction.redact(decision.flow()), // it may quote the prompt
                decision.probability(),
                decision.threshold(),
                Redaction.redact(decision.reason()), // it may quote the prompt
                decision.candidates().stream()
                        .map(candidate -> new ResultRow.Candidate(
                                candidate.kernelId(),
                                candidate.probability(),
                                candidate.similarity(),
                                candidate.lexical(),
                                candidate.coverage(),
                                candidate.preconditions().name(),
                                candidate.conflicts()))
                        .toList());
    }
}
