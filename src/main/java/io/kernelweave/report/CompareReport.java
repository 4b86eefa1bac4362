package io.kernelweave.report;

import static io.kernelweave.report.Templates.shorten;

import io.kernelweave.compare.Attribution;
import io.kernelweave.compare.Versus;
import io.kernelweave.gate.MetricVerdict;
import io.kernelweave.json.Json;
import io.kernelweave.results.Metric;
import io.kernelweave.stats.Interval;
import io.kernelweave.storage.Folder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What two runs beside each other say: {@code compare.md}, {@code compare.json} and {@code flips.csv}. */
public final class CompareReport {
    private static final int SHOWN = 40;

    private final Versus versus;

    private CompareReport(Versus versus) {
        this.versus = versus;
    }

    /** The name of the folder below {@code reports/compare}. */
    public static String name(Versus versus) {
        return versus.baseline().runId() + "-" + versus.candidate().runId();
    }

    /**
     * Writes the report; the same runs give the same bytes.
     *
     * @param obstacle why no prompt could be answered again; empty if that was possible or not needed
     */
    public static void render(Folder folder, Versus versus, String obstacle) {
        CompareReport report = new CompareReport(versus);
        Map<String, Object> model = report.model(obstacle);
        folder.write("compare.md", Templates.beside(folder).render(new View("compare.md.ftl", model)));
        folder.write("compare.json", Json.pretty(json(versus)));
        folder.write("flips.csv", Tables.flips(versus.flips()));
    }

