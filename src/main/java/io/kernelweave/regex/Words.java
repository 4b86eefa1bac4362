package io.kernelweave.regex;

import java.util.Arrays;
import java.util.Comparator;

/** Distinct words in the order of their code points; languages of words are ranges in such a list, at a depth. */
final class Words {
    final int[][] words;
    /** What each word takes in a JSON string. */
    final int[] bytes;

    private final int hash;
    /** Where a walk has been. */
    int mark;

    private int @org.jspecify.annotations.Nullable [] letters;

    private Words(int[][] words) {
        this.words = words;
        this.bytes = new int[words.length];
        for (int i = 0; i < words.length; i++) {
            bytes[i] = Written.bytes(words[i]);
        }
        this.hash = Arrays.deepHashCode(words);
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
        return new Words(distinct == words.length ? words : Arrays.copyOf(words, distinct));
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
