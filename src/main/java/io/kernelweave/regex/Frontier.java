package io.kernelweave.regex;

import java.util.Arrays;

/** A heap of numbers by how much they cost; of equals the last comes first. */
final class Frontier {
    private long[] heap = new long[16];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void add(int cost, int number) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        long entry = (long) cost << 32 | Integer.MAX_VALUE - number;
        int at = size++;
        for (; at > 0 && heap[at - 1 >> 1] > entry; at = at - 1 >> 1) {
            heap[at] = heap[at - 1 >> 1];
        }
        heap[at] = entry;
    }

    int take() {
        long least = heap[0];
        long entry = heap[--size];
        int at = 0;
        for (int child = 1; child < size; child = 2 * at + 1) {
            child += child + 1 < size && heap[child + 1] < heap[child] ? 1 : 0;
            if (heap[child] >= entry) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = entry;
        return Integer.MAX_VALUE - (int) least;
    }
}
