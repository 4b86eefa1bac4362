package io.kernelweave.results;

import io.kernelweave.mine.Mined;
import io.kernelweave.stats.Auroc;
import io.kernelweave.stats.Interval;
import io.kernelweave.stats.SplitAuroc;
import io.kernelweave.trial.Foresight;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Every figure of a run that learns from traces, computed from its rows.
 *
 * <table>
 * <caption>Metrics of a source, below {@code compile.<source>.}</caption>
 * <tr><th>metric</th><th>meaning</th></tr>
 * <tr><td>traces, tasks, successes, splits</td><td>how many were judged, and in how many splits there were both successes and failures</td></tr>
 * <tr><td>auroc, auroc_low, auroc_high</td><td>chance that a held-out success has a higher score by the mined conditions than a held-out failure of
 *     the same split, ties counted half: the mean over splits, with its interval, see {@link SplitAuroc}</td></tr>
 * <tr><td>auroc_length, …_low, …_high</td><td>the same of the number of steps alone</td></tr>
 * <tr><td>auroc_difference, …_low, …_high</td><td>auroc less auroc_length; the interval is of the difference</td></tr>
 * <tr><td>auroc_null, …_low, …_high</td><td>auroc of conditions mined from permuted outcomes, mean over splits: the mean, the lowest and the highest
 *     of all permutations</td></tr>
 * <tr><td>auroc_null_p</td><td>share of permutations that do as well as the true outcomes, the true ones counted among them: a p-value</td></tr>
 * <tr><td>auroc_share_&lt;percent&gt;</td><td>auroc where only so many percent of the half were learned from</td></tr>
 * <tr><td>auroc_kind_&lt;kind&gt;</td><td>auroc of what one kind of conditions adds to the score</td></tr>
 * <tr><td>auroc_seen</td><td>auroc on the very traces that were learned from: too good by nature, beside the others it shows how much is fitted that does not hold elsewhere</td></tr>
 * <tr><td>auroc_task</td><td>auroc of how the other attempts at the same task ended, of the traces whose task was tried more than once: what is known of
 *     a trace by its task alone</td></tr>
 * <tr><td>verdicts.covered, .precision, .recall</td><td>share of held-out traces with PASS or FAIL; share of successes among PASS; share of PASS among
 *     successes with a verdict</td></tr>
 * <tr><td>repeat.covered, .precision, .recall, .accuracy, .auroc</td><td>the same where other attempts at the same tasks are learned from; and the
 *     share of right verdicts among PASS and FAIL</td></tr>
 * <tr><td>next_step_top1, next_step_top1_plain</td><td>share of held-out steps that were foretold, with the compiled kernel and without</td></tr>
 * <tr><td>bits_per_step, bits_per_step_plain</td><td>bits to write down a held-out step with its arguments, with and without</td></tr>
 * <tr><td>compression</td><td>bits to write down the held-out traces of a split without a kernel, over those of the kernel and of the traces with it</td></tr>
 * </table>
 *
 * <p>{@code compile.error_rate} is the share of rows that stand for a split that could not be tried. Shares have 95 % intervals over tasks.
 */
public final class CompilationMetrics {
    private static final String PREFIX = "compile.";

    private CompilationMetrics() {}

    /** Of a run's rows; its settings say how many resamples there are. */
    public static Map<String, Metric> of(Collection<CompilationRow> rows, Run run) {
        return of(
                rows,
                run.settings().path("resamples").asInt(2000),
                run.settings().path("seed").asLong(0));
    }

