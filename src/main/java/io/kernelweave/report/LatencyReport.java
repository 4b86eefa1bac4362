package io.kernelweave.report;

import static io.kernelweave.report.Templates.count;
import static io.kernelweave.report.Templates.millis;

import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Run;
import io.kernelweave.runtime.Arm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** The view model of {@code latency.md}: how long the rows took that the run answered itself. */
final class LatencyReport {
    private final Run run;
    private final List<ResultRow> rows;
    private final Map<String, Metric> metrics;
    private final List<Arm> arms;

    LatencyReport(Run run, List<ResultRow> rows, Map<String, Metric> metrics) {
        this.run = run;
        this.rows = rows;
        this.metrics = metrics;
        this.arms = Metrics.arms(rows);
    }

    Map<String, Object> model() {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("run", run.runId());
        model.put("rows", count(rows.size()));
        long measured = rows.stream().filter(ResultRow::isMeasured).count();
        model.put("measured", count(measured));
        model.put("all", measured == rows.size());
        model.put("any", measured > 0);
        model.put("latency", latency());
        model.put("ratios", ratios());
        model.put("environment", run.environment());
        return model;
    }

    private List<Map<String, Object>> latency() {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Arm arm : arms) {
            List<String> cells = new ArrayList<>();
            for (String stage : Metrics.STAGES.keySet()) {
                List<String> quantiles = new ArrayList<>();
                for (int percent : new int[] {50, 90, 99}) {
                    Metric metric = Metrics.get(metrics, arm, "latency_ms." + stage + ".p" + percent);
                    quantiles.add(metric == null ? "–" : millis(metric.value()));
                }
                cells.add(quantiles.stream().allMatch(text -> text.equals("0")) ? "–" : String.join(" / ", quantiles));
            }
            lines.add(Map.of("arm", arm.label(), "cells", cells));
        }
        return lines;
    }

    /** How much longer the gated arm takes than each other. */
    private String ratios() {
        return arms.stream()
                .map(arm -> metrics.get("gain." + arm.label() + ".time_ratio"))
                .filter(Objects::nonNull)
                .filter(metric -> metric.interval() != null
                        && Double.isFinite(metric.interval().high()))
                .map(metric -> String.format(
                        Locale.ROOT,
                        "`%s` %.2f [%.2f, %.2f]",
                        metric.name().substring("gain.".length(), metric.name().lastIndexOf('.')),
                        metric.value(),
                        metric.interval().low(),
                        metric.interval().high()))
                .collect(Collectors.joining(", "));
    }
}
