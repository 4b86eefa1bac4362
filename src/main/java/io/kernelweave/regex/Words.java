package io.kernelweave.regex;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;

/** Distinct words in the order of their code points; languages of words are ranges in such a list, at a depth. */
final class Words {
    final int[][] words;
    /** What each word takes in a JSON string. */
    final int[] bytes;

    private final int[] hashes;
    private final int hash;
    /** Where a walk has been. */
    int mark;

    private int @org.jspecify.annotations.Nullable [] letters;

    private Words(int[][] words, int[] bytes, int[] hashes) {
        this.words = words;
        this.bytes = bytes;
        this.hashes = hashes;
        this.hash = Arrays.hashCode(hashes);
    }

    /** @param words in any order, each as its code points; the array is taken over */
    static Words of(int[][] words) {
        if (words.length > 1) {
            Arrays.sort(words, Comparator.comparing(word -> word, Arrays::compare));
        }
        int distinct = 0;
        for (int i = 0; i < words.length; i++) {
            if (i == 0 || !Arrays.equals(words[i], words[i - 1])) {
                words[distinct++] = words[i];
            }
        }
        int[] bytes = new int[distinct];
        int[] hashes = new int[distinct];
        for (int i = 0; i < distinct; i++) {
            bytes[i] = Written.bytes(words[i]);
            hashes[i] = Arrays.hashCode(words[i]);
        }
        return new Words(distinct == words.length ? words : Arrays.copyOf(words, distinct), bytes, hashes);
    }

    /** Some of these words. */
    Words only(BitSet places) {
        int[][] some = new int[places.cardinality()][];
        int[] itsBytes = new int[some.length];
        int[] itsHashes = new int[some.length];
        int count = 0;
        for (int i = places.nextSetBit(0); i >= 0; i = places.nextSetBit(i + 1)) {
            some[count] = words[i];
            itsBytes[count] = bytes[i];
            itsHashes[count++] = hashes[i];
        }
        return new Words(some, itsBytes, itsHashes);
    }

    /** The first word from {@code from} that has at least {@code letter} at {@code depth}; all are longer than it. */
    int from(int from, int to, int depth, int letter) {
        int low = from;
        int high = to;
        while (low < high) {
            int middle = low + high >>> 1;
            if (words[middle][depth] < letter) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The characters of all words. */
    int[] letters() {
        int[] known = letters;
        if (known == null) {
            if (words.length == 1) {
                known = words[0]; // as they stand; there is little to save
            } else {
                boolean[] ascii = new boolean[128];
                int[] others = new int[8];
                int count = 0;
                for (int[] word : words) {
                    for (int c : word) {
                        if (c < 128) {
                            ascii[c] = true;
                        } else {
                            others = count == others.length ? Arrays.copyOf(others, 2 * count) : others;
                            others[count++] = c;
                        }
                    }
                }
                known = Leaves.distinct(ascii, others, count);
            }
            letters = known;
        }
        return known;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Words list && hash == list.hash && Arrays.deepEquals(words, list.words);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
