package io.kernelweave.regex;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Characters that are the same but for their case, in Unicode's simple case folding as the JDK knows it. */
final class CaseFolding {
    /** Characters with case, in order, and beside each all of its cases. */
    private static final int[] CASED;

    private static final CodePoints[] CASES;

    static {
        TreeMap<Integer, CodePoints> byFolded = new TreeMap<>();
        TreeMap<Integer, Integer> folds = new TreeMap<>();
        for (int c = 0; c < 0x20000; c++) {
            int folded = fold(c);
            if (folded != c) {
                folds.put(c, folded);
                folds.put(folded, folded);
                byFolded.merge(folded, CodePoints.of(c, c, folded, folded), CodePoints::or);
            }
        }
        CASED = new int[folds.size()];
        CASES = new CodePoints[folds.size()];
        int used = 0;
        for (var entry : folds.entrySet()) {
            CASED[used] = entry.getKey();
            CASES[used++] = byFolded.getOrDefault(entry.getValue(), CodePoints.NONE);
        }
    }

    private CaseFolding() {}

    private static int fold(int c) {
        // The Turkish letters fold to themselves.
        return c == 0x130 || c == 0x131 ? c : Character.toLowerCase(Character.toUpperCase(c));
    }

    /** The set with all other cases of its characters. */
    static CodePoints closure(CodePoints set) {
        List<CodePoints> all = new ArrayList<>();
        all.add(set);
        int[] ranges = set.ranges();
        for (int i = 0; i < ranges.length; i += 2) {
            int found = Arrays.binarySearch(CASED, ranges[i]);
            for (int at = found < 0 ? -found - 1 : found; at < CASED.length && CASED[at] <= ranges[i + 1]; at++) {
                all.add(CASES[at]);
            }
        }
        return all.size() == 1 ? set : CodePoints.union(all);
    }
}
