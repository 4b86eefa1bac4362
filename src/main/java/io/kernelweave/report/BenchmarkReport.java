package io.kernelweave.report;

import static io.kernelweave.report.Templates.count;
import static io.kernelweave.report.Templates.decimal;
import static io.kernelweave.report.Templates.percent;
import static io.kernelweave.report.Templates.points;
import static io.kernelweave.report.Templates.shorten;

import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Run;
import io.kernelweave.runtime.Arm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The view model of {@code benchmark.md}: every line of the report as text, computed from the rows of one run. */
final class BenchmarkReport {
    private static final int WORST = 12;
    private static final int MOST_WRONG = 3;
    private static final int MOST = 15;
    /** More kernels than these in one table nobody reads. */
    private static final int MOST_KERNELS = 60;

    private static final int SHOWN_KERNELS = 20;

    private final Run run;
    private final List<ResultRow> rows;
    private final Map<String, Metric> metrics;
    private final List<Arm> arms;
    /** The arm that the details are about: the most complete one that ran. */
    private final Arm main;

    BenchmarkReport(Run run, List<ResultRow> rows, Map<String, Metric> metrics) {
        this.run = run;
        this.rows = rows;
        this.metrics = metrics;
        this.arms = Metrics.arms(rows);
        this.main = arms.get(arms.size() - 1);
    }

    Map<String, Object> model() {
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("run", run.runId());
        model.put("job", run.job());
        model.put(
                "verdict",
                run.judgement() == null ? "not judged" : run.judgement().verdict());
        model.put(
                "reasons", run.judgement() == null ? List.of() : run.judgement().reasons());
        model.put(
                "baseline",
                run.judgement() == null || run.judgement().baseline() == null
                        ? ""
                        : run.judgement().baseline());
        model.put(
                "findings",
                findings().stream().map(MarkdownOutputFormat::unbroken).toList());
        model.put("data", run.data());
        model.put("prompts", count(run.data().rows()));
        model.put("clusters", count(run.data().clusters()));
        model.put("backend", backend());
        model.put(
                "arms",
                arms.stream()
                        .map(arm -> Map.of("name", arm.label(), "description", arm.description()))
                        .toList());
        model.put("main", main.label());
        model.put("headline", headline());
        model.put("targets", groups(ResultRow::target));
        List<Kernel> kernels = kernels();
        boolean folds = kernels.size() > MOST_KERNELS;
        model.put(
                "kernels",
                (folds
                                ? kernels.stream()
                                        .filter(kernel -> kernel.lost > 0)
                                        .sorted(Comparator.comparingLong((Kernel kernel) -> -kernel.lost)
                                                .thenComparing(Kernel::name))
                                        .limit(SHOWN_KERNELS)
                                : kernels.stream())
                        .map(Kernel::line)
                        .toList());
        model.put("folded", folds ? kernels.stream().map(Kernel::line).toList() : List.of());
        model.put("kinds", kinds());
        model.put("intents", intents());
        Map<String, List<ResultRow>> confusions = confused();
        model.put("confusions", confusions(confusions));
        model.put(
                "confusionsLeft",
                left(
                        confusions.size(),
                        "pairs",
                        confusions.values().stream().map(List::size).sorted(Comparator.reverseOrder())));
        Map<String, List<String>> broken = broken();
        model.put("conditions", conditions(broken));
        model.put(
                "conditionsLeft",
                left(
                        broken.size(),
                        "conditions",
                        broken.values().stream().map(List::size).sorted(Comparator.reverseOrder())));
        model.put("worst", worst());
        model.put("errors", errors());
        model.put("fingerprint", new TreeMap<>(run.fingerprint()));
        model.put("environment", run.environment());
        model.put("settings", io.kernelweave.json.Json.pretty(run.settings()).strip());
        model.put("recordedGate", metrics.containsKey("gate.broken_rejected"));
        model.put("brokenRejected", share("gate.broken_rejected"));
        model.put("goodAccepted", share("gate.good_accepted"));
        return model;
    }

