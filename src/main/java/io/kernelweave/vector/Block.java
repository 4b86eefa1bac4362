package io.kernelweave.vector;

import java.util.Arrays;

/**
 * Up to {@link #ROWS} vectors and what they belong to. Rows are only ever appended, so that a reader who knows how many
 * there are sees them whole.
 */
final class Block {
    /** Small enough for the distances of a block to stay in the first-level cache. */
    static final int ROWS = 1024;

    final String[] ids = new String[ROWS];
    final float[] vectors;
    private final int dimensions;

    Block(int dimensions) {
        this.dimensions = dimensions;
        this.vectors = new float[ROWS * dimensions];
    }

    void set(int row, String id, float[] vector) {
        ids[row] = id;
        System.arraycopy(vector, 0, vectors, row * dimensions, dimensions);
    }

    float[] vector(int row) {
        return Arrays.copyOfRange(vectors, row * dimensions, (row + 1) * dimensions);
    }

    /** The dot product of a query with a row. The additions have one order, hence the same bits on every machine. */
    float dot(float[] query, int row) {
        int start = row * dimensions;
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int d = 0;
        for (; d + 3 < dimensions; d += 4) { // four chains, because one waits for its own last addition
            s0 += query[d] * vectors[start + d];
            s1 += query[d + 1] * vectors[start + d + 1];
            s2 += query[d + 2] * vectors[start + d + 2];
            s3 += query[d + 3] * vectors[start + d + 3];
        }
        for (; d < dimensions; d++) {
            s0 += query[d] * vectors[start + d];
        }
        return (s0 + s1) + (s2 + s3);
    }
}
