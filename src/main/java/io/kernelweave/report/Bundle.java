package io.kernelweave.report;

import io.kernelweave.json.Json;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.runtime.Arm;
import io.kernelweave.storage.Folder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Renders the bundle of a run: {@code benchmark/benchmark.md} with its JSON and CSV tables, {@code realtime_demo.md} with its
 * JSON, and {@code plots/*.svg}. Rows and {@code run.json} in, the same bytes out.
 */
public final class Bundle {
    private Bundle() {}

    /** Renders everything into the run's folder. */
    public static void render(RunFolder folder, Run run, List<ResultRow> rows, Map<String, Metric> metrics) {
        Folder bundle = folder.folder().resolve(RunFolder.BUNDLE);
        List<Arm> arms = Metrics.arms(rows);
        bundle.write("plots/arms.svg", Plots.arms(arms, metrics));
        bundle.write("plots/latency.svg", Plots.latency(arms, metrics));
        Map<String, Object> benchmark = new BenchmarkReport(run, rows, metrics).model();
        bundle.write("benchmark/benchmark.md", Templates.render("benchmark.md.ftl", benchmark));
        benchmark.put("metrics", new TreeMap<>(Metrics.flat(metrics)));
        bundle.write("benchmark/benchmark.json", Json.pretty(benchmark));
        bundle.write("benchmark/metrics.csv", Tables.metrics(metrics.values()));
        bundle.write("benchmark/by_target.csv", Tables.passRates("target", rows, ResultRow::target));
        bundle.write(
                "benchmark/by_kernel.csv",
                Tables.passRates("kernel", rows, row -> row.kernelId() == null ? "none" : row.kernelId()));
        Map<String, Object> demo = new DemoReport(run, rows).model();
        bundle.write("realtime_demo.md", Templates.render("realtime_demo.md.ftl", demo));
        bundle.write("realtime_demo.json", Json.pretty(demo));
    }
}
