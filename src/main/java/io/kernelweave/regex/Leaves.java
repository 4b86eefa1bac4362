package io.kernelweave.regex;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What tells characters apart in a language: sets of characters, and single ones. */
final class Leaves {
    final List<CodePoints> sets = new ArrayList<>();
    private final boolean[] ascii = new boolean[128];
    private int[] others = new int[8];
    private int count;

    void add(CodePoints set) {
        int[] ranges = set.ranges();
        if (ranges.length == 2 && ranges[0] == ranges[1]) {
            add(ranges[0]);
        } else {
            sets.add(set);
        }
    }

    void add(Words words) {
        for (int letter : words.letters()) {
            add(letter);
        }
    }

    private void add(int letter) {
        if (letter < 128) {
            ascii[letter] = true;
        } else {
            others = count == others.length ? Arrays.copyOf(others, 2 * count) : others;
            others[count++] = letter;
        }
    }

    /** The single characters, in order. */
    int[] letters() {
        return distinct(ascii, others, count);
    }

    /** ASCII characters and others, in order and each once. */
    static int[] distinct(boolean[] ascii, int[] others, int count) {
        Arrays.sort(others, 0, count);
        int[] all = new int[128 + count];
        int used = 0;
        for (int c = 0; c < 128; c++) {
            if (ascii[c]) {
                all[used++] = c;
            }
        }
        for (int i = 0; i < count; i++) {
            if (i == 0 || others[i] != others[i - 1]) {
                all[used++] = others[i];
            }
        }
        return Arrays.copyOf(all, used);
    }
}
