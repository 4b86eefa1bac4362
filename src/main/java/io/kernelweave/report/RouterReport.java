package io.kernelweave.report;

import static io.kernelweave.report.Templates.count;
import static io.kernelweave.report.Templates.decimal;
import static io.kernelweave.report.Templates.percent;
import static io.kernelweave.report.Templates.points;
import static io.kernelweave.report.Templates.shorten;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.results.Metric;
import io.kernelweave.results.RouteRow;
import io.kernelweave.results.RoutedPrompt;
import io.kernelweave.results.RouterCard;
import io.kernelweave.results.Run;
import io.kernelweave.route.Assurance;
import io.kernelweave.route.LogisticModel;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.stats.Handover;
import io.kernelweave.stats.Interval;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The view model of the report on a trained router: every line of it as text, computed from the rows of one run and the adapter's card. */
final class RouterReport {
    private static final int LISTED = 12;
    private static final int WEIGHTS = 8;
    private static final String NONE = "(no kernel)";

    /** What the numbers that a kernel is judged by are, in words. */
    private static final Map<String, String> SIGNALS = Map.ofEntries(
            Map.entry("share", "its lead over the other listed kernels"),
            Map.entry("head", "what the linear head, trained on labelled prompts, gives it"),
            Map.entry("centroid", "similarity to the mean of its texts"),
            Map.entry("nearest", "similarity to the nearest of its texts"),
            Map.entry("nearest_few", "similarity to the nearest few of its texts"),
            Map.entry("lexical", "words in common (BM25)"),
            Map.entry("coverage", "words of the request that its texts know"),
            Map.entry("preconditions_pass", "its preconditions hold"),
            Map.entry("preconditions_fail", "its preconditions fail"),
            Map.entry("rivals_refused", "preconditions of its rivals fail where its own hold"),
            Map.entry("conflicts", "words that its description rules out"),
            Map.entry("energy", "how much the request is like anything that the head was trained on"),
            Map.entry("above_none", "the head's lead over “no kernel”"),
            Map.entry("nearest_none", "similarity to the nearest prompts that no kernel fits"));

    private final Run run;
    private final List<RouteRow> untrained;
    private final List<RouteRow> trained;
    private final Map<String, Metric> metrics;
    private final RouterCard card;

    RouterReport(Run run, List<RouteRow> rows, Map<String, Metric> metrics, RouterCard card) {
        this.run = run;
        this.untrained = rows.stream().filter(row -> !row.isTrained()).toList();
        this.trained = rows.stream().filter(RouteRow::isTrained).toList();
        this.metrics = metrics;
        this.card = card;
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
        model.put("data", run.data());
        model.put("prompts", count(run.data().rows()));
        model.put("clusters", count(run.data().clusters()));
        model.put("splits", String.join(" and ", card.splits()) + (card.splits().size() > 1 ? " splits" : " split"));
        model.put("learned", learned());
        model.put("headline", headline());
        model.put("guarantee", guarantee());
        model.put("fastTier", fastTier());
        model.put("assumption", Assurance.EXCHANGEABLE);
        model.put("levels", levels());
        model.put("noKernel", percent(card.guarantee().noKernelShare()));
        model.put("judgedNoKernel", percent(mean(trained, row -> row.kernelId() == null ? 1 : 0)));
        model.put("calibration", card.calibration().method());
        model.put("pick", pick());
        model.put("fit", fit());
        model.put("gained", kernels(Comparator.comparingInt(Change::gain).reversed(), change -> change.gain() > 0));
        model.put("lost", kernels(Comparator.comparingInt(Change::gain), change -> change.gain() < 0));
        model.put("confusions", confusions());
        model.put("errors", errors());
        model.put("card", card);
        model.put("encoders", card.encoders().isEmpty() ? "none: by words alone" : String.join(" + ", card.encoders()));
        model.put("trainedIn", String.format(Locale.ROOT, "%.1f s", card.trainedInMs() / 1000.0));
        model.put("fingerprint", new TreeMap<>(run.fingerprint()));
        model.put("environment", new TreeMap<>(run.environment()));
        model.put("settings", Json.pretty(run.settings()).strip());
        return model;
    }

    private @Nullable Metric metric(String name) {
        Metric metric = metrics.get(name);
        return metric == null || !metric.isMeasured() ? null : metric;
    }

    private String share(String name) {
        Metric metric = metric(name);
        return metric == null ? "–" : percent(metric.value(), metric.interval());
    }

    private String gain(String name) {
        Metric metric = metric("gain." + name);
        return metric == null ? "–" : points(metric.value(), metric.interval());
    }

