package io.kernelweave.compose;

import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Subject;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an answer must satisfy, whether one kernel gives it or several together. Conditions of a composition are called
 * {@code <kernel_id>/<condition>}. Compiled once, safe for many threads.
 */
public final class AnswerContract {
    private final List<Kernel> kernels;
    private final List<Contract> contracts;

    private AnswerContract(List<Kernel> kernels) {
        this.kernels = List.copyOf(kernels);
        this.contracts = kernels.stream().map(Contract::of).toList();
    }

    /** @param kernels one, or the parts of a composition in order */
    public static AnswerContract of(List<Kernel> kernels) {
        if (kernels.isEmpty()) {
            throw new InputException("no kernel: name at least one");
        }
        return new AnswerContract(kernels);
    }

    public List<Kernel> kernels() {
        return kernels;
    }

    /** The schema of the whole answer. */
    public ObjectNode outputSchema() {
        return kernels.size() == 1 ? kernels.get(0).outputSchema() : new Composition(kernels).outputSchema();
    }

    public Judgement preconditions(Subject subject) {
        return kernels.size() == 1
                ? contracts.get(0).preconditions(subject)
                : Contract.preconditions(contracts, subject);
    }

    public Judgement postconditions(Subject subject) {
        return kernels.size() == 1
                ? contracts.get(0).postconditions(subject)
                : Contract.postconditions(contracts, subject);
    }
}
