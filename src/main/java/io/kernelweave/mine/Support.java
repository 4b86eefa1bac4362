package io.kernelweave.mine;

import io.kernelweave.stats.Interval;

/**
 * The counts that a clause rests on, from training traces. A trace on which the clause is UNKNOWN is no pass, and it is counted.
 *
 * @param passes how many successes it holds on
 * @param successes of how many
 * @param failurePasses how many failures it holds on
 * @param failures of how many
 * @param low lower end of Wilson's 95 % interval of the share of successes that it holds on
 * @param p Fisher's exact test, one-sided: by chance alone, would so many more of the successes than of the failures pass?
 * @param adjustedP the same after Benjamini and Hochberg, over all conditions that were tried
 */
public record Support(
        int passes, int successes, int failurePasses, int failures, double low, double p, double adjustedP) {

    static Support of(int passes, int successes, int failurePasses, int failures, double p, double adjustedP) {
        double low = successes == 0 ? 0 : Interval.wilson(passes, successes).low();
        return new Support(passes, successes, failurePasses, failures, low, p, adjustedP);
    }
}
