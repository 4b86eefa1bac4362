package io.kernelweave.report;

import static io.kernelweave.report.Templates.count;
import static io.kernelweave.report.Templates.percent;
import static io.kernelweave.report.Templates.shorten;

import io.kernelweave.json.Json;
import io.kernelweave.results.LoopMetrics;
import io.kernelweave.results.LoopRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Run;
import io.kernelweave.runtime.HeldOut;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.DoubleFunction;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The view model of the report on a loop that learns from a stream of prompts, and its figures. */
final class LoopReport {
    private static final int TOP = 60;
    private static final int BOTTOM = 340;
    private static final int PARTS = 5;

    /** A window with fewer reused answers than this says nothing of how many are right. */
    private static final int FEW = 10;

    private final Run run;
    private final List<LoopRow> rows;
    private final Map<String, Metric> metrics;
    private final List<String> streams;

    LoopReport(Run run, List<LoopRow> rows, Map<String, Metric> metrics) {
        this.run = run;
        this.rows = rows;
        this.metrics = metrics;
        this.streams = LoopMetrics.streams(rows);
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
        model.put("findings", findings());
        model.put("setting", setting());
        model.put("streams", streams.stream().map(this::stream).toList());
        model.put("requirements", requirements());
        model.put("errors", errors());
        model.put("data", run.data());
        model.put("fingerprint", new TreeMap<>(run.fingerprint()));
        model.put("environment", run.environment());
        model.put("settings", Json.pretty(run.settings()).strip());
        return model;
    }

    private Map<String, String> setting() {
        Map<String, String> setting = new LinkedHashMap<>();
        for (String name : List.of("errors", "hard", "feedback", "poison", "no_kernel", "held_out", "threshold")) {
            setting.put(name, percent(run.settings().path(name).asDouble(0)));
        }
        for (String name : List.of("examples", "asks", "interval", "retries", "window")) {
            setting.put(name, count(run.settings().path(name).asInt(0)));
        }
        return setting;
    }

    private List<String> findings() {
        List<String> findings = new ArrayList<>();
        for (String stream : streams) {
            String of = stream.equals(LoopRow.CLEAN) ? "" : " (" + stream + " stream)";
            findings.add(
                    "Reuse" + of + ": " + share(stream, "reuse_rate.first") + " of the first fifth of the prompts, "
                            + share(stream, "reuse_rate.last")
                            + " of the last one; of its prompts that a kernel of the data set"
                            + " fits " + share(stream, "reuse_rate.fitting.last") + ".");
            findings.add("Right" + of + ": " + share(stream, "verified_rate") + " of the reused answers, "
                    + share(stream, "raw_verified_rate")
                    + " of raw answers to prompts that a kernel of the data set fits.");
        }
        findings.add("A reused answer takes " + number(LoopRow.CLEAN, "tokens_per_prompt.reused")
                + " tokens of the model, retries included, where its unmasked answer takes "
                + number(LoopRow.CLEAN, "tokens_per_prompt.raw") + " ("
                + share(LoopRow.CLEAN, "tokens_per_prompt.saved")
                + " saved). Over all prompts, trials included: "
                + number(LoopRow.CLEAN, "tokens_per_prompt.first") + " a prompt in the first fifth, "
                + number(LoopRow.CLEAN, "tokens_per_prompt.last") + " in the last.");
        findings.add("Prompts that no kernel of the data set fits: a kernel's answer was given to "
                + share(LoopRow.CLEAN, "false_reuse_rate") + ", of near misses "
                + share(LoopRow.CLEAN, "false_reuse_rate.near_miss")
                + ". They were routed to a kernel, whose gate may have refused its answer, in "
                + share(LoopRow.CLEAN, "false_route_rate") + ".");
        for (String stream : streams) {
            findings.add("Promotions, " + stream + " stream: " + number(stream, "kernels.promoted") + ", of these "
                    + number(stream, "promoted_unverified") + " on answers that nobody confirmed, "
                    + number(stream, "promoted_failing") + " of kernels that fail held-out tests.");
        }
        return findings;
    }

    private @Nullable Metric metric(String stream, String name) {
        return metrics.get(LoopMetrics.prefix(stream) + name);
    }

