package io.kernelweave.report;

import static io.kernelweave.report.Templates.count;
import static io.kernelweave.report.Templates.shorten;

import io.kernelweave.compare.Attribution;
import io.kernelweave.compare.Change;
import io.kernelweave.compare.Differences;
import io.kernelweave.compare.Differences.KernelChange;
import io.kernelweave.compare.Figure;
import io.kernelweave.compare.Moved;
import io.kernelweave.compare.RowSets;
import io.kernelweave.compare.Timing;
import io.kernelweave.compare.Versus;
import io.kernelweave.gate.MetricVerdict;
import io.kernelweave.json.Json;
import io.kernelweave.results.Metric;
import io.kernelweave.stats.Interval;
import io.kernelweave.storage.Folder;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What two runs beside each other say: {@code compare.md} with {@code differences.svg}, {@code compare.json}, and every row that flipped, came or
 * went in {@code rows.jsonl}; {@code flips.csv} has those that flipped as a table.
 */
public final class CompareReport {
    private static final int LISTED = 40;
    private static final int SHOWN = 24;
    private static final int SHOWN_ALIKE = 3;
    private static final int LABELS = 20;
    private static final int CHANGES = 12;
    private static final int ASIDE = 60;

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
        Templates templates = Templates.beside(folder);
        Optional<View> plot = ComparePlot.differences(versus);
        Map<String, Object> model = report.model(obstacle);
        model.put("plot", plot.isPresent());
        plot.ifPresent(view -> folder.write("differences.svg", templates.render(view)));
        folder.write("compare.md", templates.render(new View("compare.md.ftl", model)));
        folder.write("compare.json", Json.pretty(json(versus)));
        folder.write("flips.csv", Tables.flips(versus.moved()));
        folder.write("rows.jsonl", report.rows());
    }

    /**
     * The verdict, the metrics and what flipped, without the rows: what fits on the page of a build.
     *
     * @param reports the reports folder, which may have a template of its own
     */
    public static String summary(Folder reports, Versus versus) {
        return Templates.of(reports).render(new View("compare-summary.md.ftl", new CompareReport(versus).model("")));
    }

    // ---------------------------------------------------------------- for machines

    /** For machines: verdict, figures by metric, differences, attribution. */
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
            view.report().metrics().forEach(metric -> metrics.add(json(view, metric)));
        }
        json.put("reasons", reasons);
        json.put("metrics", metrics);
        json.put("figures", versus.figures().stream().map(CompareReport::json).toList());
        json.put(
                "aside",
                versus.aside().stream()
                        .map(figure -> {
                            Map<String, Object> line = new LinkedHashMap<>();
                            line.put("metric", figure.name());
                            line.put("baseline", finite(figure.baseline().value()));
                            line.put("candidate", finite(figure.candidate().value()));
                            return line;
                        })
                        .toList());
        json.put("differences", differences(versus.differences()));
        json.put("kernels", versus.differences().kernels());
        Map<String, Object> rows = new LinkedHashMap<>();
        rows.put("common", versus.sets().common());
        rows.put("added", versus.sets().added().size());
        rows.put("removed", versus.sets().removed().size());
        rows.put("relabelled", versus.sets().relabelled().size());
        json.put("rows", rows);
        json.put("outcomes", versus.outcomes());
        json.put("attribution", versus.charges());
        json.put("flips", versus.moved().size());
        json.put("timing", timing(versus.timing()));
        return json;
    }

    private static Map<String, Object> json(Versus.View view, MetricVerdict metric) {
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
        return line;
    }

    private static Map<String, Object> json(Figure figure) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("metric", figure.name());
        line.put("word", figure.word());
        line.put("rows", figure.rows());
        line.put("clusters", figure.clusters());
        line.put("better", figure.better());
        line.put("worse", figure.worse());
        line.put("baseline", figure.baseline());
        line.put("candidate", figure.candidate());
        line.put("difference", figure.difference());
        line.put("low", finite(figure.interval().low()));
        line.put("high", finite(figure.interval().high()));
        line.put("adjusted_p", figure.adjustedP());
        line.put("smallest_detectable", finite(figure.smallestDetectable()));
        return line;
    }

    private static Map<String, Object> differences(Differences differences) {
        Map<String, Object> groups = new LinkedHashMap<>();
        differences.groups().stream().filter(Differences.Group::differs).forEach(group -> {
            List<Change> all = new ArrayList<>(group.digests());
            all.addAll(group.changes());
            groups.put(group.name(), all);
        });
        return groups;
    }

    private static Map<String, Object> timing(Timing timing) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("reference", timing.reference());
        json.put("measured", timing.measured());
        json.put("reused", timing.reused());
        json.put("arms", timing.arms().stream().map(CompareReport::json).toList());
        json.put("stages", timing.stages().stream().map(CompareReport::json).toList());
        return json;
    }

    private static Map<String, Object> json(Timing.Ratio ratio) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("arm", ratio.arm());
        line.put("stage", ratio.stage());
        line.put("baseline", ratio.baseline());
        line.put("candidate", ratio.candidate());
        line.put("ratio", ratio.ratio());
        line.put("low", finite(ratio.interval().low()));
        line.put("high", finite(ratio.interval().high()));
        line.put("rows", ratio.rows());
        line.put("clusters", ratio.clusters());
        return line;
    }

    /** JSON has no infinity. */
    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** One JSON object a line: rows that flipped, then those that were added, removed and relabelled. */
    private String rows() {
        StringBuilder lines = new StringBuilder();
        for (Moved row : versus.moved()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("change", row.direction());
            line.put("row", row.rowId());
            line.put("part", row.part());
            line.put("cluster", row.cluster());
            line.put("label", row.label());
            line.put("prompt", row.asks());
            line.put("stage", row.stage());
            line.put("why", row.why());
            line.put("baseline", row.baseline());
            line.put("candidate", row.candidate());
            line.put(
                    "checks_changed",
                    row.checks().stream().map(Moved.CheckChange::name).toList());
            lines.append(json(line)).append('\n');
        }
        RowSets sets = versus.sets();
        Map<String, List<RowSets.Row>> changes = new LinkedHashMap<>();
        changes.put("added", sets.added());
        changes.put("removed", sets.removed());
        changes.put("relabelled", sets.relabelled());
        changes.forEach((change, rows) -> rows.forEach(row -> {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("change", change);
            line.put("row", row.id());
            line.put("prompt", row.asks());
            line.put("label_before", row.before());
            line.put("label_after", row.after());
            lines.append(json(line)).append('\n');
        }));
        return lines.toString();
    }

    private static String json(Map<String, Object> line) {
        return Json.compact(Json.tree(line));
    }

    // ---------------------------------------------------------------- for people

    private Map<String, Object> model(String obstacle) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("baseline", versus.baseline().runId());
        model.put("candidate", versus.candidate().runId());
        model.put("verdict", versus.verdict().name());
        model.put("views", versus.views().stream().map(this::view).toList());
        model.put("findings", findings());
        model.put("figures", figures());
        model.put(
                "quiet",
                versus.figures().stream()
                        .filter(figure -> figure.word().equals("same"))
                        .count());
        model.put(
                "aside",
                versus.aside().stream().limit(ASIDE).map(CompareReport::aside).toList());
        model.put("asideMore", Math.max(0, versus.aside().size() - ASIDE));
        model.put(
                "groups",
                versus.differences().groups().stream().map(this::group).toList());
        model.put(
                "kernels",
                versus.differences().kernels().stream()
                        .limit(LISTED)
                        .map(CompareReport::kernel)
                        .toList());
        model.put("kernelsMore", Math.max(0, versus.differences().kernels().size() - LISTED));
        model.put("changed", versus.changed().size());
        model.put("passes", versus.passes());
        model.put("redacted", versus.redacted());
        model.put(
                "outcomes",
                versus.outcomes().stream()
                        .map(part -> Map.of(
                                "part", part.part(),
                                "rows", count(part.rows()),
                                "other", count(part.other()),
                                "lost", count(part.lost()),
                                "gained", count(part.gained())))
                        .toList());
        model.put("charged", !versus.charges().isEmpty());
        model.put("stages", stages());
        model.put("charges", charges());
        model.put("bases", bases());
        model.put("obstacle", obstacle);
        model.put(
                "labels",
                versus.labels().stream().limit(LABELS).map(CompareReport::label).toList());
        model.put("labelsMore", Math.max(0, versus.labels().size() - LABELS));
        model.put(
                "rows",
                versus.moved().stream().limit(LISTED).map(CompareReport::row).toList());
        model.put("flipped", count(versus.moved().size()));
        model.put("rowsMore", Math.max(0, versus.moved().size() - LISTED));
        model.put("details", telling().stream().map(CompareReport::detail).toList());
        model.put("sets", sets());
        model.put("timing", times());
        return model;
    }

    private Map<String, Object> view(Versus.View view) {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("contracts", view.contracts());
        model.put("verdict", view.report().verdict().name());
        boolean compared = view.report().metrics().stream().anyMatch(metric -> metric.comparison() != null);
        model.put("reason", compared ? "" : view.report().reason());
        model.put(
                "lines",
                view.report().metrics().stream()
                        .filter(metric -> metric.comparison() != null)
                        .map(this::line)
                        .toList());
        return model;
    }

    private Map<String, Object> line(MetricVerdict metric) {
        MetricVerdict.Comparison c = Objects.requireNonNull(metric.comparison());
        boolean share = versus.isShare(metric.metric());
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("metric", metric.metric());
        line.put("verdict", metric.verdict().name());
        line.put("baseline", level(c.baseline(), share));
        line.put("candidate", level(c.candidate(), share));
        line.put("difference", difference(c.difference(), c.interval(), share));
        line.put("margin", size(c.margin(), share));
        line.put("moved", moved(c.better(), c.worse()));
        line.put("rows", count(c.rows()) + " / " + count(c.clusters()));
        line.put("p", p(c.adjustedP()));
        line.put("smallest", Double.isFinite(c.smallestDetectable()) ? size(c.smallestDetectable(), share) : "none");
        long needed = Objects.requireNonNullElse(c.clustersNeeded(), Long.MAX_VALUE);
        boolean bounded = needed < Long.MAX_VALUE;
        line.put("needed", bounded ? count(needed) : "–");
        line.put(
                "says",
                switch (metric.verdict()) {
                    case FAIL -> "worse, and no accident";
                    case PASS -> "no loss beyond the margin of " + size(c.margin(), share);
                    case IDENTICAL -> "no row differs";
                    default ->
                        !Double.isFinite(c.smallestDetectable())
                                ? "too few clusters to show anything"
                                : "a loss below " + size(c.smallestDetectable(), share) + " would not have been seen"
                                        + (bounded && needed > c.clusters()
                                                ? "; the margin takes about " + count(needed) + " clusters, here are "
                                                        + count(c.clusters())
                                                : "");
                });
        return line;
    }

    /** A figure as people read it: a share in percent. */
    static String level(double value, boolean share) {
        return share ? Templates.percent(value) : String.format(Locale.ROOT, "%.4g", value);
    }

    /** A difference with its interval: of shares in points. */
    static String difference(double value, Interval interval, boolean share) {
        if (share) {
            return Templates.points(value, interval);
        }
        String text = String.format(Locale.ROOT, "%+.3g", value + 0.0);
        return Double.isFinite(interval.low()) && Double.isFinite(interval.high())
                ? text + String.format(Locale.ROOT, " [%+.3g, %+.3g]", interval.low() + 0.0, interval.high() + 0.0)
                : text;
    }

    private static String size(double value, boolean share) {
        return share
                ? String.format(Locale.ROOT, "%.1f points", 100 * value)
                : String.format(Locale.ROOT, "%.3g", value);
    }

    /** {@code +3 −1}, in one line. */
    private static String moved(int better, int worse) {
        return "+" + count(better) + "\u00a0−" + count(worse);
    }

    private static String p(double p) {
        return p < 0.001 ? "< 0.001" : String.format(Locale.ROOT, "%.3f", p);
    }

    // ---------------------------------------------------------------- what to know first

    private List<String> findings() {
        List<String> findings = new ArrayList<>();
        RowSets sets = versus.sets();
        findings.add(count(sets.common()) + " rows of the data are in both runs with the same label"
                + (sets.same()
                        ? "."
                        : ": " + count(sets.added().size()) + " were added, "
                                + count(sets.removed().size()) + " removed, "
                                + count(sets.relabelled().size()) + " relabelled."));
        versus.outcomes().stream()
                .filter(part -> part.lost() + part.gained() + part.other() > 0)
                .limit(8)
                .forEach(part -> findings.add((part.part().isEmpty() ? "Of " : part.part() + ": of ")
                        + count(part.rows()) + " rows "
                        + count(part.lost()) + " lost" + stages(part.part() + " lost") + " and "
                        + count(part.gained()) + " gained" + stages(part.part() + " gained") + "; "
                        + count(part.other()) + " say another thing than before."));
        if (versus.outcomes().stream().allMatch(part -> part.lost() + part.gained() + part.other() == 0)
                && !versus.outcomes().isEmpty()) {
            findings.add("No row says another thing than before.");
        }
        List<String> differ = versus.differences().differing();
        List<String> same = versus.differences().groups().stream()
                .map(Differences.Group::name)
                .filter(name -> !differ.contains(name))
                .toList();
        findings.add(
                differ.isEmpty()
                        ? "The runs are made of the same: code, data, kernels, model, environment and settings."
                        : "What differs: " + String.join(", ", differ)
                                + (same.isEmpty() ? "." : ". The same: " + String.join(", ", same) + "."));
        List<KernelChange> kernels = versus.differences().kernels();
        if (!kernels.isEmpty()) {
            findings.add(kernels.stream()
                            .limit(6)
                            .map(kernel -> kernel.kernelId() + " (" + version(kernel)
                                    + (kernel.contract() ? ", contract changed" : "") + ")")
                            .collect(Collectors.joining(", ", "Kernels that changed: ", ""))
                    + (kernels.size() > 6 ? " and " + (kernels.size() - 6) + " more." : "."));
        }
        List<Figure> standing = versus.figures().stream().filter(Figure::stands).toList();
        if (!standing.isEmpty()) {
            findings.add(standing.stream()
                            .limit(5)
                            .map(figure -> figure.name() + " "
                                    + difference(figure.difference(), figure.interval(), figure.share()))
                            .collect(Collectors.joining("; ", "Not judged, and no accident: ", ""))
                    + (standing.size() > 5 ? "; and " + (standing.size() - 5) + " more." : "."));
        }
        return findings;
    }

    /** Stages that the rows of a part and direction are charged to, in brackets. */
    private String stages(String key) {
        Map<String, Long> charges = versus.charges().getOrDefault(key, Map.of());
        return charges.isEmpty()
                ? ""
                : charges.entrySet().stream()
                        .map(charge -> charge.getKey() + " " + count(charge.getValue()))
                        .collect(Collectors.joining(", ", " (", ")"));
    }

    private static String version(KernelChange kernel) {
        Integer before = kernel.before();
        Integer after = kernel.after();
        return before == null
                ? "added, version " + after
                : after == null
                        ? "removed, version " + before
                        : before.equals(after)
                                ? "version " + after + " both times"
                                : "version " + before + " → " + after;
    }

    // ---------------------------------------------------------------- figures

    private List<Map<String, Object>> figures() {
        return versus.figures().stream()
                .filter(figure -> !figure.word().equals("same"))
                .map(figure -> {
                    Map<String, Object> line = new LinkedHashMap<>();
                    line.put("metric", figure.name());
                    line.putAll(figure(figure));
                    return line;
                })
                .toList();
    }

    private static Map<String, Object> figure(Figure figure) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("word", figure.word());
        line.put("stands", figure.stands());
        line.put("baseline", level(figure.baseline(), figure.share()));
        line.put("candidate", level(figure.candidate(), figure.share()));
        line.put("difference", difference(figure.difference(), figure.interval(), figure.share()));
        line.put("moved", moved(figure.better(), figure.worse()));
        line.put("rows", count(figure.rows()) + " / " + count(figure.clusters()));
        line.put("p", p(figure.adjustedP()));
        line.put(
                "smallest",
                Double.isFinite(figure.smallestDetectable())
                        ? size(figure.smallestDetectable(), figure.share())
                        : "none");
        return line;
    }

    private static Map<String, Object> label(Versus.OfLabel label) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("part", label.part());
        line.put("label", label.label());
        line.putAll(figure(label.figure()));
        return line;
    }

    private static Map<String, Object> aside(Versus.Aside figure) {
        return Map.of(
                "name", figure.name(),
                "baseline", metric(figure.baseline()),
                "candidate", metric(figure.candidate()),
                "difference",
                        figure.baseline().isMeasured() && figure.candidate().isMeasured()
                                ? String.format(
                                        Locale.ROOT,
                                        "%+.4g",
                                        figure.candidate().value()
                                                - figure.baseline().value()
                                                + 0.0)
                                : "–");
    }

    private static String metric(Metric metric) {
        Interval interval = metric.interval();
        if (!metric.isMeasured()) {
            return "–";
        }
        return interval == null || !Double.isFinite(interval.low()) || !Double.isFinite(interval.high())
                ? String.format(Locale.ROOT, "%.4g", metric.value())
                : String.format(Locale.ROOT, "%.4g [%.4g, %.4g]", metric.value(), interval.low(), interval.high());
    }

    // ---------------------------------------------------------------- what differs

    private Map<String, Object> group(Differences.Group group) {
        List<String> says = new ArrayList<>();
        if (group.name().equals("kernels")) {
            versus.differences().kernels().stream()
                    .collect(Collectors.groupingBy(KernelChange::label, java.util.TreeMap::new, Collectors.counting()))
                    .forEach((label, number) -> says.add(number + " " + label));
        }
        group.changes().stream().limit(CHANGES).forEach(change -> says.add(says(change)));
        if (group.changes().size() > CHANGES) {
            says.add("and " + (group.changes().size() - CHANGES) + " more in compare.json");
        }
        if (group.name().equals("code") && group.differs()) {
            says.add("another build of the program");
        }
        return Map.of(
                "name", group.name(),
                "differs", group.differs(),
                "says", says,
                "digests",
                        group.digests().stream()
                                .map(change -> Map.of(
                                        "part", change.path(),
                                        "baseline", digest(change.before()),
                                        "candidate", digest(change.after())))
                                .toList());
    }

    private static String says(Change change) {
        String before = change.before();
        String after = change.after();
        return before == null
                ? change.path() + ": " + shorten(String.valueOf(after), 100) + ", before not there"
                : after == null
                        ? change.path() + ": was " + shorten(before, 100) + ", not there any more"
                        : change.path() + ": " + shorten(before, 100) + " → " + shorten(after, 100);
    }

    private static String digest(@Nullable String digest) {
        return digest == null ? "–" : digest.substring(0, Math.min(12, digest.length()));
    }

    private static Map<String, Object> kernel(KernelChange kernel) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("id", kernel.kernelId());
        line.put("version", version(kernel));
        line.put("contract", kernel.contract());
        line.put(
                "changes",
                kernel.changes().stream()
                        .limit(CHANGES)
                        .map(change -> Map.of(
                                "path", change.path(),
                                "label", change.label(),
                                "before", shorten(Objects.requireNonNullElse(change.before(), ""), 160),
                                "after", shorten(Objects.requireNonNullElse(change.after(), ""), 160)))
                        .toList());
        line.put("more", Math.max(0, kernel.changes().size() - CHANGES));
        return line;
    }

    // ---------------------------------------------------------------- rows

    private static List<String> stages() {
        return Stream.of(Attribution.Charge.values())
                .map(Attribution.Charge::label)
                .toList();
    }

    private List<Map<String, Object>> charges() {
        List<Map<String, Object>> lines = new ArrayList<>();
        versus.charges().forEach((part, counts) -> {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("part", part);
            line.put(
                    "rows",
                    count(counts.values().stream().mapToLong(Long::longValue).sum()));
            line.put(
                    "cells",
                    stages().stream()
                            .map(stage -> count(counts.getOrDefault(stage, 0L)))
                            .toList());
            lines.add(line);
        });
        return lines;
    }

    /** What the charges rest on, in words. */
    private String bases() {
        Map<String, Long> counts =
                versus.moved().stream().collect(Collectors.groupingBy(Moved::basis, Collectors.counting()));
        Map<Attribution.Basis, String> words = new EnumMap<>(Attribution.Basis.class);
        words.put(Attribution.Basis.ROWS, "taken from the rows of the two runs");
        words.put(Attribution.Basis.JUDGED, "computed again by a gate or contract on texts from the rows");
        words.put(Attribution.Basis.ANSWERED, "computed again by answering the prompt");
        words.put(Attribution.Basis.NONE, "neither");
        return words.entrySet().stream()
                .filter(entry -> counts.containsKey(entry.getKey().label()))
                .map(entry -> count(counts.getOrDefault(entry.getKey().label(), 0L)) + " " + entry.getValue())
                .collect(Collectors.joining(", "));
    }

    private static Map<String, Object> row(Moved row) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("row", row.rowId());
        line.put("part", row.part());
        line.put("label", row.label());
        line.put("moved", row.direction());
        line.put("stage", row.stage());
        line.put("why", shorten(row.why(), 160));
        return line;
    }

    /** Some rows of each kind of flip, of other clusters each: lost ones first. */
    private List<Moved> telling() {
        List<Moved> telling = new ArrayList<>();
        Map<String, Integer> alike = new HashMap<>();
        Set<String> clusters = new HashSet<>();
        for (boolean lost : new boolean[] {true, false}) {
            for (Moved row : versus.moved()) {
                String key = row.part() + "|" + row.stage() + "|" + lost;
                if (row.lost() == lost
                        && telling.size() < SHOWN
                        && alike.getOrDefault(key, 0) < SHOWN_ALIKE
                        && clusters.add(key + "|" + row.cluster())) {
                    alike.merge(key, 1, Integer::sum);
                    telling.add(row);
                }
            }
        }
        return telling;
    }

    private static Map<String, Object> detail(Moved row) {
        Map<String, Object> detail = row(row);
        detail.put("why", shorten(row.why(), 400));
        detail.put("asks", clip(row.asks(), 1500));
        detail.put("table", SideBySide.table(row.baseline(), row.candidate()));
        detail.put(
                "checks",
                row.checks().stream()
                        .limit(CHANGES)
                        .map(check -> Map.of(
                                "name", check.name(),
                                "baseline", outcome(check.before()),
                                "candidate", outcome(check.after()),
                                "reason", reason(check)))
                        .toList());
        detail.put("checksMore", Math.max(0, row.checks().size() - CHANGES));
        return detail;
    }

    private static String outcome(Moved.@Nullable Check check) {
        return check == null ? "–" : check.outcome();
    }

    /** Why, of the side that is not PASS. */
    private static String reason(Moved.CheckChange change) {
        Moved.Check told = change.after() != null
                        && (change.before() == null || !change.after().outcome().equals("PASS"))
                ? change.after()
                : change.before();
        return told == null ? "" : shorten(told.reason(), 160);
    }

    private static String clip(String text, int length) {
        return text.length() <= length
                ? text
                : text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, length))) + "\n… ("
                        + count(text.length() - length) + " more characters in rows.jsonl)";
    }

    private Map<String, Object> sets() {
        RowSets sets = versus.sets();
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("same", sets.same());
        List<Map<String, Object>> lists = new ArrayList<>();
        Map<String, List<RowSets.Row>> changes = new LinkedHashMap<>();
        changes.put("added", sets.added());
        changes.put("removed", sets.removed());
        changes.put("relabelled", sets.relabelled());
        changes.forEach((change, rows) -> {
            if (!rows.isEmpty()) {
                lists.add(Map.of(
                        "change", change,
                        "count", count(rows.size()),
                        "more", Math.max(0, rows.size() - LABELS),
                        "rows",
                                rows.stream()
                                        .limit(LABELS)
                                        .map(row -> Map.of(
                                                "id", row.id(),
                                                "asks", shorten(row.asks(), 120),
                                                "before", Objects.requireNonNullElse(row.before(), ""),
                                                "after", Objects.requireNonNullElse(row.after(), "")))
                                        .toList()));
            }
        });
        model.put("lists", lists);
        return model;
    }

    // ---------------------------------------------------------------- times

    private Map<String, Object> times() {
        Timing timing = versus.timing();
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("answers", !versus.passes().isEmpty());
        model.put("reference", timing.reference());
        model.put("reused", timing.reused() == 0 ? "" : count(timing.reused()));
        model.put("measured", timing.measured());
        model.put(
                "arms",
                timing.arms().stream().map(ratio -> ratio(ratio, "%.2f")).toList());
        model.put(
                "stages",
                timing.stages().stream().map(ratio -> ratio(ratio, "")).toList());
        model.put(
                "environment",
                versus.differences().group("environment").changes().stream()
                        .map(CompareReport::says)
                        .collect(Collectors.joining("; ")));
        return model;
    }

    private static Map<String, Object> ratio(Timing.Ratio ratio, String form) {
        Interval interval = ratio.interval();
        return Map.of(
                "arm",
                ratio.arm(),
                "stage",
                ratio.stage(),
                "baseline",
                form.isEmpty()
                        ? Templates.millis(ratio.baseline())
                        : String.format(Locale.ROOT, form, ratio.baseline()),
                "candidate",
                form.isEmpty()
                        ? Templates.millis(ratio.candidate())
                        : String.format(Locale.ROOT, form, ratio.candidate()),
                "ratio",
                String.format(Locale.ROOT, "%.2f", ratio.ratio())
                        + (interval.low() > 0 && Double.isFinite(interval.high())
                                ? String.format(Locale.ROOT, " [%.2f, %.2f]", interval.low(), interval.high())
                                : ""),
                "rows",
                count(ratio.rows()) + " / " + count(ratio.clusters()));
    }
}
