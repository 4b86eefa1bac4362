package io.kernelweave.report;

import static io.kernelweave.report.Templates.count;
import static io.kernelweave.report.Templates.micros;
import static io.kernelweave.report.Templates.percent;
import static io.kernelweave.report.Templates.shorten;

import io.kernelweave.gate.MetricVerdict;
import io.kernelweave.gate.Requirement;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.Json;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.Run;
import io.kernelweave.trial.SchemaCase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The view model of the report on token masks: every line of it as text, computed from the rows of one run. */
final class MaskReport {
    private static final int LISTED = 25;
    private static final int MOST = 5;
    private static final String MAIN = "mask.";

    private final Run run;
    private final List<MaskRow> all;
    private final List<MaskRow> rows;
    private final List<MaskRow> main;
    private final Map<String, Metric> metrics;

    MaskReport(Run run, List<MaskRow> rows, Map<String, Metric> metrics) {
        this.run = run;
        this.all = rows;
        this.rows = rows.stream().filter(MaskRow::isWarm).toList();
        this.main = this.rows.stream().filter(row -> row.place() == null).toList();
        this.metrics = metrics;
    }

    Map<String, Object> model() {
        Map<String, Object> model = new LinkedHashMap<>();
        Run.Judged judged = run.judgement();
        model.put("run", run.runId());
        model.put("job", run.job());
        model.put("verdict", judged == null ? "not judged" : judged.verdict());
        model.put("reasons", judged == null ? List.of() : judged.reasons());
        model.put("baseline", judged == null || judged.baseline() == null ? "" : judged.baseline());
        model.put("findings", findings());
        model.put("data", run.data().name());
        model.put("schemas", schemas(rows.size()));
        model.put("valid", count(rows.stream().mapToLong(MaskRow::valid).sum()));
        model.put("invalid", count(rows.stream().mapToLong(MaskRow::invalid).sum()));
        model.put("tokens", count(rows.stream().mapToLong(MaskRow::tokens).sum()));
        model.put("vocabulary", run.settings().path("vocabulary").asString(""));
        JsonNode form = run.settings().path("form");
        model.put("order", form.path("order").asString("").toLowerCase(Locale.ROOT));
        model.put("whitespace", form.path("whitespace").asString("").toLowerCase(Locale.ROOT));
        model.put("formats", form.path("formats").asString("").toLowerCase(Locale.ROOT));
        model.put("escapes", form.path("escapes").asString("").toLowerCase(Locale.ROOT));
        model.put("rules", main.isEmpty() ? List.of() : rules());
        model.put("suites", suites());
        model.put("refusals", refusals());
        model.put(
                "refused",
                schemas(rows.stream().filter(row -> row.refusal() != null).count()));
        model.put("unsatisfiable", unsatisfiable());
        model.put("errors", errors());
        model.put("faults", faults());
        model.put("times", times());
        model.put("slowestFirst", most(ofSet(), MaskRow::firstMaskNs, ns -> micros(ns / 1e3)));
        model.put("slowestToken", most(ofSet(), MaskRow::betweenMasksMaxNs, ns -> micros(ns / 1e3)));
        model.put("heaviest", most(all, MaskRow::retainedBytes, bytes -> megabytes(bytes / 1e6)));
        model.put("targets", targets());
        model.put("cold", (int) value("mask.cold.schemas", 0));
        model.put("warmup", count(run.settings().path("warmup").asInt(0)));
        model.put("requiredFiles", files(true));
        model.put("optionalFiles", files(false));
        model.put("allocated", amount("mask.allocated_mb.p99"));
        model.put("retained", retained());
        model.put("noise", noise());
        model.put("heap", amount("mask.heap_peak_mb"));
        model.put("fingerprint", new TreeMap<>(run.fingerprint()));
        model.put("environment", new TreeMap<>(run.environment()));
        model.put("settings", Json.pretty(run.settings()).strip());
        return model;
    }

    private double value(String name, double otherwise) {
        Metric metric = metrics.get(name);
        return metric == null || !metric.isMeasured() ? otherwise : metric.value();
    }

    private String amount(String name) {
        double value = value(name, Double.NaN);
        return Double.isNaN(value) ? "–" : megabytes(value);
    }

    private static String megabytes(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f MB" : "%.2f MB", value);
    }

    /** The rows that times are reported of. */
    private List<MaskRow> ofSet() {
        String set = timed(rows);
        return rows.stream().filter(row -> row.prefix().equals(set)).toList();
    }

