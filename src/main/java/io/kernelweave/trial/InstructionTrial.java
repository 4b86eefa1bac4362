package io.kernelweave.trial;

import io.kernelweave.verify.Check;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Span;
import io.kernelweave.verify.Subject;
import io.kernelweave.verify.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Whether an answer follows an instruction, by the two rules of IFEval (J. Zhou et al., <i>Instruction-Following Evaluation for Large
 * Language Models</i>, 2023, §2.2): the strict rule judges the answer as it is; by the loose rule an instruction is followed if it is by the
 * answer as it is or without its first line, its last line or both, each with and without asterisks.
 */
public final class InstructionTrial {
    private static final int CONTEXT = 24;
    private static final int EXCERPTS = 6;
    private static final int LONGEST = 90;

    private InstructionTrial() {}

    /**
     * What was said of an answer.
     *
     * @param variant of the answer that it was said of: {@code as it is}, {@code without its last line} …
     * @param excerpts the stretches of the answer that the verdict rests on, between ⟨ and ⟩, with what stands around them
     */
    public record Judged(Outcome outcome, String reason, String variant, List<String> excerpts) {}

    public static Judged strict(Check check, String prompt, String answer) {
        return judge(check, prompt, answer, "as it is");
    }

    /** PASS if any variant passes; else UNKNOWN if any is, which may be one that follows the instruction; else FAIL. */
    public static Judged loose(Check check, String prompt, String answer) {
        Judged open = null;
        Judged failed = null;
        for (Map.Entry<String, String> variant : variants(answer).entrySet()) {
            Judged judged = judge(check, prompt, variant.getValue(), variant.getKey());
            if (judged.outcome == Outcome.PASS) {
                return judged;
            }
            if (judged.outcome == Outcome.UNKNOWN && open == null) {
                open = judged;
            } else if (failed == null) {
                failed = judged;
            }
        }
        return open != null ? open : Objects.requireNonNull(failed, "there is at least the answer as it is");
    }

    static Map<String, String> variants(String answer) {
        int first = answer.indexOf('\n');
        int last = answer.lastIndexOf('\n');
        Map<String, String> cuts = new LinkedHashMap<>();
        cuts.put("as it is", answer);
        cuts.put(
                "without its first line",
                first < 0 ? "" : answer.substring(first + 1).strip());
        cuts.put(
                "without its last line",
                last < 0 ? "" : answer.substring(0, last).strip());
        cuts.put(
                "without its first and last line",
                first == last ? "" : answer.substring(first + 1, last).strip());
        Map<String, String> variants = new LinkedHashMap<>(cuts);
        cuts.forEach((name, text) -> variants.put(
                (name.equals("as it is") ? "" : name + " and ") + "without asterisks", text.replace("*", "")));
        return variants;
    }

    private static Judged judge(Check check, String prompt, String answer, String variant) {
        Verdict verdict = check.evaluate(Subject.of(prompt, answer));
        List<String> excerpts = new ArrayList<>();
        for (Span span : verdict.spans()) {
            if (excerpts.size() < EXCERPTS && span.field().equals("output")) {
                excerpts.add(excerpt(answer, span.start(), span.end()));
            }
        }
        return new Judged(verdict.outcome(), verdict.reason(), variant, excerpts);
    }

    private static String excerpt(String text, int start, int end) {
        int from = boundary(text, Math.max(0, start - CONTEXT));
        int to = boundary(text, Math.min(text.length(), end + CONTEXT));
        String inside = text.substring(start, end);
        if (inside.length() > LONGEST) {
            inside = text.substring(start, boundary(text, start + LONGEST / 2)) + " … "
                    + text.substring(boundary(text, end - LONGEST / 2), end);
        }
        return (from > 0 ? "…" : "") + text.substring(from, start) + "⟨" + inside + "⟩" + text.substring(end, to)
                + (to < text.length() ? "…" : "");
    }

    /** A place that is not within a surrogate pair. */
    private static int boundary(String text, int at) {
        return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at)) ? at - 1 : at;
    }
}
