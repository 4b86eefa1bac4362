package io.kernelweave.batch;

import io.kernelweave.compare.Comparison;
import io.kernelweave.dataset.Dataset;
import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.gate.Requirement;
import io.kernelweave.gate.RunGate;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.report.Bundle;
import io.kernelweave.results.Metric;
import io.kernelweave.results.RouteMetrics;
import io.kernelweave.results.RouteRow;
import io.kernelweave.results.RouterCard;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.route.Router;
import io.kernelweave.route.RouterAdapter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A {@link RouterSpec} at work: trains the adapter, then routes each prompt of the judged split without and with it. */
final class RouterWork implements Work<RouteRow> {
    private final RouterSpec job;
    private final DatasetSpec spec;
    private final Dataset dataset;
    private final List<DatasetRow> rows;
    private final Routing routing;
    private @Nullable Map<String, Router> routers;

    private RouterWork(RouterSpec job, DatasetSpec spec, Dataset dataset, Path state) {
        this.job = job;
        this.spec = spec;
        this.dataset = dataset;
        this.rows = dataset.split(job.split()).stream()
                .sorted(Comparator.comparing(DatasetRow::id))
                .toList();
        if (rows.isEmpty()) {
            throw InputException.at(
                    "data set " + dataset.name(), "has no row in split " + job.split(), "judge another split");
        }
        this.routing = Routing.open(job, dataset, Workbench.store(spec, state), state);
    }

    /** Opens a job's data; builds the data set where it is not there yet. */
    static RouterWork open(RouterSpec job, DatasetSpec spec, Datasets datasets, Path state) {
        return new RouterWork(job, spec, datasets.open(spec), state);
    }

    @Override
    public RouterSpec job() {
        return job;
    }

    @Override
    public RowForm<RouteRow> form() {
        return RouteRow.FORM;
    }

    @Override
    public Map<String, String> fingerprint() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("dataset", dataset.digest());
        parts.put("questions", Dataset.questions(rows));
        parts.put("store", routing.storeDigest());
        parts.put("router", routing.fingerprint());
        return Work.fingerprint(parts, job.rowSettings());
    }

    @Override
    public Run.Data data() {
        return new Run.Data(
                dataset.name(),
                job.split(),
                rows.size(),
                (int) rows.stream().map(DatasetRow::clusterId).distinct().count(),
                routing.kernels().size());
    }

    @Override
    public int partitions() {
        return job.partitions();
    }

    @Override
    public void prepare(RunFolder folder, Progress progress) {
        progress.begin("prepare: train the router", 0);
        long start = System.nanoTime();
        RouterAdapter adapter = routing.adapter();
        long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
        folder.folder().write(RouterCard.ADAPTER, Json.pretty(adapter));
        folder.folder()
                .write(
                        RouterCard.FILE,
                        Json.pretty(RouterCard.of(
                                adapter,
                                routing.savedAs(),
                                dataset.name(),
                                dataset.digest(),
                                routing.fitted().stream()
                                        .map(DatasetRow::split)
                                        .distinct()
                                        .sorted(Comparator.comparingInt(DatasetSpec.SPLITS::indexOf))
                                        .toList(),
                                routing.storeDigest(),
                                millis)));
        folder.folder().write("inputs/kernels.json", Json.pretty(routing.kernels()));
        folder.folder().write("inputs/dataset.json", Json.pretty(Datasets.card(spec, dataset)));
    }

    @Override
    public void begin(Progress progress) {
        routers();
        progress.begin("replay", rows.size());
    }

    private synchronized Map<String, Router> routers() {
        if (routers == null) {
            routers = new LinkedHashMap<>();
            routers.put(RouteRow.UNTRAINED, routing.untrained());
            routers.put(RouteRow.TRAINED, routing.router());
        }
        return routers;
    }

    /** Each row by both routers. Whatever goes wrong in one is a row of that router. */
    @Override
    public List<Unit> units(String runId, Progress progress) {
        return rows.stream()
                .map(row -> new Unit(
                        row.clusterId(),
                        () -> routers().entrySet().stream()
                                .map(router -> route(runId, router.getKey(), router.getValue(), row))
                                .toList()))
                .toList();
    }

    private static RouteRow route(String runId, String name, Router router, DatasetRow row) {
        try {
            return RouteRow.of(runId, name, row, router.explain(row.prompt()));
        } catch (RuntimeException e) {
            return RouteRow.of(runId, name, row, e);
        }
    }

    @Override
    public Map<String, Metric> metrics(RunFolder folder, List<RouteRow> results) {
        return RouteMetrics.of(results, folder.run());
    }

    @Override
    public Run.Judged judge(
            Run run,
            List<RouteRow> results,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<RouteRow> baselineRows,
            List<Requirement> requirements) {
        return Comparison.judge(
                run, results, metrics, baseline, baselineRows, job.margins(), RouteMetrics::perRow, requirements);
    }

    @Override
    public List<RunGate.Metric> moves(List<RouteRow> rows, List<RouteRow> before) {
        return Comparison.moves(rows, before, job.margins(), RouteMetrics::perRow);
    }

    @Override
    public void render(RunFolder folder, Run run, List<RouteRow> results, Map<String, Metric> metrics) {
        Bundle.renderRouter(folder, run, results, metrics);
    }

    @Override
    public void close() {
        routing.close();
    }
}
