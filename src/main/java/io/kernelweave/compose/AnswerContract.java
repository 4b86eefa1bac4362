package io.kernelweave.compose;

import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Judge;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Subject;
import java.util.Comparator;
import java.util.List;

/**
 * What an answer must satisfy, whether one kernel gives it or several together. Conditions of a composition are called
 * {@code <kernel_id>/<condition>}. Compiled once, safe for many threads.
 */
public final class AnswerContract {
    private final List<Kernel> kernels;
    private final List<Contract> contracts;

    private AnswerContract(List<Kernel> kernels, Judge judge) {
        this.kernels = List.copyOf(kernels);
        this.contracts =
                kernels.stream().map(kernel -> Contract.of(kernel, judge)).toList();
    }

    /**
     * @param kernels one, or the parts of a composition; each sees the whole prompt, so their order means nothing, and the
     *     joined answer has them by id
     */
    public static AnswerContract of(List<Kernel> kernels) {
        return of(kernels, Judge.none());
    }

    /** @param judge decides the conditions that only an opinion can decide */
    public static AnswerContract of(List<Kernel> kernels, Judge judge) {
        if (kernels.isEmpty()) {
            throw new InputException("no kernel: name at least one");
        }
        return new AnswerContract(
                kernels.stream().sorted(Comparator.comparing(Kernel::kernelId)).toList(), judge);
    }

    public List<Kernel> kernels() {
        return kernels;
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
