package io.kernelweave.compare;

import io.kernelweave.json.Json;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Run;
import io.kernelweave.runtime.Arm;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which stage made a row flip between two runs, from PASS to something else or back. The candidate's way of a row is walked again with
 * the baseline's output of one stage in place of its own: the router's decision, the decoder's texts, the gate's verdicts. The first
 * stage whose exchange alone brings the baseline's outcome back is charged, because what later stages put out depends on it.
 * (Exchanging one part at a time is the method of causal mediation analysis, cf. Vig and others, <i>Investigating gender bias in language
 * models using causal mediation analysis</i>, NeurIPS 2020.)
 *
 * <p>An exchange is read from the rows where they hold what would have come out, and computed again by {@link Rerun} where they do
 * not; where neither is possible the flip stays unexplained.
 */
public final class Attribution {
    private final Run baseline;
    private final Run candidate;
    private final Contracts before;
    private final Contracts after;
    private final Map<String, ResultRow> others;
    private final Rerun rerun;

    /** What a flip is charged to. */
    public enum Charge {
        /** The answer is the same, or would be judged the same: what is demanded of it changed. */
        CONTRACT,
        ROUTER,
        DECODER,
        GATE,
        /** No stage alone brings the outcome back. */
        TOGETHER,
        /** The row, or its partner, raised an error. */
        ERROR,
        /** An exchange could be neither read nor computed. */
        UNEXPLAINED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where an exchange's outcome comes from. */
    public enum Basis {
        /** The stage put out the same in both runs. */
        SAME,
        /** From the rows of the two runs. */
        ROWS,
        /** The gate judged again, by the contracts that the runs keep. */
        JUDGED,
        /** The prompt was answered again. */
        ANSWERED,
        NONE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * A row that flipped.
     *
     * @param lost from PASS to something else; else the other way round
     * @param basis where the deciding exchange comes from
     * @param why in words
     */
    public record Flip(ResultRow baseline, ResultRow candidate, boolean lost, Charge charge, Basis basis, String why) {}

    /** Answers a row's prompt again, as the candidate run would with another decision of the router. */
    @FunctionalInterface
    public interface Rerun {
        /** The prompt and its final answer; empty if the candidate's loop cannot be had any more. */
        Optional<Answered> answer(ResultRow row, ResultRow.Decision decision);

        /** From the rows alone. */
        static Rerun none() {
            return (row, decision) -> Optional.empty();
        }
    }

    /** A prompt and its answer, both with what is redacted in rows. */
    public record Answered(String prompt, String text) {}

    /** @param passes what the outcome is with one stage exchanged; null if that is unknown */
    private record Exchange(@Nullable Boolean passes, Basis basis, String note) {
        static Exchange unknown(String note) {
            return new Exchange(null, Basis.NONE, note);
        }
    }

    private Attribution(
            Run baseline,
            Run candidate,
            Contracts before,
            Contracts after,
            Map<String, ResultRow> others,
            Rerun rerun) {
        this.baseline = baseline;
        this.candidate = candidate;
        this.before = before;
        this.after = after;
        this.others = others;
        this.rerun = rerun;
    }

    /** All rows that flipped, in the order of the candidate's rows. */
    public static List<Flip> of(
            Run baseline,
            List<ResultRow> baselineRows,
            Contracts before,
            Run candidate,
            List<ResultRow> candidateRows,
            Contracts after,
            Rerun rerun) {
        Map<String, ResultRow> others =
                candidateRows.stream().collect(Collectors.toMap(ResultRow::identity, Function.identity()));
        Map<String, ResultRow> partners = new HashMap<>();
        baselineRows.forEach(row -> partners.put(row.identity(), row));
        Attribution attribution = new Attribution(baseline, candidate, before, after, others, rerun);
        List<Flip> flips = new ArrayList<>();
        for (ResultRow row : candidateRows) {
            ResultRow partner = partners.get(row.identity());
            if (partner != null && partner.passes() != row.passes()) {
                flips.add(attribution.explain(partner, row));
            }
        }
        return flips;
    }

