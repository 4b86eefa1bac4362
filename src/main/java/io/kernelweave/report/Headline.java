package io.kernelweave.report;

import io.kernelweave.results.Metric;
import io.kernelweave.results.Run;
import io.kernelweave.stats.Interval;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A run in a line, for a chat or a table: verdict, the figures that it is judged by, and how they moved. Plain text. */
public final class Headline {
    private static final int FIGURES = 3;
    private static final int REASON = 200;

    private Headline() {}

    /**
     * One line.
     *
     * @param before the metrics of the run that it was judged against; empty if there is none
     * @param place where its report is
     */
    public static String of(
            String verdict, Run run, Map<String, Metric> metrics, Map<String, Metric> before, String place) {
        List<String> parts = new ArrayList<>();
        parts.add(run.job() + " " + verdict);
        Run.Judged judged = run.judgement();
        if (judged != null && judged.exitCode() != 0 && !judged.reasons().isEmpty()) {
            parts.add(shortened(judged.reasons().get(0)));
        }
        for (Metric metric : figures(run, metrics)) {
            Metric then = before.get(metric.name());
            parts.add(metric.name() + " " + value(metric)
                    + (then == null || !then.isMeasured()
                            ? ""
                            : " (Δ " + difference(metric.name(), metric.value() - then.value()) + ")"));
        }
        Run.Counts counts = run.counts();
        if (counts != null) {
            parts.add(Templates.count(counts.results()) + " rows, " + Templates.count(counts.errors()) + " errors");
        }
        parts.add(place);
        return String.join(" · ", parts).replaceAll("\\s*\\R\\s*", " ");
    }

    /** The figures that the run is judged by, those that are followed from run to run first; at most three. */
    public static List<Metric> figures(Run run, Map<String, Metric> metrics) {
        Set<String> names = new LinkedHashSet<>();
        run.settings().path("margins").propertyNames().forEach(names::add);
        run.settings()
                .path("requirements")
                .forEach(each -> names.add(each.path("metric").asString("")));
        if (names.stream().noneMatch(metrics::containsKey)) {
            metrics.values().stream()
                    .filter(metric -> metric.interval() != null)
                    .forEach(metric -> names.add(metric.name()));
        }
        return names.stream()
                .filter(metrics::containsKey)
                .map(metrics::get)
                .filter(Metric::isMeasured)
                .limit(FIGURES)
                .toList();
    }

    /** A figure with its interval, shares in percent. */
    public static String value(Metric metric) {
        Interval interval = metric.interval();
        if (isShare(metric.name())) {
            return metric.name().startsWith("gain.")
                    ? Templates.points(metric.value(), interval)
                    : Templates.percent(metric.value(), interval);
        }
        return number(metric.value())
                + (interval == null ? "" : " [" + number(interval.low()) + ", " + number(interval.high()) + "]");
    }

    /** The same of a value alone. */
    static String value(String metric, double value) {
        return Double.isNaN(value) ? "–" : value(new Metric(metric, value, null, 0, 0));
    }

    /** A difference of two values, of shares in points. */
    static String difference(String metric, double difference) {
        return isShare(metric)
                ? Templates.points(difference + 0.0, null)
                : String.format(Locale.ROOT, "%+.3g", difference + 0.0);
    }

    private static boolean isShare(String metric) {
        return !metric.startsWith("trend.")
                && metric.matches(".*(_rate|accuracy([.]\\w+)?|validity|precision|constraint)");
    }

    private static String number(double value) {
        return !Double.isFinite(value)
                ? "–"
                : value == Math.rint(value) && Math.abs(value) < 1e9
                        ? Templates.count((long) value)
                        : String.format(Locale.ROOT, "%.4g", value);
    }

    private static String shortened(String reason) {
        return reason.length() <= REASON ? reason : reason.substring(0, reason.lastIndexOf(' ', REASON)) + " …";
    }
}