    private String share(String stream, String name) {
        Metric metric = metric(stream, name);
        return metric == null ? "–" : percent(metric.value(), metric.interval());
    }

    private String number(String stream, String name) {
        Metric metric = metric(stream, name);
        if (metric == null || Double.isNaN(metric.value())) {
            return "–";
        }
        return metric.value() == Math.rint(metric.value())
                ? count((long) metric.value())
                : String.format(Locale.ROOT, "%.1f", metric.value());
    }

    private Map<String, Object> stream(String name) {
        List<LoopRow> own = LoopMetrics.of(rows, name);
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("name", name);
        model.put("prompts", count(own.size()));
        model.put("parts", parts(own));
        model.put("kernels", kernels(own));
        model.put("wrongReuse", wrongReuse(own));
        List<List<String>> lines = new ArrayList<>();
        for (String change : List.of("compiled", "refused", "promoted", "fell", "quarantined")) {
            lines.add(List.of(change, number(name, "kernels." + change)));
        }
        model.put("changes", lines);
        model.put("swappedRefused", share(name, "refused_rate.swapped"));
        model.put("alteredRefused", share(name, "refused_rate.altered"));
        model.put("wrongKernel", share(name, "wrong_kernel_rate"));
        model.put("asked", share(name, "asked_rate"));
        return model;
    }

    /** One line a fifth of the stream. */
    private static List<List<String>> parts(List<LoopRow> own) {
        List<List<String>> lines = new ArrayList<>();
        for (int i = 0; i < PARTS; i++) {
            List<LoopRow> part = LoopMetrics.part(own, i);
            if (part.isEmpty()) {
                continue;
            }
            List<LoopRow> reused = part.stream().filter(LoopRow::isReused).toList();
            lines.add(List.of(
                    count(part.get(0).position() + 1L) + " to "
                            + count(part.get(part.size() - 1).position() + 1L),
                    count(reused.size()),
                    percent(rate(part, LoopRow::isReused)),
                    percent(rate(reused, LoopRow::isVerified)),
                    percent(rate(
                            part.stream()
                                    .filter(row -> row.fits() && !row.isReused())
                                    .toList(),
                            LoopRow::isVerified)),
                    count(part.stream()
                            .filter(row -> !row.fits() && row.isReused())
                            .count()),
                    count(part.stream().filter(row -> row.trial() != null).count()),
                    String.format(Locale.ROOT, "%.1f", mean(part, LoopMetrics::tokens)),
                    String.format(
                            Locale.ROOT,
                            "%.1f",
                            mean(
                                    part,
                                    row -> row.tokens() == null
                                            ? 0
                                            : row.tokens().raw()))));
        }
        return lines;
    }

    private static double rate(List<LoopRow> rows, Predicate<LoopRow> condition) {
        return rows.isEmpty() ? Double.NaN : mean(rows, row -> condition.test(row) ? 1 : 0);
    }

    private static double mean(List<LoopRow> rows, ToDoubleFunction<LoopRow> figure) {
        return rows.stream().mapToDouble(figure).average().orElse(Double.NaN);
    }

    /** The kernels that were promoted, with what they rest on and what became of them. */
    private static List<List<String>> kernels(List<LoopRow> own) {
        Map<String, String> kinds = LoopMetrics.kinds(own);
        List<List<String>> lines = new ArrayList<>();
        for (LoopMetrics.Promoted promoted : LoopMetrics.promoted(own)) {
            LoopRow.Made kernel = promoted.event().kernel();
            List<LoopRow> used = own.stream()
                    .filter(row -> row.isReused()
                            && row.served() != null
                            && row.served().digest().equals(kernel.digest()))
                    .toList();
            List<LoopRow> tried = own.stream()
                    .filter(row ->
                            row.trial() != null && row.trial().kernel().digest().equals(kernel.digest()))
                    .toList();
            HeldOut heldOut = promoted.compiled()
                    .map(LoopRow.Event::heldOut)
                    .filter(Objects::nonNull)
                    .orElse(null);
            lines.add(List.of(
                    kernel.kernelId() + " v" + kernel.version(),
                    kinds.getOrDefault(kernel.digest(), ""),
                    count(promoted.compiled()
                            .map(event -> event.sources().size())
                            .orElse(0)),
                    heldOut(heldOut),
                    count(tried.stream()
                                    .filter(row -> row.trial() != null
                                            && row.trial().told().equals("PASS"))
                                    .count())
                            + " of " + count(tried.size()),
                    count(promoted.row().position() + 1L),
                    heldOut(promoted.event().fresh()) + "; "
                            + refused(promoted.event().altered()),
                    count(used.size()),
                    percent(rate(used, LoopRow::isVerified))));
        }
        return lines;
    }

