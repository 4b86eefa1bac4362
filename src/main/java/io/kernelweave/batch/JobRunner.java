package io.kernelweave.batch;

import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.export.Archive;
import io.kernelweave.export.RunData;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Pruning;
import io.kernelweave.results.Retention;
import io.kernelweave.results.Row;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import io.kernelweave.storage.FolderLock;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.beans.BeansException;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Runs jobs. One at a time in a state folder; what a killed process left behind is taken up where it stopped, and a run whose
 * fingerprint is that of a complete one is not made again.
 */
public final class JobRunner {
    private final Folder reports;
    private final Datasets datasets;
    private final Path state;
    private final Progress progress;

    /**
     * What came of a job.
     *
     * @param reused whether a complete run with the same fingerprint was found, so that no row was replayed
     * @param archive path of the archive, if the job packs one
     */
    public record Result(
            RunFolder folder,
            Run run,
            String verdict,
            int exitCode,
            boolean reused,
            List<String> reasons,
            Map<String, Metric> metrics,
            @Nullable String archive) {}

    public JobRunner(Folder reports, Datasets datasets, Path state, Progress progress) {
        this.reports = reports;
        this.datasets = datasets;
        this.state = state;
        this.progress = progress;
    }

    /**
     * Runs a job to its end.
     *
     * @param sources sources of the data set's spec that are read from elsewhere
     * @param fresh whether every row is replayed, although nothing changed, and though an earlier run has the same rows
     */
    public Result run(JobFile job, Map<String, String> sources, boolean fresh) {
        List<DatasetSpec> specs = job.readDatasets(sources);
        reports.resolve("runs").requireWritable();
        String holder = "job " + job.name() + ", process "
                + ProcessHandle.current().pid() + ", since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS);
        // Two nights may share one folder and not the other.
        try (FolderLock own = FolderLock.take(state, "lock", holder);
                FolderLock shared = lock(reports, holder)) {
            if (!shared.isHeld()) {
                progress.note("whether another run writes to " + reports
                        + " is unknown: its file system has no locks; let one at a time");
            }
            progress.begin("data set " + specs.stream().map(DatasetSpec::name).collect(Collectors.joining(", ")), 0);
            try (Work<?> work = Work.open(job, specs, datasets, state)) {
                progress.end();
                Result result = run(work, fresh);
                prune(job, result.run().runId());
                return result;
            }
        }
    }

    /** Holds a reports folder, so that nobody else runs a job or removes runs there. */
    public static FolderLock lock(Folder reports, String holder) {
        return FolderLock.take(reports, ".run.lock", holder);
    }

    /** Removes the job's runs that are past their time. What is in the way of that does not change the verdict. */
    private void prune(JobFile job, String inUse) {
        Retention retention = job.retention();
        if (retention == null) {
            return;
        }
        try {
            Pruning pruning = new Pruning(reports);
            List<Retention.Fate> fates = pruning.plan(job.name(), retention).stream()
                    .filter(fate -> !fate.run().runId().equals(inUse)) // one that was made long ago and stands
                    .toList();
            pruning.carryOut(fates);
            long gone = fates.stream().filter(fate -> !fate.stays()).count();
            if (gone > 0) {
                progress.note(
                        "retention (" + retention + "): " + gone + " removed, " + (fates.size() - gone + 1) + " stay");
            }
        } catch (InputException e) {
            progress.note("no run is removed: " + e.getMessage());
        }
    }

    /** Whether an id is that of a complete run, or was that of one that is gone and is still spoken of. */
    private static boolean isTaken(String runId, Work<?> work, RunRegistry registry) {
        RunFolder folder = registry.folder(runId);
        return folder.exists() ? folder.run().isComplete() : registry.names(runId) || work.remembers(runId);
    }

