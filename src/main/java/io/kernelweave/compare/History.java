package io.kernelweave.compare;

import io.kernelweave.gate.RunGate.Direction;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.results.IfevalMetrics;
import io.kernelweave.results.MaskMetrics;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.PerRow;
import io.kernelweave.results.RouteMetrics;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.stats.BenjaminiHochberg;
import io.kernelweave.stats.ChangePoints;
import io.kernelweave.stats.ChangePoints.ChangePoint;
import io.kernelweave.stats.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A job's complete runs in the order of time, and what became of each metric: its levels, where they change ({@link ChangePoints}),
 * and where they cannot be compared, because the data or the environment is another. A change is looked for between such breaks only, and told if
 * it stands out among the changes of all metrics of its kind, those that the job follows and the others (false discovery rate 2 %). So of a hundred jobs
 * in which nothing ever changes, at most four have a change that is told.
 *
 * @param nights the runs, oldest first
 * @param baseline position of the run that is pinned as the job's baseline; -1 if none is, or it is not among them
 * @param breaks where something else was measured than before
 * @param series one a metric, by name
 */
public record History(String job, List<Run> nights, int baseline, List<Break> breaks, List<Series> series) {
    /** The chance of a change that is none, of each kind of metrics. */
    public static final double ALPHA = 0.02;

    /** What makes figures incomparable when it changes. */
    private static final List<String> GROUND = List.of("dataset", "environment");

    /** Metrics that no row has by itself, of which more is better. */
    private static final String HIGHER =
            "(routing|gate)[.].+|gain[.].+[.]verification_pass_rate|.+[.](routing_precision|failure_recovery_rate)";

    /**
     * @param at position of the first run after it
     * @param changed parts of the fingerprint
     */
    public record Break(int at, List<String> changed) {}

    /**
     * A metric's level between two changes or breaks.
     *
     * @param to position after its last run
     */
    public record Level(int from, int to, double mean) {}

    /**
     * @param at position of the first run after it
     * @param p chance of so clear a parting without any change
     * @param changed parts of the fingerprint that changed with this run, the one before or the one after
     */
    public record Change(int at, double p, double before, double after, List<String> changed) {}

    /**
     * One metric.
     *
     * @param values NaN where a run has none
     * @param intervals of the values, null where a run gives none
     * @param direction null if nothing says what would be better
     * @param followed whether the newest run's job requires or bounds it
     * @param before position of the first run of the last stretch but one; since, if there is one only
     * @param since position of the first run after the last break
     */
    public record Series(
            String metric,
            List<Double> values,
            List<@Nullable Interval> intervals,
            @Nullable Direction direction,
            boolean followed,
            int before,
            int since,
            List<Level> levels,
            List<Change> changes) {
        /** The last change for the worse since the last break, if later ones did not make up for half of it. */
        public @Nullable Change alarm() {
            return open(since, values.size());
        }

        /** The alarm that was open when the last break came: whether it still is cannot be told. */
        public @Nullable Change outOfSight() {
            return open(before, since);
        }

        private @Nullable Change open(int from, int to) {
            Level level = null;
            for (Level each : levels) {
                level = each.from() >= from && each.from() < to ? each : level;
            }
            for (int i = changes.size() - 1; level != null && direction != null && i >= 0; i--) {
                Change change = changes.get(i);
                double lost = direction.sign() * (change.before() - change.after());
                double regained = direction.sign() * (level.mean() - change.after());
                if (change.at() >= from && change.at() < to && lost > 0 && regained < lost / 2) {
                    return change;
                }
            }
            return null;
        }

        /** The newest level since the last break; null if nothing was measured since. */
        public @Nullable Level level() {
            Level last = levels.isEmpty() ? null : levels.get(levels.size() - 1);
            return last != null && last.from() >= since ? last : null;
        }

        /**
         * The level that the newest one can be set against: that of the baseline, or, without one, the first since the last break.
         *
         * @param baseline position of the baseline, or -1
         * @return null if there is none, or it was before the last break
         */
        public @Nullable Level reference(int baseline) {
            return levels.stream()
                    .filter(level -> level.from() >= since)
                    .filter(level -> baseline < 0 || level.from() <= baseline && baseline < level.to())
                    .findFirst()
                    .orElse(null);
        }

        public double last() {
            return values.get(values.size() - 1);
        }
    }

    /**
     * Reads a job's runs.
     *
     * @param pinned id of the run that is pinned as its baseline, or null
     */
    public static History of(String job, List<RunFolder> folders, @Nullable String pinned) {
        List<Run> nights = new ArrayList<>();
        List<Map<String, Metric>> figures = new ArrayList<>();
        for (RunFolder folder : folders) {
            nights.add(folder.run());
            figures.add(folder.metrics());
        }
        if (nights.isEmpty()) {
            throw InputException.at("job \"" + job + "\"", "has no complete run", "run it first");
        }
        List<Break> breaks = new ArrayList<>();
        for (int i = 1; i < nights.size(); i++) {
            boolean asksAs = nights.get(i).asksAs(nights.get(i - 1));
            List<String> changed = changed(nights, i).stream()
                    .filter(part -> GROUND.contains(part) && !(asksAs && part.equals("dataset")))
                    .toList();
            if (!changed.isEmpty()) {
                breaks.add(new Break(i, changed));
            }
        }
        JsonNode settings = nights.get(nights.size() - 1).settings();
        List<String> metrics = figures.stream()
                .flatMap(run -> run.keySet().stream())
                .distinct()
                .sorted()
                .toList();
        List<Series> series = metrics.parallelStream()
                .map(metric -> series(job, metric, figures, settings, nights, breaks, ALPHA))
                .toList();
        List<Series> told = new ArrayList<>();
        for (boolean followed : List.of(true, false)) {
            List<Series> kind =
                    series.stream().filter(each -> each.followed() == followed).toList();
            // Of many metrics some change by chance: only what stands out among all of them is told.
            double[] p = BenjaminiHochberg.adjust(kind.stream()
                    .mapToDouble(each ->
                            each.changes().stream().mapToDouble(Change::p).min().orElse(1))
                    .toArray());
            for (int i = 0; i < p.length; i++) {
                told.add(
                        p[i] <= ALPHA || kind.get(i).changes().isEmpty()
                                ? kind.get(i)
                                : series(job, kind.get(i).metric(), figures, settings, nights, breaks, 0));
            }
        }
        told.sort(Comparator.comparing(Series::metric));
        int baseline = nights.stream().map(Run::runId).toList().indexOf(pinned);
        return new History(job, List.copyOf(nights), baseline, List.copyOf(breaks), List.copyOf(told));
    }

