package io.kernelweave.cli;

import io.kernelweave.dataset.Dataset;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.dataset.Quality;
import io.kernelweave.json.Json;
import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

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
            description = "Looks for duplicates, leakage, contradictions, labels given away and gaps.",
            mixinStandardHelpOptions = true,
            footer = {
                "%nExamples:%n",
                "  kernelweave dataset check phasecd/kernelweave.yaml",
                "  kernelweave dataset check phasecd/mine.yaml --fix    # and writes a version without what must go"
            })
    static final class Check extends OfSpec {
        private static final int SHOWN = 3;

        @Option(
                names = "--fix",
                description = "Write a new version without the rows that errors and duplicates are about.")
        private boolean fix;

        @Override
        public Integer call() {
            DatasetSpec spec = spec();
            Dataset dataset = datasets().open(spec);
            List<Quality.Finding> findings = Quality.audit(dataset);
            Datasets.Card card = Datasets.card(spec, dataset);
            ObjectNode json = Datasets.json(card, findings);
            double ceiling = Quality.routerCeiling(dataset);
            json.put("router_ceiling", ceiling);
            summary(card);
            Map<String, List<Quality.Finding>> groups = new LinkedHashMap<>();
            findings.forEach(finding -> groups.computeIfAbsent(
                            finding.severity() + " " + finding.check(), key -> new ArrayList<>())
                    .add(finding));
            groups.values().forEach(this::show);
            if (ceiling < 1) {
                output.text(String.format(
                        Locale.ROOT, "  no router can route more than %.2f %% of the rows right", 100 * ceiling));
            }
            boolean sound =
                    findings.stream().noneMatch(finding -> finding.severity().equals("error"));
            output.line("%s  %d findings", Output.coloured(sound ? "PASS" : "FAIL"), findings.size());
            if (fix) {
                Quality.Repair repair = Quality.repair(dataset);
                Folder folder = datasets().fix(spec, dataset, repair);
                json.put("fixed", folder.toString());
                json.set("dropped", Json.tree(repair.dropped()));
                repair.dropped().forEach((check, rows) -> output.text("  left out for " + check + ": " + rows.size()));
                output.text("  " + folder + "/spec.yaml names the rows that are left, "
                        + repair.rows().size());
            }
            output.json(json);
            return sound ? 0 : 10;
        }

        private void show(List<Quality.Finding> group) {
            Quality.Finding first = group.get(0);
            String colour = Map.of("error", "red", "warn", "yellow").getOrDefault(first.severity(), "faint");
            output.line("@|%s %s|@  %s: %d", colour, first.severity(), first.check(), group.size());
            group.stream().limit(SHOWN).forEach(finding -> output.text("    " + finding.finding()));
            if (group.size() > SHOWN) {
                output.text("    … (--json has all)");
            }
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
