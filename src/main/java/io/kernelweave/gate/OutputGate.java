package io.kernelweave.gate;

import io.kernelweave.compose.AnswerContract;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.verify.ConditionVerdict;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets an answer through if a kernel's contract says PASS of it: FAIL and UNKNOWN alike keep it out. Safe for use by many
 * threads.
 */
public final class OutputGate {
    private final AnswerContract contract;
    private final Map<String, String> says = new HashMap<>();

    private OutputGate(AnswerContract contract) {
        this.contract = contract;
        boolean composed = contract.kernels().size() > 1;
        says.put(Contract.OUTPUT_SCHEMA, "the answer is one JSON value that satisfies the output schema");
        for (Kernel kernel : contract.kernels()) {
            for (Condition condition : kernel.outputConditions()) {
                says.put((composed ? kernel.kernelId() + "/" : "") + condition.name(), condition.says());
            }
        }
    }

    /**
     * What became of an answer.
     *
     * @param feedback what a second attempt must do better, a line for each condition; empty for an accepted answer
     */
    public record Decision(boolean accepted, Judgement judgement, String feedback) {}

    public static OutputGate of(Kernel kernel) {
        return of(AnswerContract.of(List.of(kernel)));
    }

    public static OutputGate of(AnswerContract contract) {
        return new OutputGate(contract);
    }

    public Decision judge(String prompt, String answer) {
        return judge(Subject.of(prompt, answer));
    }

    /** The same with the trace of how the answer was made, where there is one. */
    public Decision judge(Subject subject) {
        Judgement judgement = contract.postconditions(subject);
        boolean accepted = judgement.outcome() == Outcome.PASS;
        return new Decision(accepted, judgement, accepted ? "" : feedback(judgement));
    }

    /** What failed first; what merely could not be checked is explained only if nothing failed. */
    private String feedback(Judgement judgement) {
        List<ConditionVerdict> failed = new ArrayList<>();
        List<ConditionVerdict> unknown = new ArrayList<>();
        for (ConditionVerdict verdict : judgement.verdicts()) {
            if (verdict.blocks()) {
                (verdict.verdict().outcome() == Outcome.FAIL ? failed : unknown).add(verdict);
            }
        }
        StringBuilder text = new StringBuilder("The answer was not accepted.\n");
        for (ConditionVerdict verdict : failed.isEmpty() ? unknown : failed) {
            text.append("- ").append(verdict.condition());
            String wanted = says.getOrDefault(verdict.condition(), verdict.condition());
            if (!wanted.equals(verdict.condition())) {
                text.append(" (").append(wanted).append(')');
            }
            text.append(": ").append(verdict.verdict().reason()).append('\n');
        }
        if (!failed.isEmpty() && !unknown.isEmpty()) {
            text.append("- could not be checked for that: ")
                    .append(String.join(
                            ", ",
                            unknown.stream().map(ConditionVerdict::condition).toList()))
                    .append('\n');
        }
        return text.toString();
    }
}
