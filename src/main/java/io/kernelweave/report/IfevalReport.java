package io.kernelweave.report;

import static io.kernelweave.report.Templates.count;
import static io.kernelweave.report.Templates.percent;
import static io.kernelweave.report.Templates.shorten;

import io.kernelweave.dataset.InstructionChecks;
import io.kernelweave.json.Json;
import io.kernelweave.results.IfevalRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Run;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The view model of the report on the check language and an outside checker: every line of it as text, computed from the rows of one run. */
final class IfevalReport {
    private static final int ROW = 22;

    private final Run run;
    private final List<IfevalRow> rows;
    private final Map<String, Metric> metrics;
    private final InstructionChecks checks;
    private final JsonNode card;
    private final Map<String, List<IfevalRow>> types;

    IfevalReport(Run run, List<IfevalRow> rows, Map<String, Metric> metrics, InstructionChecks checks, JsonNode card) {
        this.run = run;
        this.rows = rows;
        this.metrics = metrics;
        this.checks = checks;
        this.card = card;
        this.types =
                rows.stream().collect(Collectors.groupingBy(IfevalRow::instruction, TreeMap::new, Collectors.toList()));
    }

    Map<String, Object> model() {
        Map<String, Object> model = Frame.of(run);
        model.put("findings", findings());
        model.put("answers", count(card.path("answers").asInt(0)));
        model.put("unanswered", card.path("prompts_without_answer").asInt(0));
        model.put("data", run.data().name());
        model.put("instructions", count(rows.size()));
        model.put("hasLoose", hasLoose());
        model.put("rules", rules());
        model.put("types", typeLines());
        model.put("strict", section(IfevalRow::strict));
        model.put("loose", section(IfevalRow::loose));
        model.put("errors", errors());
        model.put("conditions", conditions());
        return model;
    }

    private boolean hasLoose() {
        return metrics.containsKey("ifeval.loose.agreement");
    }

    private String share(String name) {
        Metric metric = metrics.get(name);
        return metric == null ? "–" : percent(metric.value(), metric.interval());
    }

    private String number(String name) {
        Metric metric = metrics.get(name);
        return metric == null || !metric.isMeasured() ? "–" : count(Math.round(metric.value()));
    }

    /** What a reader should know first; what is wrong comes before what is right. */
    private List<String> findings() {
        List<String> findings = new ArrayList<>();
        long errors = rows.stream().filter(row -> row.error() != null).count();
        if (errors > 0) {
            findings.add(count(errors) + " of " + count(rows.size()) + " instructions could not be judged.");
        }
        for (String prefix : hasLoose() ? List.of("ifeval.", "ifeval.loose.") : List.of("ifeval.")) {
            String rule = prefix.equals("ifeval.") ? "Strict rule: " : "Loose rule: ";
            findings.add(rule + "PASS where the official checker says that the instruction is not followed: "
                    + number(prefix + "false_pass") + "; FAIL where it says that it is: "
                    + number(prefix + "false_fail") + "; each is listed below.");
            Metric agreement = metrics.get(prefix + "agreement");
            findings.add(rule + share(prefix + "agreement") + " of the "
                    + (agreement == null ? "–" : count(agreement.rows())) + " decided verdicts agree; "
                    + number(prefix + "types_exact") + " of " + number(prefix + "types")
                    + " types agree in all decided verdicts; " + number(prefix + "unknown") + " verdicts are UNKNOWN ("
                    + share(prefix + "unknown_rate") + ").");
        }
        if (!hasLoose()) {
            findings.add("No official verdicts by the loose rule were given, so that rule was not looked at.");
        }
        return findings;
    }

    private List<Map<String, Object>> rules() {
        Map<String, String> shares = new LinkedHashMap<>();
        shares.put("agreement", "agreement of decided verdicts");
        shares.put("right_rate", "right verdicts, of all");
        shares.put("unknown_rate", "UNKNOWN");
        shares.put("followed_rate", "followed, says the official checker");
        shares.put("pass_rate", "PASS here");
        Map<String, String> counts = new LinkedHashMap<>();
        counts.put("types_exact", "types that agree in all decided verdicts");
        counts.put("false_pass", "PASS here, not followed there");
        counts.put("false_fail", "FAIL here, followed there");
        List<Map<String, Object>> lines = new ArrayList<>();
        shares.forEach((name, title) -> lines.add(
                Map.of("title", title, "strict", share("ifeval." + name), "loose", share("ifeval.loose." + name))));
        counts.forEach((name, title) -> lines.add(
                Map.of("title", title, "strict", number("ifeval." + name), "loose", number("ifeval.loose." + name))));
        return lines;
    }

    private List<Map<String, Object>> typeLines() {
        List<Map<String, Object>> lines = new ArrayList<>();
        types.forEach((type, own) -> {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("type", type);
            line.put("instructions", own.size());
            line.put("strict", cells(own, IfevalRow::strict));
            line.put("loose", hasLoose() ? cells(own, IfevalRow::loose) : List.of());
            lines.add(line);
        });
        return lines;
    }

    /** Followed, agreeing, not agreeing, undecided, share of agreement. */
    private static List<String> cells(List<IfevalRow> rows, Function<IfevalRow, IfevalRow.@Nullable Verdicts> rule) {
        long followed = number(rows, rule, IfevalRow.Verdicts::followed);
        long agree = number(rows, rule, IfevalRow.Verdicts::agree);
        long decided = number(rows, rule, IfevalRow.Verdicts::isDecided);
        long all = number(rows, rule, verdicts -> true);
        return List.of(
                count(followed),
                count(agree),
                count(decided - agree),
                count(all - decided),
                decided == 0 ? "–" : percent((double) agree / decided));
    }