    private Flip explain(ResultRow was, ResultRow is) {
        if (was.error() != null || is.error() != null) {
            return flip(
                    was, is, Charge.ERROR, Basis.ROWS, String.valueOf(is.error() != null ? is.error() : was.error()));
        }
        boolean target = was.passes();
        if (!after.agree(before, is.labelledKernels())) {
            boolean judgedAnew = outcome(was, text(was));
            if (judgedAnew == is.passes()) {
                return flip(
                        was,
                        is,
                        Charge.CONTRACT,
                        Basis.JUDGED,
                        "the baseline's answer has the candidate's outcome by the candidate's contract");
            }
            target = judgedAnew;
        }
        Exchange router = router(was, is);
        Exchange decoder = decoder(was, is);
        Exchange gate = gate(was, is);
        Map<Charge, Exchange> stages = Map.of(Charge.ROUTER, router, Charge.DECODER, decoder, Charge.GATE, gate);
        for (Charge stage : List.of(Charge.ROUTER, Charge.DECODER, Charge.GATE)) {
            Exchange exchange = Objects.requireNonNull(stages.get(stage));
            if (Objects.equals(exchange.passes, target)) {
                return flip(was, is, stage, exchange.basis, exchange.note);
            }
            if (exchange.passes == null) {
                return flip(was, is, Charge.UNEXPLAINED, Basis.NONE, exchange.note);
            }
        }
        return flip(was, is, Charge.TOGETHER, Basis.ROWS, "no stage alone brings the baseline's outcome back");
    }

    private static Flip flip(ResultRow was, ResultRow is, Charge charge, Basis basis, String why) {
        return new Flip(was, is, was.passes(), charge, basis, why);
    }

    // ---------------------------------------------------------------- one stage at a time

    private Exchange router(ResultRow was, ResultRow is) {
        ResultRow.Decision then = was.decision();
        ResultRow.Decision now = is.decision();
        if (then == null || now == null || sameRoute(then, now)) {
            return new Exchange(is.passes(), Basis.SAME, "the route is the same");
        }
        String note = "routed to " + route(now) + ", before to " + route(then);
        if (sameDecoder(then) && sameGate(then)) {
            return new Exchange(
                    outcome(is, text(was)),
                    Basis.ROWS,
                    note + "; decoder and gate are the same, so the baseline's row is what that route gives");
        }
        Optional<Answered> answer = rerun.answer(is, then);
        if (answer.isPresent()) {
            return new Exchange(
                    after.outcome(
                                    is.labelledKernels(),
                                    answer.get().prompt(),
                                    answer.get().text())
                            == Outcome.PASS,
                    Basis.ANSWERED,
                    note + "; answered again by that route");
        }
        ResultRow raw = others.get(is.rowId() + " " + Arm.RAW.label());
        if (then.action().equals("generate") && raw != null && raw.error() == null) {
            return new Exchange(
                    outcome(is, text(raw)), Basis.ROWS, note + "; raw generation is the candidate's arm raw");
        }
        return Exchange.unknown(note + "; the candidate's answer by that route is not in the rows");
    }

    private Exchange decoder(ResultRow was, ResultRow is) {
        if (sameTexts(was, is)) {
            return new Exchange(is.passes(), Basis.SAME, "the texts are the same");
        }
        ResultRow.Decision then = was.decision();
        ResultRow.Decision now = is.decision();
        if (then != null && now != null && !sameRoute(then, now)) {
            return sameDecoder(now)
                    ? new Exchange(is.passes(), Basis.SAME, "the decoder is the same")
                    : Exchange.unknown("the baseline's decoder was never asked by that route");
        }
        if (!isGated(is) || now == null || now.kernelIds().isEmpty()) {
            return new Exchange(outcome(is, text(was)), Basis.ROWS, "decoded otherwise by the same route");
        }
        Optional<String> text = walk(was, after, now.kernelIds());
        return text.map(answer -> new Exchange(
                        outcome(is, answer), Basis.JUDGED, "the baseline's texts, judged by the candidate's gate"))
                .orElseGet(() ->
                        Exchange.unknown("the candidate's gate would have gone on where the baseline's texts end"));
    }

