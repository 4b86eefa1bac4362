package io.kernelweave.report;

import io.kernelweave.compare.SelfTest;
import io.kernelweave.dataset.InstructionChecks;
import io.kernelweave.json.Json;
import io.kernelweave.results.CompilationCard;
import io.kernelweave.results.CompilationMetrics;
import io.kernelweave.results.CompilationRow;
import io.kernelweave.results.ContainmentMetrics;
import io.kernelweave.results.ContainmentRow;
import io.kernelweave.results.IfevalMetrics;
import io.kernelweave.results.IfevalRow;
import io.kernelweave.results.LoopMetrics;
import io.kernelweave.results.LoopRow;
import io.kernelweave.results.MaskMetrics;
import io.kernelweave.results.MaskRow;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RouteMetrics;
import io.kernelweave.results.RouteRow;
import io.kernelweave.results.RouterCard;
import io.kernelweave.results.RoutingDrift;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.SelfTestRow;
import io.kernelweave.results.Trend;
import io.kernelweave.runtime.Arm;
import io.kernelweave.storage.Folder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/**
 * Renders the bundle of a run: {@code benchmark/benchmark.md} with its JSON and CSV tables, {@code realtime_demo.md} with its
 * JSON, and {@code plots/*.svg}; for a run that trains a router, measures masks, sets checks against an outside checker or watches the loop learn, the report on these. Rows, {@code run.json} and the
 * router's card in, the same bytes out.
 */
public final class Bundle {
    private Bundle() {}

    /** Renders the bundle of a run of any kind again, and says from how many rows. */
    public static int render(RunFolder folder) {
        Run run = folder.run();
        return switch (run.measure()) {
            case ANSWERS -> {
                List<ResultRow> rows = folder.rows(ResultRow.FORM);
                Map<String, Metric> metrics = Metrics.of(rows, run);
                RoutingDrift.of(folder, rows).ifPresent(drift -> metrics.putAll(drift.metrics()));
                Trend.of(folder).ifPresent(trend -> metrics.putAll(trend.metrics()));
                render(folder, run, rows, metrics);
                yield rows.size();
            }
            case ROUTING -> {
                List<RouteRow> rows = folder.rows(RouteRow.FORM);
                Map<String, Metric> metrics = RouteMetrics.of(rows, run);
                Trend.of(folder).ifPresent(trend -> metrics.putAll(trend.metrics()));
                renderRouter(folder, run, rows, metrics);
                yield rows.size();
            }
            case MASKS -> {
                List<MaskRow> rows = folder.rows(MaskRow.FORM);
                renderMasks(folder, run, rows, MaskMetrics.of(rows));
                yield rows.size();
            }
            case IFEVAL -> {
                List<IfevalRow> rows = folder.rows(IfevalRow.FORM);
                renderIfeval(folder, run, rows, IfevalMetrics.of(rows));
                yield rows.size();
            }
            case CONTAINMENT -> {
                List<ContainmentRow> rows = folder.rows(ContainmentRow.FORM);
                renderContainment(folder, run, rows, ContainmentMetrics.of(rows));
                yield rows.size();
            }
            case COMPILATION -> {
                List<CompilationRow> rows = folder.rows(CompilationRow.FORM);
                renderCompilation(folder, run, rows, CompilationMetrics.of(rows, run));
                yield rows.size();
            }
            case SELFTEST -> {
                List<SelfTestRow> rows = folder.rows(SelfTestRow.FORM);
                renderSelfTest(folder, run, rows, SelfTest.of(folder, rows).metrics());
                yield rows.size();
            }
            case LOOP -> {
                List<LoopRow> rows = folder.rows(LoopRow.FORM);
                renderLoop(folder, run, rows, LoopMetrics.of(rows, run));
                yield rows.size();
            }
        };
    }

