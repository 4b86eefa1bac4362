package io.kernelweave.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * The {@linkplain Auroc area under the ROC curve} of scores that were learned on one part of the clusters and given to the other, as the mean
 * over several ways to split them; beside it the area of a baseline on the same rows, and the difference.
 *
 * <p>Intervals are of a cluster bootstrap (Field and Welsh, <i>Bootstrapping clustered data</i>, Journal of the Royal Statistical Society B
 * 69, 2007). A resample draws as many clusters as there are, with replacement, over all splits at once; a row counts as often as its
 * cluster was drawn, in each split in which it was held out. Of each resample the mean over splits of the area is taken, without those splits in
 * which it has no meaning because one kind was not drawn, and of these means the 2.5 % and 97.5 % quantiles. So the interval speaks of other
 * clusters of the same sort, judged by what these splits have learned; nothing is learned anew in a resample.
 *
 * @param mean over splits
 * @param baseline the same of the baseline
 * @param difference {@code mean} less {@code baseline}; its interval is of the difference in each resample
 * @param clusters that were held out in any split
 * @param splits in which the area has a meaning
 */
public record SplitAuroc(
        double mean,
        Interval interval,
        double baseline,
        Interval baselineInterval,
        double difference,
        Interval differenceInterval,
        int clusters,
        int splits) {

    /**
     * A row that was held out in a split.
     *
     * @param score given by what was learned
     * @param baseline score that it is compared with
     */
    public record Scored(int split, String cluster, boolean positive, double score, double baseline) {}

    private record Split(int[] clusters, Auroc scores, Auroc baseline) {
        /** Areas of score and baseline where each cluster counts so often. */
        double[] areas(int[] drawn) {
            double[] weights = new double[clusters.length];
            for (int i = 0; i < weights.length; i++) {
                weights[i] = drawn[clusters[i]];
            }
            return new double[] {scores.weighted(weights), baseline.weighted(weights)};
        }
    }

    /**
     * Computes.
     *
     * @param resamples of the bootstrap
     * @throws IllegalArgumentException if there is no split with rows of both kinds
     */
    public static SplitAuroc of(List<Scored> rows, int resamples, long seed) {
        TreeMap<String, Integer> numbers = new TreeMap<>();
        TreeMap<Integer, List<Scored>> bySplit = new TreeMap<>();
        for (Scored row : rows) {
            numbers.put(row.cluster, 0);
            bySplit.computeIfAbsent(row.split, split -> new ArrayList<>()).add(row);
        }
        int number = 0;
        for (String cluster : List.copyOf(numbers.keySet())) {
            numbers.put(cluster, number++);
        }
        List<Split> splits = new ArrayList<>();
        for (List<Scored> split : bySplit.values()) {
            boolean[] positives = new boolean[split.size()];
            for (int i = 0; i < positives.length; i++) {
                positives[i] = split.get(i).positive;
            }
            splits.add(new Split(
                    split.stream()
                            .mapToInt(row -> numbers.getOrDefault(row.cluster, 0))
                            .toArray(),
                    new Auroc(split.stream().mapToDouble(Scored::score).toArray(), positives),
                    new Auroc(split.stream().mapToDouble(Scored::baseline).toArray(), positives)));
        }
        int[] once = new int[number];
        Arrays.fill(once, 1);
        double[] observed = means(splits, once);
        if (Double.isNaN(observed[0])) {
            throw new IllegalArgumentException("no split has rows of both kinds");
        }
        SplittableRandom random = new SplittableRandom(seed);
        double[] means = new double[resamples];
        double[] baselines = new double[resamples];
        double[] differences = new double[resamples];
        for (int i = 0; i < resamples; i++) {
            double[] drawn;
            do {
                int[] times = new int[number];
                for (int j = 0; j < number; j++) {
                    times[random.nextInt(number)]++;
                }
                drawn = means(splits, times);
            } while (Double.isNaN(drawn[0]));
            means[i] = drawn[0];
            baselines[i] = drawn[1];
            differences[i] = drawn[0] - drawn[1];
        }
        return new SplitAuroc(
                observed[0],
                middle(means),
                observed[1],
                middle(baselines),
                observed[0] - observed[1],
                middle(differences),
                number,
                (int) observed[2]);
    }

    /** Mean areas of score and baseline over the splits that have any, and how many these are. */
    private static double[] means(List<Split> splits, int[] drawn) {
        double[] sums = new double[2];
        int count = 0;
        for (Split split : splits) {
            double[] areas = split.areas(drawn);
            if (!Double.isNaN(areas[0])) {
                sums[0] += areas[0];
                sums[1] += areas[1];
                count++;
            }
        }
        return new double[] {sums[0] / count, sums[1] / count, count};
    }

    private static Interval middle(double[] values) {
        Arrays.sort(values);
        int last = values.length - 1;
        return new Interval(values[(int) Math.floor(0.025 * last)], values[(int) Math.ceil(0.975 * last)]);
    }
}
