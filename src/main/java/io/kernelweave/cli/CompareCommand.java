package io.kernelweave.cli;

import io.kernelweave.batch.Replayer;
import io.kernelweave.compare.Attribution;
import io.kernelweave.compare.Versus;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.InputException;
import io.kernelweave.report.CompareCi;
import io.kernelweave.report.CompareReport;
import io.kernelweave.results.RunFolder;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kernelweave compare}: judges one run against another and says what differs, what moved and which stage made each row flip. */
@Command(
        name = "compare",
        description = "Judges a run against a baseline: what differs, what moved, and which stage made each row flip.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave compare baseline latest",
            "  kernelweave compare nightly-0123 nightly-4567 --margin router+gate.false_accept_rate=0.005",
            "  kernelweave compare nightly-0123456789ab 'nightly-*'          # each of them against the first",
            "  kernelweave compare their-run.zip latest                      # a run in an archive, checked first",
            "  kernelweave compare baseline latest --format junit > compare.xml",
            "  kernelweave compare A B --rows-only                           # never answer a prompt again",
            "%nA run is latest, baseline (what the other's job pinned, else the newest run before it that passed), a"
                    + " run id, its beginning,",
            "a glob, a folder, or an archive: FILE.zip, or FILE.zip#RUN where it holds several.",
            "%nExit codes: 0 pass or identical, 10 fail, 20 inconclusive, 30 invalid; of several comparisons the"
                    + " gravest."
        })
final class CompareCommand implements Callable<Integer> {
    /** In which form standard output speaks. */
    enum Format {
        TEXT,
        JUNIT,
        GITHUB
    }

    @Parameters(index = "0", paramLabel = "BASELINE", description = "A run; a glob must fit just one.")
    @SuppressWarnings("NullAway.Init")
    private String baseline;

    @Parameters(
            index = "1",
            paramLabel = "CANDIDATE",
            description = "A run, or a glob: each run that it fits is compared with the baseline.")
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

    @Option(
            names = "--format",
            paramLabel = "FORM",
            description =
                    "What standard output is: text, junit (JUnit's XML) or github (workflow commands; a summary goes"
                            + " to the file that GITHUB_STEP_SUMMARY names). Default: ${DEFAULT-VALUE}.")
    private Format format = Format.TEXT;

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    /** A comparison, and where its report is. */
    private record Compared(Versus versus, Folder folder) {}

    @Override
    public Integer call() {
        if (output.isJson() && format != Format.TEXT) {
            throw InputException.at("--format", "standard output cannot be two things", "leave --json or --format out");
        }
        margins.forEach((metric, loss) -> {
            if (!(loss >= 0) || Double.isInfinite(loss)) {
                throw InputException.at("--margin " + metric, "is " + loss, "give a loss of 0 or more");
            }
        });
        List<Compared> all = new ArrayList<>();
        try (RunReferences references = new RunReferences(workspace.runs())) {
            List<RunFolder> candidates = references.all(candidate);
            boolean several = candidates.size() > 1;
            for (RunFolder after : candidates) {
                RunFolder before = baseline.equals("baseline")
                        ? workspace.runs().baselineOf(after.run())
                        : references.one(baseline);
                if (!before.folder().toString().equals(after.folder().toString())) {
                    all.add(compare(before, after));
                } else if (!several) {
                    throw InputException.at(
                            "run " + after.run().runId(),
                            "is both baseline and candidate",
                            "name two runs: a run says nothing against itself");
                }
            }
        }
        RunVerdict verdict =
                all.stream().map(each -> each.versus().verdict()).reduce(RunVerdict.IDENTICAL, RunVerdict::graver);
        tell(all, verdict);
        return verdict.exitCode();
    }

    private Compared compare(RunFolder before, RunFolder after) {
        Versus versus;
        String obstacle;
        try (Replayer replayer = new Replayer(after.run(), workspace.datasets(), workspace.state())) {
            versus = Versus.of(before, after, margins, rowsOnly ? Attribution.Rerun.none() : replayer);
            obstacle = rowsOnly ? "only rows were asked for" : replayer.obstacle();
        }
        Folder folder = workspace.reports().resolve("compare/" + CompareReport.name(versus));
        CompareReport.render(folder, versus, obstacle);
        return new Compared(versus, folder);
    }

    private void tell(List<Compared> all, RunVerdict verdict) {
        switch (format) {
            case JUNIT ->
                System.out.print(CompareCi.junit(
                        workspace.reports(), all.stream().map(Compared::versus).toList()));
            case GITHUB -> {
                all.forEach(each -> System.out.print(CompareCi.github(each.versus())));
                summarise(all);
            }
            case TEXT -> {
                if (all.size() == 1) {
                    output.json(json(all.get(0)));
                } else {
                    Map<String, Object> json = new LinkedHashMap<>();
                    json.put("verdict", verdict.name());
                    json.put("exit_code", verdict.exitCode());
                    json.put(
                            "comparisons",
                            all.stream().map(CompareCommand::json).toList());
                    output.json(json);
                }
                all.forEach(this::text);
                if (all.size() > 1) {
                    output.line("%s  the gravest of %d comparisons", Output.coloured(verdict.name()), all.size());
                }
            }
        }
    }

    private static Map<String, Object> json(Compared compared) {
        Map<String, Object> json = CompareReport.json(compared.versus());
        json.put("report", compared.folder() + "/compare.md");
        return json;
    }

    private void text(Compared compared) {
        Versus versus = compared.versus();
        output.line(
                "%s  %s against %s",
                Output.coloured(versus.verdict().name()),
                versus.candidate().runId(),
                versus.baseline().runId());
        versus.views()
                .forEach(view -> output.text("  "
                        + (view.contracts().isEmpty() ? "" : "By the contracts of " + view.contracts() + ": ")
                        + view.report().reason()));
        if (!versus.differences().differing().isEmpty()) {
            output.text("  differs  " + String.join(", ", versus.differences().differing()));
        }
        if (!versus.sets().same()) {
            output.text("  rows     " + versus.sets().added().size() + " added, "
                    + versus.sets().removed().size() + " removed, "
                    + versus.sets().relabelled().size() + " relabelled");
        }
        versus.charges()
                .forEach((part, charges) -> output.text("  " + part + ": "
                        + charges.entrySet().stream()
                                .map(charge -> charge.getValue() + " " + charge.getKey())
                                .collect(Collectors.joining(", "))));
        output.text("  report   " + compared.folder() + "/compare.md");
    }

    /** Adds the summaries to the page of the workflow's run, if there is one. */
    private void summarise(List<Compared> all) {
        String file = System.getenv("GITHUB_STEP_SUMMARY");
        if (file == null || file.isBlank()) {
            return;
        }
        String text = all.stream()
                .map(each -> CompareReport.summary(workspace.reports(), each.versus()))
                .collect(Collectors.joining("\n"));
        try {
            Files.writeString(
                    Path.of(file), text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw InputException.at(file, "cannot be written: " + e.getMessage(), "correct GITHUB_STEP_SUMMARY");
        }
    }
}
