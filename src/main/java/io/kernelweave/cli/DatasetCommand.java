package io.kernelweave.cli;

import io.kernelweave.dataset.Dataset;
import io.kernelweave.dataset.DatasetExport;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.DatasetSpec.Publication;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.dataset.Quality;
import io.kernelweave.dataset.QualityReport;
import io.kernelweave.json.Json;
import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave dataset}: builds, checks, counts and exports data sets. */
@Command(
        name = "dataset",
        description = "Builds, checks, counts and exports data sets.",
        mixinStandardHelpOptions = true,
        subcommands = {
            DatasetCommand.Build.class,
            DatasetCommand.Check.class,
            DatasetCommand.Stats.class,
            DatasetCommand.Export.class,
            DatasetCommand.Verify.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave dataset build phasecd/kernelweave.yaml",
            "  kernelweave dataset check phasecd/clinc150.yaml",
            "  kernelweave dataset stats phasecd/kernelweave.yaml --json",
            "  kernelweave dataset export phasecd/kernelweave.yaml"
        })
final class DatasetCommand implements Runnable {
    @picocli.CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** What those have in common that read a spec. */
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

        Folder folder(String uri) {
            return Folder.of(uri.length() > 1 && uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri);
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
            Datasets.Card card = datasets().versioned(spec, dataset);
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
                "  kernelweave dataset check phasecd/clinc150.yaml --report quality.md",
                "  kernelweave dataset check phasecd/mine.yaml --fix    # and writes a version without what must go"
            })
    static final class Check extends OfSpec {
        private static final int SHOWN = 3;

        @Option(
                names = "--fix",
                description = "Write a new version without the rows that errors and duplicates are about.")
        private boolean fix;

        @Option(
                names = "--report",
                paramLabel = "FILE",
                description = "Write all that was found into a Markdown file, such as quality.md.")
        private @Nullable String report;

        @Override
        public Integer call() {
            DatasetSpec spec = spec();
            Dataset dataset = datasets().open(spec);
            Datasets.Card card = datasets().versioned(spec, dataset);
            QualityReport quality = QualityReport.of(card, dataset);
            ObjectNode json = quality.json();
            summary(card);
            quality.byCheck().forEach(this::show);
            if (!quality.ceilingInWords().isEmpty()) {
                output.text("  " + quality.ceilingInWords());
            }
            output.line(
                    "%s  %d finding%s",
                    Output.coloured(quality.isSound() ? "PASS" : "FAIL"),
                    quality.findings().size(),
                    quality.findings().size() == 1 ? "" : "s");
            if (report != null) {
                Folder file = folder(report);
                file.parent().write(file.name(), quality.markdown());
                output.text("  " + file);
                json.put("report", file.toString());
            }
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
            return quality.isSound() ? 0 : 10;
        }

        private void show(String check, List<Quality.Finding> found) {
            String severity = found.get(0).severity();
            String colour = Map.of("error", "red", "warn", "yellow").getOrDefault(severity, "faint");
            long rows = QualityReport.rows(found);
            output.line(
                    "@|%s %s|@  %s: %d%s",
                    colour, severity, check, found.size(), rows == 0 ? "" : ", in " + rows + " rows");
            found.stream().limit(SHOWN).forEach(finding -> {
                output.text("    " + finding.finding());
                finding.examples().forEach(row -> output.text("      " + row));
            });
            if (found.size() > SHOWN) {
                output.text("    … and " + (found.size() - SHOWN) + " more (--report FILE, or --json)");
            }
        }
    }

    @Command(
            name = "export",
            description = {
                "Writes a data set as others take it: Parquet, Croissant 1.1, a card as Hugging Face reads it, and what the check finds.",
                "The folder is new, and appears whole or not at all."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "%nExamples:%n",
                "  kernelweave dataset export phasecd/kernelweave.yaml",
                "    (into datasets/exports/kernelweave-<version>)",
                "  kernelweave dataset export phasecd/mine.yaml --to exports/mine",
                "      --creator \"Ada Example\" --published 2026-01-31",
                "  kernelweave dataset export phasecd/mine.yaml --after datasets/exports/mine-1.0.0"
            })
    static final class Export extends OfSpec {
        @Option(names = "--to", paramLabel = "FOLDER", description = "A folder that is not there yet.")
        private @Nullable String to;

        @Option(
                names = "--after",
                paramLabel = "FOLDER",
                description = "An earlier export, from which the version counts on.")
        private @Nullable String after;

        @Option(
                names = "--rows-per-shard",
                paramLabel = "N",
                description = "Rows in a Parquet file at most (default: ${DEFAULT-VALUE}).")
        private int rowsPerShard = DatasetExport.ROWS_PER_SHARD;

        @Option(names = "--url", paramLabel = "URL", description = "Its page, in place of the spec's.")
        private @Nullable String url;

        @Option(
                names = "--creator",
                paramLabel = "NAME",
                description = "A person who made it, in place of the spec's; may be given again.")
        private List<String> creators = new ArrayList<>();

        @Option(names = "--published", paramLabel = "DATE", description = "When, in place of the spec's.")
        private @Nullable String published;

        @Override
        public Integer call() {
            DatasetSpec read = spec();
            Publication said = read.publication();
            DatasetSpec spec = read.with(said.with(
                    url,
                    creators.stream()
                            .map(name -> new DatasetSpec.Creator(name, null))
                            .toList(),
                    published));
            DatasetExport.requirePublishable(spec);
            if (to != null) {
                DatasetExport.requireFresh(folder(to));
            }
            Dataset dataset = datasets().open(spec);
            Datasets.Card card = datasets().versioned(spec, dataset);
            if (after != null) {
                card = DatasetExport.after(folder(after), card, dataset);
            }
            Folder target = to == null ? datasets().exports().resolve(spec.name() + "-" + card.version()) : folder(to);
            DatasetExport.Exported exported = DatasetExport.write(target, spec, dataset, card, rowsPerShard);
            output.json(exported);
            summary(card);
            output.line(
                    "  version %s, %d Parquet files, %,d bytes",
                    exported.version(),
                    exported.files().keySet().stream()
                            .filter(file -> file.endsWith(".parquet"))
                            .count(),
                    exported.bytes());
            output.text("  " + exported.folder());
            return 0;
        }
    }

    @Command(
            name = "verify",
            description =
                    "Checks every file of an exported data set; exit code 10 with a line for each thing that is wrong.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave dataset verify datasets/exports/kernelweave-1.0.0")
    static final class Verify implements Callable<Integer> {
        @Parameters(paramLabel = "FOLDER", description = "A folder that `kernelweave dataset export` wrote.")
        @SuppressWarnings("NullAway.Init")
        private String folder;

        @Mixin
        private Output output = new Output();

        @Override
        public Integer call() {
            List<String> problems = DatasetExport.problems(Folder.of(folder));
            String verdict = problems.isEmpty() ? "PASS" : "FAIL";
            output.json(Map.of("verdict", verdict, "problems", problems));
            output.line("%s  %s", Output.coloured(verdict), folder);
            problems.forEach(problem -> output.text("  " + problem));
            return problems.isEmpty() ? 0 : 10;
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
            Datasets.Card card = datasets().versioned(spec, dataset);
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
