package io.kernelweave.verify;

import java.util.List;

/**
 * What a check said, and why.
 *
 * @param reason one line, offending values shortened
 * @param spans the stretches of text that it rests on; empty where there are none to show
 * @param check the check's name in the check language
 * @param version the version of that check's meaning
 */
public record Verdict(Outcome outcome, String reason, List<Span> spans, String check, int version) {
    public Verdict {
        spans = List.copyOf(spans);
    }
}
