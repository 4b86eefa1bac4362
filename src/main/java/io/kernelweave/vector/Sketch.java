package io.kernelweave.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One bit for each component of each vector: is it above the mean of all? Two vectors whose bits differ in few places point
 * in nearly the same direction (Charikar 2002; with the data's own axes less their mean in place of random ones, which on
 * sentence vectors was no worse and costs nothing).
 */
final class Sketch {
    /** One block of so many is looked at for a guess of how near the nearest rows are. */
    private static final int SAMPLE = 16;

    private final int dimensions;
    private final float[] centre;
    private final List<int[][]> columns; // for each block and each word of bits, a column of its rows

    private Sketch(float[] centre, List<int[][]> columns) {
        this.dimensions = centre.length;
        this.centre = centre;
        this.columns = columns;
    }

    /** Of all rows, around their mean. */
    static Sketch of(List<Block> blocks, int rows, int dimensions) {
        double[] sum = new double[dimensions];
        for (int row = 0; row < rows; row++) {
            float[] vectors = blocks.get(row / Block.ROWS).vectors;
            int start = row % Block.ROWS * dimensions;
            for (int d = 0; d < dimensions; d++) {
                sum[d] += vectors[start + d];
            }
        }
        float[] centre = new float[dimensions];
        for (int d = 0; d < dimensions; d++) {
            centre[d] = (float) (sum[d] / Math.max(1, rows));
        }
        return new Sketch(centre, List.of()).extended(blocks, 0, rows);
    }

    /** With the rows from {@code from} on added, around the same centre. */
    Sketch extended(List<Block> blocks, int from, int rows) {
        int words = (dimensions + Integer.SIZE - 1) / Integer.SIZE;
        List<int[][]> extended = new ArrayList<>(columns);
        while (extended.size() < blocks.size()) {
            extended.add(new int[words][Block.ROWS]);
        }
        for (int row = from; row < rows; row++) {
            int[] bits = bits(blocks.get(row / Block.ROWS).vectors, row % Block.ROWS * dimensions);
            int[][] block = extended.get(row / Block.ROWS);
            for (int w = 0; w < words; w++) {
                block[w][row % Block.ROWS] = bits[w];
            }
        }
        return new Sketch(centre, extended);
    }

    private int[] bits(float[] vectors, int start) {
        int[] bits = new int[(dimensions + Integer.SIZE - 1) / Integer.SIZE];
        for (int d = 0; d < dimensions; d++) {
            bits[d / Integer.SIZE] |= (vectors[start + d] > centre[d] ? 1 : 0) << d;
        }
        return bits;
    }

    /**
     * The rows, in their order, whose bits differ least from the query's: {@code wanted}, and those that tie with the last,
     * so that the order of rows decides nothing.
     */
    int[] nearest(float[] query, int rows, int wanted) {
        int[] bits = bits(query, 0);
        // A guess from some blocks spares most of the rows that are only near as long as few have been seen.
        Shortlist some = scan(bits, rows, SAMPLE, new Shortlist(wanted * 3 / (2 * SAMPLE) + 1, dimensions));
        Shortlist near = scan(bits, rows, 1, new Shortlist(wanted, some.limit));
        return (near.within < wanted ? scan(bits, rows, 1, new Shortlist(wanted, dimensions)) : near).rows();
    }

    private Shortlist scan(int[] bits, int rows, int step, Shortlist into) {
        int[] distances = new int[Block.ROWS];
        for (int first = 0; first < rows; first += step * Block.ROWS) {
            distances(bits, columns.get(first / Block.ROWS), distances);
            int count = Math.min(Block.ROWS, rows - first);
            for (int i = 0; i < count; i++) {
                if (distances[i] <= into.limit) {
                    into.add(first + i, distances[i]);
                }
            }
        }
        return into;
    }

    /** Rows within the smallest distance within which are enough of those seen so far. */
    private static final class Shortlist {
        private final int wanted;
        private final int[] histogram;
        private int limit;
        private int within;
        private int[] rows;
        private int[] distances;
        private int size;

        Shortlist(int wanted, int farthest) {
            this.wanted = wanted;
            this.histogram = new int[farthest + 1];
            this.limit = farthest;
            this.rows = new int[4 * wanted];
            this.distances = new int[4 * wanted];
        }

        void add(int row, int distance) {
            if (size == rows.length) {
                rows = Arrays.copyOf(rows, 2 * size);
                distances = Arrays.copyOf(distances, 2 * size);
            }
            rows[size] = row;
            distances[size++] = distance;
            histogram[distance]++;
            within++;
            while (within - histogram[limit] >= wanted) {
                within -= histogram[limit--];
            }
        }

        int[] rows() {
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (distances[i] <= limit) {
                    rows[kept++] = rows[i];
                }
            }
            return Arrays.copyOf(rows, kept);
        }
    }

    /** How many bits differ, for all rows of a block. Three words at a time: fewer sums are stored and loaded. */
    private static void distances(int[] bits, int[][] columns, int[] into) {
        Arrays.fill(into, 0);
        int w = 0;
        for (; w + 2 < bits.length; w += 3) {
            add(bits[w], columns[w], bits[w + 1], columns[w + 1], bits[w + 2], columns[w + 2], into);
        }
        for (; w < bits.length; w++) {
            add(bits[w], columns[w], into);
        }
    }

    // One array a column and one index for all of them: in this form the compiler uses vector instructions.

    private static void add(int a, int[] columnA, int b, int[] columnB, int c, int[] columnC, int[] into) {
        for (int i = 0; i < Block.ROWS; i++) {
            into[i] += Integer.bitCount(a ^ columnA[i])
                    + Integer.bitCount(b ^ columnB[i])
                    + Integer.bitCount(c ^ columnC[i]);
        }
    }

    private static void add(int a, int[] columnA, int[] into) {
        for (int i = 0; i < Block.ROWS; i++) {
            into[i] += Integer.bitCount(a ^ columnA[i]);
        }
    }
}
