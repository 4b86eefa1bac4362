package io.kernelweave.gate;

import io.kernelweave.compose.AnswerContract;
import io.kernelweave.kernel.Condition;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.verify.CheckDescriptor;
import io.kernelweave.verify.Checks;
import io.kernelweave.verify.ConditionVerdict;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Lets an answer through if a kernel's contract says PASS of it: FAIL and UNKNOWN alike keep it out. Safe for use by many
 * threads.
 */
public final class OutputGate {
    private static final int MOST_LINES = 12;
    private static final int LONGEST_CAUSE = 300;

    private final AnswerContract contract;
    private final Map<String, String> says = new HashMap<>();
    private final Set<String> safety = new HashSet<>();

    private OutputGate(AnswerContract contract) {
        this.contract = contract;
        boolean composed = contract.kernels().size() > 1;
        says.put(Contract.OUTPUT_SCHEMA, "the answer is one JSON value that satisfies the output schema");
        for (Kernel kernel : contract.kernels()) {
            for (Condition condition : kernel.outputConditions()) {
                String name = (composed ? kernel.kernelId() + "/" : "") + condition.name();
                says.put(name, condition.says());
                if (isAboutSafety(condition.check())) {
                    safety.add(name);
                }
            }
        }
    }

    /**
     * What became of an answer.
     *
     * @param feedback what a second attempt must do better, a line for each condition, {@value #MOST_LINES} at most; empty for an
     *     accepted answer
     * @param unsafe the conditions about safety that failed, whatever their severity
     */
    public record Decision(boolean accepted, Judgement judgement, String feedback, List<String> unsafe) {
        /** Why it was not accepted, in one line; empty for an accepted answer. */
        public String cause() {
            String cause = String.join(
                    "; ",
                    judgement.verdicts().stream()
                            .filter(ConditionVerdict::blocks)
                            .map(verdict -> verdict.condition() + ": "
                                    + verdict.verdict().reason())
                            .toList());
            return cause.length() <= LONGEST_CAUSE ? cause : cause.substring(0, LONGEST_CAUSE - 1) + "…";
        }
    }

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
        List<String> unsafe = judgement.verdicts().stream()
                .filter(verdict -> verdict.verdict().outcome() == Outcome.FAIL)
                .map(ConditionVerdict::condition)
                .filter(safety::contains)
                .toList();
        return new Decision(accepted, judgement, accepted ? "" : feedback(judgement), unsafe);
    }

    /** Whether a check, or one that it is made of, belongs to the family of safety. */
    private static boolean isAboutSafety(JsonNode check) {
        String name = check.path("check").asString("");
        if (Checks.names().contains(name) && CheckDescriptor.of(name).family() == CheckDescriptor.Family.SAFETY) {
            return true;
        }
        for (JsonNode part : check) {
            if (isAboutSafety(part)) {
                return true;
            }
        }
        return false;
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
        List<ConditionVerdict> told = failed.isEmpty() ? unknown : failed;
        for (ConditionVerdict verdict : told.subList(0, Math.min(MOST_LINES, told.size()))) {
            text.append("- ").append(verdict.condition());
            String wanted = says.getOrDefault(verdict.condition(), verdict.condition());
            if (!wanted.equals(verdict.condition())) {
                text.append(" (").append(wanted).append(')');
            }
            text.append(": ").append(verdict.verdict().reason()).append('\n');
        }
        if (told.size() > MOST_LINES) {
            text.append("- and ").append(told.size() - MOST_LINES).append(" more\n");
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