    private static Series series(
            String job,
            String metric,
            List<Map<String, Metric>> figures,
            JsonNode settings,
            List<Run> nights,
            List<Break> breaks,
            double alpha) {
        List<Double> values = new ArrayList<>();
        List<@Nullable Interval> intervals = new ArrayList<>();
        for (Map<String, Metric> run : figures) {
            Metric figure = run.get(metric);
            values.add(figure == null ? Double.NaN : figure.value());
            intervals.add(figure == null ? null : figure.interval());
        }
        List<Level> levels = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        int[] bounds = IntStream.concat(
                        IntStream.concat(IntStream.of(0), breaks.stream().mapToInt(Break::at)),
                        IntStream.of(nights.size()))
                .toArray();
        long stretches = IntStream.range(1, bounds.length)
                .filter(b -> values.subList(bounds[b - 1], bounds[b]).stream()
                                .filter(value -> !value.isNaN())
                                .count()
                        >= 2 * ChangePoints.SHORTEST)
                .count();
        for (int b = 1; b < bounds.length; b++) {
            stretch(job + "/" + metric, alpha, stretches, values, bounds[b - 1], bounds[b], nights, levels, changes);
        }
        Direction direction = null;
        boolean followed = settings.path("margins").has(metric);
        for (JsonNode requirement : settings.path("requirements")) {
            if (requirement.path("metric").asString("").equals(metric)) {
                followed = true;
                direction = requirement.path("at_least").isNumber()
                        ? Direction.HIGHER_IS_BETTER
                        : Direction.LOWER_IS_BETTER;
            }
        }
        if (direction == null) {
            direction = Stream.<Supplier<Optional<? extends PerRow<?>>>>of(
                            () -> Metrics.perRow(metric),
                            () -> RouteMetrics.perRow(metric),
                            () -> MaskMetrics.perRow(metric),
                            () -> IfevalMetrics.perRow(metric))
                    .flatMap(known -> known.get().stream())
                    .map(PerRow::direction)
                    .findFirst()
                    .orElse(metric.matches(HIGHER) ? Direction.HIGHER_IS_BETTER : null);
        }
        return new Series(
                metric,
                List.copyOf(values),
                Collections.unmodifiableList(intervals),
                direction,
                followed,
                bounds[Math.max(0, bounds.length - 3)],
                bounds[bounds.length - 2],
                List.copyOf(levels),
                List.copyOf(changes));
    }

    /** Looks for changes between two breaks; each of several stretches is one more chance to be wrong. */
    private static void stretch(
            String seed,
            double alpha,
            long stretches,
            List<Double> values,
            int from,
            int to,
            List<Run> nights,
            List<Level> levels,
            List<Change> changes) {
        int[] measured = IntStream.range(from, to)
                .filter(i -> !Double.isNaN(values.get(i)))
                .toArray();
        if (measured.length == 0) {
            return;
        }
        double[] figures = Arrays.stream(measured).mapToDouble(values::get).toArray();
        List<ChangePoint> points = alpha > 0 && figures.length >= 2 * ChangePoints.SHORTEST
                ? ChangePoints.of(
                        figures,
                        alpha / stretches,
                        Long.parseUnsignedLong(Digest.of(seed).substring(0, 15), 16))
                : List.of();
        int start = 0;
        for (int p = 0; p <= points.size(); p++) {
            int end = p < points.size() ? points.get(p).at() : figures.length;
            double mean = Arrays.stream(figures, start, end).average().orElseThrow();
            Level before = p == 0 ? null : levels.get(levels.size() - 1);
            levels.add(new Level(measured[start], measured[end - 1] + 1, mean));
            if (before != null) {
                int at = measured[start];
                double chance = Math.min(1, stretches * points.get(p - 1).p());
                changes.add(new Change(at, chance, before.mean(), mean, changedNear(nights, at)));
            }
            start = end;
        }
    }

    /** Parts of the fingerprint that are other than in the run before. */
    private static List<String> changed(List<Run> nights, int at) {
        Map<String, String> before = nights.get(at - 1).fingerprint();
        Map<String, String> after = nights.get(at).fingerprint();
        return Stream.concat(before.keySet().stream(), after.keySet().stream())
                .distinct()
                .sorted()
                .filter(part -> !Objects.equals(before.get(part), after.get(part)))
                .toList();
    }

    /** The same for each of the runs from the one before to the one after; the place of a change is not known better. */
    private static List<String> changedNear(List<Run> nights, int at) {
        return IntStream.rangeClosed(Math.max(1, at - 1), Math.min(at + 1, nights.size() - 1))
                .boxed()
                .flatMap(run -> changed(nights, run).stream())
                .distinct()
                .sorted()
                .toList();
    }
}