    /** Right ones accepted, wrong ones kept out. */
    private static String heldOut(@Nullable HeldOut heldOut) {
        return heldOut == null
                ? "–"
                : heldOut.rightAccepted() + "/" + heldOut.right() + ", " + (heldOut.wrong() - heldOut.wrongAccepted())
                        + "/" + heldOut.wrong();
    }

    private static String refused(@Nullable HeldOut heldOut) {
        return heldOut == null ? "–" : (heldOut.wrong() - heldOut.wrongAccepted()) + "/" + heldOut.wrong();
    }

    /** Reused answers that are not right, by what was the matter with the prompt. */
    private static List<List<String>> wrongReuse(List<LoopRow> own) {
        Map<String, Integer> sizes = new TreeMap<>();
        own.stream()
                .filter(row -> row.isReused() && !row.isVerified())
                .forEach(row -> sizes.merge(matter(row), 1, Integer::sum));
        return sizes.entrySet().stream()
                .map(entry -> List.of(entry.getKey(), count(entry.getValue())))
                .toList();
    }

    private static String matter(LoopRow row) {
        if (!row.fits()) {
            return "no kernel of the data set fits (" + (row.kind() == null ? "unknown kind" : row.kind()) + ")";
        }
        return row.poisoned()
                ? "poisoned: every answer to it is wrong"
                : row.hard()
                        ? "a planted failure: the model never gets it right"
                        : "a wrong draw that the kernel's conditions let through";
    }

    private List<List<String>> requirements() {
        List<List<String>> lines = new ArrayList<>();
        run.settings().path("requirements").forEach(bound -> {
            String name = bound.path("metric").asString("");
            Metric metric = metrics.get(name);
            boolean least = bound.path("at_least").isNumber();
            double limit = bound.path(least ? "at_least" : "at_most").asDouble(0);
            double value = metric == null ? Double.NaN : metric.value();
            lines.add(List.of(
                    name,
                    (least ? "≥ " : "≤ ") + plain(limit),
                    plain(value),
                    (least ? value >= limit : value <= limit) ? "met" : "not met"));
        });
        return lines;
    }

    private static String plain(double value) {
        return Double.isNaN(value)
                ? "–"
                : value == Math.rint(value) ? String.valueOf((long) value) : String.format(Locale.ROOT, "%.3f", value);
    }

    private List<List<String>> errors() {
        return rows.stream()
                .filter(row -> row.error() != null)
                .limit(20)
                .map(row -> List.of(row.stream() + " " + row.rowId(), shorten(String.valueOf(row.error()), 240)))
                .toList();
    }

    // ---------------------------------------------------------------- figures

    /** Share of prompts that a kernel answered, and share of these answers that are right, by prompts seen. */
    View rates() {
        List<Map<String, Object>> lines = new ArrayList<>();
        Axis x = across();
        Axis y = new Axis(0, 1, BOTTOM, TOP);
        for (String stream : streams) {
            String of = streams.size() == 1 ? "" : ", " + stream;
            String style = stream.equals(LoopRow.CLEAN) ? "" : " other";
            lines.add(line("reused" + of, "f0" + style, LoopMetrics.of(rows, stream), x, y, LoopReport::reuse));
            lines.add(line("right, of reused" + of, "f1" + style, LoopMetrics.of(rows, stream), x, y, window -> {
                List<LoopRow> reused = window.stream().filter(LoopRow::isReused).toList();
                return reused.size() < FEW ? Double.NaN : rate(reused, LoopRow::isVerified);
            }));
        }
        return figure(
                "Reuse, and how right it is, by prompts seen",
                "Share of prompts that a kernel answered and share of these answers that are right by the label, averaged over windows of the"
                        + " stream.",
                lines,
                List.of(0.0, 0.2, 0.4, 0.6, 0.8, 1.0),
                y,
                value -> String.format(Locale.ROOT, "%.0f %%", 100 * value));
    }

