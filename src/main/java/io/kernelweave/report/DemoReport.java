package io.kernelweave.report;

import static io.kernelweave.report.Templates.shorten;

import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Run;
import io.kernelweave.runtime.Arm;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The view model of {@code realtime_demo.md}: a few prompts on their way through the loop, stage by stage, from the traces of
 * the run. Failures are shown on purpose, and the choice follows from the rows alone.
 */
final class DemoReport {
    private final Run run;
    private final List<ResultRow> rows;
    private final UnaryOperator<List<ResultRow>> traced;
    private final int count;

    /** @param traced gives rows their traces, which they need not have yet */
    DemoReport(Run run, List<ResultRow> rows, UnaryOperator<List<ResultRow>> traced) {
        this.run = run;
        this.rows = rows;
        this.traced = traced;
        this.count = Math.max(1, run.settings().path("demo").asInt(8));
    }

    private record Kind(String title, Predicate<ResultRow> is) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("Accepted at the first attempt", row -> row.answeredByKernel() && row.passes() && gates(row) == 1),
            new Kind("Rejected, retried, accepted", row -> row.answeredByKernel() && row.passes() && gates(row) > 1),
            new Kind(
                    "Rejected until the rollback",
                    row -> path(row).equals("rolled_back") && Boolean.TRUE.equals(row.routeCorrect())),
            new Kind(
                    "No kernel fits, raw generation",
                    row -> row.kernelId() == null && path(row).equals("raw")),
            new Kind(
                    "Two kernels composed",
                    row -> path(row).equals("compose")
                            || row.target().equals("composition") && Boolean.TRUE.equals(row.routeCorrect())),
            new Kind(
                    "A failure: routed to the wrong kernel",
                    row -> Boolean.FALSE.equals(row.routeCorrect())
                            && row.kernelId() != null
                            && !path(row).equals("raw")),
            new Kind(
                    "A failure: the router abstained where a kernel fits",
                    row -> Boolean.FALSE.equals(row.routeCorrect())
                            && row.kernelId() != null
                            && path(row).equals("raw")),
            new Kind(
                    "A failure: a kernel was used where none fits",
                    row -> row.kernelId() == null && Boolean.FALSE.equals(row.routeCorrect())));

    /** How often a kernel was judged, at most. */
    private static int gates(ResultRow row) {
        Map<String, Integer> counts = new HashMap<>();
        for (ResultRow.Attempt attempt : row.attempts()) {
            if (attempt.gate() != null) {
                counts.merge(String.valueOf(attempt.kernelId()), 1, Integer::sum);
            }
        }
        return counts.isEmpty() ? 0 : Collections.max(counts.values());
    }

    private static String path(ResultRow row) {
        return row.answer() == null ? "error" : row.answer().path();
    }

    Map<String, Object> model() {
        List<ResultRow> candidates = rows.stream()
                .filter(row -> row.arm().equals(Arm.ROUTER_GATE.label()))
                .filter(row -> row.trace() != null || row.traceId() != null)
                .map(row -> Map.entry(Digest.of("demo/" + row.rowId()), row))
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList();
        List<String> titles = new ArrayList<>();
        List<ResultRow> chosen = new ArrayList<>();
        Set<String> shown = new HashSet<>();
        Set<String> kernels = new HashSet<>();
        List<List<ResultRow>> ofKind = KINDS.stream()
                .map(kind -> candidates.stream().filter(kind.is()).toList())
                .toList();
        for (int round = 0; round < 3 && chosen.size() < count; round++) {
            for (int i = 0; i < KINDS.size() && chosen.size() < count; i++) {
                Kind kind = KINDS.get(i);
                List<ResultRow> left = ofKind.get(i).stream()
                        .filter(row -> !shown.contains(row.rowId()))
                        .toList();
                left.stream()
                        .filter(row -> !kernels.contains(String.valueOf(row.kernelId())))
                        .findFirst()
                        .or(() -> left.stream().findFirst())
                        .ifPresent(row -> {
                            shown.add(row.rowId());
                            kernels.add(String.valueOf(row.kernelId()));
                            titles.add(kind.title());
                            chosen.add(row);
                        });
            }
        }
        List<Map<String, Object>> scenes = new ArrayList<>();
        traced.apply(chosen).forEach(row -> scenes.add(scene(titles.get(scenes.size()), row)));
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("run", run.runId());
        model.put(
                "backend",
                run.settings().path("model").path("backend").asString("ngram").toLowerCase(Locale.ROOT));
        model.put("scenes", scenes);
        return model;
    }

    private static Map<String, Object> scene(String title, ResultRow row) {
        Trace trace = Trace.parse(String.valueOf(row.trace()), "trace of row " + row.rowId());
        List<Map<String, Object>> stages = new ArrayList<>();
        int generation = 0;
        List<TraceEvent> events = new ArrayList<>();
        nested(trace.events(), null, events);
        for (TraceEvent event : events) {
            Map<String, Object> stage = new LinkedHashMap<>();
            stage.put("kind", event.kind().label());
            switch (event.kind()) {
                case DECISION -> decision(event.data(), stage);
                case PLAN -> stage.put("flow", event.data().path("guarded").asString(""));
                case TOOL_CALL -> stage.put("kernel", event.name());
                case GENERATION -> {
                    generation++;
                    stage.put("number", generation);
                    stage.put("masked", event.data().path("masked").asBoolean());
                    stage.put("tokens", event.data().path("tokens").asInt());
                    stage.put("forced", event.data().path("forced_tokens").asInt());
                    long tokens = Math.max(1, event.data().path("tokens").asLong());
                    stage.put(
                            "keptOut",
                            String.format(
                                    Locale.ROOT,
                                    "%,d",
                                    event.data().path("masked_tokens").asLong() / tokens));
                    stage.put("complete", event.data().path("complete").asBoolean());
                    stage.put("text", event.data().path("text").asString());
                }
                case VERIFICATION -> verification(event.data(), stage);
                case RETRY -> {
                    stage.put("kept", event.data().path("kept").asString(""));
                    stage.put("told", event.data().path("told").asBoolean(false));
                }
                case ROLLBACK -> {
                    stage.put("failed", strings(event.data().path("failed")));
                    stage.put("dropped", event.data().has("effect") ? event.name() : "");
                    List<Map<String, Object>> steps = new ArrayList<>();
                    boolean again = false;
                    for (JsonNode step : event.data().path("steps")) {
                        again |= step.path("run").asString("").equals("decode");
                        steps.add(Map.of(
                                "when",
                                step.path("when").asString(),
                                "action",
                                step.path("do").asString()));
                    }
                    stage.put("steps", steps);
                    stage.put("again", again);
                }
                default -> {}
            }
            stages.add(stage);
        }
        Map<String, Object> scene = new LinkedHashMap<>();
        scene.put("title", title);
        scene.put("row", row.rowId());
        scene.put(
                "label",
                row.kernelId() != null
                        ? row.kernelId()
                        : row.kind() == null ? "no kernel" : "no kernel: " + row.kind());
        scene.put("prompt", row.prompt());
        scene.put("stages", stages);
        scene.put("path", path(row));
        scene.put("verdict", row.verdict().outcome());
        scene.put("answer", row.answer() == null ? "" : row.answer().text());
        scene.put(
                "failed",
                row.verdict().checks().stream()
                        .filter(ResultRow.Check::blocks)
                        .map(check -> check.name() + ": " + shorten(check.reason(), 140))
                        .toList());
        return scene;
    }

    /** Each event with what is part of it behind it: what happened at the same time is told one after the other. */
    private static void nested(List<TraceEvent> all, @Nullable Integer parent, List<TraceEvent> into) {
        for (TraceEvent event : all) {
            if (Objects.equals(event.parent(), parent)) {
                into.add(event);
                nested(all, event.sequence(), into);
            }
        }
    }

    private static void decision(JsonNode data, Map<String, Object> stage) {
        stage.put("reason", data.path("reason").asString());
        stage.put("action", data.path("action").asString());
        List<Map<String, Object>> candidates = new ArrayList<>();
        for (JsonNode candidate : data.path("candidates")) {
            if (candidates.size() == 3) {
                break;
            }
            candidates.add(Map.of(
                    "kernel", candidate.path("kernel_id").asString(),
                    "probability", number(candidate.path("probability")),
                    "similarity", number(candidate.path("similarity")),
                    "lexical", number(candidate.path("lexical")),
                    "coverage", number(candidate.path("coverage")),
                    "preconditions", candidate.path("preconditions").asString()));
        }
        stage.put("candidates", candidates);
    }

    private static String number(JsonNode value) {
        return String.format(Locale.ROOT, "%.2f", value.asDouble());
    }

    private static void verification(JsonNode data, Map<String, Object> stage) {
        stage.put("outcome", data.path("outcome").asString());
        List<Map<String, Object>> passed = new ArrayList<>();
        List<Map<String, Object>> failed = new ArrayList<>();
        for (JsonNode verdict : data.path("verdicts")) {
            List<String> spans = new ArrayList<>();
            for (JsonNode span : verdict.path("verdict").path("spans")) {
                if (spans.size() < 3) {
                    spans.add(span.path("field").asString() + " "
                            + span.path("start").asInt() + "–"
                            + span.path("end").asInt());
                }
            }
            boolean passes = verdict.path("verdict").path("outcome").asString().equals("PASS");
            (passes ? passed : failed)
                    .add(Map.of(
                            "name", verdict.path("condition").asString(),
                            "outcome", verdict.path("verdict").path("outcome").asString(),
                            "reason",
                                    shorten(
                                            verdict.path("verdict")
                                                    .path("reason")
                                                    .asString(),
                                            110),
                            "spans", String.join(", ", spans)));
        }
        stage.put("passed", passed);
        stage.put("failed", failed);
    }

    private static List<String> strings(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(element -> texts.add(element.asString()));
        return texts;
    }

    /** The same as JSON. */
    static String json(Map<String, Object> model) {
        return Json.pretty(model);
    }
}
