package io.kernelweave.route;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The kernels as one encoder sees them: a linear head, which picks best, and the exemplars one by one with their centroids,
 * which reject best. Cosines are told in standard deviations from what texts of different kernels have between them, so that
 * encoders compare.
 */
final class Space {
    private static final int FEW = 5;
    private static final int FEW_NONE = 3;

    /** Pairs of exemplars that the scale of cosines is taken from, and how many a guess of it counts for. */
    private static final int MOST_PAIRS = 4000;

    private static final int GUESSED_PAIRS = 3;
    private static final double GUESSED_MEAN = 0.3;
    private static final double GUESSED_DEVIATION = 0.15;

    private final int kernels;
    private final LinearHead head;
    private final float[][] centroids;
    private final float[][][] exemplars; // per kernel, a row for each dimension
    private final int[] counts;
    private final float[][] none; // the same, of requests that no kernel fits
    private final int noneCount;
    private final double mean;
    private final double deviation;

    /**
     * @param vectors of each kernel's exemplars
     * @param none of requests that no kernel fits; may be empty
     */
    Space(List<List<float[]>> vectors, List<float[]> none, int dimensions) {
        this.kernels = vectors.size();
        this.exemplars = new float[kernels][][];
        this.centroids = new float[kernels][dimensions];
        this.counts = new int[kernels];
        List<float[]> means = new ArrayList<>();
        for (int k = 0; k < kernels; k++) {
            List<float[]> own = vectors.get(k);
            counts[k] = own.size();
            exemplars[k] = columns(own, dimensions);
            for (float[] vector : own) {
                for (int d = 0; d < dimensions; d++) {
                    centroids[k][d] += vector[d] / own.size();
                }
            }
            means.add(centroids[k].clone());
            Vectors.normalize(centroids[k]);
        }
        this.none = columns(none, dimensions);
        this.noneCount = none.size();
        this.head = LinearHead.ofMeans(means, dimensions);
        double[] scale = scale(vectors);
        this.mean = scale[0];
        this.deviation = scale[1];
    }

    private static float[][] columns(List<float[]> vectors, int dimensions) {
        float[][] columns = new float[dimensions][vectors.size()];
        for (int i = 0; i < vectors.size(); i++) {
            for (int d = 0; d < dimensions; d++) {
                columns[d][i] = vectors.get(i)[d];
            }
        }
        return columns;
    }

    /** Mean and standard deviation of the cosine between texts of different kernels. */
    private static double[] scale(List<List<float[]>> vectors) {
        double pairs = GUESSED_PAIRS;
        double sum = GUESSED_PAIRS * GUESSED_MEAN;
        double square = GUESSED_PAIRS * (GUESSED_MEAN * GUESSED_MEAN + GUESSED_DEVIATION * GUESSED_DEVIATION);
        int kernels = vectors.size();
        for (int step = 1; step < kernels && pairs < MOST_PAIRS; step++) {
            for (int k = 0; k < kernels && pairs < MOST_PAIRS; k++) {
                List<float[]> one = vectors.get(k);
                List<float[]> other = vectors.get((k + step) % kernels);
                if (!one.isEmpty() && !other.isEmpty()) {
                    double cosine = Vectors.dot(one.get(step % one.size()), other.get(step % other.size()));
                    pairs++;
                    sum += cosine;
                    square += cosine * cosine;
                }
            }
        }
        double mean = sum / pairs;
        return new double[] {mean, Math.sqrt(Math.max(1e-4, square / pairs - mean * mean))};
    }

    /** The linear head: the nearest-centroid rule until it is trained or set. */
    LinearHead head() {
        return head;
    }

    /** A request as this encoder sees it, without the kernels in {@code masked}. */
    View view(float[] vector, Set<Integer> masked) {
        float[] logits = head.logits(vector);
        masked.forEach(k -> logits[k] = Float.NEGATIVE_INFINITY);
        return new View(vector, logits);
    }

    final class View {
        private final float[] vector;
        private final float[] logits;
        private final double energy;

        private View(float[] vector, float[] logits) {
            this.vector = vector;
            this.logits = logits;
            this.energy = LinearHead.logSumExp(logits, kernels);
        }

        float logit(int kernel) {
            return logits[kernel];
        }

        /** Log of the head's share for a kernel; cosine to its centroid, its nearest exemplar, its few nearest. Returns the cosine to the nearest. */
        double describe(int kernel, double[] into, int at) {
            float[] cosines = new float[counts[kernel]];
            Vectors.multiply(vector, exemplars[kernel], cosines);
            Arrays.sort(cosines);
            into[at] = Math.max(-30, logits[kernel] - energy);
            into[at + 1] = standard(Vectors.dot(vector, centroids[kernel]));
            into[at + 2] = standard(best(cosines, 1));
            into[at + 3] = standard(best(cosines, FEW));
            return Math.max(0, best(cosines, 1));
        }

        /** What the request is like as a whole: log Σ exp of the logits, what is above that for no kernel, and the cosine to the nearest such requests. */
        void describeRequest(double[] into, int at) {
            into[at] = energy;
            if (head.hasNone()) {
                into[at + 1] = energy - logits[kernels];
            }
            if (noneCount > 0) {
                float[] cosines = new float[noneCount];
                Vectors.multiply(vector, none, cosines);
                Arrays.sort(cosines);
                into[at + 2] = standard(best(cosines, FEW_NONE));
            }
        }
    }

    /** Mean of the largest. */
    private static double best(float[] sorted, int count) {
        int from = Math.max(0, sorted.length - count);
        double sum = 0;
        for (int i = from; i < sorted.length; i++) {
            sum += sorted[i];
        }
        return sorted.length == 0 ? 0 : sum / (sorted.length - from);
    }

    private double standard(double cosine) {
        return (cosine - mean) / deviation;
    }
}