    /** For machines: verdict, figures by metric, attribution. */
    public static Map<String, Object> json(Versus versus) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("baseline", versus.baseline().runId());
        json.put("candidate", versus.candidate().runId());
        json.put("verdict", versus.verdict().name());
        json.put("exit_code", versus.verdict().exitCode());
        json.put("differing", versus.differing());
        json.put("contracts_changed", versus.changed());
        List<Map<String, Object>> metrics = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        for (Versus.View view : versus.views()) {
            reasons.add(view.report().reason());
            for (MetricVerdict metric : view.report().metrics()) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("metric", metric.metric());
                if (!view.contracts().isEmpty()) {
                    line.put("contracts_of", view.contracts());
                }
                line.put("verdict", metric.verdict().name());
                line.put("reason", metric.reason());
                MetricVerdict.Comparison c = metric.comparison();
                if (c != null) {
                    line.put("rows", c.rows());
                    line.put("clusters", c.clusters());
                    line.put("better", c.better());
                    line.put("worse", c.worse());
                    line.put("baseline", c.baseline());
                    line.put("candidate", c.candidate());
                    line.put("difference", c.difference());
                    line.put("low", finite(c.interval().low()));
                    line.put("high", finite(c.interval().high()));
                    line.put("p", c.p());
                    line.put("adjusted_p", c.adjustedP());
                    line.put("margin", c.margin());
                    line.put("smallest_detectable", finite(c.smallestDetectable()));
                    line.put("clusters_needed", c.clustersNeeded());
                }
                metrics.add(line);
            }
        }
        json.put("reasons", reasons);
        json.put("metrics", metrics);
        Map<String, Map<String, Long>> charges = new LinkedHashMap<>();
        versus.charges().forEach((arm, counts) -> {
            Map<String, Long> named = new LinkedHashMap<>();
            counts.forEach((charge, count) -> named.put(charge.label(), count));
            charges.put(arm, named);
        });
        json.put("attribution", charges);
        json.put("flips", versus.flips().size());
        return json;
    }

    /** JSON has no infinity. */
    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private Map<String, Object> model(String obstacle) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("baseline", versus.baseline().runId());
        model.put("candidate", versus.candidate().runId());
        model.put("verdict", versus.verdict().name());
        model.put("views", versus.views().stream().map(CompareReport::view).toList());
        model.put("fingerprint", fingerprint());
        model.put("settings", settings());
        model.put("changed", String.join(", ", versus.changed()));
        model.put("passes", versus.passes());
        model.put("charges", charges());
        model.put(
                "stages",
                List.of(Attribution.Charge.values()).stream()
                        .map(Attribution.Charge::label)
                        .toList());
        model.put("bases", bases());
        model.put("obstacle", obstacle);
        model.put(
                "flips",
                versus.flips().stream().limit(SHOWN).map(CompareReport::flip).toList());
        model.put("flipped", versus.flips().size());
        model.put("redacted", versus.redacted());
        model.put("ratios", ratios());
        model.put("answers", !versus.passes().isEmpty());
        return model;
    }

    private static Map<String, Object> view(Versus.View view) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("contracts", view.contracts());
        model.put("verdict", view.report().verdict().name());
        model.put("reason", view.report().reason());
        model.put(
                "lines",
                view.report().metrics().stream()
                        .filter(metric -> metric.comparison() != null)
                        .map(CompareReport::line)
                        .toList());
        return model;
    }

    private static Map<String, Object> line(MetricVerdict metric) {
        MetricVerdict.Comparison c = Objects.requireNonNull(metric.comparison());
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("metric", metric.metric());
        line.put("verdict", metric.verdict().name());
        line.put("baseline", number(c.baseline()));
        line.put("candidate", number(c.candidate()));
        line.put("difference", signed(c.difference()) + interval(c.interval()));
        line.put("margin", number(c.margin()));
        line.put("moved", "+" + c.better() + " −" + c.worse());
        line.put("rows", c.rows() + " / " + c.clusters());
        line.put("p", String.format(Locale.ROOT, "%.3g", c.adjustedP()));
        line.put("smallest", Double.isFinite(c.smallestDetectable()) ? number(c.smallestDetectable()) : "none");
        line.put(
                "needed",
                c.clustersNeeded() == null || c.clustersNeeded() == Long.MAX_VALUE
                        ? "–"
                        : String.valueOf(c.clustersNeeded()));
        return line;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4g", value);
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.4f", value + 0.0);
    }

    private static String interval(Interval interval) {
        return Double.isFinite(interval.low()) && Double.isFinite(interval.high())
                ? " [" + signed(interval.low()) + ", " + signed(interval.high()) + "]"
                : "";
    }

    private List<Map<String, Object>> fingerprint() {
        TreeMap<String, String> all = new TreeMap<>(versus.baseline().fingerprint());
        all.putAll(versus.candidate().fingerprint());
        List<String> differing = versus.differing();
        return all.keySet().stream()
                .map(part -> Map.<String, Object>of(
                        "part",
                        part,
                        "baseline",
                        digest(versus.baseline().fingerprint().get(part)),
                        "candidate",
                        digest(versus.candidate().fingerprint().get(part)),
                        "differs",
                        differing.contains(part) ? "differs" : ""))
                .toList();
    }

    private static String digest(@Nullable String digest) {
        return digest == null ? "–" : digest.substring(0, Math.min(12, digest.length()));
    }

    /** The settings that differ. */
    private List<Map<String, Object>> settings() {
        Map<String, JsonNode> then = new TreeMap<>();
        Map<String, JsonNode> now = new TreeMap<>();
        versus.baseline().settings().properties().forEach(entry -> then.put(entry.getKey(), entry.getValue()));
        versus.candidate().settings().properties().forEach(entry -> now.put(entry.getKey(), entry.getValue()));
        TreeMap<String, JsonNode> all = new TreeMap<>(then);
        all.putAll(now);
        return all.keySet().stream()
                .filter(name -> !String.valueOf(then.get(name)).equals(String.valueOf(now.get(name))))
                .map(name -> Map.<String, Object>of(
                        "name",
                        name,
                        "baseline",
                        shorten(String.valueOf(then.get(name)), 120),
                        "candidate",
                        shorten(String.valueOf(now.get(name)), 120)))
                .toList();
    }

    private List<Map<String, Object>> charges() {
        List<Map<String, Object>> lines = new ArrayList<>();
        versus.charges().forEach((arm, counts) -> {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("arm", arm);
            line.put("rows", counts.values().stream().mapToLong(Long::longValue).sum());
            line.put(
                    "cells",
                    List.of(Attribution.Charge.values()).stream()
                            .map(charge -> String.valueOf(counts.getOrDefault(charge, 0L)))
                            .toList());
            lines.add(line);
        });
        return lines;
    }

    /** What the charges rest on, in words. */
    private String bases() {
        Map<Attribution.Basis, Long> counts = versus.flips().stream()
                .collect(Collectors.groupingBy(
                        Attribution.Flip::basis, () -> new EnumMap<>(Attribution.Basis.class), Collectors.counting()));
        Map<Attribution.Basis, String> words = new EnumMap<>(Attribution.Basis.class);
        words.put(Attribution.Basis.ROWS, "taken from the rows of the two runs");
        words.put(Attribution.Basis.JUDGED, "computed again by a gate or contract on texts from the rows");
        words.put(Attribution.Basis.ANSWERED, "computed again by answering the prompt");
        words.put(Attribution.Basis.NONE, "neither");
        return words.entrySet().stream()
                .filter(entry -> counts.containsKey(entry.getKey()))
                .map(entry -> counts.get(entry.getKey()) + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static Map<String, Object> flip(Attribution.Flip flip) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("row", flip.candidate().rowId());
        line.put("arm", flip.candidate().arm());
        line.put("kernel", String.valueOf(flip.candidate().kernelId()));
        line.put("moved", flip.lost() ? "lost" : "gained");
        line.put("charge", flip.charge().label());
        line.put("why", shorten(flip.why(), 160));
        return line;
    }

    /** Times within each run, the only ones that compare. */
    private List<Map<String, Object>> ratios() {
        List<Map<String, Object>> lines = new ArrayList<>();
        versus.candidateMetrics().forEach((name, now) -> {
            Metric then = versus.baselineMetrics().get(name);
            if (name.endsWith(".time_ratio") && then != null) {
                lines.add(Map.of("name", name, "baseline", ratio(then), "candidate", ratio(now)));
            }
        });
        return lines;
    }

    private static String ratio(Metric metric) {
        Interval interval = metric.interval();
        return interval == null || !Double.isFinite(interval.high())
                ? String.format(Locale.ROOT, "%.2f", metric.value())
                : String.format(Locale.ROOT, "%.2f [%.2f, %.2f]", metric.value(), interval.low(), interval.high());
    }
}
