package io.kernelweave.route;

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

    /**
     * into[k] += Σ_d vector[d] · matrix[d][k]: the matrix has a row for each component of the vector. Four rows at a time,
     * so that the sums are loaded and stored a quarter as often.
     */
    static void multiply(float[] vector, float[] matrix, float[] into) {
        int width = into.length;
        int d = 0;
        for (; d + 3 < vector.length; d += 4) {
            float x0 = vector[d], x1 = vector[d + 1], x2 = vector[d + 2], x3 = vector[d + 3];
            int row0 = d * width, row1 = row0 + width, row2 = row1 + width, row3 = row2 + width;
            for (int k = 0; k < width; k++) {
                into[k] += (x0 * matrix[row0 + k] + x1 * matrix[row1 + k])
                        + (x2 * matrix[row2 + k] + x3 * matrix[row3 + k]);
            }
        }
        for (; d < vector.length; d++) {
            float x = vector[d];
            int row = d * width;
            for (int k = 0; k < width; k++) {
                into[k] += x * matrix[row + k];
            }
        }
    }

    /** matrix[d][k] += Σ_i left[i][d] · right[i][k], for four pairs at a time; their number is a multiple of four. */
    static void addOuterProducts(float[][] left, float[][] right, float[] matrix) {
        int width = right[0].length;
        for (int i = 0; i < left.length; i += 4) {
            float[] r0 = right[i], r1 = right[i + 1], r2 = right[i + 2], r3 = right[i + 3];
            for (int d = 0; d < left[i].length; d++) {
                float x0 = left[i][d], x1 = left[i + 1][d], x2 = left[i + 2][d], x3 = left[i + 3][d];
                int row = d * width;
                for (int k = 0; k < width; k++) {
                    matrix[row + k] += (x0 * r0[k] + x1 * r1[k]) + (x2 * r2[k] + x3 * r3[k]);
                }
            }
        }
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