    /** Abstentions by kind of prompt that no kernel fits; empty if the data set tells none apart. */
    private List<Map<String, Object>> kinds() {
        List<Map<String, Object>> lines = new ArrayList<>();
        for (String kind : DatasetRow.KINDS) {
            Metric metric = Metrics.get(metrics, main, Metrics.abstention(kind));
            if (metric != null && metric.isMeasured()) {
                lines.add(Map.of(
                        "name",
                        kind,
                        "rows",
                        metric.rows(),
                        "clusters",
                        metric.clusters(),
                        "cells",
                        arms.stream()
                                .map(arm -> shareOf(Metrics.get(metrics, arm, Metrics.abstention(kind))))
                                .toList(),
                        "wrong",
                        wrongKernels(kind)));
            }
        }
        return lines;
    }

    /** The kernels that prompts of a kind are sent to most, in words. */
    private String wrongKernels(String kind) {
        Map<String, Long> counts = rows.stream()
                .filter(row -> row.arm().equals(main.label())
                        && kind.equals(row.kind())
                        && Boolean.FALSE.equals(row.routeCorrect()))
                .collect(Collectors.groupingBy(
                        row -> String.valueOf(decided(row)), TreeMap::new, Collectors.counting()));
        return counts.isEmpty()
                ? "–"
                : counts.entrySet().stream()
                        .sorted(Comparator.comparingLong((Map.Entry<String, Long> count) -> -count.getValue())
                                .thenComparing(Map.Entry::getKey))
                        .limit(MOST_WRONG)
                        .map(count -> count.getKey() + " (" + count.getValue() + ")")
                        .collect(Collectors.joining(", "));
    }

    /** How well intents are told apart; empty if the run was not asked. */
    private List<Map<String, String>> intents() {
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put("in_scope_accuracy", "likeliest kernel right, of prompts that one fits");
        titles.put("oos_auroc", "AUROC of the probability, a kernel fits or none");
        titles.put("oos_fpr95", "prompts that none fits, above what 95 % of the others reach");
        titles.put("oos_recall", "abstentions, of prompts that none fits");
        titles.put("in_scope_coverage", "routed, of prompts that a kernel fits");
        titles.put("routed_error", "wrong kernels, of routed prompts");
        titles.put("combined_accuracy", "right decisions, abstention included");
        titles.put("f1", "F1, mean over intents and abstention");
        titles.put("ece", "expected calibration error");
        for (String percent : List.of("1", "2", "5")) {
            titles.put(
                    "coverage_at_" + percent + "pct",
                    "error certified at " + percent + " %: routed, of prompts that a kernel fits");
            titles.put("routed_at_" + percent + "pct", "… of all prompts");
            titles.put("violations_at_" + percent + "pct", "… resamples with a higher error");
        }
        List<Map<String, String>> lines = new ArrayList<>();
        titles.forEach((name, title) -> {
            Metric metric = metrics.get("intent." + name);
            if (metric != null && metric.isMeasured()) {
                boolean share = !List.of("oos_auroc", "f1", "ece").contains(name);
                lines.add(Map.of(
                        "name",
                        "intent." + name,
                        "title",
                        title,
                        "value",
                        share
                                ? percent(metric.value(), metric.interval())
                                : decimal(metric.value(), metric.interval())));
            }
        });
        return lines;
    }

    private String backend() {
        return run.settings().path("model").path("backend").asString("ngram").toLowerCase(Locale.ROOT);
    }

