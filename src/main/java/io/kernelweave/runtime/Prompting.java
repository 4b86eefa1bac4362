package io.kernelweave.runtime;

import io.kernelweave.kernel.Kernel;
import io.kernelweave.verify.ConditionVerdict;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Outcome;
import java.util.List;
import java.util.stream.Collectors;

/** What a model reads beside the user's prompt: a kernel's hints, and on a retry what the gate rejected. */
public final class Prompting {
    private Prompting() {}

    /** The prompt with the hints of the kernels that it was routed to. */
    public static String withHints(String prompt, List<Kernel> kernels) {
        StringBuilder text = new StringBuilder(prompt).append('\n');
        for (Kernel kernel : kernels) {
            text.append("\n### Kernel ").append(kernel.kernelId()).append('\n');
            text.append(kernel.steps().stream().map(Kernel.Step::action).collect(Collectors.joining(" ")));
            text.append("\nAnswer with one JSON object; fields: ");
            text.append(String.join(", ", kernel.outputSchema().path("properties").propertyNames()));
            text.append(".\n");
        }
        return text.toString();
    }

    /** The same with what was wrong with the last answer. */
    public static String withRejection(String prompt, Judgement judgement) {
        StringBuilder text = new StringBuilder(prompt).append("\n### The last answer was rejected\n");
        for (ConditionVerdict verdict : judgement.verdicts()) {
            if (verdict.verdict().outcome() != Outcome.PASS && judgement.failed().contains(verdict.condition())) {
                text.append("- ").append(verdict.condition()).append(": ").append(verdict.verdict().reason()).append('\n');
            }
        }
        return text.toString();
    }
}
