package io.kernelweave.report;

import static io.kernelweave.report.Templates.count;
import static io.kernelweave.report.Templates.percent;
import static io.kernelweave.report.Templates.shorten;

import io.kernelweave.json.Json;
import io.kernelweave.mine.Mined;
import io.kernelweave.results.CompilationCard;
import io.kernelweave.results.CompilationRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Run;
import io.kernelweave.stats.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The view model of the report on what is learned from traces, and its figure: computed from the rows and the inputs of one run. */
final class CompilationReport {
    private static final int CLAUSES = 10;
    /** Less is no rise of a learning curve. */
    private static final double RISE = 0.01;

    private static final int ROW = 20;
    private static final int TOP = 74;

    private final Run run;
    private final List<CompilationRow> rows;
    private final Map<String, Metric> metrics;
    private final CompilationCard card;

    CompilationReport(Run run, List<CompilationRow> rows, Map<String, Metric> metrics, CompilationCard card) {
        this.run = run;
        this.rows = rows;
        this.metrics = metrics;
        this.card = card;
    }

    Map<String, Object> model() {
        Map<String, Object> model = Frame.of(run);
        model.put("findings", findings());
        model.put("data", card.name());
        model.put("description", card.description());
        model.put("splits", run.settings().path("splits").asInt());
        model.put("permutations", run.settings().path("permutations").asInt());
        model.put("resamples", count(run.settings().path("resamples").asInt()));
        model.put("sources", card.sources().stream().map(this::source).toList());
        model.put("repeats", repeats());
        model.put("limits", limits());
        model.put("foresight", foresight());
        model.put("clauses", clauses());
        model.put(
                "errors",
                rows.stream()
                        .filter(row -> row.error() != null)
                        .map(row -> Map.of("row", row.rowId(), "message", shorten(String.valueOf(row.error()), 240)))
                        .toList());
        return model;
    }

    private @Nullable Metric metric(String source, String name) {
        return metrics.get("compile." + source + "." + name);
    }

    private double value(String source, String name) {
        Metric metric = metric(source, name);
        return metric == null ? Double.NaN : metric.value();
    }

    /** A figure with three digits behind the point, above ten with one. */
    private static String figure(double value, @Nullable Interval interval) {
        if (Double.isNaN(value)) {
            return "–";
        }
        String form = Math.abs(value) < 10 ? "%.3f" : "%.1f";
        return interval == null || Double.isInfinite(interval.low())
                ? String.format(Locale.ROOT, form, value)
                : String.format(
                        Locale.ROOT, form + " [" + form + ", " + form + "]", value, interval.low(), interval.high());
    }

    private String figure(String source, String name) {
        Metric metric = metric(source, name);
        return metric == null ? "–" : figure(metric.value(), metric.interval());
    }

    private String share(String source, String name) {
        Metric metric = metric(source, name);
        return metric == null ? "–" : percent(metric.value(), metric.interval());
    }

    /** What is wanted of a metric, by requirement or target; NaN if nothing is. */
    private double wanted(String name) {
        for (String list : List.of("requirements", "targets")) {
            for (JsonNode bound : run.settings().path(list)) {
                if (bound.path("metric").asString("").equals(name)
                        && bound.path("at_least").isNumber()) {
                    return bound.path("at_least").doubleValue();
                }
            }
        }
        return Double.NaN;
    }

    private double wantedAuroc(String source) {
        return wanted("compile." + source + ".auroc");
    }

    private List<String> findings() {
        List<String> findings = new ArrayList<>();
        long errors = rows.stream().filter(row -> row.error() != null).count();
        if (errors > 0) {
            findings.add(count(errors) + " splits could not be tried.");
        }
        for (CompilationCard.Source source : card.sources()) {
            findings.add(finding(source));
            Metric precision = metric(source.name(), "repeat.precision");
            if (precision != null) {
                findings.add(source.name() + ", other attempts at the same tasks: PASS is right in "
                        + share(source.name(), "repeat.precision") + ", and is said of "
                        + share(source.name(), "repeat.recall") + " of the successes with a verdict; "
                        + share(source.name(), "repeat.covered") + " of the attempts get one.");
            }
        }
        return findings;
    }

