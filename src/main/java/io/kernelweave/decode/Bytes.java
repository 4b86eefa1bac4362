package io.kernelweave.decode;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing byte string. */
class Bytes {
    private byte[] bytes = new byte[64];
    private int length;

    Bytes add(int b) {
        if (length == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * length);
        }
        bytes[length++] = (byte) b;
        return this;
    }

    Bytes add(byte[] more, int from) {
        int count = more.length - from;
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * length));
        }
        System.arraycopy(more, from, bytes, length, count);
        length += count;
        return this;
    }

    final Bytes add(String text) {
        return add(text.getBytes(StandardCharsets.UTF_8), 0);
    }

    final int length() {
        return length;
    }

    final byte[] toArray() {
        return Arrays.copyOf(bytes, length);
    }
}
