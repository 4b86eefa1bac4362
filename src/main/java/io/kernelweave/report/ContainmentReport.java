package io.kernelweave.report;

import static io.kernelweave.report.Templates.count;
import static io.kernelweave.report.Templates.micros;
import static io.kernelweave.report.Templates.percent;
import static io.kernelweave.report.Templates.shorten;

import io.kernelweave.dataset.ContainmentCases;
import io.kernelweave.results.ContainmentMetrics;
import io.kernelweave.results.ContainmentRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Run;
import io.kernelweave.stats.LogHistogram;
import io.kernelweave.trial.ContainmentTrial.Standing;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The view model of the report on containment, and its figures: computed from the rows of one run. */
final class ContainmentReport {
    private static final int ROW = 34;
    private static final int EXAMPLES = 3;

    private final Run run;
    private final List<ContainmentRow> rows;
    private final Map<String, Metric> metrics;
    private final Map<String, List<ContainmentRow>> groups;

    ContainmentReport(Run run, List<ContainmentRow> rows, Map<String, Metric> metrics) {
        this.run = run;
        this.rows = rows;
        this.metrics = metrics;
        this.groups = ContainmentMetrics.groups(rows);
    }

    Map<String, Object> model() {
        Map<String, Object> model = Frame.of(run);
        model.put("findings", findings());
        model.put("data", run.data().name());
        model.put("cases", count(rows.size()));
        model.put(
                "groups",
                groups.keySet().stream()
                        .filter(group -> !group.equals(ContainmentCases.ASSERTED))
                        .map(this::group)
                        .toList());
        model.put("unsound", differences(Standing.UNSOUND));
        model.put("disputed", differences(Standing.DISPUTED));
        model.put("asserted", asserted());
        model.put("unknowns", unknowns());
        model.put(
                "errors",
                rows.stream()
                        .filter(row -> row.error() != null)
                        .map(row -> Map.of("row", row.rowId(), "message", shorten(String.valueOf(row.error()), 240)))
                        .toList());
        return model;
    }

    private double value(String name) {
        Metric metric = metrics.get("containment." + name);
        return metric == null ? Double.NaN : metric.value();
    }

    private String number(String name) {
        double value = value(name);
        return Double.isNaN(value) ? "–" : count(Math.round(value));
    }

    private String share(String name) {
        Metric metric = metrics.get("containment." + name);
        return metric == null ? "–" : percent(metric.value(), metric.interval());
    }

    private List<String> findings() {
        List<String> findings = new ArrayList<>();
        findings.add("Unsound answers: " + number("unsound") + " of " + number("cases")
                + ". Answers that differ from the expected one and are shown to be right: " + number("disputed")
                + "; each is named below, with what shows it.");
        groups.forEach((group, own) -> {
            if (!group.equals(ContainmentCases.ASSERTED)) {
                findings.add(title(group) + ": " + share(group + ".decided_rate") + " of " + count(own.size())
                        + " cases are decided; of the decided ones " + share(group + ".agreement")
                        + " have the expected answer.");
            }
        });
        long refuted = rows.stream().filter(row -> row.confirmed() != null).count();
        findings.add("Each of " + count(refuted) + " witnesses was shown to the validator again: "
                + number("witness_unconfirmed") + " are not confirmed.");
        findings.add("An answer takes " + micros(value("decide_us.p50")) + " (median), "
                + micros(value("decide_us.p99")) + " (99 % of all), " + micros(value("decide_us.max")) + " at most.");
        return findings;
    }

    private static String title(String group) {
        return switch (group) {
            case ContainmentCases.CONST -> "Documents as {const: x} ⊆ S";
            default -> "Pairs of " + group;
        };
    }