    private Exchange gate(ResultRow was, ResultRow is) {
        ResultRow.Decision now = is.decision();
        if (!isGated(is) || now == null || now.kernelIds().isEmpty() || sameGate(now)) {
            return new Exchange(is.passes(), Basis.SAME, "the gate is the same");
        }
        Optional<String> text = walk(is, before, now.kernelIds());
        return text.map(answer -> new Exchange(
                        outcome(is, answer), Basis.JUDGED, "the candidate's texts, judged by the baseline's gate"))
                .orElseGet(() ->
                        Exchange.unknown("the baseline's gate would have gone on where the candidate's texts end"));
    }

    /**
     * The final answer if some gate judges a row's texts in turn, those of each kernel's part by themselves; empty if it would ask for
     * one more than there is.
     */
    private static Optional<String> walk(ResultRow row, Contracts gate, List<String> kernelIds) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (ResultRow.Attempt attempt : row.attempts()) {
            if (!attempt.masked()) {
                if (parts.keySet().containsAll(kernelIds)) {
                    break;
                }
                return Optional.of(attempt.text()); // rolled back
            }
            String part = kernelIds.size() == 1 ? null : attempt.kernelId();
            if (attempt.complete()
                    && !parts.containsKey(String.valueOf(part))
                    && gate.outcome(part == null ? kernelIds : List.of(part), row.prompt(), attempt.text())
                            == Outcome.PASS) {
                if (part == null) {
                    return Optional.of(attempt.text());
                }
                parts.put(part, attempt.text());
            }
        }
        if (!parts.keySet().containsAll(kernelIds)) {
            return Optional.empty();
        }
        ObjectNode joined = Json.object();
        parts.forEach((part, text) -> joined.set(part, Json.parse(text, "answer of " + part)));
        return Optional.of(Json.compact(joined));
    }

    // ---------------------------------------------------------------- what is the same

    private boolean sameDecoder(ResultRow.Decision decision) {
        return agree("model")
                && agree("code")
                && List.of("model", "retries", "seed").stream()
                        .allMatch(key -> baseline.settings()
                                .path(key)
                                .equals(candidate.settings().path(key)))
                && after.same(before, decision.kernelIds());
    }

    private boolean sameGate(ResultRow.Decision decision) {
        return agree("code") && after.agree(before, decision.kernelIds());
    }

    private boolean agree(String part) {
        String digest = baseline.fingerprint().get(part);
        return digest != null && digest.equals(candidate.fingerprint().get(part));
    }

    private static boolean sameRoute(ResultRow.Decision one, ResultRow.Decision two) {
        return one.action().equals(two.action()) && one.kernelIds().equals(two.kernelIds());
    }

    private static boolean isGated(ResultRow row) {
        return row.arm().equals(Arm.ROUTER_GATE.label());
    }

    private boolean outcome(ResultRow row, String text) {
        return after.outcome(row.labelledKernels(), row.prompt(), text) == Outcome.PASS;
    }

    private static String text(ResultRow row) {
        ResultRow.FinalAnswer answer = row.answer();
        return answer == null ? "" : answer.text();
    }

    /** Whether the decoder put out the same as far as it was asked in both runs: a gate that rejects more asks for more. */
    private static boolean sameTexts(ResultRow was, ResultRow is) {
        if (!isGated(is) || was.attempts().isEmpty() || is.attempts().isEmpty()) {
            return text(was).equals(text(is));
        }
        Map<String, ResultRow.Attempt> before = places(was);
        return places(is).entrySet().stream().allMatch(now -> {
            ResultRow.Attempt then = before.get(now.getKey());
            return then == null
                    || then.text().equals(now.getValue().text())
                            && then.complete() == now.getValue().complete();
        });
    }

    /** The attempts by what they were made for, and after how many: one run may roll back where the other tries again. */
    private static Map<String, ResultRow.Attempt> places(ResultRow row) {
        Map<String, ResultRow.Attempt> places = new LinkedHashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        for (ResultRow.Attempt attempt : row.attempts()) {
            String part = attempt.masked() ? String.valueOf(attempt.kernelId()) : "raw after " + places.size();
            places.put(part + " " + counts.merge(part, 1, Integer::sum), attempt);
        }
        return places;
    }

    static String route(ResultRow.Decision decision) {
        return decision.kernelIds().isEmpty() ? "raw generation" : String.join("+", decision.kernelIds());
    }
}