    private static long number(
            List<IfevalRow> rows,
            Function<IfevalRow, IfevalRow.@Nullable Verdicts> rule,
            Predicate<IfevalRow.Verdicts> condition) {
        return rows.stream()
                .filter(row -> {
                    IfevalRow.Verdicts verdicts = rule.apply(row);
                    return verdicts != null && condition.test(verdicts);
                })
                .count();
    }

    /** What does not agree and what is undecided, by one rule. */
    private Map<String, Object> section(Function<IfevalRow, IfevalRow.@Nullable Verdicts> rule) {
        return Map.of(
                "falsePasses", cases(rule, IfevalRow.Verdicts::isFalsePass),
                "falseFails", cases(rule, verdicts -> verdicts.outcome() == Outcome.FAIL && verdicts.followed()),
                "unknowns", cases(rule, verdicts -> !verdicts.isDecided()));
    }

    private List<Map<String, Object>> cases(
            Function<IfevalRow, IfevalRow.@Nullable Verdicts> rule, Predicate<IfevalRow.Verdicts> among) {
        List<Map<String, Object>> cases = new ArrayList<>();
        for (IfevalRow row : rows.stream()
                .sorted(Comparator.comparing(IfevalRow::instruction).thenComparing(IfevalRow::rowId))
                .toList()) {
            IfevalRow.Verdicts verdicts = rule.apply(row);
            if (verdicts == null || !among.test(verdicts)) {
                continue;
            }
            InstructionChecks.Type type = checks.types().get(row.instruction());
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("row", row.rowId());
            line.put("type", row.instruction());
            line.put("arguments", shorten(row.arguments(), 200));
            line.put("official", verdicts.followed() ? "followed" : "not followed");
            line.put("outcome", verdicts.outcome());
            line.put("reason", shorten(verdicts.reason(), 400));
            line.put("variant", verdicts.variant());
            line.put(
                    "excerpts",
                    verdicts.excerpts().stream()
                            .map(excerpt -> shorten(excerpt, 220))
                            .toList());
            line.put("note", type == null ? "" : type.note());
            line.put("chars", count(row.responseChars()));
            cases.add(line);
        }
        return cases;
    }

    private List<Map<String, Object>> errors() {
        return rows.stream()
                .filter(row -> row.error() != null)
                .map(row -> Map.<String, Object>of(
                        "row", row.rowId(),
                        "type", row.instruction(),
                        "message", shorten(String.valueOf(row.error()), 240)))
                .toList();
    }

    private List<Map<String, Object>> conditions() {
        List<Map<String, Object>> lines = new ArrayList<>();
        checks.types()
                .forEach((type, check) -> lines.add(
                        Map.of("type", type, "condition", Json.compact(check.condition()), "note", check.note())));
        return lines;
    }

    /** Stacked bars: what came of each type's instructions by the strict rule. */
    View figure() {
        Map<String, Predicate<IfevalRow.Verdicts>> parts = new LinkedHashMap<>();
        parts.put("mask", verdicts -> verdicts.agree() && verdicts.followed());
        parts.put("model", verdicts -> verdicts.agree() && !verdicts.followed());
        parts.put("route", verdicts -> !verdicts.isDecided());
        parts.put("gate", verdicts -> verdicts.isDecided() && !verdicts.agree());
        List<String> names = List.of("PASS, agreed", "FAIL, agreed", "UNKNOWN", "not agreed");
        int most =
                Math.max(1, types.values().stream().mapToInt(List::size).max().orElse(1));
        Axis axis = new Axis(0, most, 310, 650);
        List<Map<String, Object>> bars = new ArrayList<>();
        List<Map<String, Object>> lines = new ArrayList<>();
        types.forEach((type, own) -> {
            int y = 76 + ROW * lines.size();
            lines.add(Map.of(
                    "name", type, "y", y, "text", cells(own, IfevalRow::strict).get(4)));
            double from = 0;
            for (Map.Entry<String, Predicate<IfevalRow.Verdicts>> part : parts.entrySet()) {
                long number = number(own, IfevalRow::strict, part.getValue());
                if (number > 0) {
                    bars.add(Map.of(
                            "style", part.getKey(),
                            "y", y - 8,
                            "x", axis.pixel(from),
                            "end", axis.pixel(from + number)));
                }
                from += number;
            }
        });
        List<Map<String, Object>> legend = new ArrayList<>();
        for (String style : parts.keySet()) {
            legend.add(Map.of("style", style, "name", names.get(legend.size()), "x", 16 + 130 * legend.size()));
        }
        List<Map<String, Object>> ticks = new ArrayList<>();
        axis.ticks().stream()
                .filter(tick -> tick == Math.rint(tick))
                .forEach(tick -> ticks.add(Map.of("x", axis.pixel(tick), "text", count(Math.round(tick)))));
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", "Verdicts by type of instruction, strict rule");
        model.put(
                "description",
                "For each type, how many verdicts agree with the official checker (PASS and FAIL apart), are undecided, or differ; at the right the"
                        + " agreement of decided verdicts.");
        model.put("bars", bars);
        model.put("lines", lines);
        model.put("legend", legend);
        model.put("ticks", ticks);
        model.put("bottom", 76 + ROW * lines.size() - 8);
        return new View("types.svg.ftl", model);
    }
}