    private String finding(CompilationCard.Source source) {
        String name = source.name();
        Metric difference = metric(name, "auroc_difference");
        if (difference == null) {
            return name + ": no split has successes and failures on its other side.";
        }
        double wanted = wantedAuroc(name);
        double value = value(name, "auroc");
        Interval interval = difference.interval();
        String length = interval != null && interval.low() > 0
                ? "above"
                : interval != null && interval.high() < 0 ? "below" : "not told apart from";
        return name + ": AUROC " + figure(name, "auroc") + " for success on tasks that were not learned from"
                + (Double.isNaN(wanted)
                        ? ""
                        : value >= wanted
                                ? ", where " + wanted + " is wanted"
                                : "; wanted is " + wanted + ", " + figure(wanted - value, null) + " more")
                + "; " + length + " the number of steps alone (" + figure(name, "auroc_length") + "), difference "
                + figure(name, "auroc_difference") + "; chance gives "
                + figure(value(name, "auroc_null"), null) + " ("
                + figure(value(name, "auroc_null_low"), null) + " to "
                + figure(value(name, "auroc_null_high"), null) + ")"
                + (value(name, "auroc_null_low") > 0.5
                        ? ", above a half: what mined conditions are able to say leans to what succeeds here, so read the figure against that."
                        : ".");
    }

    private Map<String, Object> source(CompilationCard.Source source) {
        String name = source.name();
        double wanted = wantedAuroc(name);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", name);
        line.put("traces", count(source.traces()));
        line.put("tasks", count(source.tasks()));
        line.put("successes", count(source.successes()));
        line.put("failures", count(source.failures()));
        line.put("splits", figureOrNone(value(name, "splits")));
        line.put("auroc", figure(name, "auroc"));
        line.put("length", figure(name, "auroc_length"));
        line.put("difference", figure(name, "auroc_difference"));
        line.put(
                "chance",
                figure(value(name, "auroc_null"), null) + " (" + figure(value(name, "auroc_null_low"), null) + " to "
                        + figure(value(name, "auroc_null_high"), null) + ")");
        line.put("p", figure(value(name, "auroc_null_p"), null));
        line.put("wanted", Double.isNaN(wanted) ? "–" : String.valueOf(wanted));
        line.put("met", Double.isNaN(wanted) ? "–" : value(name, "auroc") >= wanted ? "met" : "missed");
        line.put("covered", share(name, "verdicts.covered"));
        line.put("precision", share(name, "verdicts.precision"));
        line.put("recall", share(name, "verdicts.recall"));
        return line;
    }

    private static String figureOrNone(double value) {
        return Double.isNaN(value) ? "0" : count(Math.round(value));
    }

    private List<Map<String, Object>> repeats() {
        return card.sources().stream()
                .map(CompilationCard.Source::name)
                .filter(name -> metric(name, "repeat.covered") != null)
                .map(name -> {
                    Map<String, Object> line = new LinkedHashMap<>();
                    JsonNode repeat = run.settings().path("repeat").path(name);
                    line.put("name", name);
                    line.put("field", repeat.path("field").asString(""));
                    line.put("learn", list(repeat.path("learn")));
                    line.put("judge", list(repeat.path("judge")));
                    Metric covered = metric(name, "repeat.covered");
                    line.put("traces", covered == null ? "–" : count(covered.rows()));
                    for (String figure : List.of("covered", "precision", "recall", "accuracy")) {
                        line.put(figure, share(name, "repeat." + figure));
                    }
                    line.put("auroc", figure(name, "repeat.auroc"));
                    return line;
                })
                .toList();
    }

    private static String list(JsonNode values) {
        List<String> texts = new ArrayList<>();
        values.forEach(value -> texts.add(value.asString("")));
        return String.join(", ", texts);
    }

