package io.kernelweave.report;

import static io.kernelweave.report.Templates.count;
import static io.kernelweave.report.Templates.millis;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RouteRow;
import io.kernelweave.results.RoutedRow;
import io.kernelweave.results.Row;
import io.kernelweave.results.Run;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A run's rows as one page that needs nothing else: they are filtered by what the columns hold and by words, and each is opened to see how
 * its answer came about. The page holds a table of texts, each once, and rows that name texts by number; a row's details are a line of JSON
 * that is read when the row is opened.
 */
final class RowsPage {
    /** The most rows that a page holds; beyond that a browser gets slow. */
    static final int MOST_ROWS = 50_000;

    private final Run run;
    private final List<? extends Row> rows;
    private final Map<String, Integer> texts = new LinkedHashMap<>();

    /**
     * What the page shows of a row.
     *
     * @param columns what it is filtered by
     * @param headline in the list
     * @param words what else is searched
     * @param parts what is shown when it is opened: the kind of each part, then what that kind needs; texts, and lists of them
     */
    private record Line(String id, List<String> columns, String headline, List<String> words, List<List<?>> parts) {}

    /** The names of the columns, and the lines. */
    private record Listing(List<String> columns, List<Line> lines) {}

    RowsPage(Run run, List<? extends Row> rows) {
        this.run = run;
        this.rows = rows;
    }

    /** Refuses a run whose rows are no answers or routes, before anything else is done. */
    static void require(Run run) {
        switch (run.measure()) {
            case ANSWERS, ROUTING -> {}
            default ->
                throw InputException.at(
                        "run " + run.runId(),
                        "measures " + run.measure().label() + ": its rows are figures, there is nothing to open",
                        "leave --html out; benchmark.md and `kernelweave query` have the figures");
        }
    }

    String render(Templates templates) {
        require(run);
        List<? extends Row> shown = shown();
        Listing listing = rows.isEmpty() || rows.get(0) instanceof ResultRow
                ? new Listing(
                        List.of("kernel", "arm", "stage", "verdict"),
                        shown.stream().map(row -> answered((ResultRow) row)).toList())
                : new Listing(
                        List.of("kernel", "router", "decision", "verdict"),
                        shown.stream().map(row -> routed((RouteRow) row)).toList());
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("columns", listing.columns);
        List<List<String>> values = new ArrayList<>();
        for (int column = 0; column < listing.columns.size(); column++) {
            int at = column;
            values.add(listing.lines.stream()
                    .map(line -> line.columns.get(at))
                    .distinct()
                    .sorted()
                    .toList());
        }
        head.put("values", values);
        StringBuilder index = new StringBuilder();
        StringBuilder details = new StringBuilder();
        List<Map<String, Integer>> numbers =
                values.stream().map(RowsPage::numbered).toList();
        for (Line line : listing.lines) {
            List<Object> entry = new ArrayList<>();
            entry.add(line.id);
            for (int column = 0; column < numbers.size(); column++) {
                entry.add(numbers.get(column).get(line.columns.get(column)));
            }
            entry.add(number(line.headline));
            entry.add(line.words.stream().map(this::number).distinct().toList());
            index.append(index.isEmpty() ? "" : ",\n").append(Json.compact(entry));
            details.append(Json.compact(numbered(line.parts))).append('\n');
        }
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("run", run.runId());
        model.put(
                "verdict",
                run.judgement() == null ? "not judged" : run.judgement().verdict());
        model.put("job", run.job());
        model.put("about", about(shown.size()));
        model.put(
                "texts",
                "[" + harmless(texts.keySet().stream().map(Json::compact).collect(Collectors.joining(",\n"))) + "]");
        model.put("index", "[" + harmless(index.toString()) + "]");
        model.put("details", harmless(details.toString().stripTrailing()));
        String style = templates.render(new View("rows.css.ftl", Map.of()));
        String script = templates.render(new View("rows.js.ftl", Map.of()));
        head.put("templates", templates.digests(List.of("rows.css.ftl", "rows.html.ftl", "rows.js.ftl")));
        model.put("head", harmless(Json.compact(head)));
        model.put("style", style);
        model.put("script", script);
        model.put("styleHash", hash(style));
        model.put("scriptHash", hash(script));
        return templates.render(new View("rows.html.ftl", model));
    }

    private String about(int shown) {
        Run.Data data = run.data();
        return count(data.rows()) + " prompts of split " + data.split() + " of " + data.name() + ", " + data.kernels()
                + " kernels"
                + (shown < rows.size()
                        ? "; this page holds the first " + count(shown) + " of " + count(rows.size()) + " rows"
                        : "");
    }

