package io.kernelweave.report;

import io.kernelweave.results.Trend;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The view model of what a job's runs add up to. */
final class TrendSection {
    private TrendSection() {}

    static Map<String, Object> of(Trend trend) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("since", trend.since());
        model.put("steps", trend.steps());
        model.put("enough", number(trend.enough()));
        model.put(
                "verdict",
                trend.lost().isEmpty()
                        ? "No slow loss was found."
                        : "A slow loss: "
                                + String.join(
                                        ", ",
                                        trend.lost().stream()
                                                .map(Trend.Line::metric)
                                                .toList())
                                + ".");
        model.put(
                "lines",
                trend.lines().stream()
                        .map(line -> Map.of(
                                "metric",
                                line.metric(),
                                "change",
                                String.format(Locale.ROOT, "%+.4g", line.change() + 0.0),
                                "evidence",
                                number(line.evidence())))
                        .toList());
        return model;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3g", value);
    }
}
