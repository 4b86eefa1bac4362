package io.kernelweave.route;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * Logistic regression on a few named numbers: P = 1 / (1 + exp(−(bias + Σ weight · feature))), weights in the features' own
 * units. Fitted on choices, its logits say instead which row of several is the right one.
 */
public record LogisticModel(List<String> features, List<Double> weights, double bias) {
    /** So many rows' worth of doubt that a feature, scaled, says anything; but no more or less than these shares of the rows. */
    private static final double DOUBT = 16;

    private static final double LEAST_RIDGE = 1e-3;
    private static final double MOST_RIDGE = 1e-2;
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

    /** A model that knows nothing: half for every row. */
    static LogisticModel zero(List<String> features) {
        return new LogisticModel(features, features.stream().map(feature -> 0.0).toList(), 0);
    }

    /** Several rows of which some are right: which one is chosen is exp(logit) as a share of all. */
    record Choice(List<double[]> rows, boolean[] right, double weight) {}

    double probability(double[] row) {
        return sigmoid(logit(row));
    }

    double logit(double[] row) {
        double logit = bias;
        for (int i = 0; i < row.length; i++) {
            logit += weights.get(i) * row[i];
        }
        return logit;
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
                double ridge = i < n ? ridge(rows.size()) : 1e-9;
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

    /**
     * Fits a conditional logit (McFadden 1974) on choices, by damped Newton steps on scaled features with the same small ridge;
     * there is no bias. Choices with nothing or everything right teach nothing.
     */
    static LogisticModel fitChoices(List<String> names, List<Choice> choices) {
        int n = names.size();
        double[] scale = spread(n, choices);
        double[] beta = new double[n];
        double total =
                Math.max(1e-12, choices.stream().mapToDouble(Choice::weight).sum());
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            double[][] hessian = new double[n][n + 1];
            for (Choice choice : choices) {
                double[] shares = shares(choice.rows, beta, scale);
                double right = 0;
                for (int r = 0; r < shares.length; r++) {
                    right += choice.right[r] ? shares[r] : 0;
                }
                if (right <= 0) {
                    continue;
                }
                double[] mean = new double[n];
                double[] wanted = new double[n];
                for (int r = 0; r < shares.length; r++) {
                    double[] row = choice.rows.get(r);
                    for (int i = 0; i < n; i++) {
                        mean[i] += shares[r] * row[i] * scale[i];
                        wanted[i] += choice.right[r] ? shares[r] / right * row[i] * scale[i] : 0;
                    }
                }
                double weight = choice.weight / total;
                for (int r = 0; r < shares.length; r++) {
                    double[] row = choice.rows.get(r);
                    for (int i = 0; i < n; i++) {
                        double x = weight * shares[r] * (row[i] * scale[i] - mean[i]);
                        for (int j = 0; j <= i; j++) {
                            hessian[i][j] += x * (row[j] * scale[j] - mean[j]);
                        }
                    }
                }
                for (int i = 0; i < n; i++) {
                    hessian[i][n] += weight * (mean[i] - wanted[i]);
                }
            }
            double largest = 0;
            double[] step = solve(symmetric(hessian, beta, ridge(choices.size())));
            for (double s : step) {
                largest = Math.max(largest, Math.abs(s));
            }
            double damping = Math.min(1, 2 / Math.max(largest, 1e-9));
            for (int i = 0; i < n; i++) {
                beta[i] -= damping * step[i];
            }
            if (largest < 1e-7) {
                break;
            }
        }
        List<Double> weights = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            weights.add(round(beta[i] * scale[i]));
        }
        return new LogisticModel(names, weights, 0);
    }

    private static double[][] symmetric(double[][] hessian, double[] beta, double ridge) {
        int n = beta.length;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                hessian[i][j] = hessian[j][i];
            }
            hessian[i][i] += ridge;
            hessian[i][n] += ridge * beta[i];
        }
        return hessian;
    }

    private static double ridge(int rows) {
        return Math.min(MOST_RIDGE, Math.max(LEAST_RIDGE, DOUBT / rows));
    }

    private static double[] shares(List<double[]> rows, double[] beta, double[] scale) {
        double[] shares = new double[rows.size()];
        double largest = Double.NEGATIVE_INFINITY;
        for (int r = 0; r < shares.length; r++) {
            for (int i = 0; i < beta.length; i++) {
                shares[r] += beta[i] * scale[i] * rows.get(r)[i];
            }
            largest = Math.max(largest, shares[r]);
        }
        double sum = 0;
        for (int r = 0; r < shares.length; r++) {
            shares[r] = StrictMath.exp(shares[r] - largest);
            sum += shares[r];
        }
        for (int r = 0; r < shares.length; r++) {
            shares[r] /= sum;
        }
        return shares;
    }

    /** One over the standard deviation of each feature within the choices; 0 where it never varies. */
    private static double[] spread(int n, List<Choice> choices) {
        double[] scale = new double[n];
        double[] square = new double[n];
        double rows = 0;
        for (Choice choice : choices) {
            double[] mean = new double[n];
            for (double[] row : choice.rows) {
                for (int i = 0; i < n; i++) {
                    mean[i] += row[i] / choice.rows.size();
                }
            }
            for (double[] row : choice.rows) {
                rows++;
                for (int i = 0; i < n; i++) {
                    square[i] += (row[i] - mean[i]) * (row[i] - mean[i]);
                }
            }
        }
        for (int i = 0; i < n; i++) {
            scale[i] = square[i] > 1e-9 * rows ? 1 / Math.sqrt(square[i] / rows) : 0;
        }
        return scale;
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
