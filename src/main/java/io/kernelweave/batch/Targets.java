package io.kernelweave.batch;

import io.kernelweave.gate.RunVerdict;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.Run;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What figures should be, beside what they must be: reported among the reasons of a verdict, never judged. */
final class Targets {
    private Targets() {}

    /** The verdict with a line on which targets are met. */
    static Run.Judged report(List<JobSpec.Bound> targets, Map<String, Metric> metrics, Run.Judged judged) {
        if (targets.isEmpty()) {
            return judged;
        }
        Map<String, Double> flat = Metrics.flat(metrics);
        List<String> missed = targets.stream()
                .filter(target -> target.requirement().judge(flat).verdict() != RunVerdict.PASS)
                .map(target -> target.metric() + " is " + rounded(flat.get(target.metric()))
                        + (target.atLeast() != null ? ", not at least " : ", not at most ")
                        + rounded(target.atLeast() != null ? target.atLeast() : target.atMost()))
                .toList();
        List<String> reasons = new ArrayList<>(judged.reasons());
        reasons.add((targets.size() - missed.size()) + " of " + targets.size()
                + " targets are met (reported and not judged)"
                + (missed.isEmpty() ? "." : ": " + String.join("; ", missed) + "."));
        return new Run.Judged(judged.verdict(), judged.exitCode(), judged.baseline(), List.copyOf(reasons));
    }

    private static String rounded(@Nullable Double value) {
        return value == null || !Double.isFinite(value)
                ? "not measured"
                : new BigDecimal(value)
                        .round(new MathContext(3))
                        .stripTrailingZeros()
                        .toPlainString();
    }
}