    private String time(String name) {
        return micros(value(name, Double.NaN));
    }

    private String share(String name) {
        Metric metric = metrics.get(name);
        return metric == null ? "–" : percent(metric.value(), metric.interval());
    }

    private List<String> sets() {
        return new ArrayList<>(rows.stream().map(MaskRow::prefix).collect(Collectors.toCollection(TreeSet::new)));
    }

    /** What a reader should know first; what is wrong comes before what is right. */
    private List<String> findings() {
        List<String> findings = new ArrayList<>();
        long faults = rows.stream().filter(row -> row.error() != null).count();
        if (faults > 0) {
            findings.add("The engine failed on " + schemas(faults) + ": neither a verdict nor a refusal.");
        }
        List<String> tooWide = sets().stream()
                .filter(set -> value(set + "strict.under_constraint", 0) > 0)
                .map(set -> count((long) value(set + "strict.under_constraint", 0)) + " of "
                        + count((long) value(set + "schemas", 0)) + " ("
                        + title(set) + ")")
                .toList();
        findings.add(
                tooWide.isEmpty()
                        ? "No invalid document was admitted to its end (strict rule)."
                        : "Masks are too wide for " + String.join(", ", tooWide)
                                + ": an invalid document was admitted to its end (strict rule). In no other set was one.");
        if (!main.isEmpty()) {
            findings.add(share(MAIN + "passing_rate") + " of " + schemas(main.size())
                    + " pass by MaskBench's rule, " + share(MAIN + "strict.passing_rate")
                    + " by the strict one; " + number(MAIN + "compile_error_rate") + " refused, "
                    + number(MAIN + "strict.over_constraint_rate") + " with a valid document refused (strict rule).");
        }
        for (String set : sets()) {
            if (!set.equals(MAIN)) {
                findings.add(title(set) + ": " + share(set + "fully_right") + " of "
                        + groups((long) value(set + "schemas", 0)) + " fully right; "
                        + number(set + "compile_error_rate") + " refused, "
                        + number(set + "strict.over_constraint_rate") + " with a valid document refused.");
            }
        }
        String timed = timed(rows);
        if (!timed.isEmpty()) {
            findings.add("First mask after " + time(timed + "ttfm_us.p50") + " (median), "
                    + time(timed + "ttfm_us.p99") + " (p99); " + time(timed + "tbm_us.p50")
                    + " a token and mask (median), " + time(timed + "tbm_us.avg") + " on average, "
                    + time(timed + "tbm_us.p99") + " (p99), " + time(timed + "tbm_us.max") + " at most.");
        }
        if (!retained().isEmpty()) {
            findings.add("A compiled schema holds " + retained() + " drawn at random.");
        }
        return findings;
    }

    /** How many rows a share stands for. */
    private String number(String rate) {
        Metric metric = metrics.get(rate);
        return metric == null || !metric.isMeasured() ? "–" : count(Math.round(metric.value() * metric.rows()));
    }

    /** The set that times are reported of: the schemas of no suite, or else the first suite. */
    static String timed(List<MaskRow> rows) {
        return rows.stream()
                .filter(MaskRow::isWarm)
                .map(MaskRow::prefix)
                .min(Comparator.naturalOrder())
                .orElse("");
    }

    private static String schemas(long count) {
        return count(count) + (count == 1 ? " schema" : " schemas");
    }

    private static String groups(long count) {
        return count(count) + (count == 1 ? " group" : " groups");
    }

    private static String title(String set) {
        return set.equals(MAIN)
                ? "schemas of no suite"
                : set.substring("mask.suite.".length(), set.length() - 1)
                        .replaceFirst("[.](required|optional)$", ", $1");
    }

