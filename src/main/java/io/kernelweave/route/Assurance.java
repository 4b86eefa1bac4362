package io.kernelweave.route;

import java.util.List;

/**
 * What a decision may be trusted with.
 *
 * @param certified whether the error at the decision's threshold is certified to keep to what was asked for
 * @param error share of wrong kernels among the prompts that are routed, at most; 1 if nothing can be said
 * @param confidence that the bound holds, in the luck of the prompts that it was measured on
 * @param noKernelShare share of the traffic that no kernel fits, as it was stated
 * @param assumption what else it takes
 * @param encoders the sentence encoders that were asked; none: the decision is by words alone
 */
public record Assurance(
        boolean certified,
        double error,
        double confidence,
        double noKernelShare,
        String assumption,
        List<String> encoders) {
    public static final String EXCHANGEABLE =
            "clusters of prompts to come are exchangeable with those that the router was calibrated on";

    public Assurance {
        encoders = List.copyOf(encoders);
    }

    /** Of a decision that rests on no measured error. */
    public static Assurance none(List<String> encoders) {
        return new Assurance(false, 1, 0, 0, "the router has not been calibrated", encoders);
    }

    static Assurance of(RouterAdapter adapter) {
        return of(adapter.guarantee(), adapter.bound(), adapter.encoders());
    }

    /** Of a measured error, under the guarantee's confidence and traffic. */
    static Assurance of(Guarantee guarantee, double error, List<RouterAdapter.Encoder> encoders) {
        return new Assurance(
                error <= guarantee.maxError(),
                error,
                1 - guarantee.delta(),
                guarantee.noKernelShare(),
                EXCHANGEABLE,
                encoders.stream().map(RouterAdapter.Encoder::name).toList());
    }
}