    private Map<String, Object> group(String group) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("title", title(group));
        line.put("cases", number(group + ".cases"));
        for (String name : List.of("decided_rate", "agreement", "witness_confirmed_rate")) {
            line.put(name, share(group + "." + name));
        }
        for (String name : List.of("proven", "refuted", "unknown", "errors", "unsound", "disputed")) {
            line.put(name, number(group + "." + name));
        }
        for (String name : List.of("p50", "p90", "p99", "max")) {
            line.put(name, micros(value(group + ".decide_us." + name)));
        }
        return line;
    }

    private static Predicate<ContainmentRow> asked() {
        return row -> !row.group().equals(ContainmentCases.ASSERTED);
    }

    private List<Map<String, Object>> differences(Standing standing) {
        return rows.stream()
                .filter(asked().and(row -> row.is(standing)))
                .sorted(Comparator.comparing(ContainmentRow::group).thenComparing(ContainmentRow::rowId))
                .map(row -> {
                    Map<String, Object> line = new LinkedHashMap<>();
                    line.put("row", row.rowId());
                    line.put("description", shorten(row.description(), 160));
                    line.put("question", row.question());
                    line.put("expected", row.expected() ? row.question() : "not " + row.question());
                    line.put("outcome", row.outcome().toUpperCase(Locale.ROOT));
                    line.put("reason", row.reason());
                    line.put("witness", row.witness() == null ? "" : visible(shorten(row.witness(), 200)));
                    line.put("one", visible(shorten(row.one(), 400)));
                    line.put("other", visible(shorten(row.other(), 400)));
                    return line;
                })
                .toList();
    }

    /** JSON with what one cannot see written as escapes. */
    private static String visible(String json) {
        StringBuilder text = new StringBuilder();
        json.codePoints().forEach(c -> {
            if (c > ' '
                    && (Character.isSpaceChar(c)
                            || Character.getType(c) == Character.FORMAT
                            || Character.isISOControl(c))) {
                text.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                text.appendCodePoint(c);
            }
        });
        return text.toString();
    }

    private Map<String, Object> asserted() {
        List<ContainmentRow> own = groups.getOrDefault(ContainmentCases.ASSERTED, List.of());
        long differ = own.stream()
                .filter(row -> row.isDecided() && !row.is(Standing.AGREES))
                .count();
        return Map.of("cases", count(own.size()), "differ", count(differ));
    }

    /** What keeps from an answer, most frequent first: reasons that differ only in names and places are one. */
    private List<Map<String, Object>> unknowns() {
        Map<String, List<ContainmentRow>> kinds = rows.stream()
                .filter(row -> row.is(Standing.UNDECIDED))
                .collect(Collectors.groupingBy(row -> kind(row.reason()), TreeMap::new, Collectors.toList()));
        return kinds.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, List<ContainmentRow>> kind) ->
                        -kind.getValue().size()))
                .map(kind -> Map.<String, Object>of(
                        "reason", kind.getKey(),
                        "counts",
                                ContainmentMetrics.groups(kind.getValue()).entrySet().stream()
                                        .map(entry -> entry.getKey() + " "
                                                + entry.getValue().size())
                                        .collect(Collectors.joining(", ")),
                        "examples",
                                kind.getValue().stream()
                                        .map(ContainmentRow::rowId)
                                        .limit(EXAMPLES)
                                        .toList()))
                .toList();
    }

    static String kind(String reason) {
        return shorten(
                reason.replaceFirst("^(first |second )?schema #.*?: ", "")
                        .replaceAll("\"(?!format)[^\"]*\"(?! is no regular)", "…")
                        .replaceAll(" \\(after .*?\\)", "")
                        .replaceFirst("; .*", ""),
                160);
    }

    /** Stacked bars: what came of each group's cases. */
    View answers() {
        Map<String, Predicate<ContainmentRow>> parts = new LinkedHashMap<>();
        parts.put("mask", row -> row.is(Standing.AGREES) && row.outcome().equals("proven"));
        parts.put("model", row -> row.is(Standing.AGREES) && row.outcome().equals("refuted"));
        parts.put("route", row -> !row.isDecided());
        parts.put("gate", row -> row.isDecided() && !row.is(Standing.AGREES));
        List<String> names = List.of("proven", "refuted", "UNKNOWN", "not as expected");
        Axis axis = new Axis(0, 1, 250, 570);
        List<Map<String, Object>> bars = new ArrayList<>();
        List<Map<String, Object>> lines = new ArrayList<>();
        groups.forEach((group, own) -> {
            if (group.equals(ContainmentCases.ASSERTED)) {
                return;
            }
            int y = 84 + ROW * lines.size();
            lines.add(
                    Map.of("name", title(group), "y", y, "text", percent(value(group + ".decided_rate")) + " decided"));
            double from = 0;
            for (Map.Entry<String, Predicate<ContainmentRow>> part : parts.entrySet()) {
                double size = own.stream().filter(part.getValue()).count() / (double) own.size();
                if (size > 0) {
                    bars.add(Map.of(
                            "style", part.getKey(), "y", y - 8, "x", axis.pixel(from), "end", axis.pixel(from + size)));
                }
                from += size;
            }
        });
        List<Map<String, Object>> legend = new ArrayList<>();
        for (String style : parts.keySet()) {
            legend.add(Map.of("style", style, "name", names.get(legend.size()), "x", 16 + 130 * legend.size()));
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", "Answers by group of cases");
        model.put(
                "description",
                "For each group, the share of cases proved and refuted as expected, without an answer, and with another answer than the"
                        + " expected one.");
        model.put("bars", bars);
        model.put("lines", lines);
        model.put("legend", legend);
        model.put(
                "ticks",
                List.of(0.0, 0.25, 0.5, 0.75, 1.0).stream()
                        .map(share -> Map.of("x", axis.pixel(share), "text", Math.round(100 * share) + " %"))
                        .toList());
        model.put("bottom", 84 + ROW * lines.size() - 8);
        return new View("types.svg.ftl", model);
    }

    /** How long answers take, by group. */
    View times() {
        List<String> styles = List.of("mask", "model", "route", "gate");
        List<TimePlot.Panel> panels = new ArrayList<>();
        groups.forEach((group, own) -> {
            if (!group.equals(ContainmentCases.ASSERTED)) {
                LogHistogram times = new LogHistogram();
                own.stream().filter(row -> row.error() == null).forEach(row -> times.add(row.decideNs()));
                panels.add(new TimePlot.Panel(
                        group,
                        styles.get(panels.size() % styles.size()),
                        times,
                        "containment." + group + ".decide_us."));
            }
        });
        return TimePlot.render(
                "Time of an answer",
                "How often each time occurs, in thread CPU time on a logarithmic axis, for each group of cases.",
                panels,
                metrics);
    }
}
