package io.kernelweave.report;

import io.kernelweave.compare.History;
import io.kernelweave.compare.History.Change;
import io.kernelweave.compare.History.Level;
import io.kernelweave.compare.History.Series;
import io.kernelweave.json.Json;
import io.kernelweave.results.Run;
import io.kernelweave.stats.Interval;
import io.kernelweave.storage.Folder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the runs of jobs did over time: {@code trend.md}, {@code trend.json} and a plot of each metric that the job follows or that
 * changed. The same runs give the same bytes.
 */
public final class TrendReport {
    private static final String BARS = "▁▂▃▄▅▆▇█";
    private static final int SPARKS = 30;
    private static final int MOST_PLOTS = 12;
    private static final int TOP = 50;
    private static final int BOTTOM = 250;

    private TrendReport() {}

    /** Writes the report into the reports folder; returns the open alarms, a line each. */
    public static List<String> render(Folder reports, List<History> histories) {
        List<Map<String, Object>> jobs = new ArrayList<>();
        List<String> alarms = new ArrayList<>();
        Templates templates = Templates.of(reports);
        List<String> unknown = new ArrayList<>();
        for (History history : histories) {
            Map<String, Object> job = job(reports, templates, history);
            jobs.add(job);
            for (Series series : history.series()) {
                Change alarm = series.alarm();
                Change outOfSight = series.outOfSight();
                if (alarm != null) {
                    alarms.add(history.job() + ": " + sentence(history, series, alarm));
                } else if (outOfSight != null) {
                    unknown.add(history.job() + ": " + sentence(history, series, outOfSight));
                }
            }
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("jobs", jobs);
        model.put("alarms", alarms);
        model.put("unknown", unknown);
        model.put(
                "runs",
                histories.stream().mapToInt(history -> history.nights().size()).sum());
        reports.write("trend.md", templates.render(new View("trend.md.ftl", model)));
        reports.write("trend.json", Json.pretty(json(histories, alarms, unknown)));
        return alarms;
    }

    private static Map<String, Object> json(List<History> histories, List<String> alarms, List<String> unknown) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("alarms", alarms);
        json.put("unknown", unknown);
        for (History history : histories) {
            Map<String, Object> job = new LinkedHashMap<>();
            job.put("runs", history.nights().stream().map(Run::runId).toList());
            job.put(
                    "baseline",
                    history.baseline() < 0
                            ? null
                            : history.nights().get(history.baseline()).runId());
            job.put("breaks", history.breaks());
            Map<String, Object> metrics = new LinkedHashMap<>();
            for (Series series : history.series()) {
                Map<String, Object> metric = new LinkedHashMap<>();
                metric.put("followed", series.followed());
                metric.put("levels", series.levels());
                metric.put("changes", series.changes());
                metric.put(
                        "values",
                        series.values().stream()
                                .map(value -> Double.isFinite(value) ? value : null)
                                .collect(Collectors.toCollection(ArrayList::new)));
                metrics.put(series.metric(), metric);
            }
            job.put("metrics", metrics);
            json.put(history.job(), job);
        }
        return json;
    }