    private <R extends Row> Result run(Work<R> work, boolean fresh) {
        RunRegistry registry = new RunRegistry(reports);
        Map<String, String> fingerprint = work.fingerprint();
        String base = work.job().name() + "-" + Run.digest(fingerprint).substring(0, 12);
        // A fresh run gets the next number; one that was interrupted is resumed.
        int number = fresh ? registry.highest(base) : 1;
        String runId = number == 1 ? base : base + "." + number;
        while (fresh && isTaken(runId, work, registry)) {
            runId = base + "." + ++number;
        }
        RunFolder folder = registry.folder(runId);
        folder.folder().sweep();
        RunCompletion<R> completion = new RunCompletion<>(work, folder, registry, progress);
        boolean reused = folder.exists() && folder.run().isComplete() && folder.isPublished();
        if (reused) {
            completion.judge();
            completion.report();
        } else {
            if (!folder.exists() || folder.run().isComplete()) {
                begin(work, folder);
            }
            completion.requireBaseline();
            if (!fresh) {
                Earlier.find(registry, folder.run(), progress::note).ifPresent(work::reuse);
            }
            launch(work, folder, completion);
        }
        Run run = folder.run();
        Run.Judged judged = run.judgement();
        if (judged == null) {
            throw new IllegalStateException("run " + runId + " was not judged");
        }
        String archive = work.job().export()
                ? Archive.of(folder)
                        .with(new RunData(reports, datasets))
                        .pack(reports, null)
                        .path()
                : null;
        if (reused && judged.exitCode() == 0) {
            return new Result(
                    folder,
                    run,
                    "IDENTICAL",
                    0,
                    true,
                    List.of(
                            "Nothing changed since this run was made: its "
                                    + folder.manifest().rows()
                                    + " rows stand, no row was replayed (--fresh replays them).",
                            "Its verdict: " + judged.verdict() + "."),
                    completion.metrics(),
                    archive);
        }
        return new Result(
                folder,
                run,
                judged.verdict(),
                judged.exitCode(),
                reused,
                judged.reasons(),
                completion.metrics(),
                archive);
    }

    /** Writes the {@code run.json} of a run that starts now. */
    private static void begin(Work<?> work, RunFolder folder) {
        folder.write(new Run(
                folder.folder().name(),
                work.job().name(),
                "running",
                work.fingerprint(),
                Json.tree(work.job()),
                work.data(),
                work.surroundings(),
                null,
                null,
                Instant.now().truncatedTo(ChronoUnit.MILLIS),
                null));
    }

    // The start time makes a run whose folder was deleted another instance than the run that was there before.
    private static JobParameters parameters(RunFolder folder) {
        return new JobParametersBuilder()
                .addString("run_id", folder.folder().name())
                .addString("fingerprint", Run.digest(folder.run().fingerprint()))
                .addString("started_at", folder.run().startedAt().toString())
                .toJobParameters();
    }

    private void launch(Work<?> work, RunFolder folder, RunCompletion<?> completion) {
        try (ConfigurableApplicationContext context = context(work, folder, completion)) {
            JobRepository repository = context.getBean(JobRepository.class);
            JobOperator operator = context.getBean(JobOperator.class);
            Job job = context.getBean(Job.class);
            JobParameters parameters = parameters(folder);
            JobInstance instance = repository.getJobInstance(job.getName(), parameters);
            if (instance != null && repository.getJobExecutions(instance).isEmpty()) {
                repository.deleteJobInstance(instance); // killed between the two rows: nothing was started yet
            }
            JobExecution before = repository.getLastJobExecution(job.getName(), parameters);
            if (before != null && before.isRunning()) {
                operator.recover(before); // we hold the lock, so the process that ran it is gone
            } else if (before != null && before.getStatus() == BatchStatus.COMPLETED) {
                begin(work, folder); // the folder is older than the repository: restored from somewhere
                parameters = parameters(folder);
            }
            JobExecution execution = operator.start(job, parameters);
            if (execution.getStatus() != BatchStatus.COMPLETED) {
                List<Throwable> failures = execution.getAllFailureExceptions();
                if (failures.isEmpty()) {
                    throw new IllegalStateException("job ended as " + execution.getStatus());
                }
                Throwable first = failures.get(0);
                throw first instanceof RuntimeException runtime ? runtime : new IllegalStateException(first);
            }
        } catch (org.springframework.batch.core.job.JobExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private ConfigurableApplicationContext context(Work<?> work, RunFolder folder, RunCompletion<?> completion) {
        try {
            return start(work, folder, completion);
        } catch (BeansException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException) {
                    throw InputException.at(
                            state + "/jobs.mv.db",
                            "the job repository cannot be opened: " + cause.getMessage(),
                            "delete the file; runs that were interrupted then start over");
                }
            }
            throw e;
        }
    }

    private ConfigurableApplicationContext start(Work<?> work, RunFolder folder, RunCompletion<?> completion) {
        return new SpringApplicationBuilder(BenchmarkJob.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.datasource.url=jdbc:h2:file:" + state.toAbsolutePath()
                                + "/jobs;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0",
                        "spring.datasource.username=sa",
                        "spring.datasource.hikari.maximum-pool-size=16",
                        "spring.batch.jdbc.initialize-schema=always",
                        "spring.batch.job.enabled=false")
                .initializers(context -> {
                    GenericApplicationContext beans = (GenericApplicationContext) context;
                    beans.registerBean(Work.class, () -> work, definition -> definition.setDestroyMethodName(""));
                    beans.registerBean(RunFolder.class, () -> folder);
                    beans.registerBean(RunCompletion.class, () -> completion);
                    beans.registerBean(Progress.class, () -> progress);
                })
                .run();
    }
}
