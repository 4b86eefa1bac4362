package io.kernelweave.report;

import io.kernelweave.compare.Figure;
import io.kernelweave.compare.Versus;
import io.kernelweave.gate.MetricVerdict;
import io.kernelweave.gate.RunGate.Direction;
import io.kernelweave.stats.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The forest plot of a comparison: of each figure that is a share, how much was gained or lost, with its 95 % interval. Right of the line
 * is better, whichever way the figure counts.
 */
final class ComparePlot {
    private static final int TOP = 76;
    private static final int ROW = 24;
    private static final int MOST = 24;

    private record Line(
            String name, String style, boolean judged, double gain, Interval interval, double margin, String text) {}

    private ComparePlot() {}

    /** The plot, if there is anything to plot. */
    static Optional<View> differences(Versus versus) {
        List<Line> lines = new ArrayList<>();
        for (Versus.View view : versus.views()) {
            for (MetricVerdict metric : view.report().metrics()) {
                MetricVerdict.Comparison c = metric.comparison();
                if (c != null && versus.isShare(metric.metric())) {
                    lines.add(line(
                            metric.metric(),
                            view.contracts().isEmpty()
                                    ? ""
                                    : view.contracts().equals(versus.candidate().runId())
                                            ? ", new contracts"
                                            : ", old contracts",
                            switch (metric.verdict()) {
                                case FAIL, INVALID -> "lost";
                                case PASS -> c.difference() == 0 ? "even" : "gained";
                                default -> "even";
                            },
                            true,
                            versus.direction(metric.metric()),
                            c.difference(),
                            c.interval(),
                            c.margin()));
                }
            }
        }
        versus.figures().stream()
                .filter(figure -> figure.share() && !figure.word().equals("same"))
                .sorted(Comparator.comparing((Figure figure) -> !figure.stands()))
                .limit(Math.max(0, MOST - lines.size()))
                .forEach(figure -> lines.add(line(
                        figure.name(),
                        "",
                        switch (figure.word()) {
                            case "lost" -> "lost";
                            case "gained" -> "gained";
                            default -> "even";
                        },
                        false,
                        figure.direction(),
                        figure.difference(),
                        figure.interval(),
                        0)));
        return lines.isEmpty() ? Optional.empty() : Optional.of(view(lines));
    }

    private static Line line(
            String name,
            String suffix,
            String style,
            boolean judged,
            Direction direction,
            double difference,
            Interval interval,
            double margin) {
        double sign = direction.sign();
        boolean bounded = Double.isFinite(interval.low()) && Double.isFinite(interval.high());
        return new Line(
                name + (sign < 0 ? " (less is better)" : "") + suffix,
                style,
                judged,
                sign * difference + 0.0,
                !bounded
                        ? new Interval(sign * difference, sign * difference)
                        : sign > 0 ? interval : new Interval(-interval.high() + 0.0, -interval.low() + 0.0),
                margin,
                CompareReport.difference(difference, interval, true).replace(" points", ""));
    }

    private static View view(List<Line> lines) {
        double reach = lines.stream()
                .mapToDouble(line -> Math.max(
                        line.margin() * 1.1,
                        Math.max(
                                Math.abs(line.interval().low()),
                                Math.abs(line.interval().high()))))
                .max()
                .orElse(0);
        reach = Math.max(0.005, 1.05 * reach);
        Axis axis = new Axis(-reach, reach, 300, 560);
        int bottom = TOP + ROW * lines.size() - 6;
        List<Map<String, Object>> marks = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            Map<String, Object> mark = new LinkedHashMap<>();
            mark.put("name", line.name());
            mark.put("style", line.style());
            mark.put("judged", line.judged());
            mark.put("y", TOP + ROW * i);
            mark.put("x", axis.pixel(line.gain()));
            mark.put("low", axis.pixel(line.interval().low()));
            mark.put("high", axis.pixel(line.interval().high()));
            mark.put("margin", line.margin() > 0 ? axis.pixel(-line.margin()) : "");
            mark.put("text", line.text());
            marks.add(mark);
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", "What was gained and lost, in points");
        model.put(
                "description",
                "For each figure the difference of the candidate from the baseline in percentage points, with its 95 %"
                        + " interval over clusters. Right of the middle is better. Filled marks are judged, with an"
                        + " upright bar at the loss that is accepted; hollow ones are told only.");
        model.put("lines", marks);
        model.put("zero", axis.pixel(0));
        model.put("bottom", bottom);
        model.put(
                "ticks",
                axis.ticks().stream()
                        .map(tick -> Map.of(
                                "x", axis.pixel(tick),
                                "text",
                                        String.format(Locale.ROOT, reach(axis) ? "%+.1f" : "%+.0f", 100 * tick + 0.0)
                                                .replaceAll("^[+-](0([.]0)?)$", "$1")))
                        .toList());
        return new View("differences.svg.ftl", model);
    }

    /** Whether ticks need a digit behind the point. */
    private static boolean reach(Axis axis) {
        return axis.ticks().stream().anyMatch(tick -> Math.abs(100 * tick - Math.rint(100 * tick)) > 1e-6);
    }
}