    /** What a reader should know first; where a simple arm wins, that comes first of all. */
    private List<String> findings() {
        List<String> findings = new ArrayList<>();
        // Of equals, the most complete: a simple arm wins only if it is better.
        Arm best = main;
        for (Arm arm : arms) {
            if (value(arm, "verification_pass_rate") > value(best, "verification_pass_rate")) {
                best = arm;
            }
        }
        Metric bestRate = Metrics.get(metrics, best, "verification_pass_rate");
        if (arms.size() > 1 && bestRate != null) {
            String rate = percent(bestRate.value(), bestRate.interval());
            if (bestRate.value() == 0) {
                findings.add("No arm gave a single answer that its label's contract accepts.");
            } else if (best == Arm.RAW || best == Arm.RETRIEVAL || best == Arm.PROMPT_WRAPPER) {
                findings.add("A simple arm wins: `" + best.label() + "` (" + best.description()
                        + ") has the highest verification pass rate, " + rate + ", above " + mainRate() + " for `"
                        + main.label() + "`.");
            } else {
                findings.add(
                        "`" + best.label() + "` has the highest verification pass rate: " + rate + " of all rows.");
            }
        }
        for (Arm arm : arms) {
            Metric gain = metrics.get("gain." + arm.label() + ".verification_pass_rate");
            if (gain != null && gain.interval() != null) {
                boolean excludesZero =
                        gain.interval().low() > 0 || gain.interval().high() < 0;
                findings.add("`router+gate` against `" + arm.label() + "`: " + points(gain.value(), gain.interval())
                        + " in verification pass rate, paired by row over " + count(gain.clusters())
                        + " clusters; the interval "
                        + (excludesZero ? "excludes" : "includes") + " zero.");
            }
        }
        Metric routing = metrics.get("routing.accuracy");
        Metric abstention = metrics.get("routing.abstention_accuracy");
        if (routing != null && routing.isMeasured()) {
            findings.add("Routing: " + percent(routing.value(), routing.interval()) + " of all decisions are right; "
                    + (abstention == null || !abstention.isMeasured()
                            ? "no row was without a fitting kernel."
                            : percent(abstention.value(), abstention.interval()) + " of the " + count(abstention.rows())
                                    + " prompts that no kernel fits went to raw generation" + byKind() + "."));
        }
        if (backend().equals("ngram")) {
            findings.add("The answers come from a small statistical model (n-grams of order "
                    + run.settings().path("model").path("order").asInt()
                    + ", trained on the train split when the job started), not from a large language model: read the arms against each other, not as the quality"
                    + " of an assistant.");
        } else if (backend().equals("llama")) {
            findings.add(
                    "The answers come from a transformer in the job's GGUF file, run by llama.cpp; it is given prompts as they are,"
                            + " without a chat template.");
        } else {
            findings.add(
                    "The answers are recorded ones, planted failures included: the figures say how router, mask and gate treat known"
                            + " answers, nothing of a model's quality.");
        }
        return findings;
    }

    /** The abstentions by kind, in brackets. */
    private String byKind() {
        List<String> kinds = new ArrayList<>();
        for (String kind : DatasetRow.KINDS) {
            Metric metric = metrics.get("routing." + Metrics.abstention(kind));
            if (metric != null && metric.isMeasured()) {
                kinds.add(kind + " " + percent(metric.value(), metric.interval()) + " of " + count(metric.rows()));
            }
        }
        return kinds.isEmpty() ? "" : " (" + String.join(", ", kinds) + ")";
    }

    private String mainRate() {
        Metric rate = Metrics.get(metrics, main, "verification_pass_rate");
        return rate == null ? "–" : percent(rate.value(), rate.interval());
    }

    private double value(Arm arm, String name) {
        Metric metric = Metrics.get(metrics, arm, name);
        return metric == null || !metric.isMeasured() ? -1 : metric.value();
    }

    private String share(String name) {
        return shareOf(metrics.get(name));
    }

    private static String shareOf(@Nullable Metric metric) {
        return metric == null || !metric.isMeasured()
                ? "–"
                : percent(metric.value(), metric.interval()) + " of " + count(metric.rows());
    }

    /** One line a metric, one column an arm. */
    private List<Map<String, Object>> headline() {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("verification_pass_rate", "verification pass rate");
        names.put("unknown_rate", "verdict UNKNOWN");
        names.put("schema_validity", "schema validity");
        names.put("routing_accuracy", "routing accuracy");
        names.put("in_scope_accuracy", "… where a kernel fits (recall)");
        names.put("routing_precision", "… where a kernel was chosen (precision)");
        names.put("abstention_accuracy", "… where no kernel fits (abstention)");
        names.put("kernel_reuse_rate", "kernel reuse");
        names.put("false_accept_rate", "let through, and wrong");
        names.put("answer_reuse_rate", "answers used again");
        names.put("composition_success_rate", "composition success");
        names.put("failure_recovery_rate", "failure recovery");
        names.put("error_rate", "errors");
        List<Map<String, Object>> lines = new ArrayList<>();
        names.forEach((name, title) -> {
            List<String> cells = new ArrayList<>();
            boolean any = false;
            for (Arm arm : arms) {
                Metric metric = Metrics.get(metrics, arm, name);
                any |= metric != null && metric.isMeasured();
                cells.add(
                        metric != null && metric.rows() == run.data().rows()
                                ? percent(metric.value(), metric.interval())
                                : shareOf(metric));
            }
            if (any) {
                lines.add(Map.of("title", title, "cells", cells));
            }
        });
        List<String> tokens = arms.stream()
                .map(arm -> {
                    Metric metric = Metrics.get(metrics, arm, "tokens_per_row");
                    return metric == null ? "–" : String.format(Locale.ROOT, "%.0f", metric.value());
                })
                .toList();
        lines.add(Map.of("title", "tokens generated a row", "cells", tokens));
        return lines;
    }

