package io.kernelweave.route;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Base64;

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

    /** into += scale · row of a matrix */
    static void add(float[] into, float scale, float[] matrix, int row) {
        int offset = row * into.length;
        for (int k = 0; k < into.length; k++) {
            into[k] += scale * matrix[offset + k];
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

    static String encode(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    static float[] decode(String base64) {
        FloatBuffer floats = ByteBuffer.wrap(Base64.getDecoder().decode(base64)).asFloatBuffer();
        float[] values = new float[floats.remaining()];
        floats.get(values);
        return values;
    }
}