    /** The report, the same as JSON, and all metrics as a table. */
    private static void benchmark(
            Folder bundle, String template, Map<String, Object> model, Map<String, Metric> metrics) {
        bundle.write("benchmark/benchmark.md", Templates.render(template, model));
        model.put("metrics", new TreeMap<>(Metrics.flat(metrics)));
        bundle.write("benchmark/benchmark.json", Json.pretty(model));
        bundle.write("benchmark/metrics.csv", Tables.metrics(metrics.values()));
    }

    /** Renders the bundle of a run that asks whether schemas contain others: the report, its JSON and CSV tables, and two figures. */
    public static void renderContainment(
            RunFolder folder, Run run, List<ContainmentRow> rows, Map<String, Metric> metrics) {
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        ContainmentReport report = new ContainmentReport(run, rows, metrics);
        bundle.write("plots/answers.svg", report.answers());
        bundle.write("plots/times.svg", report.times());
        benchmark(bundle, "containment.md.ftl", report.model(), metrics);
        bundle.write("benchmark/differences.csv", Tables.differences(rows));
    }

    /** Renders the bundle of a run that learns from traces: the report, its JSON and CSV tables, and one figure. */
    public static void renderCompilation(
            RunFolder folder, Run run, List<CompilationRow> rows, Map<String, Metric> metrics) {
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        CompilationReport report = new CompilationReport(run, rows, metrics, CompilationCard.read(folder));
        bundle.write("plots/forest.svg", report.figure());
        benchmark(bundle, "compilation.md.ftl", report.model(), metrics);
    }

    /** Renders the bundle of a run that tries the run gate: {@code benchmark/benchmark.md}, its JSON and CSV tables, and one figure. */
    public static void renderSelfTest(RunFolder folder, Run run, List<SelfTestRow> rows, Map<String, Metric> metrics) {
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        SelfTest test = SelfTest.of(folder, rows);
        SelfTestReport report = new SelfTestReport(run, test);
        bundle.write("plots/power.svg", report.figure());
        Map<String, Object> model = report.model();
        benchmark(bundle, "selftest.md.ftl", model, metrics);
    }

    /** Renders the bundle of a run that watches the loop learn: {@code benchmark/benchmark.md}, its JSON and CSV tables, and two figures. */
    public static void renderLoop(RunFolder folder, Run run, List<LoopRow> rows, Map<String, Metric> metrics) {
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        LoopReport report = new LoopReport(run, rows, metrics);
        bundle.write("plots/rates.svg", report.rates());
        bundle.write("plots/tokens.svg", report.tokens());
        Map<String, Object> model = report.model();
        bundle.write("benchmark/benchmark.md", Templates.render("loop.md.ftl", model));
        model.put("metrics", new TreeMap<>(Metrics.flat(metrics)));
        bundle.write("benchmark/benchmark.json", Json.pretty(model));
        bundle.write("benchmark/metrics.csv", Tables.metrics(metrics.values()));
    }

    /** Renders the bundle of a run that measures masks: {@code benchmark/benchmark.md}, its JSON and CSV tables, and one figure. */
    public static void renderMasks(RunFolder folder, Run run, List<MaskRow> rows, Map<String, Metric> metrics) {
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        bundle.write("plots/times.svg", MaskPlots.times(rows, metrics));
        Map<String, Object> model = new MaskReport(run, rows, metrics).model();
        benchmark(bundle, "masks.md.ftl", model, metrics);
        bundle.write("benchmark/refusals.csv", Tables.refusals(rows));
        bundle.write("benchmark/errors.csv", Tables.errors(rows));
    }

    /** Renders the bundle of a run that sets checks against an outside checker: {@code benchmark/benchmark.md}, JSON, CSV tables, one figure. */
    public static void renderIfeval(RunFolder folder, Run run, List<IfevalRow> rows, Map<String, Metric> metrics) {
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        InstructionChecks checks = Json.parse(
                folder.folder().readText("inputs/checks.json"), InstructionChecks.class, "inputs/checks.json");
        JsonNode card = Json.parse(folder.folder().readText("inputs/dataset.json"), "inputs/dataset.json");
        IfevalReport report = new IfevalReport(run, rows, metrics, checks, card);
        bundle.write("plots/types.svg", report.figure());
        Map<String, Object> model = report.model();
        benchmark(bundle, "ifeval.md.ftl", model, metrics);
        bundle.write("benchmark/verdicts.csv", Tables.verdicts(rows));
    }

