package io.kernelweave.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Texts that say nearly the same, by the Jaccard similarity of their character shingles (Broder 1997). Texts of at most {@value
 * #SHORT} characters are near from {@value #NEAR_SHORT} of their {@value #SHINGLE_SHORT}-character shingles on, for one other word
 * changes many of them; longer ones, which may share pasted material, from {@value #NEAR} of {@value #SHINGLE} characters on.
 *
 * <p>Below {@value #MOST_EXACT} texts all pairs are compared, by way of an index of their rarest shingles (Bayardo, Ma and Srikant
 * 2007); of more, those that agree in a band of MinHash values, which misses one near pair of ten thousand at the threshold. Each
 * pair that is returned was compared exactly. Same texts, same answer.
 */
final class NearDuplicates {
    static final int MOST_EXACT = 20_000;
    private static final int SHORT = 120;
    private static final int SHINGLE_SHORT = 3;
    private static final double NEAR_SHORT = 0.6;
    private static final int SHINGLE = 5;
    private static final double NEAR = 0.8;
    private static final long SEED = 0x5eed;

    /** Two texts, by their positions, the smaller first. */
    record Pair(int first, int second, double similarity) {}

    /** A pair that is not of interest, such as two texts of one origin. */
    @FunctionalInterface
    interface Related {
        boolean related(int first, int second);
    }

    private NearDuplicates() {}

    /** All near pairs of normalised texts that are not related, in the order of their positions. */
    static List<Pair> among(List<String> texts, Related related) {
        return among(texts, related, MOST_EXACT);
    }

    static List<Pair> among(List<String> texts, Related related, int mostExact) {
        Map<Long, Pair> pairs = new HashMap<>();
        IntPredicate isShort = i -> texts.get(i).length() <= SHORT;
        new Search(texts, isShort, SHINGLE_SHORT, NEAR_SHORT, related, pairs).run(mostExact);
        new Search(texts, i -> true, SHINGLE, NEAR, related, pairs).run(mostExact);
        return pairs.values().stream()
                .sorted(Comparator.comparingInt(Pair::first).thenComparingInt(Pair::second))
                .toList();
    }

    private static final class Search {
        private final int[] members;
        private final int[][] shingles;
        private final double threshold;
        private final Related related;
        private final Map<Long, Pair> pairs;

        Search(
                List<String> texts,
                IntPredicate member,
                int length,
                double threshold,
                Related related,
                Map<Long, Pair> pairs) {
            members = IntStream.range(0, texts.size()).filter(member).toArray();
            shingles = Arrays.stream(members)
                    .mapToObj(i -> shingles(texts.get(i), length))
                    .toArray(int[][]::new);
            this.threshold = threshold;
            this.related = related;
            this.pairs = pairs;
        }

        /** Hashes of the shingles, sorted, each once. */
        private static int[] shingles(String text, int length) {
            return IntStream.rangeClosed(0, Math.max(0, text.length() - length))
                    .map(from -> mixed(text.substring(from, Math.min(text.length(), from + length))
                            .hashCode()))
                    .sorted()
                    .distinct()
                    .toArray();
        }

        void run(int mostExact) {
            if (members.length < mostExact) {
                allPairs();
            } else {
                bands();
            }
        }

        private void allPairs() {
            Map<Integer, Integer> frequency = new HashMap<>();
            for (int[] set : shingles) {
                for (int shingle : set) {
                    frequency.merge(shingle, 1, Integer::sum);
                }
            }
            // Two sets that are near share one of the rarest shingles of each: as many as may be missing, and one.
            Map<Integer, List<Integer>> index = new HashMap<>();
            int[] bySize = IntStream.range(0, shingles.length)
                    .boxed()
                    .sorted(Comparator.comparingInt(i -> shingles[i].length))
                    .mapToInt(i -> i)
                    .toArray();
            int[] seen = new int[shingles.length];
            for (int turn = 0; turn < bySize.length; turn++) {
                int one = bySize[turn];
                int size = shingles[one].length;
                int prefix = size - (int) Math.ceil(threshold * size) + 1;
                int[] rarest = Arrays.stream(shingles[one])
                        .boxed()
                        .sorted(Comparator.<Integer>comparingInt(frequency::get)
                                .thenComparing(Comparator.naturalOrder()))
                        .limit(prefix)
                        .mapToInt(i -> i)
                        .toArray();
                for (int shingle : rarest) {
                    List<Integer> others = index.computeIfAbsent(shingle, key -> new ArrayList<>());
                    for (int k = others.size() - 1; k >= 0; k--) {
                        int other = others.get(k);
                        if (shingles[other].length < threshold * size) {
                            break; // so are all before it: they came by size
                        }
                        if (seen[other] != turn + 1) {
                            seen[other] = turn + 1;
                            compare(one, other);
                        }
                    }
                    others.add(one);
                }
            }
        }

        private void bands() {
            int rows = threshold < 0.7 ? 3 : 5;
            int bands = threshold < 0.7 ? 40 : 25;
            SplittableRandom random = new SplittableRandom(SEED);
            Set<Long> compared = new HashSet<>();
            for (int band = 0; band < bands; band++) {
                int[] salts = random.ints(rows).toArray();
                Map<Long, List<Integer>> buckets = new HashMap<>();
                for (int i = 0; i < shingles.length; i++) {
                    long bucket = 1;
                    for (int salt : salts) {
                        int least = Integer.MAX_VALUE;
                        for (int shingle : shingles[i]) {
                            least = Math.min(least, mixed(shingle ^ salt));
                        }
                        bucket = bucket * 0x9e3779b97f4a7c15L + least;
                    }
                    List<Integer> others = buckets.computeIfAbsent(bucket, key -> new ArrayList<>());
                    for (int other : others) {
                        if (compared.add((long) other << 32 | i)) {
                            compare(i, other);
                        }
                    }
                    others.add(i);
                }
            }
        }

        private void compare(int one, int other) {
            int first = Math.min(members[one], members[other]);
            int second = Math.max(members[one], members[other]);
            if (related.related(first, second)) {
                return;
            }
            int[] a = shingles[one];
            int[] b = shingles[other];
            int needed = (int) Math.ceil(threshold / (1 + threshold) * (a.length + b.length) - 1e-9);
            int common = 0;
            for (int i = 0, j = 0; i < a.length && j < b.length; ) {
                if (common + Math.min(a.length - i, b.length - j) < needed) {
                    return;
                }
                int order = Integer.compare(a[i], b[j]);
                common += order == 0 ? 1 : 0;
                i += order <= 0 ? 1 : 0;
                j += order >= 0 ? 1 : 0;
            }
            if (common >= needed) {
                double similarity = (double) common / (a.length + b.length - common);
                pairs.putIfAbsent((long) first << 32 | second, new Pair(first, second, similarity));
            }
        }
    }

    /** Spreads neighbouring values (the finalizer of MurmurHash3). */
    private static int mixed(int value) {
        int h = value;
        h = (h ^ h >>> 16) * 0x85ebca6b;
        h = (h ^ h >>> 13) * 0xc2b2ae35;
        return h ^ h >>> 16;
    }
}