    private static double reuse(List<LoopRow> window) {
        return rate(window, LoopRow::isReused);
    }

    /** Tokens that the model chose a prompt, beside those of unmasked answers, by prompts seen. */
    View tokens() {
        Axis x = across();
        double most = 1;
        for (String stream : streams) {
            for (List<LoopRow> window : windows(LoopMetrics.of(rows, stream))) {
                most = Math.max(most, Math.max(mean(window, LoopMetrics::tokens), mean(window, LoopReport::raw)));
            }
        }
        Axis y = new Axis(0, 1.1 * most, BOTTOM, TOP);
        List<Map<String, Object>> lines = new ArrayList<>();
        for (String stream : streams) {
            String of = streams.size() == 1 ? "" : ", " + stream;
            String style = stream.equals(LoopRow.CLEAN) ? "" : " other";
            List<LoopRow> own = LoopMetrics.of(rows, stream);
            lines.add(line("with the loop" + of, "f0" + style, own, x, y, window -> mean(window, LoopMetrics::tokens)));
            lines.add(line("without it" + of, "f2" + style, own, x, y, window -> mean(window, LoopReport::raw)));
        }
        return figure(
                "Tokens of the model a prompt, by prompts seen",
                "Tokens that the model chose for a prompt, retries and trials included, and tokens of unmasked answers to the same prompts, averaged"
                        + " over windows of the stream.",
                lines,
                y.ticks(),
                y,
                value -> String.format(Locale.ROOT, "%.0f", value));
    }

    private static double raw(LoopRow row) {
        return row.tokens() == null ? 0 : row.tokens().raw();
    }

    private Axis across() {
        int longest = streams.stream()
                .mapToInt(stream -> LoopMetrics.of(rows, stream).size())
                .max()
                .orElse(1);
        return new Axis(0, Math.max(1, longest), 70, 520);
    }

    /** The stream cut into windows; what is left at the end joins the last. */
    private List<List<LoopRow>> windows(List<LoopRow> own) {
        int size = Math.max(1, run.settings().path("window").asInt(200));
        int number = Math.max(1, own.size() / size);
        List<List<LoopRow>> windows = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            windows.add(own.subList(i * size, i == number - 1 ? own.size() : (i + 1) * size));
        }
        return windows;
    }

    private Map<String, Object> line(
            String name, String style, List<LoopRow> own, Axis x, Axis y, ToDoubleFunction<List<LoopRow>> figure) {
        StringBuilder path = new StringBuilder();
        List<Map<String, Object>> marks = new ArrayList<>();
        for (List<LoopRow> window : windows(own)) {
            double value = window.isEmpty() ? Double.NaN : figure.applyAsDouble(window);
            if (Double.isNaN(value)) {
                continue;
            }
            int middle =
                    (window.get(0).position() + window.get(window.size() - 1).position() + 1) / 2;
            path.append(path.isEmpty() ? "M" : "L")
                    .append(x.pixel(middle))
                    .append(' ')
                    .append(y.pixel(value));
            marks.add(Map.of(
                    "x",
                    x.pixel(middle),
                    "y",
                    y.pixel(value),
                    "text",
                    name + ", around prompt " + count(middle) + ": "
                            + (y.high() <= 1 ? percent(value) : String.format(Locale.ROOT, "%.1f", value))));
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("name", name);
        line.put("style", style);
        line.put("path", path.toString());
        line.put("marks", marks);
        return line;
    }

    private View figure(
            String title,
            String description,
            List<Map<String, Object>> lines,
            List<Double> heights,
            Axis y,
            DoubleFunction<String> label) {
        Axis x = across();
        for (int i = 0; i < lines.size(); i++) {
            lines.get(i).put("y", 90 + 26 * i);
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("title", title);
        model.put("description", description);
        model.put("lines", lines);
        model.put("bottom", BOTTOM);
        model.put(
                "ticks",
                x.ticks().stream()
                        .map(tick -> Map.of("x", x.pixel(tick), "text", count(Math.round(tick))))
                        .toList());
        model.put(
                "heights",
                heights.stream()
                        .map(height -> Map.of("y", y.pixel(height), "text", label.apply(height)))
                        .toList());
        return new View("stream.svg.ftl", model);
    }
}
