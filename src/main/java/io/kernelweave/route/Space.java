package io.kernelweave.route;

import io.kernelweave.vector.Bits;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The kernels as one encoder sees them: a linear head, which picks best, and the exemplars one by one with their centroids,
 * which reject best. Cosines are told in standard deviations from what texts of different kernels have between them, so that
 * encoders compare.
 */
final class Space {
    /** Up to so many kernels, all logits are computed for each request; of more, only those that are asked for. */
    static final int MANY = 2048;

    private static final int FEW = 5;
    private static final int FEW_NONE = 3;

    /** Pairs of exemplars that the scale of cosines is taken from, and how many a guess of it counts for. */
    private static final int MOST_PAIRS = 4000;

    private static final int GUESSED_PAIRS = 3;
    private static final double GUESSED_MEAN = 0.3;
    private static final double GUESSED_DEVIATION = 0.15;

    private final int kernels;
    private final float[][] centroids;
    private final float[] lengths; // of the means whose directions the centroids are
    private final Exemplars[] exemplars;
    private final Exemplars none; // requests that no kernel fits
    private final float[] centre;
    private final @Nullable LinearHead head; // of few kernels
    private final Map<Integer, float[]> rows = new HashMap<>(); // of many: those that were trained
    private final double mean;
    private final double deviation;

    /**
     * @param vectors of each kernel's exemplars
     * @param none of requests that no kernel fits; may be empty
     */
    Space(List<List<float[]>> vectors, List<float[]> none, int dimensions) {
        this.kernels = vectors.size();
        this.centroids = new float[kernels][dimensions];
        this.lengths = new float[kernels];
        this.centre = new float[dimensions];
        for (int k = 0; k < kernels; k++) {
            List<float[]> own = vectors.get(k);
            for (float[] vector : own) {
                for (int d = 0; d < dimensions; d++) {
                    centroids[k][d] += vector[d] / own.size();
                }
            }
            for (int d = 0; d < dimensions; d++) {
                centre[d] += centroids[k][d] / kernels;
            }
        }
        this.head = kernels <= MANY ? LinearHead.ofMeans(List.of(centroids), dimensions) : null;
        this.exemplars = new Exemplars[kernels];
        for (int k = 0; k < kernels; k++) {
            lengths[k] = (float) Math.sqrt(Vectors.dot(centroids[k], centroids[k]));
            Vectors.normalize(centroids[k]);
            exemplars[k] = new Exemplars(vectors.get(k), centre);
        }
        this.none = new Exemplars(none, centre);
        double[] scale = scale(vectors);
        this.mean = scale[0];
        this.deviation = scale[1];
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

    /** The direction of a kernel's exemplars. */
    float[] centroid(int kernel) {
        return centroids[kernel];
    }

    /** Trains the head on vectors; of many kernels it stays the nearest-centroid rule. */
    void train(List<float[]> vectors, int[] labels, long seed) {
        if (head != null) {
            head.train(vectors, labels, seed);
        }
    }

    /** Sets the head's weights of a class and, after them, its bias; the class after the kernels is that of none. */
    void set(int kernel, float[] row) {
        if (head != null) {
            head.set(kernel, row, row[centre.length]);
        } else {
            rows.put(kernel, row);
        }
    }

    /** What {@link #set} takes. */
    float[] row(int kernel) {
        if (head != null) {
            return head.row(kernel);
        }
        float[] row = new float[centre.length + 1];
        if (kernel == kernels) {
            row[centre.length] = Float.NEGATIVE_INFINITY;
        } else {
            for (int d = 0; d < centre.length; d++) {
                row[d] = LinearHead.START * lengths[kernel] * centroids[kernel][d];
            }
        }
        return rows.getOrDefault(kernel, row);
    }

    /**
     * A request as this encoder sees it.
     *
     * @param listed the kernels that it is compared with, in order, where they are many; else null
     * @param masked kernels that are left out of all
     */
    View view(float[] vector, int @Nullable [] listed, Set<Integer> masked) {
        if (head == null) {
            int[] compared = Objects.requireNonNull(listed, "too many kernels to compare with all");
            return new View(vector, compared, logits(vector, compared));
        }
        float[] logits = head.logits(vector);
        masked.forEach(k -> logits[k] = Float.NEGATIVE_INFINITY);
        return new View(vector, null, logits);
    }

    /** Of the listed classes and, last, of none of them. */
    private float[] logits(float[] vector, int[] listed) {
        float[] logits = new float[listed.length + 1];
        for (int i = 0; i < listed.length; i++) {
            float[] row = rows.get(listed[i]);
            logits[i] = row == null
                    ? LinearHead.START * lengths[listed[i]] * Vectors.dot(vector, centroids[listed[i]])
                    : Vectors.dot(vector, row) + row[vector.length];
        }
        float[] row = rows.get(kernels);
        logits[listed.length] = row == null ? Float.NEGATIVE_INFINITY : Vectors.dot(vector, row) + row[vector.length];
        return logits;
    }

    final class View {
        private final float[] vector;
        private final int[] bits;
        private final int @Nullable [] listed;
        private final float[] logits;
        private final double energy;

        private View(float[] vector, int @Nullable [] listed, float[] logits) {
            this.vector = vector;
            this.bits = Bits.of(vector, centre);
            this.listed = listed;
            this.logits = logits;
            this.energy = LinearHead.logSumExp(logits, logits.length - 1);
        }

        /** −∞ for a kernel that is not listed. */
        float logit(int kernel) {
            int at = listed == null ? kernel : Arrays.binarySearch(listed, kernel);
            return at < 0 ? Float.NEGATIVE_INFINITY : logits[at];
        }

        /** Log of the head's share for a kernel; cosine to its centroid, its nearest exemplar, its few nearest. Returns the cosine to the nearest. */
        double describe(int kernel, double[] into, int at) {
            float[] cosines = exemplars[kernel].nearest(vector, bits);
            into[at] = Math.max(-30, logit(kernel) - energy);
            into[at + 1] = standard(Vectors.dot(vector, centroids[kernel]));
            into[at + 2] = standard(best(cosines, 1));
            into[at + 3] = standard(best(cosines, FEW));
            return Math.min(1, Math.max(0, best(cosines, 1))); // a cosine, but for rounding
        }

        /** What the request is like as a whole: log Σ exp of the logits, what is above that for no kernel, and the cosine to the nearest such requests. */
        void describeRequest(double[] into, int at) {
            float ofNone = logits[logits.length - 1];
            into[at] = energy;
            if (ofNone > Float.NEGATIVE_INFINITY) {
                into[at + 1] = energy - ofNone;
            }
            if (none.size() > 0) {
                into[at + 2] = standard(best(none.nearest(vector, bits), FEW_NONE));
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
