package io.kernelweave.runtime;

import io.kernelweave.kernel.Kernel;
import java.util.List;
import java.util.stream.Collectors;

/** What a model reads beside the user's prompt: a kernel's hints. */
public final class Prompting {
    private Prompting() {}

    /** The prompt with the hints of the kernels that it was routed to. */
    public static String withHints(String prompt, List<Kernel> kernels) {
        StringBuilder text = new StringBuilder(prompt).append('\n');
        for (Kernel kernel : kernels) {
            text.append("\n### Kernel ").append(kernel.kernelId()).append('\n');
            text.append(kernel.steps().stream().map(Kernel.Step::action).collect(Collectors.joining(" ")));
            text.append("\nAnswer with one JSON object; fields: ");
            text.append(
                    String.join(", ", kernel.outputSchema().path("properties").propertyNames()));
            text.append(".\n");
        }
        return text.toString();
    }

    /** The prompt with what a kernel says to do once its answer was dropped. */
    public static String withRollback(String prompt, List<Kernel.Rollback> steps) {
        if (steps.isEmpty()) {
            return prompt;
        }
        StringBuilder text = new StringBuilder(prompt).append("\n\n### No kernel's answer was accepted\n");
        for (Kernel.Rollback step : steps) {
            text.append("If ")
                    .append(step.when())
                    .append(": ")
                    .append(step.action())
                    .append('\n');
        }
        return text.toString();
    }
}
