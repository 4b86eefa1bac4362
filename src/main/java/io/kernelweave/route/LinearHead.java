package io.kernelweave.route;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Multinomial logistic regression from sentence vectors to kernels: logit k = w_k · x + b_k. It starts at the kernels'
 * mean vectors, which is the nearest-centroid rule, and goes on by stochastic gradient descent with momentum and a falling
 * step; stopping early is its regularisation. A kernel that came after the training keeps its mean vector as weights. Where
 * it was shown requests that no kernel fits, it has a class for them too, the last one.
 */
final class LinearHead {
    /** Logits per unit of cosine before training. */
    static final float START = 20;

    private static final int BATCH = 32;
    private static final int EPOCHS = 8;
    private static final int FEWEST_STEPS = 600;
    private static final float STEP = 4;
    private static final float MOMENTUM = 0.9f;

    private final int kernels;
    private final int classes; // one more than kernels, for what fits none
    private final int dimensions;
    private boolean hasNone;
    private final float[] weights; // a row for each dimension, so that the inner loops run over classes
    private final float[] biases;

    private LinearHead(int kernels, int dimensions) {
        this.kernels = kernels;
        this.classes = kernels + 1;
        this.dimensions = dimensions;
        this.weights = new float[classes * dimensions];
        this.biases = new float[classes];
        this.biases[kernels] = Float.NEGATIVE_INFINITY;
    }

    /** The nearest-centroid rule. */
    static LinearHead ofMeans(List<float[]> means, int dimensions) {
        LinearHead head = new LinearHead(means.size(), dimensions);
        for (int k = 0; k < means.size(); k++) {
            float[] row = means.get(k).clone();
            for (int d = 0; d < dimensions; d++) {
                row[d] *= START;
            }
            head.set(k, row, 0);
        }
        return head;
    }

    /** Sets the weights of a class; the class after the kernels is that of requests that none fits. */
    void set(int kernel, float[] row, float bias) {
        for (int d = 0; d < dimensions; d++) {
            weights[d * classes + kernel] = row[d];
        }
        biases[kernel] = bias;
        hasNone |= kernel == kernels;
    }

    /** Is there a class for requests that no kernel fits? */
    boolean hasNone() {
        return hasNone;
    }

    /** The weights of a class and, after them, its bias. */
    float[] row(int kernel) {
        float[] row = new float[dimensions + 1];
        for (int d = 0; d < dimensions; d++) {
            row[d] = weights[d * classes + kernel];
        }
        row[dimensions] = biases[kernel];
        return row;
    }

    /** A logit for each kernel and, last, for none of them: −∞ where the head does not know that class. */
    float[] logits(float[] vector) {
        float[] logits = biases.clone();
        Vectors.multiply(vector, weights, logits);
        return logits;
    }

    /**
     * Trains in place; the order of the examples and the seed fix the result.
     *
     * @param labels of the vectors; the number of kernels stands for none of them
     */
    void train(List<float[]> vectors, int[] labels, long seed) {
        int count = labels.length;
        if (Arrays.stream(labels).anyMatch(label -> label == kernels)) {
            hasNone = true;
            biases[kernels] = 0;
        }
        int steps = Math.max(FEWEST_STEPS, (EPOCHS * count + BATCH - 1) / BATCH);
        SplittableRandom random = new SplittableRandom(seed);
        float[] gradient = new float[weights.length];
        float[] velocity = new float[weights.length];
        float[] biasVelocity = new float[classes];
        float[][] inputs = new float[BATCH][];
        float[][] errors = new float[BATCH][];
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        int next = count;
        for (int step = 0; step < steps; step++) {
            Arrays.fill(gradient, 0);
            float[] biasGradient = new float[classes];
            for (int i = 0; i < BATCH; i++) {
                if (next == count) {
                    shuffle(order, random);
                    next = 0;
                }
                int example = order[next++];
                inputs[i] = vectors.get(example);
                errors[i] = softmax(logits(inputs[i]));
                errors[i][labels[example]] -= 1;
                for (int k = 0; k < classes; k++) {
                    biasGradient[k] += errors[i][k];
                }
            }
            Vectors.addOuterProducts(inputs, errors, gradient);
            float size = STEP * (steps - step) / steps / BATCH;
            descend(weights, velocity, gradient, size);
            descend(biases, biasVelocity, biasGradient, size);
        }
    }

    /** ln Σ exp of the first logits. */
    static double logSumExp(float[] logits, int count) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < count; k++) {
            largest = Math.max(largest, logits[k]);
        }
        if (largest == Float.NEGATIVE_INFINITY) {
            return -30;
        }
        double sum = 0;
        for (int k = 0; k < count; k++) {
            float below = logits[k] - largest;
            sum += below < -30 ? 0 : StrictMath.exp(below);
        }
        return largest + StrictMath.log(sum);
    }

    static float[] softmax(float[] logits) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        float sum = 0;
        for (int k = 0; k < logits.length; k++) {
            float below = logits[k] - largest;
            logits[k] = below < -30 ? 0 : (float) StrictMath.exp(below);
            sum += logits[k];
        }
        for (int k = 0; k < logits.length; k++) {
            logits[k] /= sum;
        }
        return logits;
    }

    private static void descend(float[] values, float[] velocity, float[] gradient, float size) {
        for (int i = 0; i < values.length; i++) {
            velocity[i] = MOMENTUM * velocity[i] + gradient[i];
            values[i] -= size * velocity[i];
        }
    }

    private static void shuffle(int[] order, SplittableRandom random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
    }
}