    private static Map<String, Object> job(Folder reports, Templates templates, History history) {
        List<Series> shown = history.series().stream()
                .filter(series -> series.followed() || !series.changes().isEmpty())
                .sorted(Comparator.comparing((Series series) -> series.alarm() == null)
                        .thenComparing(series -> !series.followed())
                        .thenComparing(Series::metric))
                .toList();
        List<Map<String, Object>> lines = new ArrayList<>();
        List<Map<String, Object>> plots = new ArrayList<>();
        for (Series series : shown) {
            lines.add(line(history, series));
            if (plots.size() < MOST_PLOTS && history.nights().size() > 2) {
                String file =
                        "trend/" + history.job() + "/" + series.metric().replaceAll("[^A-Za-z0-9.+-]", "_") + ".svg";
                reports.write(file, templates.render(plot(history, series)));
                plots.add(Map.of(
                        "file",
                        file,
                        "metric",
                        series.metric(),
                        "changes",
                        series.changes().stream()
                                .map(change -> moved(series, change) + " " + near(history, change))
                                .toList()));
            }
        }
        List<Map<String, Object>> quiet = history.series().stream()
                .filter(series -> !shown.contains(series))
                .map(series -> line(history, series))
                .toList();
        Run first = history.nights().get(0);
        Run last = history.nights().get(history.nights().size() - 1);
        Map<String, Object> job = new LinkedHashMap<>();
        job.put("name", history.job());
        job.put("count", history.nights().size());
        job.put("first", day(first));
        job.put("last", day(last));
        job.put("newest", last.runId());
        job.put(
                "verdict",
                last.judgement() == null ? "not judged" : last.judgement().verdict());
        job.put(
                "breaks",
                history.breaks().stream()
                        .map(each -> Map.of(
                                "run", history.nights().get(each.at()).runId(),
                                "day", day(history.nights().get(each.at())),
                                "changed", String.join(", ", each.changed())))
                        .toList());
        job.put("lines", lines);
        job.put("plots", plots);
        job.put("quiet", quiet);
        job.put(
                "baseline",
                history.baseline() < 0
                        ? ""
                        : history.nights().get(history.baseline()).runId());
        return job;
    }

    private static Map<String, Object> line(History history, Series series) {
        String metric = series.metric();
        Level level = series.level();
        Level reference = series.reference(history.baseline());
        Change change = series.changes().isEmpty()
                ? null
                : series.changes().get(series.changes().size() - 1);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("metric", metric);
        line.put("followed", series.followed());
        line.put("alarm", series.alarm() != null);
        line.put("last", Headline.value(metric, series.last()));
        line.put("level", level == null ? "–" : Headline.value(metric, level.mean()));
        line.put("baseline", reference == null ? "–" : Headline.value(metric, reference.mean()));
        line.put(
                "difference",
                level == null || reference == null
                        ? "–"
                        : Headline.difference(metric, level.mean() - reference.mean()));
        line.put("spark", spark(history, series));
        line.put("change", change == null ? "none" : moved(series, change) + " " + near(history, change));
        return line;
    }

    private static String sentence(History history, Series series, Change change) {
        return series.metric() + " went " + moved(series, change) + " " + near(history, change);
    }

    private static String moved(Series series, Change change) {
        return "from " + Headline.value(series.metric(), change.before()) + " to "
                + Headline.value(series.metric(), change.after());
    }

    /** "near", because noise moves the place that is found. */
    private static String near(History history, Change change) {
        Run run = history.nights().get(change.at());
        String store = run.fingerprint().getOrDefault("store", "");
        return String.format(
                Locale.ROOT,
                "near run %s%s (%s; %s; p %.4f)",
                run.runId(),
                store.isEmpty() ? "" : ", kernel store " + store.substring(0, Math.min(12, store.length())),
                day(run),
                change.changed().isEmpty()
                        ? "nothing in the fingerprint changed there"
                        : "changed there: " + String.join(", ", change.changed()),
                change.p());
    }

    private static String day(Run run) {
        return run.startedAt().toString().substring(0, 10);
    }

    /** The newest values as bars between the least and the greatest; a gap where a line must not go on. */
    private static String spark(History history, Series series) {
        List<Double> values = series.values();
        double low = values.stream()
                .filter(Double::isFinite)
                .mapToDouble(value -> value)
                .min()
                .orElse(0);
        double high = values.stream()
                .filter(Double::isFinite)
                .mapToDouble(value -> value)
                .max()
                .orElse(1);
        StringBuilder bars = new StringBuilder();
        for (int i = Math.max(0, values.size() - SPARKS); i < values.size(); i++) {
            int at = i;
            if (history.breaks().stream().anyMatch(each -> each.at() == at) && !bars.isEmpty()) {
                bars.append('┊');
            }
            double value = values.get(i);
            bars.append(
                    !Double.isFinite(value)
                            ? '·'
                            : high > low
                                    ? BARS.charAt((int) Math.round((value - low) / (high - low) * (BARS.length() - 1)))
                                    : BARS.charAt(3));
        }
        return bars.toString();
    }