    /** What was tried, and where the limit lies: kinds of conditions, fewer tasks, the traces learned from, and the task by itself. */
    private Map<String, Object> limits() {
        List<String> shares = new ArrayList<>();
        run.settings()
                .path("shares")
                .forEach(share -> shares.add(String.valueOf(Math.round(100 * share.doubleValue()))));
        List<String> kinds = Mined.kinds().stream()
                .filter(kind ->
                        card.sources().stream().anyMatch(source -> metric(source.name(), "auroc_kind_" + kind) != null))
                .toList();
        List<Map<String, Object>> lines = new ArrayList<>();
        for (CompilationCard.Source source : card.sources()) {
            String name = source.name();
            List<String> curve = new ArrayList<>();
            shares.forEach(share -> curve.add(figure(name, "auroc_share_" + share)));
            curve.add(figure(value(name, "auroc"), null));
            lines.add(Map.of(
                    "name", name,
                    "curve", curve,
                    "kinds",
                            kinds.stream()
                                    .map(kind -> figure(name, "auroc_kind_" + kind))
                                    .toList(),
                    "tasks", count(source.tasks() / 2),
                    "seen", figure(name, "auroc_seen"),
                    "task", figure(name, "auroc_task")));
        }
        return Map.of(
                "shares", shares,
                "kinds", kinds,
                "lines", lines,
                "missed",
                        card.sources().stream()
                                .filter(source -> value(source.name(), "auroc") < wantedAuroc(source.name()))
                                .map(source -> missed(source, shares, kinds))
                                .toList());
    }

    /** Why a target was missed, as far as the figures say. */
    private String missed(CompilationCard.Source source, List<String> shares, List<String> kinds) {
        String name = source.name();
        double all = value(name, "auroc");
        double wanted = wantedAuroc(name);
        double less = shares.isEmpty() ? Double.NaN : value(name, "auroc_share_" + shares.get(shares.size() - 1));
        StringBuilder says = new StringBuilder(name + ": " + figure(all, null) + " where " + wanted + " is wanted.");
        kinds.stream()
                .max(Comparator.comparingDouble(kind -> or(value(name, "auroc_kind_" + kind), 0)))
                .ifPresent(kind -> says.append(" The kind that says most, ")
                        .append(kind)
                        .append(", reaches ")
                        .append(figure(name, "auroc_kind_" + kind))
                        .append(" by itself."));
        if (!Double.isNaN(less)) {
            says.append(" From ")
                    .append(shares.get(shares.size() - 1))
                    .append(" % of the tasks to all ")
                    .append(count(source.tasks() / 2))
                    .append(" the figure ")
                    .append(all - less > RISE ? "rises by " : "changes by ")
                    .append(figure(all - less, null))
                    .append(all - less > RISE ? ": the curve still rises." : ": more tasks alone would help little.");
        }
        double seen = value(name, "auroc_seen");
        if (!Double.isNaN(seen)) {
            says.append(" On the traces learned from it is ")
                    .append(figure(seen, null))
                    .append(
                            seen >= wanted
                                    ? ": they are many enough to fit these traces, and what fits here does not hold elsewhere to that degree."
                                    : ": even there these conditions, held back as they are, do not reach it.");
        }
        double task = value(name, "auroc_task");
        if (!Double.isNaN(task)) {
            says.append(" Who knew how other attempts at the same task ended would reach ")
                    .append(figure(task, null))
                    .append(task >= all ? ": to that degree the outcome goes with the task." : ".");
        }
        return says.toString();
    }

    private static double or(double value, double other) {
        return Double.isNaN(value) ? other : value;
    }

    private List<Map<String, Object>> foresight() {
        return card.sources().stream()
                .map(CompilationCard.Source::name)
                .filter(name -> metric(name, "next_step_top1") != null)
                .map(name -> Map.<String, Object>of(
                        "name", name,
                        "top1", share(name, "next_step_top1"),
                        "plainTop1", share(name, "next_step_top1_plain"),
                        "bits", figure(name, "bits_per_step"),
                        "plainBits", figure(name, "bits_per_step_plain"),
                        "compression", figure(name, "compression")))
                .toList();
    }

