package io.kernelweave.route;

import java.util.Arrays;
import java.util.List;

/**
 * The vectors of what belongs together, to be compared with a request's one by one. Where they are many, a bit a component
 * (is it above the centre's?) says which are worth it, as in {@link io.kernelweave.vector.VectorIndex}.
 */
final class Exemplars {
    /** How many are compared exactly; ties with the last are compared too, so that their order decides nothing. */
    private static final int COMPARED = 8;

    private final float[][] vectors;
    private final long[][] columns; // of bits: for each word, that of each vector

    /** @param centre see {@link #bits} */
    Exemplars(List<float[]> vectors, float[] centre) {
        this.vectors = vectors.toArray(float[][]::new);
        this.columns = new long[(centre.length + Long.SIZE - 1) / Long.SIZE][vectors.size()];
        for (int i = 0; i < this.vectors.length; i++) {
            long[] bits = bits(this.vectors[i], centre);
            for (int w = 0; w < bits.length; w++) {
                columns[w][i] = bits[w];
            }
        }
    }

    int size() {
        return vectors.length;
    }

    /** One bit for each component: is it above the centre's? */
    static long[] bits(float[] vector, float[] centre) {
        long[] bits = new long[(centre.length + Long.SIZE - 1) / Long.SIZE];
        for (int d = 0; d < centre.length; d++) {
            bits[d / Long.SIZE] |= (vector[d] > centre[d] ? 1L : 0) << d;
        }
        return bits;
    }

    /** The largest cosines, in rising order; all of them where there are few. */
    float[] nearest(float[] vector, long[] ofVector) {
        if (vectors.length <= COMPARED) {
            float[] cosines = new float[vectors.length];
            for (int i = 0; i < cosines.length; i++) {
                cosines[i] = Vectors.dot(vector, vectors[i]);
            }
            Arrays.sort(cosines);
            return cosines;
        }
        int[] distances = new int[vectors.length];
        for (int w = 0; w < columns.length; w++) {
            long[] column = columns[w];
            long word = ofVector[w];
            for (int i = 0; i < distances.length; i++) {
                distances[i] += Long.bitCount(column[i] ^ word);
            }
        }
        int[] histogram = new int[columns.length * Long.SIZE + 1];
        for (int distance : distances) {
            histogram[distance]++;
        }
        int limit = 0;
        int within = histogram[0];
        while (within < COMPARED) {
            within += histogram[++limit];
        }
        float[] cosines = new float[within];
        int found = 0;
        for (int i = 0; i < distances.length; i++) {
            if (distances[i] <= limit) {
                cosines[found++] = Vectors.dot(vector, vectors[i]);
            }
        }
        Arrays.sort(cosines);
        return cosines;
    }
}
