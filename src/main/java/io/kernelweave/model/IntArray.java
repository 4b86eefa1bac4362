package io.kernelweave.model;

import java.util.Arrays;

/** A growing array of ints. */
final class IntArray {
    private int[] values = new int[16];
    private int size;

    void add(int value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size + (size >> 1));
        }
        values[size++] = value;
    }

    void addAll(int[] more) {
        for (int value : more) {
            add(value);
        }
    }

    int get(int index) {
        return values[index];
    }

    int size() {
        return size;
    }

    /** The array itself, longer than {@link #size}. */
    int[] values() {
        return values;
    }

    int[] toArray() {
        return Arrays.copyOf(values, size);
    }
}