    private List<Map<String, Object>> clauses() {
        return card.sources().stream()
                .map(source -> Map.<String, Object>of(
                        "name", source.name(),
                        "all", count(source.clauses().size()),
                        "telling",
                                count(source.clauses().stream()
                                        .filter(clause -> clause.label().equals("discriminative"))
                                        .count()),
                        "lines",
                                source.clauses().stream()
                                        .limit(CLAUSES)
                                        .map(CompilationReport::clause)
                                        .toList()))
                .toList();
    }

    private static Map<String, Object> clause(CompilationCard.Line clause) {
        Map<String, Object> line = new LinkedHashMap<>();
        ObjectNode condition = (ObjectNode) Json.parse(clause.condition(), "clause " + clause.name());
        // The counts have columns of their own.
        String says = condition.path("says").asString(clause.name()).replaceFirst(" \\(held in .*\\)$", "");
        condition.remove(List.of("name", "severity", "says"));
        line.put("name", shorten(says, 160));
        line.put("condition", shorten(Json.compact(condition), 240));
        line.put("part", clause.part());
        line.put("label", clause.label());
        line.put("weight", String.format(Locale.ROOT, "%.2f", clause.weight()));
        line.put(
                "successes",
                clause.support().passes() + " of " + clause.support().successes());
        line.put(
                "failures",
                clause.support().failurePasses() + " of " + clause.support().failures());
        line.put("low", percent(clause.support().low()));
        line.put("p", String.format(Locale.ROOT, "%.2g", clause.support().adjustedP()));
        return line;
    }

    /** A forest plot: for each source the mined conditions, the number of steps, and chance. */
    View figure() {
        Axis axis = new Axis(0.3, 1, 250, 600);
        List<Map<String, Object>> lines = new ArrayList<>();
        List<Map<String, Object>> wanted = new ArrayList<>();
        int y = TOP;
        for (CompilationCard.Source source : card.sources()) {
            String name = source.name();
            if (metric(name, "auroc") == null) {
                continue;
            }
            double target = wantedAuroc(name);
            if (!Double.isNaN(target)) {
                wanted.add(Map.of("x", axis.pixel(target), "top", y - 10, "bottom", y + 2 * ROW + 10));
            }
            lines.add(line(axis, y, name, "mined conditions", "mined", metric(name, "auroc"), null));
            lines.add(line(axis, y + ROW, "", "number of steps", "length", metric(name, "auroc_length"), null));
            Interval range = Double.isNaN(value(name, "auroc_null"))
                    ? null
                    : new Interval(value(name, "auroc_null_low"), value(name, "auroc_null_high"));
            lines.add(line(axis, y + 2 * ROW, "", "chance", "chance", metric(name, "auroc_null"), range));
            y += 3 * ROW + 18;
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", "AUROC for success on held-out tasks");
        model.put(
                "description",
                "For each source: of the mined conditions and of the number of steps alone, with 95 % intervals over tasks; and of conditions mined"
                        + " from permuted outcomes, with the lowest and highest permutation. A bar marks what is wanted.");
        model.put("lines", lines);
        model.put("wanted", wanted);
        model.put(
                "ticks",
                axis.ticks().stream()
                        .map(tick -> Map.of("x", axis.pixel(tick), "text", String.format(Locale.ROOT, "%.1f", tick)))
                        .toList());
        model.put("bottom", y - 14);
        return new View("forest.svg.ftl", model);
    }

    private static Map<String, Object> line(
            Axis axis,
            int y,
            String source,
            String name,
            String style,
            @Nullable Metric metric,
            @Nullable Interval range) {
        Interval interval = range != null || metric == null ? range : metric.interval();
        double value = metric == null ? Double.NaN : metric.value();
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("source", source);
        line.put("name", name);
        line.put("style", style);
        line.put("y", y);
        line.put("x", axis.pixel(value));
        line.put("low", axis.pixel(interval == null ? value : interval.low()));
        line.put("high", axis.pixel(interval == null ? value : interval.high()));
        line.put("text", figure(value, null));
        return line;
    }
}
