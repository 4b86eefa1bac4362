package io.kernelweave.stats;

/**
 * The exact test of paired yes-or-no rows that takes every row for independent (McNemar, Psychometrika 12, 1947): of the rows that
 * differ, as many should go one way as the other. Rows of one cluster are not independent, so it raises false alarms on
 * them; it is here to show how many.
 */
public final class McNemar {
    private McNemar() {}

    /** One-sided: the chance of at least so many losses among the rows that differ, if each is a coin's. */
    public static double pLoss(long lost, long gained) {
        if (lost < 0 || gained < 0) {
            throw new IllegalArgumentException(lost + " lost, " + gained + " gained");
        }
        return lost == 0 ? 1 : BetaFunction.regularised(0.5, lost, gained + 1.0);
    }

    /** Two-sided: twice the smaller tail. */
    public static double p(long lost, long gained) {
        return Math.min(1, 2 * Math.min(pLoss(lost, gained), pLoss(gained, lost)));
    }
}
