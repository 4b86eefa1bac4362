package io.kernelweave.vector;

import java.util.Arrays;

/**
 * A vector as one bit a component: is it above a centre's? Two vectors whose bits differ in few places point in nearly the
 * same direction (Charikar 2002; with the data's own axes less their mean in place of random ones, which on sentence vectors was
 * no worse and costs nothing).
 */
public final class Bits {
    private Bits() {}

    /** Of a vector of as many components as the centre has. */
    public static int[] of(float[] vector, float[] centre) {
        return of(vector, 0, centre);
    }

    /** Of the vector that begins at {@code start}. */
    static int[] of(float[] vectors, int start, float[] centre) {
        int[] bits = new int[words(centre.length)];
        for (int d = 0; d < centre.length; d++) {
            bits[d / Integer.SIZE] |= (vectors[start + d] > centre[d] ? 1 : 0) << d;
        }
        return bits;
    }

    /** How many words the bits of so many components take. */
    public static int words(int dimensions) {
        return (dimensions + Integer.SIZE - 1) / Integer.SIZE;
    }

    /**
     * How many bits of each row differ from the query's. Three words at a time: fewer sums are stored and loaded.
     *
     * @param columns for each word of bits, a column of the rows
     * @param into one for each row
     */
    public static void distances(int[] bits, int[][] columns, int[] into) {
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
        for (int i = 0; i < into.length; i++) {
            into[i] += Integer.bitCount(a ^ columnA[i])
                    + Integer.bitCount(b ^ columnB[i])
                    + Integer.bitCount(c ^ columnC[i]);
        }
    }

    private static void add(int a, int[] columnA, int[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] += Integer.bitCount(a ^ columnA[i]);
        }
    }
}
