package io.kernelweave.dataset;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private static final int MOST_OF_A_KIND = 8;
    private static final long SEED = 0x5eed;

    /** Two texts, by their positions, the smaller first. */
    record Pair(int first, int second, double similarity) {}

    /** Who is asked which texts to compare, and told which are near. */
    interface Interest {
        /** Whether it matters if these two are near. */
        boolean matters(int first, int second);

        void near(Pair pair);

        /** Of texts of one kind, a few stand for all where many agree in a band. */
        int kind(int text);
    }

    private NearDuplicates() {}

    /**
     * Looks for near pairs of normalised texts that matter.
     *
     * @param mostExact so many texts are no longer all compared
     */
    static void among(List<String> texts, Interest interest, int mostExact) {
        new Search(texts, i -> texts.get(i).length() <= SHORT, SHINGLE_SHORT, NEAR_SHORT, interest).run(mostExact);
        new Search(texts, i -> true, SHINGLE, NEAR, interest).run(mostExact);
    }

    private static final class Search {
        private final int[] members;
        private final int[][] shingles;
        private final double threshold;
        private final Interest interest;

        Search(List<String> texts, IntPredicate member, int length, double threshold, Interest interest) {
            members = IntStream.range(0, texts.size()).filter(member).toArray();
            shingles = Arrays.stream(members)
                    .mapToObj(i -> shingles(texts.get(i), length))
                    .toArray(int[][]::new);
            this.threshold = threshold;
            this.interest = interest;
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
            for (int band = 0; band < bands; band++) {
                int[] salts = random.ints(rows).toArray();
                Map<Long, List<Integer>> buckets = new HashMap<>();
                for (int text = 0; text < shingles.length; text++) {
                    int i = text;
                    long bucket = 1;
                    for (int salt : salts) {
                        int least = Integer.MAX_VALUE;
                        for (int shingle : shingles[i]) {
                            least = Math.min(least, mixed(shingle ^ salt));
                        }
                        bucket = bucket * 0x9e3779b97f4a7c15L + least;
                    }
                    List<Integer> others = buckets.computeIfAbsent(bucket, key -> new ArrayList<>());
                    others.forEach(other -> compare(i, other));
                    int kind = interest.kind(members[i]);
                    if (others.size() < MOST_OF_A_KIND
                            || others.stream()
                                            .filter(other -> interest.kind(members[other]) == kind)
                                            .limit(MOST_OF_A_KIND)
                                            .count()
                                    < MOST_OF_A_KIND) {
                        others.add(i);
                    }
                }
            }
        }

        private void compare(int one, int other) {
            int first = Math.min(members[one], members[other]);
            int second = Math.max(members[one], members[other]);
            if (!interest.matters(first, second)) {
                return;
            }
            int[] a = shingles[one];
            int[] b = shingles[other];
            int needed = (int) Math.ceil(threshold / (1 + threshold) * (a.length + b.length) - 1e-9);
            if (needed > Math.min(a.length, b.length)) {
                return;
            }
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
                interest.near(new Pair(first, second, similarity));
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
