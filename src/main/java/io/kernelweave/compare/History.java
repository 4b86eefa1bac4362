package io.kernelweave.compare;

import io.kernelweave.gate.RunGate.Direction;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.results.IfevalMetrics;
import io.kernelweave.results.MaskMetrics;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.PerRow;
import io.kernelweave.results.RouteMetrics;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.stats.BenjaminiHochberg;
import io.kernelweave.stats.ChangePoints;
import io.kernelweave.stats.ChangePoints.ChangePoint;
import io.kernelweave.stats.Interval;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A job's complete runs in the order of time, and what became of each metric: its levels, where they change ({@link ChangePoints}),
 * and where they cannot be compared, because the data or the environment is another. A change is looked for between such breaks only, and told if
 * it stands out among the changes of all metrics (false discovery rate 5 %).
 *
 * @param nights the runs, oldest first
 * @param breaks where something else was measured than before
 * @param series one a metric, by name
 */
public record History(String job, List<Run> nights, List<Break> breaks, List<Series> series) {
    private static final double ALPHA = 0.05;

    /** What makes figures incomparable when it changes. */
    private static final List<String> GROUND = List.of("dataset", "environment");

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
     * @param changed parts of the fingerprint that differ between the run before and this one
     */
    public record Change(int at, double p, double before, double after, List<String> changed) {}

    /**
     * One metric.
     *
     * @param values NaN where a run has none
     * @param intervals of the values, null where a run gives none
     * @param direction null if nothing says what would be better
     * @param followed whether the newest run's job requires or bounds it
     */
    public record Series(
            String metric,
            List<Double> values,
            List<@Nullable Interval> intervals,
            @Nullable Direction direction,
            boolean followed,
            List<Level> levels,
            List<Change> changes) {
        /** The last change, if it was for the worse and nothing has made up for it. */
        public @Nullable Change alarm() {
            if (changes.isEmpty() || direction == null) {
                return null;
            }
            Change last = changes.get(changes.size() - 1);
            return direction.sign() * (last.after() - last.before()) < 0
                            && levels.get(levels.size() - 1).from() == last.at()
                    ? last
                    : null;
        }

        public double last() {
            return values.get(values.size() - 1);
        }
    }

    /** Reads a job's runs. */
    public static History of(String job, List<RunFolder> folders) {
        List<Run> nights = new ArrayList<>();
        List<Map<String, CSVRecord>> figures = new ArrayList<>();
        for (RunFolder folder : folders) {
            nights.add(folder.run());
            figures.add(figures(folder.folder()));
        }
        if (nights.isEmpty()) {
            throw InputException.at("job \"" + job + "\"", "has no complete run", "run it first");
        }
        List<Break> breaks = new ArrayList<>();
        for (int i = 1; i < nights.size(); i++) {
            List<String> changed = changed(nights, i);
            changed.retainAll(GROUND);
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
        List<Series> found = metrics.parallelStream()
                .map(metric -> series(job, metric, figures, settings, nights, breaks, ALPHA))
                .toList();
        // Of many metrics some change by chance: only what stands out among all of them is told.
        double[] p = BenjaminiHochberg.adjust(found.stream()
                .mapToDouble(series ->
                        series.changes().stream().mapToDouble(Change::p).min().orElse(1))
                .toArray());
        List<Series> told = IntStream.range(0, found.size())
                .mapToObj(i -> p[i] <= ALPHA || found.get(i).changes().isEmpty()
                        ? found.get(i)
                        : series(job, found.get(i).metric(), figures, settings, nights, breaks, 0))
                .toList();
        return new History(job, List.copyOf(nights), List.copyOf(breaks), told);
    }

    private static Map<String, CSVRecord> figures(Folder folder) {
        String name = RunFolder.BUNDLE + "/benchmark/metrics.csv";
        Map<String, CSVRecord> figures = new LinkedHashMap<>();
        if (!folder.exists(name)) {
            return figures;
        }
        CSVFormat format = CSVFormat.DEFAULT
                .builder()
                .setHeader()
                .setSkipHeaderRecord(true)
                .get();
        try (CSVParser parser = format.parse(new StringReader(folder.readText(name)))) {
            for (CSVRecord record : parser) {
                figures.put(record.get("metric"), record);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalArgumentException e) {
            throw InputException.at(
                    folder + "/" + name, "is no table of metrics", "`kernelweave report` writes it again");
        }
        return figures;
    }

    private static Series series(
            String job,
            String metric,
            List<Map<String, CSVRecord>> figures,
            JsonNode settings,
            List<Run> nights,
            List<Break> breaks,
            double alpha) {
        List<Double> values = new ArrayList<>();
        List<@Nullable Interval> intervals = new ArrayList<>();
        for (Map<String, CSVRecord> run : figures) {
            CSVRecord record = run.get(metric);
            values.add(record == null ? Double.NaN : Double.parseDouble(record.get("value")));
            intervals.add(
                    record == null || record.get("low").isEmpty()
                            ? null
                            : new Interval(
                                    Double.parseDouble(record.get("low")), Double.parseDouble(record.get("high"))));
        }
        List<Level> levels = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        int from = 0;
        for (int b = 0; b <= breaks.size(); b++) {
            int to = b < breaks.size() ? breaks.get(b).at() : nights.size();
            stretch(job + "/" + metric, alpha, values, from, to, nights, levels, changes);
            from = to;
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
                    .orElse(null);
        }
        return new Series(
                metric,
                List.copyOf(values),
                Collections.unmodifiableList(intervals),
                direction,
                followed,
                List.copyOf(levels),
                List.copyOf(changes));
    }

    private static void stretch(
            String seed,
            double alpha,
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
        List<ChangePoint> points = ChangePoints.of(
                figures, ALPHA, Long.parseUnsignedLong(Digest.of(seed).substring(0, 15), 16));
        int start = 0;
        for (int p = 0; p <= points.size(); p++) {
            int end = p < points.size() ? points.get(p).at() : figures.length;
            double mean = Arrays.stream(figures, start, end).average().orElseThrow();
            Level before = p == 0 ? null : levels.get(levels.size() - 1);
            levels.add(new Level(measured[start], measured[end - 1] + 1, mean));
            if (before != null) {
                int at = measured[start];
                changes.add(new Change(at, points.get(p - 1).p(), before.mean(), mean, changed(nights, at)));
            }
            start = end;
        }
    }

    private static List<String> changed(List<Run> nights, int at) {
        Map<String, String> before = nights.get(at - 1).fingerprint();
        List<String> changed = new ArrayList<>();
        nights.get(at).fingerprint().forEach((part, digest) -> {
            if (!digest.equals(before.get(part))) {
                changed.add(part);
            }
        });
        return changed;
    }
}
