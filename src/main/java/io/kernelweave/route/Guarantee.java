package io.kernelweave.route;

import io.kernelweave.json.InputException;

/**
 * What a router is asked to keep to: of the prompts that it sends to a kernel, at most so many go to a wrong one.
 *
 * @param maxError share of the routed prompts that no or another kernel fits, at most
 * @param delta how likely the guarantee may be wrong, by the luck of the prompts that it was measured on
 * @param noKernelShare share of the traffic that no kernel fits: the data cannot say it
 */
public record Guarantee(double maxError, double delta, double noKernelShare) {
    public Guarantee {
        share("max_error", maxError);
        share("delta", delta);
        share("no_kernel_share", noKernelShare);
    }

    /** At most one routed prompt in twenty wrong, nine times in ten, where no kernel fits a fifth of the traffic. */
    public static Guarantee standard() {
        return new Guarantee(0.05, 0.1, 0.2);
    }

    private static void share(String field, double value) {
        if (!(value > 0 && value < 1)) {
            throw InputException.at("/guarantee/" + field, value + " is no share", "give more than 0 and less than 1");
        }
    }
}
