package io.kernelweave.verify;

import java.util.List;

/**
 * What a check said, and why.
 *
 * @param reason one line, offending values shortened
 * @param spans the stretches of text that it rests on; empty where there are none to show
 * @param check the check's name in the check language
 * @param version the version of that check's meaning
 * @param basis {@code JUDGED} if it rests on a model's opinion
 */
public record Verdict(Outcome outcome, String reason, List<Span> spans, String check, int version, Basis basis) {
    public Verdict {
        spans = List.copyOf(spans);
    }

    Verdict(Finding finding, String check, int version) {
        this(finding.outcome(), finding.reason(), finding.spans(), check, version, finding.basis());
    }

    /** What this counts for where something depends on it: an opinion alone never satisfies a condition. */
    public Outcome binding() {
        return basis == Basis.JUDGED && outcome == Outcome.PASS ? Outcome.UNKNOWN : outcome;
    }
}
