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

    /**
     * The same for four rows of any blocks at once: the machine waits for the memory of all four together, and each of the
     * query's components is loaded once.
     */
    static void dots(
            float[] query, Block a, int rowA, Block b, int rowB, Block c, int rowC, Block e, int rowE, float[] into) {
        float[] va = a.vectors;
        float[] vb = b.vectors;
        float[] vc = c.vectors;
        float[] ve = e.vectors;
        int dimensions = a.dimensions;
        int ia = rowA * dimensions;
        int ib = rowB * dimensions;
        int ic = rowC * dimensions;
        int ie = rowE * dimensions;
        float sa = 0;
        float sb = 0;
        float sc = 0;
        float se = 0;
        int d = 0;
        for (; d + 3 < dimensions; d += 4) {
            float q0 = query[d];
            float q1 = query[d + 1];
            float q2 = query[d + 2];
            float q3 = query[d + 3];
            sa += (q0 * va[ia + d] + q1 * va[ia + d + 1]) + (q2 * va[ia + d + 2] + q3 * va[ia + d + 3]);
            sb += (q0 * vb[ib + d] + q1 * vb[ib + d + 1]) + (q2 * vb[ib + d + 2] + q3 * vb[ib + d + 3]);
            sc += (q0 * vc[ic + d] + q1 * vc[ic + d + 1]) + (q2 * vc[ic + d + 2] + q3 * vc[ic + d + 3]);
            se += (q0 * ve[ie + d] + q1 * ve[ie + d + 1]) + (q2 * ve[ie + d + 2] + q3 * ve[ie + d + 3]);
        }
        for (; d < dimensions; d++) {
            sa += query[d] * va[ia + d];
            sb += query[d] * vb[ib + d];
            sc += query[d] * vc[ic + d];
            se += query[d] * ve[ie + d];
        }
        into[0] = sa;
        into[1] = sb;
        into[2] = sc;
        into[3] = se;
    }

    /** The same for all rows of the block, faster yet: the compiler uses vector instructions. */
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
