package io.kernelweave.vector;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The {@link Bits} of all rows of an index, and which rows a query's are like. */
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
        int words = Bits.words(dimensions);
        List<int[][]> extended = new ArrayList<>(columns);
        while (extended.size() < blocks.size()) {
            extended.add(new int[words][Block.ROWS]);
        }
        for (int row = from; row < rows; row++) {
            int[] bits = Bits.of(blocks.get(row / Block.ROWS).vectors, row % Block.ROWS * dimensions, centre);
            int[][] block = extended.get(row / Block.ROWS);
            for (int w = 0; w < words; w++) {
                block[w][row % Block.ROWS] = bits[w];
            }
        }
        return new Sketch(centre, extended);
    }

    /**
     * The rows, in their order, whose bits differ least from the query's: {@code wanted}, and those that tie with the last,
     * so that the order of rows decides nothing.
     */
    int[] nearest(float[] query, int rows, int wanted) {
        int[] bits = Bits.of(query, centre);
        // A guess from some blocks spares most of the rows that are only near as long as few have been seen.
        Shortlist some = scan(bits, rows, SAMPLE, new Shortlist(wanted * 3 / (2 * SAMPLE) + 1, dimensions));
        Shortlist near = scan(bits, rows, 1, new Shortlist(wanted, some.limit));
        return (near.within < wanted ? scan(bits, rows, 1, new Shortlist(wanted, dimensions)) : near).rows();
    }

    private Shortlist scan(int[] bits, int rows, int step, Shortlist into) {
        int[] distances = new int[Block.ROWS];
        for (int first = 0; first < rows; first += step * Block.ROWS) {
            Bits.distances(bits, columns.get(first / Block.ROWS), distances);
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
}
