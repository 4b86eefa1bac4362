package io.kernelweave.verify;

import io.kernelweave.kernel.Condition;
import java.util.List;

/**
 * The verdicts on all conditions, and what follows from them: the Kleene conjunction of those of severity error. Nothing to
 * judge by is UNKNOWN, and so is what passes by a model's opinion alone. Warnings and information are listed and decide nothing.
 */
public record Judgement(Outcome outcome, List<ConditionVerdict> verdicts) {
    public Judgement {
        verdicts = List.copyOf(verdicts);
    }

    static Judgement of(List<ConditionVerdict> verdicts) {
        Outcome outcome = verdicts.stream()
                .filter(verdict -> verdict.severity() == Condition.Severity.ERROR)
                .map(verdict -> verdict.verdict().binding())
                .reduce(Outcome::and)
                .orElse(Outcome.UNKNOWN);
        return new Judgement(outcome, verdicts);
    }

    /** The error conditions that do not pass, in order. */
    public List<String> failed() {
        return verdicts.stream()
                .filter(ConditionVerdict::blocks)
                .map(ConditionVerdict::condition)
                .toList();
    }

    /** Share of the error conditions that pass, 0 to 1; 0 if there are none. */
    public double score() {
        long errors = verdicts.stream()
                .filter(verdict -> verdict.severity() == Condition.Severity.ERROR)
                .count();
        return errors == 0 ? 0 : (errors - failed().size()) / (double) errors;
    }
}