    /** Renders the bundle of a run that trains a router: {@code benchmark/benchmark.md}, its JSON and CSV tables, and two figures. */
    public static void renderRouter(RunFolder folder, Run run, List<RouteRow> rows, Map<String, Metric> metrics) {
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        RouterCard card = RouterCard.read(folder);
        RouterReport report = new RouterReport(run, rows, metrics, card);
        List<Reliability> reliability = report.reliability();
        bundle.write("plots/reliability.svg", RouterPlots.reliability(reliability));
        bundle.write(
                "plots/coverage.svg",
                RouterPlots.coverage(report.coverage(), card.guarantee().maxError()));
        Map<String, Object> model = report.model();
        bundle.write("benchmark/benchmark.md", Templates.render("router.md.ftl", model));
        model.put("reliability", reliability);
        model.put("metrics", new TreeMap<>(Metrics.flat(metrics)));
        bundle.write("benchmark/benchmark.json", Json.pretty(model));
        bundle.write("benchmark/metrics.csv", Tables.metrics(metrics.values()));
        bundle.write("benchmark/by_kernel.csv", Tables.routed(report.byLabel()));
    }

    /** Renders everything into the folder of a run that answers prompts. */
    public static void render(RunFolder folder, Run run, List<ResultRow> rows, Map<String, Metric> metrics) {
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        List<Arm> arms = Metrics.arms(rows);
        bundle.write("plots/arms.svg", Plots.arms(arms, metrics));
        Map<String, Metric> figures = new LinkedHashMap<>(metrics);
        figures.keySet().removeIf(Metrics::isTime);
        latency(bundle, run, rows, metrics);
        Map<String, Object> benchmark = new BenchmarkReport(run, rows, figures).model();
        RoutingDrift.of(folder, rows).ifPresent(drift -> benchmark.put("drift", DriftSection.of(drift)));
        Trend.of(folder)
                .filter(trend -> trend.steps() > 0)
                .ifPresent(trend -> benchmark.put("trend", TrendSection.of(trend)));
        bundle.write("benchmark/benchmark.md", Templates.render("benchmark.md.ftl", benchmark));
        benchmark.put("metrics", new TreeMap<>(Metrics.flat(figures)));
        bundle.write("benchmark/benchmark.json", Json.pretty(benchmark));
        bundle.write("benchmark/metrics.csv", Tables.metrics(figures.values()));
        bundle.write("benchmark/by_target.csv", Tables.passRates("target", rows, ResultRow::target));
        bundle.write(
                "benchmark/by_kernel.csv",
                Tables.passRates("kernel", rows, row -> row.kernelId() == null ? "none" : row.kernelId()));
        Map<String, Object> demo = new DemoReport(run, rows).model();
        bundle.write("realtime_demo.md", Templates.render("realtime_demo.md.ftl", demo));
        bundle.write("realtime_demo.json", Json.pretty(demo));
    }

    /** The times, apart from what the same rows always say. */
    private static void latency(Folder bundle, Run run, List<ResultRow> rows, Map<String, Metric> metrics) {
        List<Metric> times = metrics.values().stream()
                .filter(metric -> Metrics.isTime(metric.name()))
                .toList();
        bundle.write("plots/latency.svg", Plots.latency(Metrics.arms(rows), metrics));
        bundle.write(
                "benchmark/latency.md",
                Templates.render("latency.md.ftl", new LatencyReport(run, rows, metrics).model()));
        bundle.write("benchmark/latency.csv", Tables.metrics(times));
    }
}
