package io.kernelweave.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The two learners and the vectors under them. */
class LearningTest {
    @Test
    void logisticRegressionFindsThePlantedWeights() {
        SplittableRandom random = new SplittableRandom(3);
        List<LogisticModel.Row> rows = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            double[] x = {random.nextDouble(-2, 2), random.nextDouble(0, 100), 7};
            double p = LogisticModel.sigmoid(1.5 * x[0] - 0.03 * x[1] + 1);
            rows.add(new LogisticModel.Row(x, random.nextDouble() < p, 1));
        }
        LogisticModel model = LogisticModel.fit(List.of("a", "b", "constant"), rows);
        assertThat(model.weights().get(0)).isEqualTo(1.5, within(0.1));
        assertThat(model.weights().get(1)).isEqualTo(-0.03, within(0.003));
        assertThat(model.weights().get(2)).isZero();
        assertThat(model.bias()).isEqualTo(1, within(0.15));
    }

    @Test
    void logisticRegressionStaysFiniteWhereClassesSeparate() {
        List<LogisticModel.Row> rows = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            rows.add(new LogisticModel.Row(new double[] {i}, i >= 25, 1));
        }
        LogisticModel model = LogisticModel.fit(List.of("x"), rows);
        assertThat(model.probability(new double[] {0})).isBetween(0.0, 0.05);
        assertThat(model.probability(new double[] {49})).isBetween(0.95, 1.0);
    }

    @Test
    void theHeadLearnsWhatCentroidsCannotTell() {
        // Two kernels with the same mean direction but for one component that is small beside the noise.
        SplittableRandom random = new SplittableRandom(4);
        List<float[]> vectors = new ArrayList<>();
        int[] labels = new int[400];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = i % 2;
            vectors.add(Vectors.normalize(new float[] {
                (float) random.nextDouble(-1, 1), (float) random.nextDouble(-1, 1), labels[i] == 0 ? 0.1f : -0.1f, 0.5f
            }));
        }
        LinearHead head =
                LinearHead.ofMeans(List.of(new float[] {0.3f, 0, 0, 0.5f}, new float[] {-0.3f, 0, 0, 0.5f}), 4);
        assertThat(accuracy(head, vectors, labels)).isLessThan(0.7);
        head.train(vectors, labels, 1);
        assertThat(accuracy(head, vectors, labels)).isGreaterThan(0.95);
        LinearHead again =
                LinearHead.ofMeans(List.of(new float[] {0.3f, 0, 0, 0.5f}, new float[] {-0.3f, 0, 0, 0.5f}), 4);
        again.train(vectors, labels, 1);
        assertThat(again.row(0)).isEqualTo(head.row(0));
    }

    private static double accuracy(LinearHead head, List<float[]> vectors, int[] labels) {
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            float[] logits = head.logits(vectors.get(i));
            right += (logits[1] > logits[0] ? 1 : 0) == labels[i] ? 1 : 0;
        }
        return (double) right / labels.length;
    }

    @Test
    void multiplicationAgreesWithTheDefinition() {
        SplittableRandom random = new SplittableRandom(8);
        for (int rows = 1; rows < 12; rows++) {
            for (int width = 1; width < 9; width++) {
                float[] vector = new float[rows];
                float[][] matrix = new float[rows][width];
                double[] expected = new double[width];
                for (int d = 0; d < rows; d++) {
                    vector[d] = (float) random.nextDouble(-1, 1);
                    for (int k = 0; k < width; k++) {
                        matrix[d][k] = (float) random.nextDouble(-1, 1);
                        expected[k] += vector[d] * matrix[d][k];
                    }
                }
                float[] product = new float[width];
                Vectors.multiply(vector, matrix, product);
                for (int k = 0; k < width; k++) {
                    assertThat((double) product[k]).isEqualTo(expected[k], within(1e-5));
                }
                float[][] products = new float[2][width];
                Vectors.multiply(new float[][] {new float[rows], vector}, matrix, products);
                assertThat(products[0]).containsOnly(0);
                assertThat(products[1]).containsExactly(product);
            }
        }
    }

    @Test
    void theExponentialAgreesWithTheDefinition() {
        for (float x = 0; x > -16.9f; x -= 0.0137f) {
            double expected = StrictMath.exp(x);
            assertThat((double) LinearHead.exp(x)).isEqualTo(expected, within(2e-7 * expected));
        }
        assertThat(LinearHead.exp(0)).isOne();
        assertThat(LinearHead.exp(-100)).isZero();
        assertThat(LinearHead.exp(Float.NEGATIVE_INFINITY)).isZero();
    }

    @Test
    void aByteAComponentKeepsTheDirection() {
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < 100; i++) {
            float[] vector = new float[384];
            for (int d = 0; d < vector.length; d++) {
                vector[d] = (float) random.nextDouble(-1, 1);
            }
            Vectors.normalize(vector);
            assertThat(Vectors.dot(vector, Vectors.rounded(vector))).isGreaterThan(0.9999f);
        }
    }
}