    private List<Map<String, Object>> rules() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("passing", "passing");
        names.put("compile_error", "refused, or the engine failed");
        names.put("over_constraint", "over-constraint: a valid document is refused");
        names.put("under_constraint", "under-constraint: an invalid document is accepted");
        List<Map<String, Object>> lines = new ArrayList<>();
        names.forEach((name, title) -> lines.add(
                Map.of("title", title, "maskbench", rule(MAIN, name), "strict", rule(MAIN + "strict.", name))));
        return lines;
    }

    private String rule(String prefix, String name) {
        Metric metric = metrics.get(prefix + name + "_rate");
        return metric == null || !metric.isMeasured()
                ? "–"
                : number(prefix + name + "_rate") + ", " + percent(metric.value(), metric.interval());
    }

    private List<Map<String, Object>> suites() {
        return sets().stream()
                .filter(set -> !set.equals(MAIN))
                .map(set -> Map.<String, Object>of(
                        "title", title(set),
                        "groups", count((long) value(set + "schemas", 0)),
                        "right", share(set + "fully_right"),
                        "passing", share(set + "passing_rate"),
                        "refused", rule(set, "compile_error"),
                        "over", count((long) value(set + "strict.over_constraint", 0)),
                        "under", count((long) value(set + "strict.under_constraint", 0)),
                        "open", count((long) value(set + "under_constraint", 0))))
                .toList();
    }

    private List<Map<String, Object>> refusals() {
        Map<String, List<MaskRow>> byKeyword = rows.stream()
                .filter(row -> row.refusal() != null)
                .sorted(mainFirst())
                .collect(Collectors.groupingBy(MaskReport::keyword, TreeMap::new, Collectors.toList()));
        return byKeyword.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, List<MaskRow>> entry) ->
                                -entry.getValue().size())
                        .thenComparing(Map.Entry::getKey))
                .map(entry -> {
                    MaskRow example = entry.getValue().get(0);
                    long plain = entry.getValue().stream()
                            .filter(row -> row.place() == null)
                            .count();
                    return Map.<String, Object>of(
                            "keyword", entry.getKey(),
                            "schemas", count(plain),
                            "groups", count(entry.getValue().size() - plain),
                            "example", example.rowId(),
                            "pointer", pointer(example),
                            "message", shorten(message(example), 140));
                })
                .toList();
    }

    private static String keyword(MaskRow row) {
        return row.refusal() == null ? "" : row.refusal().keyword();
    }

    private static String pointer(MaskRow row) {
        String pointer = row.refusal() == null ? "" : row.refusal().pointer();
        return pointer.isEmpty() || pointer.startsWith("/") ? "#" + pointer : pointer;
    }

    /** The refusal without the place that it begins with. */
    private static String message(MaskRow row) {
        if (row.refusal() == null) {
            return "";
        }
        String place = "schema #" + row.refusal().pointer() + ": ";
        String message = row.refusal().message();
        return message.startsWith(place) ? message.substring(place.length()) : message;
    }

    private static Comparator<MaskRow> mainFirst() {
        return Comparator.comparing((MaskRow row) -> row.place() != null).thenComparing(MaskRow::rowId);
    }

    /** The schemas that no document satisfies, in words; empty if there are none. */
    private String unsatisfiable() {
        List<MaskRow> found = rows.stream()
                .filter(MaskRow::isUnsatisfiable)
                .sorted(mainFirst())
                .toList();
        if (found.isEmpty()) {
            return "";
        }
        long plain = found.stream().filter(row -> row.place() == null).count();
        return schemas(plain) + " of no suite and " + groups(found.size() - plain) + " of suites, such as "
                + found.get(0).rowId();
    }

    /** What compiled schemas hold, in words; empty if it was not measured. */
    private String retained() {
        Metric median = metrics.get("mask.retained_mb.p50");
        return median == null
                ? ""
                : amount("mask.retained_mb.p50") + " at the median, " + amount("mask.retained_mb.p99") + " at p99, "
                        + amount("mask.retained_mb.max") + " at most, over " + schemas(median.rows());
    }

    private String noise() {
        String bytes = run.environment().getOrDefault("heap_noise_bytes", "");
        return bytes.isEmpty() ? "–" : count(Long.parseLong(bytes)) + " bytes";
    }

    /** For each kind of error, the schemas that show it. */
    private List<Map<String, Object>> errors() {
        Map<String, String> kinds = new LinkedHashMap<>();
        kinds.put("refused", "Over-constraint: a valid document with a token that is not allowed (both rules)");
        kinds.put("unfinished", "Over-constraint: a valid document that may not end where it ends (strict rule)");
        kinds.put("admitted", "Under-constraint: an invalid document that is admitted to its end (both rules)");
        kinds.put(
                "open",
                "Under-constraint: an invalid document whose tokens are allowed, but not its end (MaskBench's rule)");
        List<Map<String, Object>> sections = new ArrayList<>();
        kinds.forEach((kind, title) -> {
            List<Map<String, Object>> lines = new ArrayList<>();
            int schemas = 0;
            for (MaskRow row : rows.stream().sorted(mainFirst()).toList()) {
                for (MaskRow.Failure failure : row.failures()) {
                    if (failure.kind().equals(kind)) {
                        schemas++;
                        if (lines.size() < LISTED) {
                            lines.add(Map.of(
                                    "row", row.rowId(),
                                    "instance", failure.instance(),
                                    "excerpt", shorten(failure.excerpt(), 160),
                                    "reason", failure.reason()));
                        }
                    }
                }
            }
            sections.add(Map.of(
                    "title",
                    title,
                    "schemas",
                    schemas(schemas),
                    "more",
                    schemas > lines.size(),
                    "shown",
                    lines.size(),
                    "lines",
                    lines));
        });
        return sections;
    }

    private List<Map<String, Object>> faults() {
        return rows.stream()
                .filter(row -> row.error() != null)
                .sorted(mainFirst())
                .collect(Collectors.groupingBy(
                        row -> shorten(String.valueOf(row.error()), 160), TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(fault -> Map.<String, Object>of(
                        "message", fault.getKey(),
                        "schemas", fault.getValue().size(),
                        "example", fault.getValue().get(0).rowId()))
                .toList();
    }

    private List<Map<String, Object>> times() {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (String prefix : List.of(timed(rows), "mask.cold.")) {
            if (metrics.containsKey(prefix + "ttfm_us.p50")) {
                String state = prefix.equals("mask.cold.") ? "cold" : "warm";
                lines.add(line("schema to first mask, " + state, prefix + "ttfm_us."));
                lines.add(line("token and next mask, " + state, prefix + "tbm_us."));
            }
        }
        return lines;
    }

    /** The schemas that take most of something, with what they take; empty if none was measured. */
    private static String most(
            Collection<MaskRow> rows, Function<MaskRow, @Nullable Long> amount, Function<Double, String> text) {
        return rows.stream()
                .filter(row -> Objects.requireNonNullElse(amount.apply(row), 0L) > 0)
                .sorted(Comparator.comparing((MaskRow row) -> Objects.requireNonNullElse(amount.apply(row), 0L))
                        .reversed()
                        .thenComparing(MaskRow::rowId))
                .limit(MOST)
                .map(row -> row.rowId() + " "
                        + text.apply(Objects.requireNonNullElse(amount.apply(row), 0L)
                                .doubleValue()))
                .collect(Collectors.joining(", "));
    }

    private Map<String, Object> line(String title, String prefix) {
        return Map.of(
                "title",
                title,
                "cells",
                List.of("p50", "p90", "p99", "p999", "max", "avg").stream()
                        .map(name -> time(prefix + name))
                        .toList());
    }

    private List<Map<String, Object>> targets() {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (JsonNode target : run.settings().path("targets")) {
            boolean least = target.path("at_least").isNumber();
            String name = target.path("metric").asString("");
            double bound = target.path(least ? "at_least" : "at_most").asDouble();
            MetricVerdict verdict = new Requirement(name, least ? ">=" : "<=", bound).judge(Metrics.flat(metrics));
            double value = value(name, Double.NaN);
            lines.add(Map.of(
                    "metric",
                    name,
                    "bound",
                    (least ? "at least " : "at most ") + plain(bound),
                    "value",
                    Double.isNaN(value) ? "–" : plain(value),
                    "met",
                    verdict.verdict() == RunVerdict.PASS ? "yes" : "no"));
        }
        return lines;
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? count((long) value)
                : String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%,.0f" : "%.3g", value);
    }

    private List<Map<String, Object>> files(boolean required) {
        Map<String, List<MaskRow>> byFile = rows.stream()
                .filter(row -> row.place() != null && row.place().required() == required)
                .collect(Collectors.groupingBy(MaskReport::file, TreeMap::new, Collectors.toList()));
        List<Map<String, Object>> lines = new ArrayList<>();
        byFile.forEach((file, group) -> {
            Function<Predicate<MaskRow>, Long> count =
                    condition -> group.stream().filter(condition).count();
            lines.add(Map.of(
                    "file", file,
                    "groups", group.size(),
                    "right", count.apply(MaskRow::strictPassing),
                    "refused", count.apply(row -> !row.isHonoured()),
                    "over", count.apply(row -> row.isOverConstrained(true)),
                    "under", count.apply(row -> row.isUnderConstrained(true))));
        });
        return lines;
    }

    private static String file(MaskRow row) {
        SchemaCase.Place place = row.place();
        return place == null ? "" : place.file();
    }
}
