package io.kernelweave.route;

import io.kernelweave.vector.Bits;
import java.util.Arrays;
import java.util.List;

/**
 * The vectors of what belongs together, to be compared with a request's one by one. Where they are many, their {@link Bits}
 * say which are worth it.
 */
final class Exemplars {
    /** How many are compared exactly; ties with the last are compared too, so that their order decides nothing. */
    private static final int COMPARED = 5;

    private final float[][] vectors;
    private final int[][] columns; // of bits: for each word, that of each vector

    /** @param centre see {@link Bits} */
    Exemplars(List<float[]> vectors, float[] centre) {
        this.vectors = vectors.toArray(float[][]::new);
        this.columns = new int[Bits.words(centre.length)][vectors.size()];
        for (int i = 0; i < this.vectors.length; i++) {
            int[] bits = Bits.of(this.vectors[i], centre);
            for (int w = 0; w < bits.length; w++) {
                columns[w][i] = bits[w];
            }
        }
    }

    int size() {
        return vectors.length;
    }

    /** The largest cosines, in rising order; all of them where there are few. */
    float[] nearest(float[] vector, int[] bits) {
        if (vectors.length <= COMPARED) {
            float[] cosines = Vectors.dots(vector, vectors);
            Arrays.sort(cosines);
            return cosines;
        }
        int[] distances = new int[vectors.length];
        Bits.distances(bits, columns, distances);
        int[] histogram = new int[columns.length * Integer.SIZE + 1];
        for (int distance : distances) {
            histogram[distance]++;
        }
        int limit = 0;
        int within = histogram[0];
        while (within < COMPARED) {
            within += histogram[++limit];
        }
        float[][] near = new float[within][];
        int found = 0;
        for (int i = 0; i < distances.length; i++) {
            if (distances[i] <= limit) {
                near[found++] = vectors[i];
            }
        }
        float[] cosines = Vectors.dots(vector, near);
        Arrays.sort(cosines);
        return cosines;
    }
}
