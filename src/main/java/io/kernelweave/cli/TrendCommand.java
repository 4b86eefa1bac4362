package io.kernelweave.cli;

import io.kernelweave.compare.History;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.report.TrendReport;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kernelweave trend}: what the runs of jobs did over time. */
@Command(
        name = "trend",
        description = "Says how each metric of each job went over all runs, and near which run it changed.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave trend",
            "  kernelweave trend --job nightly --json",
            "%nExit codes: 0, or 10 if a followed metric changed for the worse and nothing has made up for it."
        })
final class TrendCommand implements Callable<Integer> {
    @Option(names = "--job", paramLabel = "NAME", description = "Only this job; all, if it is not given.")
    private @Nullable String job;

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        RunRegistry registry = workspace.runs();
        Map<String, List<RunFolder>> jobs = new TreeMap<>();
        for (Run run : registry.runs()) {
            if (run.isComplete() && (job == null || job.equals(run.job()))) {
                jobs.computeIfAbsent(run.job(), key -> new ArrayList<>()).add(registry.folder(run.runId()));
            }
        }
        if (jobs.isEmpty()) {
            throw InputException.at(
                    job == null ? "reports" : "job \"" + job + "\"", "has no complete run", "run a job first");
        }
        List<History> histories = new ArrayList<>();
        jobs.forEach((name, folders) ->
                histories.add(History.of(name, folders, registry.baselines().get(name))));
        List<String> alarms = TrendReport.render(workspace.reports(), histories);
        boolean failed = histories.stream()
                .flatMap(history -> history.series().stream())
                .anyMatch(series -> series.followed() && series.alarm() != null);
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("verdict", failed ? "FAIL" : "PASS");
        json.put("alarms", alarms);
        json.put("report", workspace.reports() + "/trend.md");
        output.json(Json.tree(json));
        output.line("%s  %d open alarms", Output.coloured(failed ? "FAIL" : "PASS"), alarms.size());
        alarms.forEach(alarm -> output.text("  " + alarm));
        output.text("  report   " + workspace.reports() + "/trend.md");
        return failed ? 10 : 0;
    }
}
