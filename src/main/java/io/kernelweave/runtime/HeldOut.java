package io.kernelweave.runtime;

import io.kernelweave.kernel.Kernel;
import io.kernelweave.verify.Contract;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.List;

/**
 * A kernel tried on answers that it was not made from: does its contract let the right ones through, and keep the wrong ones out?
 *
 * @param right answers that are said to be right
 * @param rightAccepted those of them that the contract accepts, with their prompts
 * @param wrong answers that are said to be wrong
 * @param wrongAccepted those of them that the contract accepts
 */
public record HeldOut(int right, int rightAccepted, int wrong, int wrongAccepted) {

    /**
     * Tries a kernel.
     *
     * @param right prompts with answers that are said to be right
     * @param wrong prompts with answers that are said to be wrong
     */
    public static HeldOut of(Kernel kernel, List<Subject> right, List<Subject> wrong) {
        Contract contract = Contract.of(kernel);
        return new HeldOut(right.size(), accepted(contract, right), wrong.size(), accepted(contract, wrong));
    }

    private static int accepted(Contract contract, List<Subject> subjects) {
        return (int) subjects.stream()
                .filter(subject -> contract.preconditions(subject).outcome() == Outcome.PASS
                        && contract.postconditions(subject).outcome() == Outcome.PASS)
                .count();
    }

    /**
     * Whether such a share of the right answers is accepted, and such a share of the wrong ones is not. Not where there are none of one
     * kind: what was not tried was not passed.
     */
    public boolean reaches(double share) {
        return right > 0 && wrong > 0 && rightAccepted >= share * right && wrong - wrongAccepted >= share * wrong;
    }

    /** The share of the wrong answers that are kept out; 0 where there are none. */
    double refusedShare() {
        return wrong == 0 ? 0 : (wrong - wrongAccepted) / (double) wrong;
    }
}
