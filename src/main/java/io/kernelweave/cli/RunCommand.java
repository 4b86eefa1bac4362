package io.kernelweave.cli;

import io.kernelweave.batch.JobFile;
import io.kernelweave.batch.JobRunner;
import io.kernelweave.json.Json;
import io.kernelweave.report.Headline;
import io.kernelweave.results.Measure;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.Run;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave run}: runs a job. */
@Command(
        name = "run",
        description =
                "Runs a job: replays a data set, judges the result, writes reports. An interrupted run is resumed.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave run jobs/nightly.yaml",
            "  kernelweave run jobs/nightly.yaml --set model.order=4 --set limit=200",
            "  kernelweave run jobs/train-router.yaml --set dataset=phasecd/clinc150.yaml",
            "  kernelweave run jobs/maskbench.yaml --set vocabulary=o200k_base --set limit=300",
            "  kernelweave run jobs/intent.yaml --source test=/data/clinc150/test.jsonl.gz --json",
            "  kernelweave run jobs/nightly.yaml --summary    # one line for a chat",
            "  kernelweave run jobs/nightly.yaml --fresh      # replay everything although nothing changed"
        })
final class RunCommand implements Callable<Integer> {
    @Parameters(paramLabel = "JOB", description = "A job file, such as jobs/nightly.yaml.")
    @SuppressWarnings("NullAway.Init")
    private Path job;

    @Option(
            names = "--source",
            paramLabel = "NAME=PATH",
            description = "Read another file in place of a source of the data set's spec.")
    private Map<String, String> sources = new LinkedHashMap<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Change a setting of the job file, such as model.order=4.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--fresh", description = "Make a new run although nothing changed since the last.")
    private boolean fresh;

    @Option(names = "--summary", description = "Print one line, for a chat, and nothing else.")
    private boolean summary;

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        JobFile spec = JobFile.read(job, settings);
        JobRunner.Result result;
        // A killed run loses nothing that was committed, so there is nothing to tidy up: only to say.
        AtomicBoolean underWay = new AtomicBoolean(true);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (underWay.get()) {
                System.err.println("kernelweave: stopped; the same command resumes the run");
            }
        }));
        try (TerminalProgress progress = new TerminalProgress(output.isJson())) {
            result = new JobRunner(workspace.reports(), workspace.datasets(), workspace.state(), progress)
                    .run(spec, sources, fresh);
        } finally {
            underWay.set(false);
        }
        String folder = result.folder().folder().toString();
        String report = folder + "/kernelweave_llm_bundle/benchmark/benchmark.md";
        String line = Headline.of(result.verdict(), result.run(), result.metrics(), before(result.run()), report);
        if (summary) {
            output.text(line);
            return result.exitCode();
        }
        ObjectNode json = Json.object()
                .put("run_id", result.run().runId())
                .put("run_dir", result.folder().folder().toString())
                .put("verdict", result.verdict())
                .put("exit_code", result.exitCode())
                .put("reused", result.reused())
                .put("summary", line);
        json.set("reasons", Json.tree(result.reasons()));
        json.set("metrics", Json.tree(Metrics.flat(result.metrics())));
        output.json(json);
        output.line("%s  %s", Output.coloured(result.verdict()), result.run().runId());
        result.reasons().forEach(reason -> output.text("  " + reason));
        output.text("  report   " + report);
        if (result.run().measure() == Measure.ANSWERS) {
            output.text("  demo     " + folder + "/kernelweave_llm_bundle/realtime_demo.md");
        }
        output.text("  results  " + folder + "/results/*.parquet");
        if (result.archive() != null) {
            output.text("  archive  " + result.archive());
        }
        return result.exitCode();
    }

    /** The figures of the run that this one was judged against, as far as they are still there. */
    private Map<String, Metric> before(Run run) {
        if (run.judgement() == null || run.judgement().baseline() == null) {
            return Map.of();
        }
        return workspace.runs().folder(run.judgement().baseline()).metrics();
    }
}