    // ---- what to know first ----

    private List<String> findings() {
        List<String> findings = new ArrayList<>();
        Metric gain = metric("gain.routing_accuracy");
        if (gain != null) {
            Interval interval = gain.interval();
            boolean clear = interval != null && (interval.low() > 0 || interval.high() < 0);
            String verb = !clear
                    ? "makes no clear difference to the decisions"
                    : gain.value() > 0 ? "makes decisions better" : "makes decisions worse";
            findings.add("Training " + verb + ": " + share("trained.routing_accuracy") + " are right, "
                    + share("untrained.routing_accuracy") + " without it; " + gain("routing_accuracy")
                    + ", paired by prompt over " + count(gain.clusters()) + " clusters.");
        }
        if (metric("trained.routed_error_stated") != null) {
            findings.add("Wrong kernels among routed prompts, where no kernel fits "
                    + percent(card.guarantee().noKernelShare()) + " of the traffic: "
                    + share("trained.routed_error_stated") + ", "
                    + share("untrained.routed_error_stated") + " without training.");
        }
        Metric auroc = metric("trained.oos_auroc");
        findings.add(
                auroc == null
                        ? "The prompts are of one kind: how well abstention tells them apart cannot be said."
                        : "Kernel or none: AUROC " + decimal(auroc.value(), auroc.interval()) + " with training, "
                                + decimals("untrained.oos_auroc") + " without.");
        Metric before = metric("untrained.ece_stated");
        Metric after = metric("trained.ece_stated");
        if (before != null && after != null) {
            findings.add(String.format(
                    Locale.ROOT,
                    "In such traffic a stated probability is off by %.3f on average, %.3f without training.",
                    after.value(),
                    before.value()));
        }
        findings.add(guarantee());
        List<Change> lost =
                changes().stream().filter(change -> change.gain() < 0).toList();
        if (!lost.isEmpty()) {
            Change most = lost.stream()
                    .min(Comparator.comparingInt(Change::gain).thenComparing(Change::label))
                    .orElse(lost.get(0));
            findings.add(count(lost.size()) + " of " + count(changes().size())
                    + " labels have fewer right decisions than before, " + most.label() + " the most: " + most.after()
                    + " of " + most.rows() + ", " + most.before() + " before.");
        }
        return findings;
    }

    /** What is certified, in words. */
    private String guarantee() {
        String traffic = "where no kernel fits " + percent(card.guarantee().noKernelShare()) + " of the traffic";
        String confidence = "with confidence " + percent(1 - card.guarantee().delta());
        String asked = percent(card.guarantee().maxError());
        String at = String.format(Locale.ROOT, "%.2f", card.threshold());
        if (card.bound() <= card.guarantee().maxError()) {
            return "Of prompts routed at the threshold " + at + ", at most " + percent(card.bound())
                    + " go to a wrong kernel, " + confidence + ", " + traffic + " (asked for: " + asked + "). On the "
                    + run.data().split() + " split, weighed so, it is " + share("trained.routed_error_stated") + ".";
        }
        return "An error of " + asked + " cannot be certified with so few clusters: at the threshold " + at
                + ", which decides best, at most " + percent(card.bound()) + " go to a wrong kernel, " + confidence
                + ", " + traffic + ". On the " + run.data().split() + " split, weighed so, it is "
                + share("trained.routed_error_stated") + ".";
    }

    /** What is answered without the encoders; empty where nothing is. */
    private String fastTier() {
        Handover handover = card.fastTier();
        return handover == null || card.fastBound() == null
                ? ""
                : "Easy requests are answered by the fast tier, without the sentence encoders: "
                        + percent(handover.accepted()) + " of " + count(handover.trials())
                        + " prompts that it had not seen, " + percent(handover.cheapError())
                        + " of these wrongly, where the encoders decide " + percent(handover.dearError())
                        + " wrongly. Of its answers, at most " + percent(card.fastBound())
                        + " go to a wrong kernel; the bound above is that of the encoders on all traffic.";
    }

    private String decimals(String name) {
        Metric metric = metric(name);
        return metric == null ? "–" : decimal(metric.value(), metric.interval());
    }

    private List<Map<String, String>> learned() {
        RouterAdapter.Metrics learned = card.metrics();
        List<Map<String, String>> lines = new ArrayList<>();
        lines.add(Map.of("title", "clusters", "value", count(learned.clusters())));
        lines.add(Map.of("title", "prompts that one kernel fits, scored", "value", count(learned.inScope())));
        lines.add(Map.of("title", "prompts that no kernel fits", "value", count(learned.noKernel())));
        lines.add(Map.of("title", "prompts scored with their kernels hidden", "value", count(learned.masked())));
        lines.add(Map.of("title", "compositions", "value", count(learned.compositions())));
        return lines;
    }

