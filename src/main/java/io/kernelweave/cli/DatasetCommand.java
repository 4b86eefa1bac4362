package io.kernelweave.cli;

import io.kernelweave.dataset.Dataset;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.dataset.Quality;
import io.kernelweave.json.Json;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kernelweave dataset}: builds, checks and counts data sets. */
@Command(
        name = "dataset",
        description = "Builds, checks and counts data sets.",
        mixinStandardHelpOptions = true,
        subcommands = {DatasetCommand.Build.class, DatasetCommand.Check.class, DatasetCommand.Stats.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave dataset build phasecd/kernelweave.yaml",
            "  kernelweave dataset check phasecd/clinc150.yaml",
            "  kernelweave dataset stats phasecd/kernelweave.yaml --json"
        })
final class DatasetCommand implements Runnable {
    @picocli.CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** What the three have in common. */
    private abstract static class OfSpec implements Callable<Integer> {
        @Parameters(paramLabel = "SPEC", description = "A data set spec, such as phasecd/kernelweave.yaml.")
        @SuppressWarnings("NullAway.Init")
        private Path file;

        @Option(names = "--source", paramLabel = "NAME=PATH", description = "Read another file in place of a source.")
        private Map<String, String> sources = new LinkedHashMap<>();

        @Mixin
        private Workspace workspace = new Workspace();

        @Mixin
        Output output = new Output();

        DatasetSpec spec() {
            DatasetSpec spec = DatasetSpec.read(file);
            return sources.isEmpty() ? spec : spec.withSources(sources);
        }

        Datasets datasets() {
            return workspace.datasets();
        }

        void summary(Datasets.Card card) {
            output.line(
                    "@|bold %s|@  %d rows in %d clusters, %d without a kernel",
                    card.name(), card.rows(), card.clusters(), card.rowsWithoutKernel());
            output.text("  digest " + card.digest());
        }
    }

    @Command(
            name = "build",
            description = "Builds a data set afresh and checks it.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave dataset build phasecd/kernelweave.yaml")
    static final class Build extends OfSpec {
        @Override
        public Integer call() {
            DatasetSpec spec = spec();
            Dataset dataset = datasets().build(spec);
            Datasets.Card card = Datasets.card(spec, dataset);
            output.json(Datasets.json(card, Quality.check(dataset)));
            summary(card);
            return 0;
        }
    }

    @Command(
            name = "check",
            description = "Looks for leakage, contradictions and gaps.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave dataset check phasecd/kernelweave.yaml")
    static final class Check extends OfSpec {
        @Override
        public Integer call() {
            DatasetSpec spec = spec();
            Dataset dataset = datasets().open(spec);
            List<Quality.Finding> findings = Quality.check(dataset);
            Datasets.Card card = Datasets.card(spec, dataset);
            output.json(Datasets.json(card, findings));
            summary(card);
            findings.forEach(finding ->
                    output.line("@|red %s|@  %s: %s", finding.severity(), finding.check(), finding.finding()));
            boolean sound =
                    findings.stream().noneMatch(finding -> finding.severity().equals("error"));
            output.line("%s  %d findings", Output.coloured(sound ? "PASS" : "FAIL"), findings.size());
            return sound ? 0 : 10;
        }
    }

    @Command(
            name = "stats",
            description = "Counts rows by split, target, phase, family and kernel.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave dataset stats phasecd/kernelweave.yaml")
    static final class Stats extends OfSpec {
        @Override
        public Integer call() {
            DatasetSpec spec = spec();
            Dataset dataset = datasets().open(spec);
            Datasets.Card card = Datasets.card(spec, dataset);
            output.json(Json.tree(card));
            summary(card);
            card.counts().forEach((field, counts) -> {
                output.text("");
                List<List<String>> rows = new ArrayList<>();
                counts.forEach((value, count) -> rows.add(List.of(value, String.valueOf(count))));
                output.table(List.of(field, "rows"), rows);
            });
            return 0;
        }
    }
}
