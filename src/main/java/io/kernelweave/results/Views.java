package io.kernelweave.results;

import io.kernelweave.storage.Sql;
import io.kernelweave.storage.Sql.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What SQL sees of a registry: of complete runs, the rows of each kind ({@link Measure#view()}) and, of those that answer prompts,
 * {@code checks}, one line a row and check, and {@code times}, one line a row that a run answered itself; {@code metrics}, one line a run and figure; and {@code runs}, one line a run, interrupted ones too.
 */
public final class Views {
    private static final String RUNS = """
            SELECT run_id, job, lower(coalesce(settings->>'$.measure', 'answers')) AS measure, state, started_at, finished_at,
              judgement.verdict AS verdict, judgement.exit_code AS exit_code, judgement.baseline AS baseline,
              judgement.reasons AS reasons, counts.results AS results, counts.errors AS errors,
              data.name AS dataset, data.split AS split, data.rows AS prompts, data.clusters AS clusters, data.kernels AS kernels,
              fingerprint, environment, settings
            FROM read_json(%s, columns = {run_id: 'VARCHAR', job: 'VARCHAR', state: 'VARCHAR', settings: 'JSON',
              fingerprint: 'MAP(VARCHAR, VARCHAR)', environment: 'MAP(VARCHAR, VARCHAR)',
              data: 'STRUCT(name VARCHAR, split VARCHAR, rows BIGINT, clusters BIGINT, kernels BIGINT)',
              counts: 'STRUCT(results BIGINT, errors BIGINT)',
              judgement: 'STRUCT(verdict VARCHAR, exit_code INTEGER, baseline VARCHAR, reasons VARCHAR[])',
              started_at: 'TIMESTAMPTZ', finished_at: 'TIMESTAMPTZ'}, maximum_object_size = 1073741824)""";

    private static final String METRICS = """
            SELECT r.run_id, r.job, r.started_at, m.metric, m.value, m.low, m.high, m.n, m.clusters
            FROM read_csv(%s, header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', filename = true,
              columns = {metric: 'VARCHAR', value: 'DOUBLE', low: 'DOUBLE', high: 'DOUBLE', n: 'BIGINT', clusters: 'BIGINT'}) AS m
            JOIN runs AS r ON r.run_id = regexp_extract(m.filename, '([^/\\\\]+)[/\\\\]kernelweave_llm_bundle', 1)""";

    /** A run's rows are alike whatever it is called: its name is that of the folder above theirs. */
    private static final String ROWS = """
            SELECT regexp_extract(filename, '([^/\\\\]+)[/\\\\][^/\\\\]+[/\\\\][^/\\\\]+$', 1) AS run_id, COLUMNS(lambda c: c NOT IN ('run_id', 'filename'))
            FROM read_parquet(%s, union_by_name = true, filename = true)""";

    private static final String CHECKS = """
            SELECT run_id, row_id, arm, cluster_id, kernel_id, verdict.outcome AS verdict, c.name AS name, c.severity AS severity,
              c.outcome AS outcome, c.reason AS reason, c.spans AS spans, c.basis AS basis
            FROM (SELECT run_id, row_id, arm, cluster_id, kernel_id, verdict, unnest(verdict.checks) AS c FROM rows)""";

    private Views() {}

    private static View rows(String name, List<String> files) {
        return new View(name, ROWS.formatted(Sql.list(files)), files);
    }

    /** The views of a registry; of a kind without a complete run there is none. */
    public static List<View> of(RunRegistry registry) {
        List<View> views = new ArrayList<>();
        Map<String, List<String>> parts = registry.parts();
        parts.forEach((name, files) -> views.add(rows(name, files)));
        if (parts.containsKey(Measure.ANSWERS.view())) {
            views.add(new View("checks", CHECKS, List.of()));
        }
        List<String> runs = new ArrayList<>();
        List<String> metrics = new ArrayList<>();
        List<String> times = new ArrayList<>();
        for (Run run : registry.runs()) {
            RunFolder folder = registry.folder(run.runId());
            runs.add(folder.folder() + "/run.json");
            if (run.isComplete()) {
                folder.timesFiles().forEach(file -> times.add(folder.folder() + "/" + file));
                Stream.of(RunFolder.METRICS, RunFolder.TIME_METRICS)
                        .filter(folder.folder()::exists)
                        .forEach(file -> metrics.add(folder.folder() + "/" + file));
            }
        }
        if (!times.isEmpty()) {
            views.add(rows("times", times));
        }
        if (!parts.isEmpty()) {
            views.add(new View("runs", RUNS.formatted(Sql.list(runs)), runs));
            views.add(new View("metrics", METRICS.formatted(Sql.list(metrics)), metrics));
        }
        return views;
    }
}
