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
    private static final int EPOCHS = 6;
    private static final int FEWEST_STEPS = 600;
    private static final float STEP = 4;
    private static final float MOMENTUM = 0.9f;

    /** Below this, e^x adds nothing to a float of one or more. */
    private static final float NOTHING = -17;

    private static final float LOG2_E = 1.44269504f;
    private static final float LN_2_HIGH = 0.693359375f;
    private static final float LN_2_LOW = -2.12194440e-4f;
    private static final float ROUNDING = 3 << 22; // added to a small float, it leaves no room for a fraction

    private final int kernels;
    private final int classes; // one more than kernels, for what fits none
    private final int dimensions;
    private boolean hasNone;
    private final float[][] weights; // a row for each dimension, so that the inner loops run over classes
    private final float[] biases;

    private LinearHead(int kernels, int dimensions) {
        this.kernels = kernels;
        this.classes = kernels + 1;
        this.dimensions = dimensions;
        this.weights = new float[dimensions][classes];
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
            weights[d][kernel] = row[d];
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
            row[d] = weights[d][kernel];
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
        float[][] velocity = new float[dimensions][classes];
        float[] biasVelocity = new float[classes];
        float[][] inputs = new float[BATCH][];
        float[][] errors = new float[BATCH][classes];
        float[] component = new float[BATCH]; // one of each input
        int[] wanted = new int[BATCH];
        int[] order = new int[count];
        Arrays.setAll(order, i -> i);
        int next = count;
        for (int step = 0; step < steps; step++) {
            for (int i = 0; i < BATCH; i++) {
                if (next == count) {
                    shuffle(order, random);
                    next = 0;
                }
                int example = order[next++];
                inputs[i] = vectors.get(example);
                wanted[i] = labels[example];
                System.arraycopy(biases, 0, errors[i], 0, classes);
            }
            Vectors.multiply(inputs, weights, errors);
            for (int i = 0; i < BATCH; i++) {
                softmax(errors[i]);
                errors[i][wanted[i]] -= 1;
            }
            float size = STEP * (steps - step) / steps / BATCH;
            for (int d = 0; d < dimensions; d++) {
                for (int i = 0; i < BATCH; i++) {
                    component[i] = inputs[i][d];
                }
                descend(weights[d], velocity[d], component, errors, size);
            }
            Arrays.fill(component, 1);
            descend(biases, biasVelocity, component, errors, size);
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
            sum += exp(logits[k] - largest);
        }
        return largest + StrictMath.log(sum);
    }

    private static void softmax(float[] logits) {
        float largest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Math.max(largest, logit);
        }
        float sum = 0;
        for (int k = 0; k < logits.length; k++) {
            logits[k] = exp(logits[k] - largest);
            sum += logits[k];
        }
        float scale = 1 / sum;
        for (int k = 0; k < logits.length; k++) {
            logits[k] *= scale;
        }
    }

    /** e^x for x ≤ 0 to about 1e-7 of it, by the polynomial of Cephes' expf (Moshier 1992); 0 where it adds nothing to 1. */
    static float exp(float x) {
        if (!(x > NOTHING)) {
            return 0;
        }
        float n = (x * LOG2_E + ROUNDING) - ROUNDING;
        float r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
        float p = 1.9875691500e-4f;
        p = p * r + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        return (p * r * r + r + 1) * Float.intBitsToFloat(((int) n + 127) << 23);
    }

    /** One step down the slope: the gradient of a row of weights is its component of the inputs times the errors. */
    private static void descend(float[] values, float[] velocity, float[] inputs, float[][] errors, float size) {
        for (int k = 0; k < velocity.length; k++) {
            velocity[k] *= MOMENTUM;
        }
        Vectors.multiply(inputs, errors, velocity);
        for (int k = 0; k < values.length; k++) {
            values[k] -= size * velocity[k];
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
