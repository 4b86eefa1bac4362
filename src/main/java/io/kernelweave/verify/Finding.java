package io.kernelweave.verify;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What a rule found: a verdict without the check's name. */
record Finding(Outcome outcome, String reason, List<Span> spans, Basis basis) {
    private static final int SHOWN = 3;
    private static final int SHOWN_SPANS = 20;

    Finding(Outcome outcome, String reason, List<Span> spans) {
        this(outcome, reason, spans, Basis.CHECKED);
    }

    static Finding pass(String reason, Span... spans) {
        return new Finding(Outcome.PASS, reason, List.of(spans));
    }

    static Finding fail(String reason, Span... spans) {
        return new Finding(Outcome.FAIL, reason, List.of(spans));
    }

    static Finding unknown(String reason) {
        return new Finding(Outcome.UNKNOWN, reason, List.of());
    }

    static Finding of(boolean holds, String reason, Span... spans) {
        return holds ? pass(reason, spans) : fail(reason, spans);
    }

    /** The conjunction; its reason names those that decide it. */
    static Finding all(List<Finding> findings) {
        if (findings.size() == 1 && findings.get(0).basis == Basis.CHECKED) {
            return findings.get(0);
        }
        return of(outcomes -> outcomes.stream().reduce(Outcome.PASS, Outcome::and), findings);
    }

    /**
     * What follows from some findings by a rule of Kleene logic, with the reasons and spans of those that decide it. It is an
     * opinion if it would not follow without one.
     */
    static Finding of(Function<List<Outcome>, Outcome> logic, List<Finding> findings) {
        Outcome outcome = logic.apply(findings.stream().map(Finding::outcome).toList());
        Outcome checked = logic.apply(findings.stream()
                .map(finding -> finding.basis == Basis.JUDGED ? Outcome.UNKNOWN : finding.outcome)
                .toList());
        Finding why = of(outcome, findings);
        return outcome == checked ? why : new Finding(outcome, why.reason, why.spans, Basis.JUDGED);
    }

    /** An outcome with the reasons and spans of those findings that have it. */
    static Finding of(Outcome outcome, List<Finding> findings) {
        List<String> reasons = new ArrayList<>();
        List<Span> spans = new ArrayList<>();
        int more = 0;
        for (Finding finding : findings) {
            if (finding.outcome != outcome) {
                continue;
            }
            if (reasons.size() < SHOWN) {
                reasons.add(finding.reason);
            } else {
                more++;
            }
            if (spans.size() < SHOWN_SPANS) {
                spans.addAll(finding.spans);
            }
        }
        return new Finding(outcome, String.join("; ", reasons) + (more > 0 ? "; and " + more + " more" : ""), spans);
    }

    /** With one space in place of white space. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        boolean space = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean white = c == ' ' || c >= '\t' && c <= '\r';
            if (!white) {
                line.append(c);
            } else if (!space) {
                line.append(' ');
            }
            space = white;
        }
        return line.toString();
    }

    /** A value as a reason shows it: one line, at most 60 characters, in quotation marks. */
    static String quote(String text) {
        // The whole text may be long; a few hundred units are enough for 60 without white space at either end.
        String line = (text.length() > 400 ? text.substring(0, 400) + " …" : text).strip();
        line = oneLine(line);
        int end = Math.min(line.length(), 60);
        if (end < line.length() && Character.isHighSurrogate(line.charAt(end - 1))) {
            end--;
        }
        return "“" + line.substring(0, end) + (end < line.length() ? "…" : "") + "”";
    }
}