    /** Pass rates of each arm by a field of the rows. */
    private List<Map<String, Object>> groups(Function<ResultRow, String> field) {
        Map<String, List<ResultRow>> groups =
                rows.stream().collect(Collectors.groupingBy(field, TreeMap::new, Collectors.toList()));
        List<Map<String, Object>> lines = new ArrayList<>();
        groups.forEach((name, group) -> lines.add(Map.of(
                "name",
                name,
                "rows",
                count(group.stream()
                        .filter(row -> row.arm().equals(main.label()))
                        .count()),
                "cells",
                arms.stream()
                        .map(arm -> passRate(group.stream()
                                .filter(row -> row.arm().equals(arm.label()))
                                .toList()))
                        .toList())));
        return lines;
    }

    private static String passRate(List<ResultRow> rows) {
        Metric metric = Metrics.passRate("", rows);
        return percent(metric.value(), metric.interval());
    }

    /** A line of the table of kernels, and how many of its rows went the wrong way or do not pass. */
    private record Kernel(String name, long lost, Map<String, Object> line) {}

    private List<Kernel> kernels() {
        Map<String, List<ResultRow>> groups = rows.stream()
                .filter(row -> row.arm().equals(main.label()))
                .collect(Collectors.groupingBy(BenchmarkReport::label, TreeMap::new, Collectors.toList()));
        List<Kernel> kernels = new ArrayList<>();
        groups.forEach((kernel, group) -> {
            boolean fits = group.get(0).kernelId() != null;
            long right = group.stream()
                    .filter(row -> Boolean.TRUE.equals(row.routeCorrect()))
                    .count();
            long first = group.stream().filter(ResultRow::isAcceptedAtOnce).count();
            long reused = group.stream().filter(ResultRow::answeredByKernel).count();
            kernels.add(new Kernel(
                    kernel,
                    group.stream()
                            .filter(row -> Boolean.FALSE.equals(row.routeCorrect()) || fits && !row.passes())
                            .count(),
                    Map.of(
                            "name", kernel,
                            "rows", count(group.size()),
                            "right", percent((double) right / group.size()),
                            "passes", fits ? passRate(group) : "no contract",
                            "first", percent((double) first / group.size()),
                            "reused", percent((double) reused / group.size()))));
        });
        return kernels;
    }

    private static String label(ResultRow row) {
        return row.kernelId() == null ? "(no kernel fits)" : row.kernelId();
    }

    private static @Nullable String decided(ResultRow row) {
        return row.decision() == null
                ? null
                : row.decision().kernelIds().isEmpty()
                        ? "(raw generation)"
                        : String.join("+", row.decision().kernelIds());
    }

    /** Wrong decisions by what the prompt asks for and where it went. */
    private Map<String, List<ResultRow>> confused() {
        return rows.stream()
                .filter(row -> row.arm().equals(main.label()) && Boolean.FALSE.equals(row.routeCorrect()))
                .collect(Collectors.groupingBy(
                        row -> label(row) + "\n" + decided(row), TreeMap::new, Collectors.toList()));
    }

    /** What a table of the most frequent leaves out, in words; empty if nothing. */
    private static String left(int all, String what, Stream<Integer> descending) {
        long rows = descending.skip(MOST).mapToLong(each -> each).sum();
        return all <= MOST
                ? ""
                : "The " + MOST + " most frequent of " + count(all) + " " + what + "; the others have " + count(rows)
                        + " rows.";
    }

