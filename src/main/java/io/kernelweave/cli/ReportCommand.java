package io.kernelweave.cli;

import io.kernelweave.json.Json;
import io.kernelweave.report.Bundle;
import io.kernelweave.results.RunFolder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code kernelweave report}: renders a run's reports again. */
@Command(
        name = "report",
        description = "Renders the reports of a run again, from its Parquet results alone.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  kernelweave report latest", "  kernelweave report nightly-0123456789ab"})
final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "latest, a run id, its beginning, or a folder.")
    @SuppressWarnings("NullAway.Init")
    private String run;

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        RunFolder folder = workspace.runs().find(run);
        int rows = Bundle.render(folder);
        String path = folder.folder() + "/" + RunFolder.BUNDLE;
        output.json(Json.object()
                .put("run_id", folder.run().runId())
                .put("bundle", path)
                .put("rows", rows));
        output.line("Rendered %d rows: %s/benchmark/benchmark.md", rows, path);
        return 0;
    }
}
