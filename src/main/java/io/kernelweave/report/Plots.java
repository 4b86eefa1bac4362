package io.kernelweave.report;

import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.runtime.Arm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of a run, as SVG with real text, a title and a description. */
final class Plots {
    private static final int ROW = 34;

    private Plots() {}

    /** A forest plot: each arm's verification pass rate and its interval. */
    static View arms(List<Arm> arms, Map<String, Metric> metrics) {
        double highest = arms.stream()
                .map(arm -> Metrics.get(metrics, arm, "verification_pass_rate"))
                .mapToDouble(metric -> metric == null || metric.interval() == null
                        ? 0
                        : metric.interval().high())
                .max()
                .orElse(1);
        Axis axis = new Axis(0, Math.min(1, Math.max(0.05, 1.1 * highest)), 150, 570);
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Arm arm : arms) {
            Metric metric = Metrics.get(metrics, arm, "verification_pass_rate");
            if (metric == null || metric.interval() == null) {
                continue;
            }
            lines.add(Map.of(
                    "name", arm.label(),
                    "y", 58 + ROW * lines.size(),
                    "x", axis.pixel(metric.value()),
                    "low", axis.pixel(metric.interval().low()),
                    "high", axis.pixel(metric.interval().high()),
                    "text", Templates.percent(metric.value(), metric.interval())));
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", "Verification pass rate by arm");
        model.put(
                "description",
                "Share of all rows whose answer the label's contract judges PASS, with 95 % intervals over clusters.");
        model.put("lines", lines);
        model.put(
                "ticks",
                ticks(
                        axis,
                        value -> String.format(Locale.ROOT, axis.high() < 0.08 ? "%.1f %%" : "%.0f %%", 100 * value)));
        model.put("bottom", 58 + ROW * lines.size() - 8);
        return new View("arms.svg.ftl", model);
    }

    /** Stacked bars: each arm's median time by stage. */
    static View latency(List<Arm> arms, Map<String, Metric> metrics) {
        List<String> stages = List.of("route", "mask", "model", "gate");
        double longest = 1e-3;
        for (Arm arm : arms) {
            double sum = 0;
            for (String stage : stages) {
                sum += median(metrics, arm, stage);
            }
            longest = Math.max(longest, Math.max(sum, median(metrics, arm, "total")));
        }
        Axis axis = new Axis(0, longest * 1.08, 150, 620);
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Arm arm : arms) {
            List<Map<String, Object>> bars = new ArrayList<>();
            double before = 0;
            for (String stage : stages) {
                double millis = median(metrics, arm, stage);
                bars.add(Map.of(
                        "stage",
                        stage,
                        "x",
                        axis.pixel(before),
                        "width",
                        String.format(Locale.ROOT, "%.1f", axis.at(before + millis) - axis.at(before)),
                        "text",
                        stage + " " + Templates.millis(millis) + " ms"));
                before += millis;
            }
            lines.add(Map.of(
                    "name",
                    arm.label(),
                    "y",
                    66 + ROW * lines.size(),
                    "bars",
                    bars,
                    "whole",
                    axis.pixel(median(metrics, arm, "total")),
                    "text",
                    Templates.millis(median(metrics, arm, "total")) + " ms"));
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", "Median time by stage");
        model.put(
                "description",
                "Median milliseconds a row that each arm spends on routing, masks and sampling, the model, and the gate, side by side; the line and the"
                        + " number are the median of the whole row, which is not the sum of these medians.");
        model.put("stages", stages);
        model.put("lines", lines);
        model.put(
                "ticks",
                ticks(
                        axis,
                        value -> axis.ticks().get(1) >= 1
                                ? String.format(Locale.ROOT, "%.0f", value)
                                : String.format(Locale.ROOT, "%.2f", value)));
        model.put("bottom", 66 + ROW * lines.size() - 8);
        return new View("latency.svg.ftl", model);
    }

    private static double median(Map<String, Metric> metrics, Arm arm, String stage) {
        Metric metric = Metrics.get(metrics, arm, "latency_ms." + stage + ".p50");
        return metric == null || !metric.isMeasured() ? 0 : metric.value();
    }

    private static List<Map<String, Object>> ticks(Axis axis, java.util.function.DoubleFunction<String> label) {
        return axis.ticks().stream()
                .map(tick -> Map.<String, Object>of("x", axis.pixel(tick), "text", label.apply(tick)))
                .toList();
    }
}
