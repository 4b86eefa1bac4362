package io.kernelweave.route;

import java.util.List;

/** Arithmetic on float vectors, in a fixed order of operations: the same bits on every machine. */
final class Vectors {
    private Vectors() {}

    static float dot(float[] a, float[] b) {
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        int i = 0;
        for (; i + 3 < a.length; i += 4) { // four chains, because one waits for its own last addition
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            s0 += a[i] * b[i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** The dot products with several vectors, four at a time: the machine waits for the memory of all four together. */
    static float[] dots(float[] a, byte[][] others) {
        float[] dots = new float[others.length];
        int i = 0;
        for (; i + 3 < others.length; i += 4) {
            byte[] b0 = others[i], b1 = others[i + 1], b2 = others[i + 2], b3 = others[i + 3];
            float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
            for (int d = 0; d < a.length; d++) {
                float x = a[d];
                s0 += x * b0[d];
                s1 += x * b1[d];
                s2 += x * b2[d];
                s3 += x * b3[d];
            }
            dots[i] = s0;
            dots[i + 1] = s1;
            dots[i + 2] = s2;
            dots[i + 3] = s3;
        }
        for (; i < others.length; i++) {
            float sum = 0;
            for (int d = 0; d < a.length; d++) { // in the same order, whatever the vector's place among the others
                sum += a[d] * others[i][d];
            }
            dots[i] = sum;
        }
        return dots;
    }

    /** into[k] += Σ_d vector[d] · matrix[d][k]: the matrix has a row for each component of the vector. */
    static void multiply(float[] vector, float[][] matrix, float[] into) {
        int d = 0;
        for (; d + 3 < vector.length; d += 4) {
            addFour(vector, matrix, d, into);
        }
        for (; d < vector.length; d++) {
            addOne(vector[d], matrix[d], into);
        }
    }

    /** The same for several vectors; each row of the matrix is read but once. */
    static void multiply(float[][] vectors, float[][] matrix, float[][] into) {
        int d = 0;
        for (; d + 3 < matrix.length; d += 4) {
            for (int i = 0; i < vectors.length; i++) {
                addFour(vectors[i], matrix, d, into[i]);
            }
        }
        for (; d < matrix.length; d++) {
            for (int i = 0; i < vectors.length; i++) {
                addOne(vectors[i][d], matrix[d], into[i]);
            }
        }
    }

    /**
     * Four rows at a time, so that the sums are loaded and stored a quarter as often. Each row is an array of its own: where all arrays
     * have one index, the compiler sees that a store changes no other element, and computes several at once.
     */
    private static void addFour(float[] vector, float[][] matrix, int d, float[] into) {
        float x0 = vector[d], x1 = vector[d + 1], x2 = vector[d + 2], x3 = vector[d + 3];
        float[] row0 = matrix[d], row1 = matrix[d + 1], row2 = matrix[d + 2], row3 = matrix[d + 3];
        for (int k = 0; k < into.length; k++) {
            into[k] += (x0 * row0[k] + x1 * row1[k]) + (x2 * row2[k] + x3 * row3[k]);
        }
    }

    private static void addOne(float x, float[] row, float[] into) {
        for (int k = 0; k < into.length; k++) {
            into[k] += x * row[k];
        }
    }

    /** The mean of vectors' first components; zeros of none. */
    static float[] mean(List<float[]> vectors, int dimensions) {
        float[] mean = new float[dimensions];
        for (float[] vector : vectors) {
            for (int d = 0; d < dimensions; d++) {
                mean[d] += vector[d] / vectors.size();
            }
        }
        return mean;
    }

    /** Scales to length 1, in place; a zero vector stays zero. */
    static float[] normalize(float[] vector) {
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        if (square > 0) {
            float scale = (float) (1 / Math.sqrt(square));
            for (int d = 0; d < vector.length; d++) {
                vector[d] *= scale;
            }
        }
        return vector;
    }

    /** A unit vector in a byte a component; {@link #fromBytes} gives it back to about three digits. */
    static byte[] toBytes(float[] vector) {
        float largest = 0;
        for (float value : vector) {
            largest = Math.max(largest, Math.abs(value));
        }
        byte[] bytes = new byte[vector.length];
        for (int d = 0; d < vector.length && largest > 0; d++) {
            bytes[d] = (byte) Math.round(vector[d] * (127 / largest));
        }
        return bytes;
    }

    /** What makes bytes a vector of length 1; 0 of zeros. */
    static float scale(byte[] bytes) {
        int square = 0;
        for (byte value : bytes) {
            square += value * value;
        }
        return square == 0 ? 0 : (float) (1 / Math.sqrt(square));
    }

    static float[] fromBytes(byte[] bytes, int offset, int dimensions) {
        float[] vector = new float[dimensions];
        for (int d = 0; d < dimensions; d++) {
            vector[d] = bytes[offset + d];
        }
        return normalize(vector);
    }

    /** A unit vector as {@link #toBytes} keeps it. */
    static float[] rounded(float[] vector) {
        return fromBytes(toBytes(vector), 0, vector.length);
    }
}
