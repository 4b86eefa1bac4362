package io.kernelweave.route;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Logistic regression on a few named numbers: P = 1 / (1 + exp(−(bias + Σ weight · feature))), weights in the features' own
 * units.
 */
public record LogisticModel(List<String> features, List<Double> weights, double bias) {
    private static final double RIDGE = 1e-3;
    private static final int ITERATIONS = 25;

    public LogisticModel {
        features = List.copyOf(features);
        weights = List.copyOf(weights);
        if (features.size() != weights.size()) {
            throw InputException.at(
                    "weights",
                    weights.size() + " weights for " + features.size() + " features",
                    "give one weight a feature");
        }
    }

    record Row(double[] features, boolean positive, double weight) {}

    double probability(double[] row) {
        double logit = bias;
        for (int i = 0; i < row.length; i++) {
            logit += weights.get(i) * row[i];
        }
        return sigmoid(logit);
    }

    /**
     * Fits by Newton's method on standardised features with a small ridge, then rounds to six decimals, so that the figures
     * read the same everywhere. A feature that never varies gets no weight.
     */
    static LogisticModel fit(List<String> names, List<Row> rows) {
        int n = names.size();
        double total = rows.stream().mapToDouble(Row::weight).sum();
        double[] mean = new double[n];
        double[] scale = new double[n];
        for (int i = 0; i < n; i++) {
            double sum = 0;
            double square = 0;
            for (Row row : rows) {
                sum += row.weight * row.features[i];
                square += row.weight * row.features[i] * row.features[i];
            }
            mean[i] = sum / total;
            double variance = square / total - mean[i] * mean[i];
            scale[i] = variance > 1e-12 ? 1 / Math.sqrt(variance) : 0;
        }
        double[] beta = new double[n + 1];
        double[] x = new double[n + 1];
        x[n] = 1;
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            double[][] hessian = new double[n + 1][n + 2]; // the last column is the gradient
            for (Row row : rows) {
                double logit = beta[n];
                for (int i = 0; i < n; i++) {
                    x[i] = (row.features[i] - mean[i]) * scale[i];
                    logit += beta[i] * x[i];
                }
                double p = sigmoid(logit);
                double error = row.weight / total * (p - (row.positive ? 1 : 0));
                double curvature = row.weight / total * p * (1 - p);
                for (int i = 0; i <= n; i++) {
                    hessian[i][n + 1] += error * x[i];
                    double c = curvature * x[i];
                    for (int j = 0; j <= i; j++) {
                        hessian[i][j] += c * x[j];
                    }
                }
            }
            for (int i = 0; i <= n; i++) {
                for (int j = i + 1; j <= n; j++) {
                    hessian[i][j] = hessian[j][i];
                }
                double ridge = i < n ? RIDGE : 1e-9;
                hessian[i][i] += ridge;
                hessian[i][n + 1] += ridge * beta[i];
            }
            double[] step = solve(hessian);
            double largest = 0;
            for (int i = 0; i <= n; i++) {
                beta[i] -= step[i];
                largest = Math.max(largest, Math.abs(step[i]));
            }
            if (largest < 1e-9) {
                break;
            }
        }
        List<Double> weights = new ArrayList<>();
        double bias = beta[n];
        for (int i = 0; i < n; i++) {
            weights.add(round(beta[i] * scale[i]));
            bias -= beta[i] * scale[i] * mean[i];
        }
        return new LogisticModel(names, weights, round(bias));
    }

    static double round(double value) {
        return Math.rint(value * 1e6) / 1e6;
    }

    static double sigmoid(double logit) {
        return 1 / (1 + StrictMath.exp(-logit));
    }

    static double logit(double probability) {
        double p = Math.min(1 - 1e-6, Math.max(1e-6, probability));
        return StrictMath.log(p / (1 - p));
    }

    /** Gaussian elimination with partial pivoting; the last column is the right-hand side. */
    private static double[] solve(double[][] a) {
        int n = a.length;
        for (int column = 0; column < n; column++) {
            int pivot = column;
            for (int row = column + 1; row < n; row++) {
                if (Math.abs(a[row][column]) > Math.abs(a[pivot][column])) {
                    pivot = row;
                }
            }
            double[] swap = a[column];
            a[column] = a[pivot];
            a[pivot] = swap;
            for (int row = column + 1; row < n; row++) {
                double factor = a[row][column] / a[column][column];
                for (int j = column; j <= n; j++) {
                    a[row][j] -= factor * a[column][j];
                }
            }
        }
        double[] x = new double[n];
        for (int row = n - 1; row >= 0; row--) {
            double value = a[row][n];
            for (int j = row + 1; j < n; j++) {
                value -= a[row][j] * x[j];
            }
            x[row] = value / a[row][row];
        }
        return x;
    }
}