    // ---- before and after ----

    private List<Map<String, String>> headline() {
        String share = percent(card.guarantee().noKernelShare());
        Map<String, String> shares = new LinkedHashMap<>();
        shares.put("routing_accuracy", "right decisions, of all prompts");
        shares.put("in_scope_accuracy", "likeliest kernel right, of prompts that one fits");
        shares.put("oos_recall", "abstentions, of prompts that none fits, at the threshold");
        shares.put("in_scope_coverage", "routed, of prompts that a kernel fits, at the threshold");
        shares.put("routed_error", "wrong kernels, of routed prompts");
        shares.put("routed_error_stated", "… where no kernel fits " + share + " of the traffic");
        shares.put("combined_accuracy", "right decisions, compositions left out");
        shares.put("composition_accuracy", "right decisions, compositions");
        for (String percent : List.of("1", "2", "5")) {
            shares.put(
                    "coverage_at_" + percent + "pct",
                    "routed, of prompts that a kernel fits, at a certified error of " + percent + " %");
        }
        List<Map<String, String>> lines = new ArrayList<>();
        shares.forEach((name, title) -> {
            if (metric("trained." + name) != null) {
                boolean nothing =
                        name.startsWith("coverage_at") && isZero("untrained." + name) && isZero("trained." + name);
                lines.add(
                        nothing
                                ? line(title, "not certifiable", "not certifiable", "–")
                                : line(title, share("untrained." + name), share("trained." + name), gain(name)));
            }
            if (name.equals("in_scope_accuracy") && metric("trained.oos_auroc") != null) {
                lines.add(decimalLine("AUROC of the probability, a kernel fits or none", "oos_auroc"));
            }
        });
        if (metric("trained.ece") != null) {
            lines.add(decimalLine("expected calibration error", "ece"));
            lines.add(decimalLine("… where no kernel fits " + share + " of the traffic", "ece_stated"));
        }
        return lines;
    }

    private boolean isZero(String name) {
        Metric metric = metric(name);
        return metric != null && metric.value() == 0;
    }

    private Map<String, String> decimalLine(String title, String name) {
        Metric gain = metric("gain." + name);
        return line(
                title,
                decimals("untrained." + name),
                decimals("trained." + name),
                gain == null ? "–" : (gain.value() < 0 ? "" : "+") + decimal(gain.value(), gain.interval()));
    }

    private static Map<String, String> line(String title, String untrained, String trained, String gain) {
        return Map.of("title", title, "untrained", untrained, "trained", trained, "gain", gain);
    }

    private List<Map<String, String>> levels() {
        RiskCurve curve = curve(trained);
        return card.levels().stream()
                .map(level -> {
                    Double threshold = level.threshold();
                    if (threshold == null) {
                        return Map.of(
                                "error", percent(level.maxError()),
                                "threshold", "not certifiable with so few clusters",
                                "coverage", "–",
                                "judged", "–");
                    }
                    RiskCurve.Point point = curve.at(threshold);
                    return Map.of(
                            "error", percent(level.maxError()),
                            "threshold", String.format(Locale.ROOT, "%.2f", threshold),
                            "coverage", percent(point.coverage()),
                            "judged", percent(point.error()));
                })
                .toList();
    }

    // ---- weights ----

    /** By what the picked kernels lead over the next, on average. */
    private List<Map<String, String>> pick() {
        return strongest(
                card.pick(),
                (name, weight) -> mean(trained, row -> {
                    RouteRow.Signal signal = signal(row, name);
                    return signal == null || signal.next() == null
                            ? Double.NaN
                            : weight * (signal.value() - signal.next());
                }));
    }

    /** By how much their part in the logit differs from prompt to prompt. */
    private List<Map<String, String>> fit() {
        return strongest(card.fit(), (name, weight) -> {
            ToDoubleFunction<RouteRow> part = row -> {
                RouteRow.Signal signal = signal(row, name);
                return signal == null ? Double.NaN : weight * signal.value();
            };
            double mean = mean(trained, part);
            double square = mean(trained, row -> {
                double off = part.applyAsDouble(row) - mean;
                return off * off;
            });
            return Math.signum(weight) * Math.sqrt(square);
        });
    }

    private interface Strength {
        double of(String feature, double weight);
    }

