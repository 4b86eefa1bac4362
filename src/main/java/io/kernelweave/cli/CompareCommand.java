package io.kernelweave.cli;

import io.kernelweave.batch.Replayer;
import io.kernelweave.compare.Attribution;
import io.kernelweave.compare.Versus;
import io.kernelweave.report.CompareReport;
import io.kernelweave.results.RunFolder;
import io.kernelweave.storage.Folder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kernelweave compare}: judges one run against another and says which stage made each row flip. */
@Command(
        name = "compare",
        description = "Judges a run against a baseline, and says which stage made each row flip.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave compare nightly-0123456789ab latest",
            "  kernelweave compare nightly-0123 nightly-4567 --margin router+gate.false_accept_rate=0.005",
            "  kernelweave compare A B --rows-only      # never answer a prompt again"
        })
final class CompareCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "BASELINE", description = "latest, a run id, its beginning, or a folder.")
    @SuppressWarnings("NullAway.Init")
    private String baseline;

    @Parameters(index = "1", paramLabel = "CANDIDATE", description = "latest, a run id, its beginning, or a folder.")
    @SuppressWarnings("NullAway.Init")
    private String candidate;

    @Option(
            names = "--margin",
            paramLabel = "METRIC=LOSS",
            description = "A loss that is accepted, in place of those of the candidate's job; may be repeated.")
    private Map<String, Double> margins = new LinkedHashMap<>();

    @Option(
            names = "--rows-only",
            description = "Explain flips by the rows alone: do not answer prompts again by the baseline's route.")
    private boolean rowsOnly;

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        RunFolder before = workspace.runs().find(baseline);
        RunFolder after = workspace.runs().find(candidate);
        Versus versus;
        String obstacle;
        try (Replayer replayer = new Replayer(after.run(), workspace.datasets(), workspace.state())) {
            versus = Versus.of(before, after, margins, rowsOnly ? Attribution.Rerun.none() : replayer);
            obstacle = rowsOnly ? "only rows were asked for" : replayer.obstacle();
        }
        Folder folder = workspace.reports().resolve("compare/" + CompareReport.name(versus));
        CompareReport.render(folder, versus, obstacle);
        Map<String, Object> json = CompareReport.json(versus);
        json.put("report", folder + "/compare.md");
        output.json(json);
        output.line(
                "%s  %s against %s",
                Output.coloured(versus.verdict().name()),
                after.run().runId(),
                before.run().runId());
        versus.views()
                .forEach(view -> output.text("  "
                        + (view.contracts().isEmpty() ? "" : "By the contracts of " + view.contracts() + ": ")
                        + view.report().reason()));
        versus.charges()
                .forEach((arm, charges) -> output.text("  " + arm + ": "
                        + charges.entrySet().stream()
                                .map(charge -> charge.getValue() + " "
                                        + charge.getKey().label())
                                .collect(Collectors.joining(", "))));
        output.text("  report   " + folder + "/compare.md");
        return versus.verdict().exitCode();
    }
}