    private static View plot(History history, Series series) {
        int runs = history.nights().size();
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < runs; i++) {
            double value = series.values().get(i);
            if (Double.isFinite(value)) {
                Interval interval = series.intervals().get(i);
                low = Math.min(low, interval == null ? value : interval.low());
                high = Math.max(high, interval == null ? value : interval.high());
            }
        }
        if (!(high > low)) {
            low = low - Math.max(0.01, Math.abs(low) * 0.1);
            high = low + 2 * Math.max(0.01, Math.abs(low) * 0.1);
        }
        Axis x = new Axis(0, runs, 80, 700);
        Axis y = new Axis(low - 0.05 * (high - low), high + 0.05 * (high - low), BOTTOM, TOP);
        List<Map<String, Object>> marks = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            double value = series.values().get(i);
            if (Double.isFinite(value)) {
                Interval interval = series.intervals().get(i);
                Run run = history.nights().get(i);
                marks.add(Map.of(
                        "x", x.pixel(i + 0.5),
                        "y", y.pixel(value),
                        "low", y.pixel(interval == null ? value : interval.low()),
                        "high", y.pixel(interval == null ? value : interval.high()),
                        "text", run.runId() + ", " + day(run) + ": " + Headline.value(series.metric(), value)));
            }
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", series.metric());
        model.put(
                "description",
                "Each dot is a run of " + history.job()
                        + ", oldest first, with its 95 % interval where it has one. Lines are the levels"
                        + " between changes; a dashed upright is where the data or the environment changed.");
        model.put("marks", marks);
        model.put("radius", runs <= 120 ? "3" : "1.5");
        model.put("steps", steps(series, x, y));
        List<Map<String, Object>> changes = new ArrayList<>();
        for (Change change : series.changes()) {
            changes.add(Map.of(
                    "x",
                    x.pixel(change.at()),
                    "number",
                    changes.size() + 1,
                    "text",
                    moved(series, change) + " " + near(history, change)));
        }
        model.put("changes", changes);
        model.put(
                "breaks",
                history.breaks().stream()
                        .map(each -> Map.of(
                                "x", x.pixel(each.at()), "text", "other " + String.join(" and ", each.changed())))
                        .toList());
        model.put("bottom", BOTTOM);
        model.put(
                "yTicks",
                y.ticks().stream()
                        .map(tick -> Map.of("y", y.pixel(tick), "text", Headline.value(series.metric(), tick + 0.0)))
                        .toList());
        int step = Math.max(1, (runs + 7) / 8);
        String firstYear = day(history.nights().get(0)).substring(0, 4);
        String lastYear = day(history.nights().get(runs - 1)).substring(0, 4);
        int from = firstYear.equals(lastYear) ? 5 : 0;
        List<Map<String, Object>> ticks = new ArrayList<>();
        for (int i = 0; i < runs; i += step) {
            ticks.add(Map.of(
                    "x", x.pixel(i + 0.5), "text", day(history.nights().get(i)).substring(from)));
        }
        model.put("ticks", ticks);
        return new View("trend.svg.ftl", model);
    }

    /** A line that steps from level to level, one for each stretch between breaks. */
    private static List<String> steps(Series series, Axis x, Axis y) {
        List<String> steps = new ArrayList<>();
        StringBuilder step = new StringBuilder();
        for (Level level : series.levels()) {
            if (series.changes().stream().noneMatch(change -> change.at() == level.from())) {
                steps.add(step.toString());
                step.setLength(0);
            }
            boolean begins = step.isEmpty();
            step.append(begins ? "M" : "H").append(x.pixel(level.from()));
            step.append(begins ? " " : "V").append(y.pixel(level.mean()));
            step.append("H").append(x.pixel(level.to()));
        }
        steps.add(step.toString());
        return steps.stream().filter(each -> !each.isEmpty()).toList();
    }
}