    static Map<String, Metric> of(Collection<CompilationRow> rows, int resamples, long seed) {
        Figures<CompilationRow> figures = new Figures<>();
        figures.share(PREFIX + "error_rate", rows, row -> row.error() != null, row -> true);
        Map<String, List<CompilationRow>> sources = rows.stream()
                .filter(row -> row.error() == null)
                .collect(Collectors.groupingBy(CompilationRow::source, TreeMap::new, Collectors.toList()));
        sources.forEach((source, own) -> {
            String prefix = PREFIX + source + ".";
            regimes(own).forEach((regime, judged) -> {
                if (regime.equals(CompilationRow.REPEAT)) {
                    verdicts(figures, prefix + "repeat.", judged);
                    figures.put(prefix + "repeat.auroc", auroc(judged, CompilationRow::score), judged);
                } else if (regime.equals(CompilationRow.HALVES)) {
                    halves(figures, prefix, judged, resamples, seed);
                } else if (regime.equals(CompilationRow.SEEN)) {
                    figures.put(prefix + "auroc_seen", meanAuroc(judged, CompilationRow::score), judged);
                } else {
                    figures.put(
                            prefix + "auroc_share_" + regime.substring(regime.lastIndexOf('-') + 1),
                            meanAuroc(judged, CompilationRow::score),
                            judged);
                }
            });
        });
        return figures.all();
    }

    /** The rows of each regime. */
    public static Map<String, List<CompilationRow>> regimes(Collection<CompilationRow> rows) {
        return rows.stream().collect(Collectors.groupingBy(CompilationRow::regime, TreeMap::new, Collectors.toList()));
    }

    private interface Score {
        double of(CompilationRow row);
    }

    private static void halves(
            Figures<CompilationRow> figures, String prefix, List<CompilationRow> rows, int resamples, long seed) {
        figures.put(
                prefix + "traces",
                rows.stream().map(CompilationRow::trace).distinct().count(),
                rows);
        figures.put(
                prefix + "tasks",
                rows.stream().map(CompilationRow::task).distinct().count(),
                rows);
        figures.put(
                prefix + "successes",
                rows.stream()
                        .filter(CompilationRow::success)
                        .map(CompilationRow::trace)
                        .distinct()
                        .count(),
                rows);
        if (!Double.isNaN(meanAuroc(rows, CompilationRow::score))) {
            SplitAuroc auroc = SplitAuroc.of(
                    rows.stream()
                            .map(row -> new SplitAuroc.Scored(
                                    row.split(), row.clusterId(), row.success(), row.score(), row.lengthScore()))
                            .toList(),
                    resamples,
                    seed);
            figures.put(prefix + "splits", auroc.splits(), rows);
            put(figures, prefix + "auroc", auroc.mean(), auroc.interval(), rows, auroc.clusters());
            put(figures, prefix + "auroc_length", auroc.baseline(), auroc.baselineInterval(), rows, auroc.clusters());
            put(
                    figures,
                    prefix + "auroc_difference",
                    auroc.difference(),
                    auroc.differenceInterval(),
                    rows,
                    auroc.clusters());
            chance(figures, prefix + "auroc_null", rows, auroc.mean());
            boolean parted = rows.stream()
                    .allMatch(row -> row.kinds().size() == Mined.kinds().size());
            for (int i = 0; parted && i < Mined.kinds().size(); i++) {
                int kind = i;
                if (rows.stream().anyMatch(row -> row.kinds().get(kind) != 0)) {
                    figures.put(
                            prefix + "auroc_kind_" + Mined.kinds().get(kind),
                            meanAuroc(rows, row -> row.kinds().get(kind)),
                            rows);
                }
            }
            task(figures, prefix + "auroc_task", rows);
        }
        verdicts(figures, prefix + "verdicts.", rows);
        List<CompilationRow> foreseen =
                rows.stream().filter(row -> row.foresight() != null).toList();
        if (!foreseen.isEmpty()) {
            figures.shareOf(prefix + "next_step_top1", foreseen, row -> of(row).hits(), row -> of(row).steps());
            figures.shareOf(
                    prefix + "next_step_top1_plain", foreseen, row -> of(row).plainHits(), row -> of(row).steps());
            figures.ratio(prefix + "bits_per_step", foreseen, row -> of(row).bits(), row -> of(row).steps());
            figures.ratio(prefix + "bits_per_step_plain", foreseen, row -> of(row).plainBits(), row -> of(row).steps());
            figures.ratio(
                    prefix + "compression",
                    foreseen,
                    row -> of(row).plainBits(),
                    row -> of(row).bits() + of(row).kernelBits());
        }
    }

