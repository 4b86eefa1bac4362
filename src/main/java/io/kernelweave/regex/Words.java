package io.kernelweave.regex;

import java.util.Arrays;
import java.util.Comparator;

/** Distinct words in the order of their code points; languages of words are ranges in such a list, at a depth. */
final class Words {
    final int[][] words;
    /** What each word takes in a JSON string. */
    final int[] bytes;

    private final int hash;
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

    /** The characters of all words, in order. */
    int[] letters() {
        int[] known = letters;
        if (known == null) {
            int length = 0;
            for (int[] word : words) {
                length += word.length;
            }
            known = new int[length];
            length = 0;
            for (int[] word : words) {
                System.arraycopy(word, 0, known, length, word.length);
                length += word.length;
            }
            Arrays.sort(known);
            length = 0;
            for (int i = 0; i < known.length; i++) {
                if (i == 0 || known[i] != known[i - 1]) {
                    known[length++] = known[i];
                }
            }
            known = Arrays.copyOf(known, length);
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
