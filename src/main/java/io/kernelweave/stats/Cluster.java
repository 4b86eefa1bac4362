package io.kernelweave.stats;

/**
 * Rows that share an origin, and so are no independent evidence.
 *
 * @param sum what the rows add up to: successes, or a measure
 * @param trials how many rows there are
 */
public record Cluster(String id, double sum, double trials) {
    public Cluster {
        if (!Double.isFinite(sum) || !Double.isFinite(trials) || trials < 0) {
            throw new IllegalArgumentException("cluster " + id + ": sum " + sum + " of " + trials + " trials");
        }
    }
}
