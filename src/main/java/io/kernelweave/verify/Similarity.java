package io.kernelweave.verify;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** How alike two texts are: an exact fraction from 0 to 1. */
sealed interface Similarity {
    /** The kinds, as conditions name them. */
    enum Kind {
        LEVENSHTEIN,
        JACCARD,
        ROUGE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A fraction. */
    record Share(long part, long whole) {
        int compareTo(BigDecimal other) {
            return BigDecimal.valueOf(part).compareTo(other.multiply(BigDecimal.valueOf(whole)));
        }

        @Override
        public String toString() {
            return BigDecimal.valueOf(part)
                    .divide(BigDecimal.valueOf(whole), new MathContext(3))
                    .stripTrailingZeros()
                    .toPlainString();
        }
    }

    Share of(String left, String right) throws Undecided;

    static Similarity read(Arguments arguments) {
        Kind kind = arguments.choice("measure", Kind.class, Kind.LEVENSHTEIN);
        if (kind != Kind.ROUGE) {
            arguments.without("measure " + kind, "n");
        }
        return switch (kind) {
            case LEVENSHTEIN -> new Edits();
            case JACCARD -> new Shared();
            case ROUGE -> new Grams(arguments.integer("n", 1, 9, 1));
        };
    }

    private static Share share(long part, long whole) throws Undecided {
        if (whole == 0) {
            throw new Undecided("there is nothing in either text to compare");
        }
        return new Share(part, whole);
    }

    private static List<String> words(String text) throws Undecided {
        int longest = 500_000;
        if (text.length() > longest) {
            throw new Undecided("a text of more than " + longest + " characters is not compared");
        }
        return Words.of(text);
    }

    /** One less the edits (insert, delete, replace a UTF-16 unit) to each unit of the longer text (V. I. Levenshtein, 1966). */
    record Edits() implements Similarity {
        private static final long MAX_CELLS = 10_000_000;

        @Override
        public Share of(String left, String right) throws Undecided {
            if ((16L + left.length()) * (16L + right.length()) > MAX_CELLS) {
                throw new Undecided("texts of " + left.length() + " and " + right.length()
                        + " characters are too long to count the edits between them");
            }
            int longer = Math.max(left.length(), right.length());
            return share(longer - LevenshteinDistance.getDefaultInstance().apply(left, right), longer);
        }

        @Override
        public String toString() {
            return "levenshtein similarity";
        }
    }

    /** Words that both have, to words that either has (P. Jaccard, 1912); each word once, case aside. */
    record Shared() implements Similarity {
        @Override
        public Share of(String left, String right) throws Undecided {
            Map<List<String>, int[]> counts = counts(words(left), words(right), 1);
            long both = counts.values().stream()
                    .filter(count -> count[0] > 0 && count[1] > 0)
                    .count();
            return share(both, counts.size());
        }

        @Override
        public String toString() {
            return "jaccard similarity";
        }
    }

    /**
     * ROUGE-N as F1: runs of n words that both have, as often as both have them, to the mean of how many runs each has (C.-Y.
     * Lin, <i>ROUGE: A Package for Automatic Evaluation of Summaries</i>, 2004); case aside.
     */
    record Grams(int n) implements Similarity {
        @Override
        public Share of(String left, String right) throws Undecided {
            long both = 0;
            long all = 0;
            for (int[] count : counts(words(left), words(right), n).values()) {
                both += Math.min(count[0], count[1]);
                all += (long) count[0] + count[1];
            }
            return share(2 * both, all);
        }

        @Override
        public String toString() {
            return "ROUGE-" + n;
        }
    }

    /** How often each run of words is in the one and in the other. */
    private static Map<List<String>, int[]> counts(List<String> left, List<String> right, int n) {
        Map<List<String>, int[]> counts = new HashMap<>();
        for (int side = 0; side < 2; side++) {
            List<String> words = side == 0 ? left : right;
            for (int i = 0; i + n <= words.size(); i++) {
                counts.computeIfAbsent(words.subList(i, i + n), run -> new int[2])[side]++;
            }
        }
        return counts;
    }
}