    private static List<Map<String, String>> strongest(@Nullable LogisticModel model, Strength strength) {
        Map<String, Double> strengths = new TreeMap<>();
        for (int i = 0; model != null && i < model.features().size(); i++) {
            String name = model.features().get(i);
            double value = strength.of(name, model.weights().get(i));
            if (Math.abs(value) >= 0.005) { // not NaN either
                strengths.put(name, value);
            }
        }
        return strengths.entrySet().stream()
                .sorted(Comparator.comparingDouble((Map.Entry<String, Double> entry) -> -Math.abs(entry.getValue())))
                .limit(WEIGHTS)
                .map(entry -> Map.of(
                        "name", entry.getKey(),
                        "words", words(entry.getKey()),
                        "value", String.format(Locale.ROOT, "%+.2f", entry.getValue())))
                .toList();
    }

    /** What a number is, and the encoder that it comes from. */
    private static String words(String feature) {
        String[] parts = feature.split(" ", 2);
        String words = SIGNALS.getOrDefault(parts[0], parts[0].replace('_', ' '));
        return parts.length == 1 ? words : words + ", by " + parts[1];
    }

    private static RouteRow.@Nullable Signal signal(RouteRow row, String name) {
        return row.signals().stream()
                .filter(signal -> signal.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static double mean(List<RouteRow> rows, ToDoubleFunction<RouteRow> of) {
        return rows.stream()
                .mapToDouble(of)
                .filter(value -> !Double.isNaN(value))
                .average()
                .orElse(Double.NaN);
    }

    // ---- kernels ----

    /** Right decisions for a label's prompts, and where the wrong ones went. */
    private record Change(String label, int rows, int before, int after, String wrongBefore, String wrongAfter) {
        int gain() {
            return after - before;
        }
    }

    private List<Change> changes() {
        Map<String, List<RouteRow>> before = byLabel(untrained);
        List<Change> changes = new ArrayList<>();
        byLabel(trained).forEach((label, after) -> {
            List<RouteRow> was = before.getOrDefault(label, List.of());
            changes.add(new Change(label, after.size(), right(was), right(after), wrong(was), wrong(after)));
        });
        return changes;
    }

    private static Map<String, List<RouteRow>> byLabel(List<RouteRow> rows) {
        return rows.stream().collect(Collectors.groupingBy(RouterReport::label, TreeMap::new, Collectors.toList()));
    }

    private static String label(RouteRow row) {
        return row.kernelId() == null ? NONE : row.kernelId();
    }

    private static String decided(RouteRow row) {
        return row.decision() == null
                ? "(error)"
                : row.decision().kernelIds().isEmpty()
                        ? NONE
                        : String.join("+", row.decision().kernelIds());
    }

    private static boolean isRight(RouteRow row) {
        return Boolean.TRUE.equals(row.routeCorrect());
    }

    private static int right(List<RouteRow> rows) {
        return (int) rows.stream().filter(RouterReport::isRight).count();
    }

    /** Where most of the wrong decisions went. */
    private static String wrong(List<RouteRow> rows) {
        return rows.stream()
                .filter(row -> !isRight(row))
                .collect(Collectors.groupingBy(RouterReport::decided, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .max(Map.Entry.<String, Long>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(entry -> entry.getKey() + " ×" + entry.getValue())
                .orElse("none");
    }

    private List<Map<String, Object>> kernels(Comparator<Change> order, java.util.function.Predicate<Change> which) {
        return changes().stream()
                .filter(which)
                .sorted(order.thenComparing(Change::label))
                .limit(LISTED)
                .map(change -> Map.<String, Object>of(
                        "name", change.label(),
                        "rows", change.rows(),
                        "before", change.before(),
                        "after", change.after(),
                        "wrongBefore", change.wrongBefore(),
                        "wrongAfter", change.wrongAfter()))
                .toList();
    }

    /** The confusions that changed most, and then the most frequent of those that stay. */
    private List<Map<String, Object>> confusions() {
        Map<String, List<RouteRow>> before = byConfusion(untrained);
        Map<String, List<RouteRow>> after = byConfusion(trained);
        Map<String, RouteRow> examples = new TreeMap<>();
        before.forEach((pair, rows) -> examples.put(pair, rows.get(0)));
        after.forEach((pair, rows) -> examples.put(pair, rows.get(0)));
        Function<String, Integer> was =
                pair -> before.getOrDefault(pair, List.of()).size();
        Function<String, Integer> is =
                pair -> after.getOrDefault(pair, List.of()).size();
        return examples.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, RouteRow> entry) ->
                                -Math.abs(is.apply(entry.getKey()) - was.apply(entry.getKey())))
                        .thenComparingInt(entry -> -is.apply(entry.getKey()))
                        .thenComparing(Map.Entry::getKey))
                .limit(LISTED)
                .map(entry -> Map.<String, Object>of(
                        "label", label(entry.getValue()),
                        "decided", decided(entry.getValue()),
                        "before", was.apply(entry.getKey()),
                        "after", is.apply(entry.getKey()),
                        "example",
                                shorten(
                                        PromptInput.of(entry.getValue().prompt())
                                                .request(),
                                        80)))
                .toList();
    }

    private static Map<String, List<RouteRow>> byConfusion(List<RouteRow> rows) {
        return rows.stream()
                .filter(row -> !isRight(row))
                .collect(Collectors.groupingBy(
                        row -> label(row) + "\n" + decided(row), TreeMap::new, Collectors.toList()));
    }

    private List<Map<String, Object>> errors() {
        Map<String, List<RouteRow>> byMessage = new TreeMap<>();
        for (List<RouteRow> rows : List.of(untrained, trained)) {
            for (RouteRow row : rows) {
                if (row.error() != null) {
                    byMessage
                            .computeIfAbsent(shorten(row.error(), 160), message -> new ArrayList<>())
                            .add(row);
                }
            }
        }
        return byMessage.entrySet().stream()
                .map(error -> Map.<String, Object>of(
                        "message", error.getKey(),
                        "rows", error.getValue().size(),
                        "example", error.getValue().get(0).identity()))
                .toList();
    }

    // ---- figures ----

    /** Without training, with it but not calibrated (if that makes a difference), and with both. */
    List<Reliability> reliability() {
        Map<String, RouteRow> rows = trained.stream().collect(Collectors.toMap(RouteRow::rowId, Function.identity()));
        List<RoutedPrompt> after = RoutedPrompt.of(trained);
        List<Reliability> curves = new ArrayList<>();
        curves.add(Reliability.of("untrained", outcomes(RoutedPrompt.of(untrained), RoutedPrompt::probability)));
        if (isCalibrated()) {
            curves.add(Reliability.of(
                    "not calibrated", outcomes(after, prompt -> uncalibrated(prompt, rows.get(prompt.row())))));
        }
        curves.add(Reliability.of("trained", outcomes(after, RoutedPrompt::probability)));
        return curves;
    }

    private boolean isCalibrated() {
        return !card.calibration().method().equals("none");
    }

    private List<Reliability.Outcome> outcomes(List<RoutedPrompt> prompts, ToDoubleFunction<RoutedPrompt> stated) {
        ToDoubleFunction<RoutedPrompt> weights =
                RoutedPrompt.weights(prompts, card.guarantee().noKernelShare());
        return prompts.stream()
                .map(prompt -> new Reliability.Outcome(
                        stated.applyAsDouble(prompt), prompt.right(), weights.applyAsDouble(prompt)))
                .toList();
    }

    /** What the signals amount to by themselves. */
    private double uncalibrated(RoutedPrompt prompt, @Nullable RouteRow row) {
        if (row == null || row.signals().isEmpty() || card.fit() == null) {
            return prompt.probability();
        }
        double logit = card.fit().bias();
        for (RouteRow.Signal signal : row.signals()) {
            logit += signal.contribution();
        }
        return 1 / (1 + StrictMath.exp(-logit));
    }

    /** Coverage against error, with the thresholds in use. */
    Map<String, RouterPlots.Used> coverage() {
        Map<String, RouterPlots.Used> curves = new LinkedHashMap<>();
        curves.put("untrained", used(untrained));
        curves.put("trained", used(trained));
        return curves;
    }

    private RiskCurve curve(List<RouteRow> rows) {
        List<RoutedPrompt> prompts = RoutedPrompt.of(rows);
        return RiskCurve.of(
                prompts, RoutedPrompt.weights(prompts, card.guarantee().noKernelShare()));
    }

    private RouterPlots.Used used(List<RouteRow> rows) {
        double threshold = rows.stream()
                .map(RouteRow::decision)
                .filter(decision -> decision != null && !decision.action().equals("compose"))
                .mapToDouble(decision -> decision == null ? 0 : decision.threshold())
                .findFirst()
                .orElse(Double.NaN);
        return new RouterPlots.Used(curve(rows), threshold);
    }

    /** Right decisions of each label, before and after. */
    List<List<Object>> byLabel() {
        return changes().stream()
                .map(change -> List.<Object>of(
                        change.label(),
                        change.rows(),
                        change.before(),
                        change.after(),
                        change.wrongBefore(),
                        change.wrongAfter()))
                .toList();
    }
}
