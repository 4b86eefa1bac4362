package io.kernelweave.regex;

import java.util.ArrayList;
import java.util.List;

/** Characters that are the same but for their case, in Unicode's simple case folding as the JDK knows it. */
final class CaseFolding {
    /** Characters with case, each followed by the number that all of its cases share. */
    private static final int[][] CASED = cased();

    private CaseFolding() {}

    private static int fold(int c) {
        // The Turkish letters fold to themselves.
        return c == 0x130 || c == 0x131 ? c : Character.toLowerCase(Character.toUpperCase(c));
    }

    private static int[][] cased() {
        List<int[]> all = new ArrayList<>();
        for (int c = 0; c < 0x20000; c++) {
            int folded = fold(c);
            if (folded != c) {
                all.add(new int[] {c, folded});
                all.add(new int[] {folded, folded});
            }
        }
        return all.toArray(new int[0][]);
    }

    /** The set with all other cases of its characters. */
    static CodePoints closure(CodePoints set) {
        java.util.HashSet<Integer> folds = new java.util.HashSet<>();
        for (int[] pair : CASED) {
            if (set.contains(pair[0])) {
                folds.add(pair[1]);
            }
        }
        if (folds.isEmpty()) {
            return set;
        }
        List<CodePoints> all = new ArrayList<>(List.of(set));
        for (int[] pair : CASED) {
            if (folds.contains(pair[1])) {
                all.add(CodePoints.of(pair[0], pair[0]));
            }
        }
        return CodePoints.union(all);
    }
}
