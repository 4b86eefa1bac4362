package io.kernelweave.regex;

import java.util.Arrays;
import java.util.List;

/**
 * The characters as a language sees them: intervals, and classes of intervals that none of its sets and words tells apart.
 * Class 0 are the surrogates, which no string holds.
 */
final class Alphabet {
    private final int[] starts;
    private final int[] classes;
    private final byte[] ascii = new byte[128];
    private final int[] examples;

    private Alphabet(int[] starts, int[] classes, int[] examples) {
        this.starts = starts;
        this.classes = classes;
        this.examples = examples;
        int interval = 0;
        for (int c = 0; c < 128; c++) {
            if (interval + 1 < starts.length && starts[interval + 1] == c) {
                interval++;
            }
            ascii[c] = (byte) interval; // at most 128 intervals begin below 128
        }
    }

    static Alphabet of(Leaves leaves) {
        int[] letters = leaves.letters();
        int[] cuts = new int[cuts(leaves, letters)];
        int count = 0;
        cuts[count++] = 0;
        cuts[count++] = 0xD800;
        cuts[count++] = 0xE000;
        for (CodePoints set : leaves.sets) {
            int[] ranges = set.ranges();
            for (int i = 0; i < ranges.length; i += 2) {
                cuts[count++] = ranges[i];
                cuts[count++] = ranges[i + 1] + 1;
            }
        }
        for (int letter : letters) {
            cuts[count++] = letter;
            cuts[count++] = letter + 1;
        }
        Arrays.sort(cuts, 0, count);
        int size = 0;
        for (int i = 0; i < count; i++) {
            if ((i == 0 || cuts[i] != cuts[i - 1]) && cuts[i] <= Character.MAX_CODE_POINT) {
                cuts[size++] = cuts[i];
            }
        }
        int[] starts = Arrays.copyOf(cuts, size);
        int[] classes = split(starts, leaves.sets, letters);
        return new Alphabet(starts, classes, examples(starts, classes));
    }

    private static int cuts(Leaves leaves, int[] letters) {
        int cuts = 3 + 2 * letters.length;
        for (CodePoints set : leaves.sets) {
            cuts += set.ranges().length;
        }
        return cuts;
    }

    /** Splits one class of all characters by each set in turn; each letter then is a class of its own. */
    private static int[] split(int[] starts, List<CodePoints> sets, int[] letters) {
        int[] classes = new int[starts.length];
        Arrays.fill(classes, 1);
        classes[find(starts, 0xD800, 0)] = 0;
        int next = 2;
        int[] inside = new int[16];
        int[] splitBy = new int[16];
        int split = 0;
        for (CodePoints set : sets) {
            split++;
            int[] ranges = set.ranges();
            for (int i = 0; i < ranges.length; i += 2) {
                for (int at = find(starts, ranges[i], 0); at < starts.length && starts[at] <= ranges[i + 1]; at++) {
                    int old = classes[at];
                    if (old >= inside.length) {
                        inside = Arrays.copyOf(inside, Math.max(2 * old, 16));
                        splitBy = Arrays.copyOf(splitBy, inside.length);
                    }
                    if (old != 0 && splitBy[old] != split) {
                        splitBy[old] = split;
                        inside[old] = next++;
                    }
                    classes[at] = old == 0 ? 0 : inside[old];
                }
            }
        }
        for (int letter : letters) {
            int at = find(starts, letter, 0);
            classes[at] = classes[at] == 0 ? 0 : next++;
        }
        int[] numbers = new int[next];
        int used = 1;
        for (int i = 0; i < classes.length; i++) {
            int old = classes[i];
            if (old != 0 && numbers[old] == 0) {
                numbers[old] = used++;
            }
            classes[i] = numbers[old];
        }
        return classes;
    }

    private static int[] examples(int[] starts, int[] classes) {
        int size = 0;
        for (int number : classes) {
            size = Math.max(size, number + 1);
        }
        int[] examples = new int[size];
        Arrays.fill(examples, -1);
        for (int i = 0; i < starts.length; i++) {
            int c = Written.cheapest(starts[i], last(starts, i));
            int number = classes[i];
            if (examples[number] < 0 || Written.rank(c) < Written.rank(examples[number])) {
                examples[number] = c;
            }
        }
        return examples;
    }

    private static int last(int[] starts, int interval) {
        return interval + 1 < starts.length ? starts[interval + 1] - 1 : Character.MAX_CODE_POINT;
    }

    private static int find(int[] starts, int codePoint, int from) {
        int found = Arrays.binarySearch(starts, from, starts.length, codePoint);
        return found >= 0 ? found : -found - 2;
    }

    /** How many classes there are; they count from 0. */
    int size() {
        return examples.length;
    }

    /** The character of a class that is written shortest and reads best. */
    int example(int number) {
        return examples[number];
    }

    int intervals() {
        return starts.length;
    }

    int interval(int codePoint) {
        return codePoint < 128 ? ascii[codePoint] : find(starts, codePoint, ascii[127]);
    }

    int classOf(int interval) {
        return classes[interval];
    }

    int first(int interval) {
        return starts[interval];
    }

    int last(int interval) {
        return last(starts, interval);
    }
}
