package io.kernelweave.vector;

import java.util.List;

/** The {@link Bits} of many vectors, to find those that are worth comparing exactly. */
public final class Sketches {
    private final int[][] columns; // for each word of bits, that of each vector
    private final int size;

    /** @param centre see {@link Bits} */
    public Sketches(List<float[]> vectors, float[] centre) {
        size = vectors.size();
        columns = new int[Bits.words(centre.length)][size];
        for (int i = 0; i < size; i++) {
            int[] bits = Bits.of(vectors.get(i), centre);
            for (int w = 0; w < bits.length; w++) {
                columns[w][i] = bits[w];
            }
        }
    }

    /**
     * The vectors that differ least from a query, by their places in rising order: as many as wanted, and those tied with the
     * last of them, so that their order decides nothing.
     */
    public int[] near(int[] bits, int wanted) {
        int[] distances = new int[size];
        Bits.distances(bits, columns, distances);
        int[] histogram = new int[columns.length * Integer.SIZE + 1];
        for (int distance : distances) {
            histogram[distance]++;
        }
        int limit = 0;
        int within = histogram[0];
        while (within < Math.min(wanted, size)) {
            within += histogram[++limit];
        }
        int[] near = new int[within];
        int found = 0;
        for (int i = 0; i < size; i++) {
            if (distances[i] <= limit) {
                near[found++] = i;
            }
        }
        return near;
    }
}
