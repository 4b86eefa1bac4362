package io.kernelweave.mine;

/**
 * Weights of conditions: a logistic regression on how far they are met, with a quadratic penalty. Found by cyclic coordinate descent on successive
 * quadratic approximations (J. Friedman, T. Hastie, R. Tibshirani, Journal of Statistical Software 33, 2010).
 *
 * @param intercept what is added to what the conditions say
 * @param of one each condition
 */
record Weights(double intercept, double[] of) {
    private static final int ROUNDS = 25;
    private static final int SWEEPS = 4;
    private static final double DONE = 1e-4;

    /**
     * @param degrees one array each condition, one number each trace
     * @param success whether each trace succeeded
     * @param penalty one each condition
     */
    static Weights fit(float[][] degrees, boolean[] success, double[] penalty) {
        int n = success.length;
        double[] weights = new double[degrees.length];
        double intercept = 0;
        double[] score = new double[n];
        double[] curve = new double[n];
        double[] rest = new double[n];
        for (int round = 0; round < ROUNDS; round++) {
            double total = 0;
            for (int i = 0; i < n; i++) {
                double p = 1 / (1 + StrictMath.exp(-score[i]));
                curve[i] = Math.max(p * (1 - p), 1e-5);
                rest[i] = (success[i] ? 1 : 0) - p; // the gradient, kept up to date below
                total += curve[i];
            }
            double moved = 0;
            for (int sweep = 0; sweep < SWEEPS; sweep++) {
                double step = 0;
                for (double each : rest) {
                    step += each;
                }
                // A little pull towards zero, so that traces of one outcome only do not push it without end.
                step = (step - 0.1 * intercept) / (total + 0.1);
                intercept += step;
                for (int i = 0; i < n; i++) {
                    rest[i] -= curve[i] * step;
                    score[i] += step;
                }
                moved = Math.max(moved, Math.abs(step));
                for (int j = 0; j < weights.length; j++) {
                    moved = Math.max(moved, update(j, degrees[j], weights, penalty[j], score, curve, rest));
                }
            }
            if (moved < DONE) {
                break;
            }
        }
        return new Weights(intercept, weights);
    }

    private static double update(
            int j, float[] degrees, double[] weights, double penalty, double[] score, double[] curve, double[] rest) {
        double slope = 0;
        double bend = 0;
        for (int i = 0; i < degrees.length; i++) {
            slope += degrees[i] * rest[i];
            bend += degrees[i] * degrees[i] * curve[i];
        }
        double step = (slope - penalty * weights[j]) / (bend + penalty);
        if (step != 0) {
            weights[j] += step;
            for (int i = 0; i < degrees.length; i++) {
                double change = degrees[i] * step;
                score[i] += change;
                rest[i] -= curve[i] * change;
            }
        }
        return Math.abs(step);
    }
}
