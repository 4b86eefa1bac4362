package io.kernelweave.report;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RoutingDrift;
import io.kernelweave.results.Rows;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.route.Expectation;
import io.kernelweave.route.RouterAdapter;
import io.kernelweave.runtime.Arm;
import io.kernelweave.storage.Folder;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.trace.TraceRecorder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class BundleTest {
    private static final String HOSTILE = "<script>alert(1)</script> | [x](y) `c`\n# head \u001b[31m ```";

    @TempDir
    Path temporary;

    private static List<ResultRow> rows() {
        List<ResultRow> rows = new ArrayList<>(Rows.gated());
        for (ResultRow row : Rows.gated()) {
            rows.add(Rows.row(
                    row.rowId(),
                    row.clusterId(),
                    Arm.RAW,
                    "{" + (row.rowId().equals("r1") ? "" : Rows.verdict("FAIL", 0) + ",") + "\"kernel_id\":"
                            + (row.kernelId() == null ? "null" : '"' + row.kernelId() + '"') + "}"));
        }
        return rows;
    }

    private Map<String, String> render(List<ResultRow> rows, Run run) {
        RunFolder folder = new RunFolder(Folder.of(temporary.toString()));
        Map<String, Metric> metrics = Metrics.of(rows, run.isRecorded());
        Bundle.render(folder, run, rows, metrics);
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        Map<String, String> files = new LinkedHashMap<>();
        // A figure's spaces do not break, which is not what is tested here.
        bundle.listAll().forEach(name -> files.put(name, bundle.readText(name).replace('\u00a0', ' ')));
        return files;
    }

    private String benchmark(List<ResultRow> rows) {
        return String.valueOf(render(rows, Rows.run("demo-1", "ngram")).get("benchmark/benchmark.md"));
    }

    private static String firstFinding(String markdown) {
        return markdown.lines()
                .dropWhile(line -> !line.equals("## What to know first"))
                .skip(2)
                .findFirst()
                .orElse("");
    }

    @Test
    void theBundleIsWhole() {
        assertThat(render(rows(), Rows.run("demo-1", "ngram")).keySet())
                .containsExactly(
                        "benchmark/benchmark.json",
                        "benchmark/benchmark.md",
                        "benchmark/by_kernel.csv",
                        "benchmark/by_target.csv",
                        "benchmark/latency.csv",
                        "benchmark/latency.md",
                        "benchmark/metrics.csv",
                        "plots/arms.svg",
                        "plots/latency.svg",
                        "realtime_demo.json",
                        "realtime_demo.md");
    }

    @Test
    void theGuaranteeStandsBesideWhatTheDriftCheckSaysOfIt() {
        assertThat(benchmark(rows())).doesNotContain("Guarantee and drift");
        new RunFolder(Folder.of(temporary.toString()))
                .folder()
                .write(RoutingDrift.FILE, Json.pretty(Expectation.of(RouterAdapter.untrained())));
        assertThat(benchmark(rows()))
                .contains(
                        "## Guarantee and drift",
                        "Nothing is certified",
                        "**drift unknown: the router keeps no profile");
    }

    @Test
    void theSameRowsGiveTheSameBytesAnywhere() {
        Map<String, String> first = render(rows(), Rows.run("demo-1", "ngram"));
        Locale locale = Locale.getDefault();
        TimeZone zone = TimeZone.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kathmandu"));
            assertThat(render(rows(), Rows.run("demo-1", "ngram"))).isEqualTo(first);
        } finally {
            Locale.setDefault(locale);
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void theFiguresOfTheReportAreThoseOfTheMetrics() {
        List<ResultRow> rows = rows();
        Map<String, String> files = render(rows, Rows.run("demo-1", "recorded"));
        Map<String, Metric> metrics = Metrics.of(rows, true);
        String markdown = String.valueOf(files.get("benchmark/benchmark.md"));
        Map<String, String> lines = Map.of(
                "verification pass rate", "verification_pass_rate",
                "schema validity", "schema_validity",
                "failure recovery", "failure_recovery_rate",
                "errors", "error_rate");
        lines.forEach((title, name) -> {
            Metric raw = metrics.get("raw." + name);
            Metric gated = metrics.get("router+gate." + name);
            assertThat(markdown).contains("| " + title + " | " + cell(raw) + " | " + cell(gated) + " |");
        });
        assertThat(markdown)
                .contains("planted failures rejected with the broken condition named: **"
                        + cell(metrics.get("gate.broken_rejected")) + "**");
        JsonNode json = Json.parse(String.valueOf(files.get("benchmark/benchmark.json")), "benchmark.json");
        Map<String, Double> times = new HashMap<>();
        String.valueOf(files.get("benchmark/latency.csv"))
                .lines()
                .skip(1)
                .map(line -> line.split(","))
                .forEach(cells -> times.put(cells[0], Double.valueOf(cells[1])));
        Metrics.flat(metrics).forEach((name, value) -> {
            if (Metrics.isTime(name)) {
                assertThat(times).containsEntry(name, value);
            } else {
                assertThat(json.path("metrics").path(name).doubleValue())
                        .as(name)
                        .isEqualTo(value);
            }
        });
    }

    private static String cell(@org.jspecify.annotations.Nullable Metric metric) {
        return metric == null || !metric.isMeasured()
                ? "–"
                : (Templates.percent(metric.value(), metric.interval())
                                + (metric.rows()
                                                == Rows.run("demo-1", "ngram")
                                                        .data()
                                                        .rows()
                                        ? ""
                                        : " of " + metric.rows()))
                        .replace("[", "\\[")
                        .replace("]", "\\]");
    }

    @Test
    void theFirstLineSaysWhenASimpleArmWins() {
        List<ResultRow> rows = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            rows.add(Rows.row("r" + i, "c" + i, Arm.RAW, i < 5 ? "{}" : "{" + Rows.verdict("FAIL", 0) + "}"));
            rows.add(Rows.row("r" + i, "c" + i, Arm.ROUTER_GATE, i < 3 ? "{}" : "{" + Rows.verdict("FAIL", 0) + "}"));
        }
        assertThat(firstFinding(benchmark(rows)))
                .startsWith("- A simple arm wins: `raw` (the model alone, no kernel)")
                .contains("83.3 %", "50.0 %");
        assertThat(firstFinding(benchmark(rows())))
                .startsWith("- `router+gate` has the highest verification pass rate: 37.5 %");
    }

    @Test
    void aTieIsNoWinOfTheSimpleArm() {
        List<ResultRow> rows =
                List.of(Rows.row("r1", "c1", Arm.RAW, "{}"), Rows.row("r1", "c1", Arm.ROUTER_GATE, "{}"));
        assertThat(firstFinding(benchmark(rows))).startsWith("- `router+gate` has the highest");
    }

    @Test
    void noPassAtAllIsNobodysWin() {
        List<ResultRow> rows = List.of(
                Rows.row("r1", "c1", Arm.RAW, "{" + Rows.verdict("FAIL", 0) + "}"),
                Rows.row("r1", "c1", Arm.ROUTER_GATE, "{" + Rows.verdict("FAIL", 0) + "}"));
        assertThat(firstFinding(benchmark(rows))).startsWith("- No arm gave a single answer");
    }

    @Test
    void kindsOfPromptsThatNoKernelFitsHaveALineEachWhereTheDataSetTellsThemApart() {
        assertThat(benchmark(rows())).doesNotContain("## Prompts that no kernel fits");
        List<ResultRow> rows = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String kind = Rows.NO_KERNEL + ",\"kind\":\"near-miss\"";
            rows.add(Rows.row("n" + i, "n" + i / 2, Arm.RAW, "{" + kind + "}"));
            rows.add(Rows.row(
                    "n" + i,
                    "n" + i / 2,
                    Arm.ROUTER,
                    "{" + kind + "," + (i == 0 ? "\"route_correct\":false" : Rows.ABSTAINED) + "}"));
        }
        rows.add(Rows.row(
                "s", "s", Arm.ROUTER, "{" + Rows.NO_KERNEL + ",\"kind\":\"nonsense\"," + Rows.ABSTAINED + "}"));
        String markdown = benchmark(rows);
        assertThat(markdown)
                .containsPattern("\\| near-miss \\| 4 \\| 2 \\| – \\| 75.0 % .* of 4 \\| k1 \\(1\\) \\|")
                .containsPattern("\\| nonsense \\| 1 \\| 1 \\| – \\| 100.0 % .* of 1 \\| – \\|")
                .containsPattern("went to raw generation \\(near-miss 75.0 % .* of 4, nonsense 100.0 % .* of 1\\)\\.")
                .doesNotContain("| other-task |");
    }

    @Test
    void whatPromptsAnswersAndKernelsSayCannotBecomeMarkup() {
        ObjectNode change = Json.object()
                .put("prompt", HOSTILE)
                .put("kernel_id", "k|1 <b>")
                .put("route_correct", false)
                .put("target", "t_a*rget")
                .put("error", HOSTILE);
        ObjectNode verdict = change.putObject("verdict").put("outcome", "FAIL").put("score", 0.5);
        verdict.putArray("checks")
                .addObject()
                .put("name", "c|1")
                .put("severity", "error")
                .put("outcome", "FAIL")
                .put("reason", HOSTILE)
                .putArray("spans");
        TraceRecorder trace = new TraceRecorder("s", HOSTILE);
        trace.record(
                TraceEvent.Kind.GENERATION,
                "free",
                Json.object().put("text", HOSTILE).put("masked", false).put("tokens", 3));
        ObjectNode judged = Json.object().put("outcome", "FAIL");
        judged.putArray("verdicts")
                .addObject()
                .put("condition", "c|1")
                .putObject("verdict")
                .put("outcome", "FAIL")
                .put("reason", HOSTILE)
                .putArray("spans");
        trace.record(TraceEvent.Kind.VERIFICATION, "gate", judged);
        trace.record(TraceEvent.Kind.ROLLBACK, "rollback", Json.parse("{\"failed\":[\"c`1\"]}", ObjectNode.class, "e"));
        change.put("trace", Json.compact(trace.finish(null, null, HOSTILE, "FAIL")));
        Map<String, String> files = render(
                List.of(Rows.row("r<1>", "c1", Arm.ROUTER_GATE, change.toString())), Rows.run("demo_x-1", "ngram"));
        for (String name : List.of("benchmark/benchmark.md", "realtime_demo.md")) {
            String markdown = outsideFences(String.valueOf(files.get(name)));
            assertThat(markdown.replaceAll("(`+)[^`]+\\1", ""))
                    .as(name)
                    .doesNotContain("<script>", "<b>", "[x](y)", "\u001b")
                    .doesNotContainPattern("(?m)^# head");
            markdown.lines()
                    .filter(line -> line.startsWith("|"))
                    .forEach(
                            line -> assertThat(line.replace("\\|", "")).as(line).endsWith("|"));
        }
        assertThat(files.get("benchmark/benchmark.md"))
                .contains("./kernelweave run jobs/demo_job.yaml --fresh", "./kernelweave report demo_x-1 ")
                .contains("| t\\_a\\*rget |");
    }

    private static String outsideFences(String markdown) {
        return markdown.replaceAll("(?ms)^(`{3,})[a-z]*\\n.*?^\\1$", "");
    }

    @Test
    void aHundredKernelsAreFoldedBehindThoseThatLoseMost() {
        List<ResultRow> rows = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            String kernel = "kernel-" + i % 100;
            boolean wrong = i % 100 < 40 && i < 10 * (i % 100);
            rows.add(Rows.row(
                    String.format(Locale.ROOT, "r%03d", i),
                    "c" + i / 2,
                    Arm.ROUTER_GATE,
                    "{\"kernel_id\":\"" + kernel + "\",\"route_correct\":" + !wrong
                            + (wrong ? "," + Rows.verdict("FAIL", 0.5) : "") + "}"));
        }
        String markdown = benchmark(rows);
        List<String> shown = markdown.lines()
                .dropWhile(line -> !line.equals("## By kernel"))
                .takeWhile(line -> !line.startsWith("<details>"))
                .filter(line -> line.startsWith("| kernel-"))
                .toList();
        assertThat(shown).hasSize(20);
        assertThat(shown.get(0)).startsWith("| kernel-34 | 4 | 0.0 % |");
        assertThat(markdown)
                .contains("These are the 20 with most rows that went to the wrong kernel or do not pass, of 100.")
                .contains("\n\n<details><summary>All 100, by name</summary>\n\n| kernel ")
                .containsPattern("The 15 most frequent of \\d+ pairs; the others have \\d+ rows\\.");
        assertThat(outsideFences(markdown).lines().filter(line -> line.startsWith("| kernel-99 ")))
                .hasSize(1);
    }

    @Test
    void everyTableHasAsManyCellsInEachLine() {
        int columns = 0;
        for (String line : outsideFences(benchmark(rows())).lines().toList()) {
            if (!line.startsWith("|")) {
                columns = 0;
                continue;
            }
            int cells = line.replace("\\|", "").split("\\|", -1).length;
            assertThat(columns == 0 ? cells : columns).as(line).isEqualTo(cells);
            columns = cells;
        }
    }

    @Test
    void theDemoShowsEachKindOfRowWhateverTheirOrder() {
        List<ResultRow> traced = new ArrayList<>();
        for (ResultRow row : Rows.gated()) {
            ObjectNode json = row.toJson();
            json.put("trace", Json.compact(new TraceRecorder(row.rowId(), "p").finish(null, null, "o", "UNKNOWN")));
            traced.add(ResultRow.of(json));
        }
        Map<String, Object> model = new DemoReport(Rows.run("demo-1", "ngram"), traced, rows -> rows).model();
        assertThat(Json.compact(requireNonNull(model.get("scenes"))))
                .contains(
                        "Accepted at the first attempt",
                        "Rejected, retried, accepted",
                        "Rejected until the rollback",
                        "No kernel fits, raw generation",
                        "A failure: a kernel was used where none fits");
        Collections.shuffle(traced, new Random(4));
        assertThat(Json.compact(new DemoReport(Rows.run("demo-1", "ngram"), traced, rows -> rows).model()))
                .contains("Rejected until the rollback");
    }

    @Test
    void aSmallReportReadsLikeThis() throws IOException {
        ObjectNode trace = Json.object()
                .put("trace_id", "t-1")
                .put("prompt", "p")
                .put("started_at", "2026-01-01T00:00:00Z")
                .put("duration_nanos", 2)
                .put("verdict", "PASS");
        trace.set("events", Json.parse("""
                [{"sequence":0,"kind":"decision","name":"route","at_nanos":120000,"data":{"action":"KERNEL","reason":"P 0.90 reaches 0.50",
                  "candidates":[{"kernel_id":"k1","probability":0.9,"similarity":0.8,"lexical":0.5,"coverage":1,"preconditions":"PASS"}]}},
                 {"sequence":1,"kind":"generation","name":"constrained","at_nanos":900000,"data":{"masked":true,"text":"{\\"n\\":3}",
                  "tokens":4,"forced_tokens":2,"masked_tokens":800000,"complete":true}},
                 {"sequence":2,"kind":"verification","name":"gate","at_nanos":1000000,"data":{"outcome":"FAIL","verdicts":[
                  {"condition":"n-agrees","verdict":{"outcome":"FAIL","reason":"3 is not 2","spans":[{"field":"output","start":5,"end":6}]}}]}},
                 {"sequence":3,"kind":"retry","name":"retry","at_nanos":1100000,"data":{"failed":["n-agrees"],"kept":""}},
                 {"sequence":4,"kind":"generation","name":"constrained","at_nanos":2000000,"data":{"masked":true,"text":"{\\"n\\":2}",
                  "tokens":4,"forced_tokens":2,"masked_tokens":800000,"complete":true}},
                 {"sequence":5,"kind":"verification","name":"gate","at_nanos":2100000,"data":{"outcome":"PASS","verdicts":[
                  {"condition":"n-agrees","verdict":{"outcome":"PASS","reason":"2 is 2","spans":[]}}]}},
                 {"sequence":6,"kind":"output","name":"kernel","at_nanos":2200000,"data":{"text":"{\\"n\\":2}"}}]""", "events"));
        ObjectNode change = Json.object().put("trace", trace.toString()).put("prompt", "count them\n\na\nb");
        change.setAll(Json.parse("{" + Rows.attempts("FAIL", "PASS") + "}", ObjectNode.class, "attempts"));
        Map<String, String> files =
                render(List.of(Rows.row("r1", "c1", Arm.ROUTER_GATE, change.toString())), Rows.run("demo-1", "ngram"));
        try (InputStream in = BundleTest.class.getResourceAsStream("small-demo.md")) {
            assertThat(in).isNotNull();
            assertThat(files.get("realtime_demo.md")).isEqualTo(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
