package io.kernelweave.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures of a run that trains a router: lines over two axes. */
final class RouterPlots {
    private static final int TOP = 60;
    private static final int BOTTOM = 400;

    /** The axis of errors ends at so many times the error that was asked for. */
    private static final double MOST_ERROR = 4;

    /** Fewer routed prompts than this say nothing of an error. */
    private static final int LEAST_ROUTED = 20;

    private static final String BEFORE = "before";
    private static final String BETWEEN = "between";
    private static final String AFTER = "after";

    private RouterPlots() {}

    /** Stated against observed probability; a mark's area is its share of the prompts. */
    static View reliability(List<Reliability> curves) {
        Axis x = new Axis(0, 1, 80, 500);
        Axis y = new Axis(0, 1, BOTTOM, TOP);
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Reliability curve : curves) {
            List<double[]> points = curve.bins().stream()
                    .map(bin -> new double[] {bin.stated(), bin.observed()})
                    .toList();
            List<Map<String, Object>> marks = curve.bins().stream()
                    .map(bin -> mark(
                            x,
                            y,
                            bin.stated(),
                            bin.observed(),
                            2.5 + 10 * Math.sqrt(bin.share()),
                            bin.prompts() + " prompts: stated " + Templates.percent(bin.stated()) + ", observed "
                                    + Templates.percent(bin.observed())))
                    .toList();
            lines.add(line(
                    lines.isEmpty() ? BEFORE : lines.size() < curves.size() - 1 ? BETWEEN : AFTER,
                    List.of(
                            curve.name(),
                            Double.isNaN(curve.error())
                                    ? "nothing measured"
                                    : String.format(Locale.ROOT, "calibration error %.3f", curve.error())),
                    path(x, y, points),
                    marks));
        }
        Map<String, Object> model = model(x, y, List.of("probability stated", "how often it was right"), lines);
        model.put("title", "Stated and observed probability");
        model.put(
                "description",
                "Probability of the likeliest kernel, stated against observed, over ten bins, on prompts that the router has not seen, weighed as the traffic is stated to be. On the"
                        + " dashed line both are equal.");
        model.put("rule", path(x, y, List.of(new double[] {0, 0}, new double[] {1, 1})));
        model.put("ruleText", "");
        return new View("curves.svg.ftl", model);
    }

    /**
     * The error among routed prompts against coverage. What is beyond the axis of errors is not drawn.
     *
     * @param curves by name, each with the threshold in use
     */
    static View coverage(Map<String, Used> curves, double maxError) {
        double most = 2 * maxError;
        for (Used used : curves.values()) {
            RiskCurve.Point point = used.curve.at(used.threshold);
            most = Math.max(most, Double.isNaN(point.error()) ? 0 : 1.3 * point.error());
        }
        most = Math.min(most, MOST_ERROR * maxError);
        Axis x = new Axis(0, 1, 80, 500);
        Axis y = new Axis(0, Math.min(1, most), BOTTOM, TOP);
        List<Map<String, Object>> lines = new ArrayList<>();
        curves.forEach((name, used) -> {
            List<double[]> points = new ArrayList<>();
            for (RiskCurve.Point point : used.curve.points()) {
                if (point.routed() >= LEAST_ROUTED && !Double.isNaN(point.coverage())) {
                    points.add(new double[] {point.coverage(), point.error()});
                }
            }
            RiskCurve.Point at = used.curve.at(used.threshold);
            boolean routes = at.routed() > 0 && !Double.isNaN(at.coverage());
            boolean shown = routes && at.error() <= y.high();
            List<String> texts = List.of(
                    name,
                    String.format(Locale.ROOT, "threshold in use %.2f:", used.threshold),
                    routes ? Templates.percent(at.coverage()) + " routed," : "routes nothing",
                    routes ? Templates.percent(at.error()) + " wrong" : "");
            lines.add(line(
                    lines.isEmpty() ? BEFORE : AFTER,
                    texts,
                    path(x, y, points),
                    shown ? List.of(mark(x, y, at.coverage(), at.error(), 6, String.join(" ", texts))) : List.of()));
        });
        Map<String, Object> model = model(
                x, y, List.of("routed, of prompts that a kernel fits", "wrong kernels, of routed prompts"), lines);
        model.put("title", "What routing more prompts costs");
        model.put(
                "description",
                "Share of wrong kernels among routed prompts against the share of prompts routed among those that a kernel fits, at every"
                        + " threshold, weighed as the traffic is stated to be; the marks are the thresholds in use, the dashed line is the error that was asked for.");
        model.put("rule", path(x, y, List.of(new double[] {0, maxError}, new double[] {1, maxError})));
        model.put("ruleText", "asked for: at most " + Templates.percent(maxError));
        return new View("curves.svg.ftl", model);
    }

    /** A curve with the threshold in use. */
    record Used(RiskCurve curve, double threshold) {}

    private static Map<String, Object> model(Axis x, Axis y, List<String> labels, List<Map<String, Object>> lines) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("lines", lines);
        model.put("ticks", ticks(x));
        model.put("yTicks", ticks(y));
        model.put("xLabel", labels.get(0));
        model.put("yLabel", labels.get(1));
        model.put("bottom", BOTTOM);
        return model;
    }

    private static List<Map<String, Object>> ticks(Axis axis) {
        return axis.ticks().stream()
                .map(tick -> Map.<String, Object>of(
                        "x", axis.pixel(tick),
                        "text", String.format(Locale.ROOT, axis.high() < 0.05 ? "%.1f %%" : "%.0f %%", 100 * tick)))
                .toList();
    }

    private static Map<String, Object> line(
            String style, List<String> texts, String path, List<Map<String, Object>> marks) {
        return Map.of("style", style, "texts", texts, "path", path, "marks", marks);
    }

    private static Map<String, Object> mark(Axis x, Axis y, double atX, double atY, double radius, String text) {
        return Map.of(
                "x", x.pixel(atX), "y", y.pixel(atY), "r", String.format(Locale.ROOT, "%.1f", radius), "text", text);
    }

    /** Lines between points, lifted where a point is beyond the axes, without points that are no pixel apart. */
    private static String path(Axis x, Axis y, List<double[]> points) {
        StringBuilder path = new StringBuilder();
        boolean down = false;
        double lastX = 0;
        double lastY = 0;
        for (double[] point : points) {
            double atX = x.at(point[0]);
            double atY = y.at(point[1]);
            if (point[1] > y.high()) {
                down = false;
            } else if (!down || Math.hypot(atX - lastX, atY - lastY) >= 1) {
                path.append(down ? 'L' : 'M')
                        .append(x.pixel(point[0]))
                        .append(' ')
                        .append(y.pixel(point[1]));
                lastX = atX;
                lastY = atY;
                down = true;
            }
        }
        return path.toString();
    }
}