    /** Whole prompts, in the order of the rows, until the page is full. */
    private List<? extends Row> shown() {
        if (rows.size() <= MOST_ROWS || !(rows.get(0) instanceof RoutedRow)) {
            return rows;
        }
        int end = MOST_ROWS;
        while (end > 0 && id(end - 1).equals(id(end))) {
            end--;
        }
        return rows.subList(0, end);
    }

    private String id(int index) {
        return ((RoutedRow) rows.get(index)).rowId();
    }

    private static Map<String, Integer> numbered(List<String> values) {
        Map<String, Integer> numbers = new TreeMap<>();
        values.forEach(value -> numbers.put(value, numbers.size()));
        return numbers;
    }

    private int number(String text) {
        return texts.computeIfAbsent(text, unknown -> texts.size());
    }

    /** Texts become their numbers; numbers and truth values stay. */
    private Object numbered(Object value) {
        return value instanceof String text
                ? number(text)
                : value instanceof List<?> list
                        ? list.stream().map(this::numbered).toList()
                        : value;
    }

    /** JSON that can stand in a script element: no tag can begin in it. */
    private static String harmless(String json) {
        return json.replace("<", "\\u003c");
    }

    private static String hash(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Line answered(ResultRow row) {
        String prompt = row.prompt().replace("\r\n", "\n");
        String answer = row.answer() == null ? "" : row.answer().text();
        String label = row.kernelId() == null ? "no kernel" : row.kernelId();
        List<List<?>> parts = new ArrayList<>();
        List<String> words = new ArrayList<>(List.of(answer, label, row.clusterId()));
        parts.add(List.of(
                "facts",
                "",
                List.of(
                        List.of("asks for", label + (row.kind() == null ? "" : " (" + row.kind() + ")")),
                        List.of("answered by", path(row)),
                        List.of("target", row.target()),
                        List.of("cluster", row.clusterId()),
                        List.of("planted failure", Objects.requireNonNullElse(row.breaks(), "")))));
        if (row.error() != null) {
            parts.add(List.of("error", "Error", row.error()));
            words.add(row.error());
        }
        Places places = new Places(prompt, answer);
        List<List<?>> inPrompt = new ArrayList<>();
        List<List<?>> inAnswer = new ArrayList<>();
        List<List<?>> checks = new ArrayList<>();
        for (ResultRow.Check check : row.verdict().checks()) {
            List<String> elsewhere = new ArrayList<>();
            for (ResultRow.Span span : check.spans()) {
                places.of(span, check.name())
                        .ifPresentOrElse(
                                place -> (place.inPrompt() ? inPrompt : inAnswer)
                                        .add(List.of(place.start(), place.end(), checks.size())),
                                () -> elsewhere.add(span.field() + " " + span.start() + "–" + span.end()));
            }
            checks.add(List.of(
                    check.name(),
                    check.outcome(),
                    (check.severity().equals("error") ? "" : check.severity())
                            + ("judged".equals(check.basis()) ? " judged by a model" : ""),
                    check.reason(),
                    String.join(", ", elsewhere)));
            if (check.blocks()) {
                words.add(check.name());
                words.add(check.reason());
            }
        }
        parts.add(List.of("text", "Prompt", prompt, inPrompt));
        if (row.decision() != null) {
            parts.add(decision(row.decision(), row.routeCorrect()));
            words.addAll(row.decision().kernelIds());
        }
        if (row.answer() != null) {
            parts.add(List.of("text", "Answer", answer, inAnswer));
        }
        parts.add(List.of("checks", "Checks", row.verdict().outcome(), score(row.verdict()), checks));
        parts.add(decoding(row));
        ResultRow.Timings times = row.timings();
        parts.add(List.of(
                "times",
                "Time",
                millis(times.totalNs() / 1e6),
                List.of(
                        List.of("route", millis(times.routeNs() / 1e6)),
                        List.of("mask", millis(times.maskNs() / 1e6)),
                        List.of("model", millis(times.modelNs() / 1e6)),
                        List.of("gate", millis(times.gateNs() / 1e6)))));
        return new Line(
                row.rowId(),
                List.of(
                        label,
                        row.arm(),
                        stage(row),
                        row.error() == null ? row.verdict().outcome() : "ERROR"),
                prompt,
                words,
                parts);
    }

    private static String score(ResultRow.Verdict verdict) {
        return verdict.score() == null ? "" : Templates.percent(verdict.score());
    }

    private static String path(ResultRow row) {
        ResultRow.FinalAnswer answer = row.answer();
        if (answer == null) {
            return "nothing";
        }
        String path = answer.path().replace('_', ' ');
        return answer.kernelIds().isEmpty() ? path : path + ": " + String.join(" + ", answer.kernelIds());
    }

    /** Where a row was lost: the first stage that did not do its part; {@code passed} if none. */
    static String stage(ResultRow row) {
        if (row.error() != null) {
            return "error";
        }
        if (row.passes()) {
            return "passed";
        }
        if (Boolean.FALSE.equals(row.routeCorrect())) {
            return "router";
        }
        if (row.kernelId() == null) {
            return "no contract";
        }
        return row.answeredByKernel() && row.attempts().stream().anyMatch(attempt -> "PASS".equals(attempt.gate()))
                ? "gate"
                : "decoder";
    }

    private static List<?> decision(ResultRow.Decision decision, @Nullable Boolean right) {
        return List.of(
                "decision",
                "Decision",
                decision.kernelIds().isEmpty() ? "raw generation" : String.join(" + ", decision.kernelIds()),
                right == null ? "" : right ? "right" : "wrong",
                share(decision.probability()),
                share(decision.threshold()),
                decision.reason(),
                decision.candidates().stream()
                        .map(candidate -> List.of(
                                candidate.kernelId(),
                                share(candidate.probability()),
                                share(candidate.similarity()),
                                share(candidate.lexical()),
                                share(candidate.coverage()),
                                candidate.preconditions(),
                                String.join(", ", candidate.conflicts())))
                        .toList());
    }

    private static String share(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** What masks forced and kept out, and every attempt. */
    private static List<?> decoding(ResultRow row) {
        Map<Integer, JsonNode> generations = generations(row.trace());
        List<List<?>> attempts = new ArrayList<>();
        for (ResultRow.Attempt attempt : row.attempts()) {
            JsonNode data = generations.get(attempts.size());
            int all = data == null ? -1 : data.path("tokens").asInt(0);
            int forced = data == null ? -1 : data.path("forced_tokens").asInt(0);
            List<String> failed = new ArrayList<>(attempt.failed());
            if (!attempt.complete()) {
                failed.add(0, "cut short");
            }
            attempts.add(List.of(
                    (attempt.masked() ? "masked" : "free") + (attempt.cause().isEmpty() ? "" : ", " + attempt.cause()),
                    Objects.requireNonNullElse(attempt.gate(), ""),
                    all,
                    forced,
                    String.join(", ", failed),
                    attempt.text()));
        }
        return List.of(
                "decoding",
                "Decoding",
                row.tokens().generated(),
                row.tokens().forced(),
                row.tokens().generated() == 0
                        ? 0L
                        : row.tokens().masked() / row.tokens().generated(),
                attempts);
    }

    /** The data of the generations in a trace, in their order. */
    private static Map<Integer, JsonNode> generations(@Nullable String trace) {
        Map<Integer, JsonNode> generations = new TreeMap<>();
        if (trace != null) {
            for (JsonNode event : Json.parse(trace, "trace").path("events")) {
                if (event.path("kind").asString("").equals("generation")) {
                    generations.put(generations.size(), event.path("data"));
                }
            }
        }
        return generations;
    }

    private static Line routed(RouteRow row) {
        String label = row.kernelId() == null ? "no kernel" : row.kernelId();
        List<List<?>> parts = new ArrayList<>();
        List<String> words = new ArrayList<>(List.of(label, row.clusterId()));
        parts.add(List.of(
                "facts",
                "",
                List.of(
                        List.of("asks for", label),
                        List.of("target", row.target()),
                        List.of("cluster", row.clusterId()))));
        if (row.error() != null) {
            parts.add(List.of("error", "Error", row.error()));
            words.add(row.error());
        }
        parts.add(List.of("text", "Prompt", row.prompt().replace("\r\n", "\n"), List.of()));
        if (row.decision() != null) {
            parts.add(decision(row.decision(), row.routeCorrect()));
            words.addAll(row.decision().kernelIds());
        }
        if (!row.signals().isEmpty()) {
            parts.add(List.of(
                    "table",
                    "What the likeliest kernel is judged by",
                    List.of("signal", "value", "next kernel", "adds to the logit"),
                    row.signals().stream()
                            .map(signal -> List.of(
                                    signal.name(),
                                    share(signal.value()),
                                    signal.next() == null ? "" : share(signal.next()),
                                    String.format(Locale.ROOT, "%+.3f", signal.contribution() + 0.0)))
                            .toList()));
        }
        return new Line(
                row.rowId(),
                List.of(
                        label,
                        row.router(),
                        row.decision() == null ? "none" : row.decision().action(),
                        row.error() != null ? "ERROR" : Boolean.TRUE.equals(row.routeCorrect()) ? "right" : "wrong"),
                row.prompt(),
                words,
                parts);
    }
}
