package io.kernelweave.cli;

import io.kernelweave.json.Json;
import io.kernelweave.report.Bundle;
import io.kernelweave.report.Discrepancy;
import io.kernelweave.report.Verification;
import io.kernelweave.results.RunFolder;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kernelweave report}: renders a run's reports again, or checks those that are there. */
@Command(
        name = "report",
        description = {
            "Renders the reports of a run again, from its Parquet results alone, by the program's templates and those in"
                    + " templates/ of the reports folder that replace them."
        },
        mixinStandardHelpOptions = true,
        subcommands = ReportCommand.Verify.class,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave report latest",
            "  kernelweave report nightly-0123456789ab --html",
            "  kernelweave report verify latest"
        })
final class ReportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", arity = "0..1", description = "latest, a run id, its beginning, or a folder.")
    private @Nullable String run;

    @Option(
            names = "--html",
            description = "Also write benchmark/rows.html: the rows as a page to filter and look through.")
    private boolean html;

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (run == null) {
            throw new ParameterException(spec.commandLine(), "Missing required parameter: 'RUN'");
        }
        RunFolder folder = workspace.runs().find(run);
        int rows = html ? Bundle.render(folder, true) : Bundle.render(folder);
        String path = folder.folder() + "/" + RunFolder.BUNDLE;
        output.json(Json.object()
                .put("run_id", folder.run().runId())
                .put("bundle", path)
                .put("rows", rows));
        output.line("Rendered %d rows: %s/benchmark/benchmark.md", rows, path);
        if (html) {
            output.text("  page     " + path + "/" + Bundle.PAGE);
        }
        return 0;
    }

    /** {@code kernelweave report verify}: recomputes what a run's reports say. */
    @Command(
            name = "verify",
            description =
                    "Recomputes every number in the reports of a run from its Parquet results, and names those that differ.",
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  kernelweave report verify latest",
                "  kernelweave report verify nightly-0123456789ab --json",
                "%nExit codes: 0, 10 if a number differs, 20 if a report was rendered by other templates and cannot be compared."
            })
    static final class Verify implements Callable<Integer> {
        private static final int MOST = 40;
        private static final int LONGEST = 240;

        @Parameters(paramLabel = "RUN", description = "latest, a run id, its beginning, or a folder.")
        @SuppressWarnings("NullAway.Init")
        private String run;

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            Verification found = Verification.of(workspace.runs().find(run));
            output.json(Json.object()
                    .put("run_id", found.runId())
                    .put("verdict", found.verdict().name())
                    .put("files", found.files())
                    .put("numbers", found.numbers())
                    .setAll(Json.<tools.jackson.databind.node.ObjectNode>tree(java.util.Map.of(
                            "differences", found.differences(),
                            "unchecked", found.unchecked(),
                            "unknown", found.unknown()))));
            output.line(
                    "%s  %,d numbers in %d files of %s recomputed, %d %s",
                    Output.coloured(found.verdict().name()),
                    found.numbers(),
                    found.files(),
                    found.runId(),
                    found.differences().size(),
                    found.differences().size() == 1 ? "differs" : "differ");
            found.differences().stream().limit(MOST).forEach(this::tell);
            if (found.differences().size() > MOST) {
                output.text("  and " + (found.differences().size() - MOST) + " more (--json has all)");
            }
            found.unchecked().forEach(each -> output.text("  not compared: " + each.what() + ": " + each.why()));
            found.unknown().forEach(each -> output.text("  unknown: " + each.what() + ": " + each.why()));
            return found.verdict().exitCode();
        }

        private void tell(Discrepancy each) {
            output.text("  " + each.file() + " " + each.what());
            output.text("    stated     " + shown(each.stated()));
            output.text("    recomputed " + shown(each.recomputed()));
        }

        private static String shown(String text) {
            return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
        }
    }
}
