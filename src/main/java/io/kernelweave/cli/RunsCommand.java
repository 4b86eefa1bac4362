package io.kernelweave.cli;

import io.kernelweave.batch.JobFile;
import io.kernelweave.batch.JobRunner;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.report.Headline;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Pruning;
import io.kernelweave.results.Retention;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.FolderLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave runs}: what there is in the reports folder, and what stays there. */
@Command(
        name = "runs",
        description = "Lists runs, shows one, pins those that shall stay or be a baseline, and removes old ones.",
        mixinStandardHelpOptions = true,
        subcommands = {
            RunsCommand.ListRuns.class,
            RunsCommand.Show.class,
            RunsCommand.Pin.class,
            RunsCommand.Unpin.class,
            RunsCommand.Prune.class
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave runs list --job nightly",
            "  kernelweave runs show latest",
            "  kernelweave runs pin nightly-0123456789ab --baseline",
            "  kernelweave runs prune jobs/nightly.yaml           # says what would go",
            "  kernelweave runs prune nightly --keep-last 30 --weekly 26 --yes"
        })
final class RunsCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    private static String verdict(Run run) {
        return !run.isComplete()
                ? "interrupted"
                : run.judgement() == null ? "not judged" : run.judgement().verdict();
    }

    private static String pinned(RunRegistry registry, Run run) {
        return registry.baselines().containsValue(run.runId())
                ? "baseline"
                : registry.pinned(run.runId()) ? "kept" : "";
    }

    /** What the commands have in common. */
    private abstract static class OfRegistry implements Callable<Integer> {
        @Mixin
        Workspace workspace = new Workspace();

        @Mixin
        Output output = new Output();
    }

    @Command(
            name = "list",
            description = "Lists runs, oldest first.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave runs list --job nightly")
    static final class ListRuns extends OfRegistry {
        @Option(names = "--job", paramLabel = "NAME", description = "Only runs of this job.")
        private @Nullable String job;

        @Override
        public Integer call() {
            RunRegistry registry = workspace.runs();
            List<Run> all = registry.runs();
            List<List<String>> lines = new ArrayList<>();
            ArrayNode runs = Json.mapper().createArrayNode();
            for (Run run : all) {
                if (job != null && !job.equals(run.job())) {
                    continue;
                }
                RunFolder folder = registry.folder(run.runId());
                List<Metric> figures = Headline.figures(run, folder.metrics());
                long bytes = folder.folder().size();
                int rows = run.counts() == null ? 0 : run.counts().results();
                lines.add(List.of(
                        run.job(),
                        run.runId(),
                        run.startedAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                        run.counts() == null ? "–" : Integer.toString(rows),
                        verdict(run),
                        figures.stream()
                                .limit(2)
                                .map(metric -> metric.name() + " " + Headline.value(metric.withoutInterval()))
                                .collect(Collectors.joining(", ")),
                        size(bytes),
                        pinned(registry, run)));
                ObjectNode line = runs.addObject()
                        .put("run_id", run.runId())
                        .put("job", run.job())
                        .put("started_at", run.startedAt().toString())
                        .put("state", run.state())
                        .put("verdict", verdict(run))
                        .put("rows", rows)
                        .put("bytes", bytes)
                        .put("pinned", pinned(registry, run));
                line.set("metrics", Json.tree(values(figures)));
            }
            Set<String> unreadable = new TreeSet<>(registry.ids());
            all.forEach(run -> unreadable.remove(run.runId()));
            ObjectNode json = Json.object();
            json.set("runs", runs);
            json.set("unreadable", Json.tree(unreadable));
            output.json(json);
            output.table(List.of("job", "run", "started", "rows", "verdict", "figures", "size", "pinned"), lines);
            unreadable.forEach(id -> output.text(id + ": its run.json cannot be read, `runs show` says why"));
            return 0;
        }

        private static String size(long bytes) {
            return bytes < 100_000
                    ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
                    : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
        }
    }

    private static Map<String, Double> values(List<Metric> metrics) {
        return metrics.stream().collect(Collectors.toMap(Metric::name, Metric::value));
    }

    @Command(
            name = "show",
            description = "Shows what a run was made of and what came of it.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave runs show nightly-0123")
    static final class Show extends OfRegistry {
        @Parameters(paramLabel = "RUN", description = "latest, baseline, a run id, its beginning, or a folder.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Override
        public Integer call() {
            RunRegistry registry = workspace.runs();
            RunFolder folder = registry.find(name);
            Run run = folder.run();
            Map<String, Metric> metrics = folder.metrics();
            ObjectNode json = Json.tree(run);
            json.put("pinned", pinned(registry, run));
            json.set("metrics", Json.tree(values(List.copyOf(metrics.values()))));
            output.json(json);
            output.line("%s  %s", Output.coloured(verdict(run)), run.runId());
            if (run.judgement() != null) {
                run.judgement().reasons().forEach(reason -> output.text("  " + reason));
            }
            output.text("");
            field("job", run.job());
            field("started", run.startedAt().toString());
            field(
                    "finished",
                    run.finishedAt() == null ? "not yet" : run.finishedAt().toString());
            field("pinned", pinned(registry, run).isEmpty() ? "no" : pinned(registry, run));
            Run.Data data = run.data();
            field(
                    "data",
                    data.name() + ", split " + data.split() + ": " + data.rows() + " rows, " + data.clusters()
                            + " clusters, " + data.kernels() + " kernels");
            if (run.counts() != null) {
                field(
                        "results",
                        run.counts().results() + " rows, " + run.counts().errors() + " errors");
            }
            if (run.judgement() != null && run.judgement().baseline() != null) {
                field("baseline", run.judgement().baseline());
            }
            run.fingerprint().forEach((part, digest) -> field(part, digest));
            run.environment().forEach((part, value) -> field(part, value));
            field("folder", folder.folder().toString());
            if (!metrics.isEmpty()) {
                output.text("");
                output.table(
                        List.of("metric", "value", "rows", "clusters"),
                        metrics.values().stream()
                                .map(metric -> List.of(
                                        metric.name(),
                                        Headline.value(metric),
                                        Integer.toString(metric.rows()),
                                        Integer.toString(metric.clusters())))
                                .toList());
            }
            return 0;
        }

        private void field(String name, String value) {
            output.text("  " + name + " ".repeat(Math.max(1, 13 - name.length())) + value);
        }
    }

    @Command(
            name = "pin",
            description = "Keeps a run whatever its age, or makes it what its job's runs are judged against.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave runs pin latest --baseline     # with `baseline: pinned` in the job file")
    static final class Pin extends OfRegistry {
        @Parameters(paramLabel = "RUN", description = "latest, a run id, or its beginning.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Option(
                names = "--baseline",
                description =
                        "As the baseline of its job, in place of the one before; the job file says baseline: pinned.")
        private boolean baseline;

        @Override
        public Integer call() {
            RunRegistry registry = workspace.runs();
            Run run = registry.find(name).run();
            if (!registry.ids().contains(run.runId())) {
                throw InputException.at("run \"" + name + "\"", "is not in " + workspace.reports(), "import it first");
            }
            if (baseline) {
                registry.pinBaseline(run);
            } else {
                registry.pin(run.runId());
            }
            output.json(Json.object().put("run_id", run.runId()).put("pinned", pinned(registry, run)));
            output.text(run.runId() + (baseline ? " is the baseline of job " + run.job() : " is kept"));
            return 0;
        }
    }

    @Command(
            name = "unpin",
            description = "Takes a run's pins away; it goes when its time is over.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave runs unpin nightly-0123456789ab")
    static final class Unpin extends OfRegistry {
        @Parameters(
                paramLabel = "RUN",
                description = "latest, a run id, its beginning, or the id of a run that is gone.")
        @SuppressWarnings("NullAway.Init")
        private String name;

        @Override
        public Integer call() {
            RunRegistry registry = workspace.runs();
            String id = registry.pinned(name) ? name : registry.find(name).run().runId();
            registry.unpin(id);
            output.json(Json.object().put("run_id", id).put("pinned", ""));
            output.text(id + " is no longer pinned");
            return 0;
        }
    }

    @Command(
            name = "prune",
            description = {
                "Says which runs of a job are past their time, and with --yes removes them.",
                "Pinned runs, runs that a comparison or the newest run of a job needs, and other jobs' runs stay."
            },
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  kernelweave runs prune jobs/nightly.yaml           # by the retention of the job file; removes nothing",
                "  kernelweave runs prune jobs/nightly.yaml --yes",
                "  kernelweave runs prune nightly --keep-last 30 --weekly 26 --yes"
            })
    static final class Prune extends OfRegistry {
        @Parameters(paramLabel = "JOB", description = "A job file with a retention, or the name of a job.")
        @SuppressWarnings("NullAway.Init")
        private String job;

        @Option(names = "--keep-last", paramLabel = "N", description = "How many of the newest complete runs stay.")
        private @Nullable Integer keepLast;

        @Option(names = "--weekly", paramLabel = "N", description = "Of how many weeks the newest run stays.")
        private @Nullable Integer weekly;

        @Option(names = "--monthly", paramLabel = "N", description = "Of how many months the newest run stays.")
        private @Nullable Integer monthly;

        @Option(names = "--yes", description = "Remove them; without it nothing is changed.")
        private boolean yes;

        @Override
        public Integer call() {
            boolean isFile = Files.isRegularFile(Path.of(job));
            JobFile file = isFile ? JobFile.read(Path.of(job), Map.of()) : null;
            String name = file == null ? job : file.name();
            Retention retention = retention(file, name);
            Pruning pruning = new Pruning(workspace.reports());
            List<Retention.Fate> fates = pruning.plan(name, retention);
            if (fates.isEmpty()) {
                throw InputException.at("job \"" + name + "\"", "has no run in " + workspace.reports(), "name another");
            }
            if (yes) {
                String holder = "runs prune, process " + ProcessHandle.current().pid();
                try (FolderLock lock = JobRunner.lock(workspace.reports(), holder)) {
                    if (!lock.isHeld()) {
                        System.err.println("whether a run is under way is unknown: the file system has no locks");
                    }
                    fates = pruning.plan(name, retention);
                    pruning.carryOut(fates);
                }
            }
            List<Retention.Fate> going =
                    fates.stream().filter(fate -> !fate.stays()).toList();
            ObjectNode json = Json.object()
                    .put("job", name)
                    .put("retention", retention.toString())
                    .put("removed", yes);
            ArrayNode lines = json.putArray("runs");
            fates.forEach(fate -> lines.addObject()
                    .put("run_id", fate.run().runId())
                    .put("stays", fate.stays())
                    .put("why", fate.why()));
            output.json(json);
            output.table(
                    List.of("run", "started", "", "why"),
                    fates.stream()
                            .map(fate -> List.of(
                                    fate.run().runId(),
                                    fate.run()
                                            .startedAt()
                                            .truncatedTo(ChronoUnit.SECONDS)
                                            .toString(),
                                    fate.stays() ? "stays" : yes ? "removed" : "would go",
                                    fate.why()))
                            .toList());
            output.text("%d of %d runs of %s %s (kept: %s)%s"
                    .formatted(
                            going.size(),
                            fates.size(),
                            name,
                            yes ? "are removed" : "would be removed",
                            retention,
                            yes || going.isEmpty() ? "" : "; --yes removes them"));
            return 0;
        }

        private Retention retention(@Nullable JobFile file, String name) {
            if (keepLast != null) {
                return new Retention(keepLast, weekly == null ? 0 : weekly, monthly == null ? 0 : monthly);
            }
            if (weekly != null || monthly != null) {
                throw InputException.at("--keep-last", "is missing", "say how many of the newest runs stay");
            }
            Retention own = file == null ? null : file.retention();
            if (own == null) {
                throw InputException.at(
                        "job " + name,
                        file == null ? "is named without its file, which would say what stays" : "has no retention",
                        "give --keep-last N, or a job file with retention: {keep_last: N, weekly: M}");
            }
            return own;
        }
    }
}
