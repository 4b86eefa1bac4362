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
import io.kernelweave.results.Measure;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RouteMetrics;
import io.kernelweave.results.RouteRow;
import io.kernelweave.results.RouterCard;
import io.kernelweave.results.RoutingDrift;
import io.kernelweave.results.Row;
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
 * The bundle of a run: {@code benchmark/benchmark.md} with its JSON and CSV tables, {@code plots/*.svg}, of a run that answers prompts
 * {@code realtime_demo.md} with its JSON, and, if it is asked for, {@link #PAGE}. Rows, {@code run.json} and the run's inputs in, the same
 * bytes out. Everything is rendered before anything is written.
 */
public final class Bundle {
    /** The rows as a page to look through. */
    public static final String PAGE = "benchmark/rows.html";

    private final RunFolder folder;
    private final Run run;
    private final List<? extends Row> rows;
    private final Map<String, Metric> metrics;
    private final Templates templates;
    private final Map<String, String> files = new LinkedHashMap<>();

    private Bundle(
            RunFolder folder, Run run, List<? extends Row> rows, Map<String, Metric> metrics, Templates templates) {
        this.folder = folder;
        this.run = run;
        this.rows = rows;
        this.metrics = metrics;
        this.templates = templates;
    }

    /** Renders the bundle of a run of any kind again, and its page where it has one; says from how many rows. */
    public static int render(RunFolder folder) {
        return render(folder, folder.folder().exists(RunFolder.BUNDLE + "/" + PAGE));
    }

    /**
     * Renders the bundle of a run of any kind again, and says from how many rows.
     *
     * @param page whether with {@link #PAGE}
     */
    public static int render(RunFolder folder, boolean page) {
        if (page) {
            RowsPage.require(folder.run());
        }
        Bundle bundle = of(folder, Templates.beside(folder.folder()));
        if (page) {
            bundle.page();
        }
        bundle.write();
        return bundle.rows.size();
    }

    /** The bundle of a run of any kind, rendered and not written. */
    static Bundle of(RunFolder folder, Templates templates) {
        Run run = folder.run();
        return switch (run.measure()) {
            case ANSWERS -> {
                List<ResultRow> rows = folder.untraced();
                Map<String, Metric> metrics = Metrics.of(rows, run);
                RoutingDrift.of(folder, rows).ifPresent(drift -> metrics.putAll(drift.metrics()));
                Trend.of(folder).ifPresent(trend -> metrics.putAll(trend.metrics()));
                yield new Bundle(folder, run, rows, metrics, templates).answers(rows);
            }
            case ROUTING -> {
                List<RouteRow> rows = folder.rows(RouteRow.FORM);
                Map<String, Metric> metrics = RouteMetrics.of(rows, run);
                Trend.of(folder).ifPresent(trend -> metrics.putAll(trend.metrics()));
                yield new Bundle(folder, run, rows, metrics, templates).router(rows);
            }
            case MASKS -> {
                List<MaskRow> rows = folder.rows(MaskRow.FORM);
                yield new Bundle(folder, run, rows, MaskMetrics.of(rows), templates).masks(rows);
            }
            case IFEVAL -> {
                List<IfevalRow> rows = folder.rows(IfevalRow.FORM);
                yield new Bundle(folder, run, rows, IfevalMetrics.of(rows), templates).ifeval(rows);
            }
            case CONTAINMENT -> {
                List<ContainmentRow> rows = folder.rows(ContainmentRow.FORM);
                yield new Bundle(folder, run, rows, ContainmentMetrics.of(rows), templates).containment(rows);
            }
            case COMPILATION -> {
                List<CompilationRow> rows = folder.rows(CompilationRow.FORM);
                yield new Bundle(folder, run, rows, CompilationMetrics.of(rows, run), templates).compilation(rows);
            }
            case SELFTEST -> {
                List<SelfTestRow> rows = folder.rows(SelfTestRow.FORM);
                SelfTest test = SelfTest.of(folder, rows);
                yield new Bundle(folder, run, rows, test.metrics(), templates).selfTest(test);
            }
            case LOOP -> {
                List<LoopRow> rows = folder.rows(LoopRow.FORM);
                yield new Bundle(folder, run, rows, LoopMetrics.of(rows, run), templates).loop(rows);
            }
        };
    }

    /** Renders the bundle of a run that answers prompts into its folder. */
    public static void render(RunFolder folder, Run run, List<ResultRow> rows, Map<String, Metric> metrics) {
        begun(folder, run, rows, metrics).answers(rows).write();
    }

    /** Renders the bundle of a run that trains a router into its folder. */
    public static void renderRouter(RunFolder folder, Run run, List<RouteRow> rows, Map<String, Metric> metrics) {
        begun(folder, run, rows, metrics).router(rows).write();
    }

    /** Renders the bundle of a run that measures masks into its folder. */
    public static void renderMasks(RunFolder folder, Run run, List<MaskRow> rows, Map<String, Metric> metrics) {
        begun(folder, run, rows, metrics).masks(rows).write();
    }

    /** Renders the bundle of a run that sets checks against an outside checker into its folder. */
    public static void renderIfeval(RunFolder folder, Run run, List<IfevalRow> rows, Map<String, Metric> metrics) {
        begun(folder, run, rows, metrics).ifeval(rows).write();
    }

    /** Renders the bundle of a run that asks whether schemas contain others into its folder. */
    public static void renderContainment(
            RunFolder folder, Run run, List<ContainmentRow> rows, Map<String, Metric> metrics) {
        begun(folder, run, rows, metrics).containment(rows).write();
    }

    /** Renders the bundle of a run that learns from traces into its folder. */
    public static void renderCompilation(
            RunFolder folder, Run run, List<CompilationRow> rows, Map<String, Metric> metrics) {
        begun(folder, run, rows, metrics).compilation(rows).write();
    }

    /** Renders the bundle of a run that tries the run gate into its folder. */
    public static void renderSelfTest(RunFolder folder, Run run, List<SelfTestRow> rows, Map<String, Metric> metrics) {
        begun(folder, run, rows, metrics).selfTest(SelfTest.of(folder, rows)).write();
    }

    /** Renders the bundle of a run that watches the loop learn into its folder. */
    public static void renderLoop(RunFolder folder, Run run, List<LoopRow> rows, Map<String, Metric> metrics) {
        begun(folder, run, rows, metrics).loop(rows).write();
    }

    private static Bundle begun(RunFolder folder, Run run, List<? extends Row> rows, Map<String, Metric> metrics) {
        return new Bundle(folder, run, rows, metrics, Templates.beside(folder.folder()));
    }

    List<? extends Row> rows() {
        return rows;
    }

    Map<String, Metric> metrics() {
        return metrics;
    }

    /** Each file's name in the bundle and its text. */
    Map<String, String> files() {
        return files;
    }

    private void write() {
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        files.forEach(bundle::write);
    }

    private Bundle with(String file, String text) {
        files.put(file, text);
        return this;
    }

    private Bundle with(String file, View view) {
        return with(file, templates.render(view));
    }

    private Bundle benchmark(String template, Map<String, Object> model) {
        return benchmark(template, model, metrics);
    }

    /** The report, the same as JSON, and its figures as a table. */
    private Bundle benchmark(String template, Map<String, Object> model, Map<String, Metric> figures) {
        with("benchmark/benchmark.md", new View(template, model));
        model.put("metrics", new TreeMap<>(Metrics.flat(figures)));
        model.put("templates", templates.used());
        model.put("templates_replaced", templates.replaced());
        with("benchmark/benchmark.json", Json.pretty(model));
        return with("benchmark/metrics.csv", Tables.metrics(figures.values()));
    }

    /** With the rows as a page. */
    Bundle page() {
        List<? extends Row> whole = run.measure() == Measure.ANSWERS
                ? folder.traced(rows.stream().map(ResultRow.class::cast).toList())
                : rows;
        return with(PAGE, new RowsPage(run, whole).render(templates));
    }

    private Bundle answers(List<ResultRow> answered) {
        List<Arm> arms = Metrics.arms(answered);
        with("plots/arms.svg", Plots.arms(arms, metrics));
        latency(answered, arms);
        Map<String, Object> demo = new DemoReport(run, answered, folder::traced).model();
        with("realtime_demo.md", new View("realtime_demo.md.ftl", demo));
        with("realtime_demo.json", Json.pretty(demo));
        Map<String, Metric> figures = new LinkedHashMap<>(metrics);
        figures.keySet().removeIf(Metrics::isTime);
        Map<String, Object> benchmark = new BenchmarkReport(run, answered, figures).model();
        RoutingDrift.of(folder, answered).ifPresent(drift -> benchmark.put("drift", DriftSection.of(drift)));
        Trend.of(folder)
                .filter(trend -> trend.steps() > 0)
                .ifPresent(trend -> benchmark.put("trend", TrendSection.of(trend)));
        return benchmark("benchmark.md.ftl", benchmark, figures)
                .with("benchmark/by_target.csv", Tables.passRates("target", answered, ResultRow::target))
                .with(
                        "benchmark/by_kernel.csv",
                        Tables.passRates("kernel", answered, row -> row.kernelId() == null ? "none" : row.kernelId()));
    }

    private Bundle router(List<RouteRow> routed) {
        RouterCard card = RouterCard.read(folder);
        RouterReport report = new RouterReport(run, routed, metrics, card);
        List<Reliability> reliability = report.reliability();
        with("plots/reliability.svg", RouterPlots.reliability(reliability));
        with(
                "plots/coverage.svg",
                RouterPlots.coverage(report.coverage(), card.guarantee().maxError()));
        Map<String, Object> model = report.model();
        model.put("reliability", reliability);
        return benchmark("router.md.ftl", model).with("benchmark/by_kernel.csv", Tables.routed(report.byLabel()));
    }

    private Bundle masks(List<MaskRow> tried) {
        with("plots/times.svg", MaskPlots.times(tried, metrics));
        return benchmark("masks.md.ftl", new MaskReport(run, tried, metrics).model())
                .with("benchmark/refusals.csv", Tables.refusals(tried))
                .with("benchmark/errors.csv", Tables.errors(tried));
    }

    private Bundle ifeval(List<IfevalRow> judged) {
        InstructionChecks checks = Json.parse(
                folder.folder().readText("inputs/checks.json"), InstructionChecks.class, "inputs/checks.json");
        JsonNode card = Json.parse(folder.folder().readText("inputs/dataset.json"), "inputs/dataset.json");
        IfevalReport report = new IfevalReport(run, judged, metrics, checks, card);
        with("plots/types.svg", report.figure());
        return benchmark("ifeval.md.ftl", report.model()).with("benchmark/verdicts.csv", Tables.verdicts(judged));
    }

    private Bundle containment(List<ContainmentRow> asked) {
        ContainmentReport report = new ContainmentReport(run, asked, metrics);
        with("plots/answers.svg", report.answers());
        with("plots/times.svg", report.times());
        return benchmark("containment.md.ftl", report.model())
                .with("benchmark/differences.csv", Tables.differences(asked));
    }

    private Bundle compilation(List<CompilationRow> judged) {
        CompilationReport report = new CompilationReport(run, judged, metrics, CompilationCard.read(folder));
        with("plots/forest.svg", report.figure());
        return benchmark("compilation.md.ftl", report.model());
    }

    private Bundle selfTest(SelfTest test) {
        SelfTestReport report = new SelfTestReport(run, test);
        with("plots/power.svg", report.figure());
        return benchmark("selftest.md.ftl", report.model());
    }

    private Bundle loop(List<LoopRow> streamed) {
        LoopReport report = new LoopReport(run, streamed, metrics);
        with("plots/rates.svg", report.rates());
        with("plots/tokens.svg", report.tokens());
        return benchmark("loop.md.ftl", report.model());
    }

    /** The times, apart from what the same rows always say. */
    private void latency(List<ResultRow> answered, List<Arm> arms) {
        with("plots/latency.svg", Plots.latency(arms, metrics));
        with("benchmark/latency.md", new View("latency.md.ftl", new LatencyReport(run, answered, metrics).model()));
        with(
                "benchmark/latency.csv",
                Tables.metrics(metrics.values().stream()
                        .filter(metric -> Metrics.isTime(metric.name()))
                        .toList()));
    }
}