    private static List<Map<String, Object>> confusions(Map<String, List<ResultRow>> pairs) {
        return pairs.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, List<ResultRow>> pair) ->
                                -pair.getValue().size())
                        .thenComparing(Map.Entry::getKey))
                .limit(MOST)
                .map(pair -> {
                    ResultRow example = pair.getValue().get(0);
                    String[] names = pair.getKey().split("\n");
                    return Map.<String, Object>of(
                            "label", names[0],
                            "decided", names[1],
                            "rows", count(pair.getValue().size()),
                            "clusters",
                                    count(pair.getValue().stream()
                                            .map(ResultRow::clusterId)
                                            .distinct()
                                            .count()),
                            "example", shorten(request(example), 90));
                })
                .toList();
    }

    private static String request(ResultRow row) {
        return io.kernelweave.kernel.PromptInput.of(row.prompt()).request();
    }

    /** The reasons for which final answers of the main arm break each condition. */
    private Map<String, List<String>> broken() {
        Map<String, List<String>> reasons = new TreeMap<>();
        rows.stream()
                .filter(row -> row.arm().equals(main.label()) && row.kernelId() != null)
                .forEach(row -> row.verdict().checks().stream()
                        .filter(ResultRow.Check::blocks)
                        .forEach(check -> reasons.computeIfAbsent(
                                        label(row) + "\n" + check.name(), name -> new ArrayList<>())
                                .add(check.reason())));
        return reasons;
    }

    private static List<Map<String, Object>> conditions(Map<String, List<String>> broken) {
        return broken.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, List<String>> reasons) ->
                                -reasons.getValue().size())
                        .thenComparing(Map.Entry::getKey))
                .limit(MOST)
                .map(reasons -> Map.<String, Object>of(
                        "kernel",
                        reasons.getKey().split("\n")[0],
                        "condition",
                        reasons.getKey().split("\n")[1],
                        "rows",
                        count(reasons.getValue().size()),
                        "reason",
                        shorten(reasons.getValue().get(0), 110)))
                .toList();
    }

    /** The rows furthest from their contract, one a cluster. */
    private List<Map<String, Object>> worst() {
        return rows.stream()
                .filter(row -> row.arm().equals(main.label()) && row.kernelId() != null && !row.passes())
                .sorted(Comparator.comparingDouble(
                                (ResultRow row) -> row.verdict().score() == null
                                        ? -1
                                        : row.verdict().score())
                        .thenComparing(ResultRow::rowId))
                .collect(Collectors.toMap(
                        ResultRow::clusterId, Function.identity(), (first, second) -> first, LinkedHashMap::new))
                .values()
                .stream()
                .limit(WORST)
                .map(row -> Map.<String, Object>of(
                        "row", row.rowId(),
                        "kernel", label(row),
                        "path", row.answer() == null ? "error" : row.answer().path(),
                        "decided", label(row).equals(decided(row)) ? "the same" : String.valueOf(decided(row)),
                        "score",
                                row.verdict().score() == null
                                        ? "–"
                                        : percent(row.verdict().score()),
                        "reason", shorten(reason(row), 120),
                        "prompt", shorten(request(row), 80)))
                .toList();
    }

    private static String reason(ResultRow row) {
        if (row.error() != null) {
            return row.error();
        }
        return row.verdict().checks().stream()
                .filter(ResultRow.Check::blocks)
                .findFirst()
                .map(check -> check.name() + ": " + check.reason())
                .orElse("nothing could be checked");
    }

    private List<Map<String, Object>> errors() {
        Map<String, List<ResultRow>> byMessage = rows.stream()
                .filter(row -> row.error() != null)
                .collect(Collectors.groupingBy(
                        row -> shorten(String.valueOf(row.error()), 160), TreeMap::new, Collectors.toList()));
        return byMessage.entrySet().stream()
                .map(error -> Map.<String, Object>of(
                        "message", error.getKey(),
                        "rows", count(error.getValue().size()),
                        "example", error.getValue().get(0).identity()))
                .toList();
    }
}