    /** Each trace counts once, however many splits judged it. */
    private static void task(Figures<CompilationRow> figures, String name, List<CompilationRow> rows) {
        Map<String, List<CompilationRow>> tasks = rows.stream()
                .collect(Collectors.toMap(CompilationRow::trace, row -> row, (one, same) -> one, TreeMap::new))
                .values()
                .stream()
                .collect(Collectors.groupingBy(CompilationRow::task, TreeMap::new, Collectors.toList()));
        tasks.values().removeIf(attempts -> attempts.size() < 2);
        List<CompilationRow> repeated =
                tasks.values().stream().flatMap(List::stream).toList();
        double area = auroc(repeated, row -> {
            List<CompilationRow> attempts = tasks.getOrDefault(row.task(), List.of());
            double successes = attempts.stream().filter(CompilationRow::success).count() - (row.success() ? 1 : 0);
            return successes / (attempts.size() - 1);
        });
        if (!Double.isNaN(area)) {
            figures.put(name, area, repeated);
        }
    }

    private static Foresight of(CompilationRow row) {
        return Objects.requireNonNull(row.foresight());
    }

    private static void put(
            Figures<CompilationRow> figures,
            String name,
            double value,
            @Nullable Interval interval,
            List<CompilationRow> rows,
            int clusters) {
        figures.put(new Metric(name, value, interval, rows.size(), clusters));
        if (interval != null) {
            figures.put(new Metric(name + "_low", interval.low(), null, rows.size(), clusters));
            figures.put(new Metric(name + "_high", interval.high(), null, rows.size(), clusters));
        }
    }

    /** What chance gives: each permutation is a whole run over all splits. */
    private static void chance(
            Figures<CompilationRow> figures, String name, List<CompilationRow> rows, double observed) {
        int permutations =
                rows.stream().mapToInt(row -> row.permuted().size()).min().orElse(0);
        if (permutations == 0) {
            return;
        }
        double[] means = new double[permutations];
        for (int i = 0; i < permutations; i++) {
            int at = i;
            means[i] = meanAuroc(rows, row -> row.permuted().get(at));
        }
        double as = Arrays.stream(means).filter(mean -> mean >= observed).count();
        figures.put(name, Arrays.stream(means).average().orElse(Double.NaN), rows);
        figures.put(name + "_low", Arrays.stream(means).min().orElse(Double.NaN), rows);
        figures.put(name + "_high", Arrays.stream(means).max().orElse(Double.NaN), rows);
        figures.put(name + "_p", (as + 1) / (permutations + 1), rows);
    }

    private static void verdicts(Figures<CompilationRow> figures, String prefix, List<CompilationRow> rows) {
        figures.share(prefix + "covered", rows, row -> !row.is(Outcome.UNKNOWN), row -> true);
        figures.share(prefix + "precision", rows, CompilationRow::success, row -> row.is(Outcome.PASS));
        figures.share(
                prefix + "recall", rows, row -> row.is(Outcome.PASS), row -> row.success() && !row.is(Outcome.UNKNOWN));
        figures.share(
                prefix + "accuracy",
                rows,
                row -> row.is(Outcome.PASS) == row.success(),
                row -> !row.is(Outcome.UNKNOWN));
    }

    /** The mean over the splits with rows of both kinds; NaN if there is none. */
    private static double meanAuroc(List<CompilationRow> rows, Score score) {
        Map<Integer, List<CompilationRow>> splits =
                rows.stream().collect(Collectors.groupingBy(CompilationRow::split, TreeMap::new, Collectors.toList()));
        List<Double> areas = new ArrayList<>();
        splits.values().forEach(split -> areas.add(auroc(split, score)));
        return areas.stream()
                .filter(area -> !area.isNaN())
                .mapToDouble(area -> area)
                .average()
                .orElse(Double.NaN);
    }

    private static double auroc(List<CompilationRow> rows, Score score) {
        boolean[] successes = new boolean[rows.size()];
        for (int i = 0; i < successes.length; i++) {
            successes[i] = rows.get(i).success();
        }
        return Auroc.of(rows.stream().mapToDouble(score::of).toArray(), successes);
    }
}
