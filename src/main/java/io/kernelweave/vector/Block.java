package io.kernelweave.vector;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

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
    private final float @Nullable [][] columns; // the same numbers, an array for each dimension

    /** @param scanned shall {@link #dots} be asked? It takes the memory twice. */
    Block(int dimensions, boolean scanned) {
        this.dimensions = dimensions;
        this.vectors = new float[ROWS * dimensions];
        this.columns = scanned ? new float[dimensions][ROWS] : null;
    }

    void set(int row, String id, float[] vector) {
        ids[row] = id;
        System.arraycopy(vector, 0, vectors, row * dimensions, dimensions);
        for (int d = 0; columns != null && d < dimensions; d++) {
            columns[d][row] = vector[d];
        }
    }

    float[] vector(int row) {
        return Arrays.copyOfRange(vectors, row * dimensions, (row + 1) * dimensions);
    }

    /** The dot product of a query with a row. The additions have one order, hence the same bits on every machine. */
    float dot(float[] query, int row) {
        int start = row * dimensions;
        float sum = 0;
        int d = 0;
        for (; d + 3 < dimensions; d += 4) {
            sum += (query[d] * vectors[start + d] + query[d + 1] * vectors[start + d + 1])
                    + (query[d + 2] * vectors[start + d + 2] + query[d + 3] * vectors[start + d + 3]);
        }
        for (; d < dimensions; d++) {
            sum += query[d] * vectors[start + d];
        }
        return sum;
    }

    /** The same for all rows at once, several times as fast: the compiler uses vector instructions. */
    float[] dots(float[] query) {
        float[] sums = new float[ROWS];
        if (columns == null) {
            for (int row = 0; row < ROWS; row++) {
                sums[row] = dot(query, row);
            }
            return sums;
        }
        int d = 0;
        for (; d + 3 < dimensions; d += 4) {
            add(query, d, columns[d], columns[d + 1], columns[d + 2], columns[d + 3], sums);
        }
        for (; d < dimensions; d++) {
            float x = query[d];
            float[] column = columns[d];
            for (int row = 0; row < ROWS; row++) {
                sums[row] += x * column[row];
            }
        }
        return sums;
    }

    private static void add(float[] query, int d, float[] c0, float[] c1, float[] c2, float[] c3, float[] sums) {
        float x0 = query[d];
        float x1 = query[d + 1];
        float x2 = query[d + 2];
        float x3 = query[d + 3];
        for (int row = 0; row < ROWS; row++) {
            sums[row] += (x0 * c0[row] + x1 * c1[row]) + (x2 * c2[row] + x3 * c3[row]);
        }
    }
}
