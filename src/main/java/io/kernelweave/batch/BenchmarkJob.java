package io.kernelweave.batch;

import io.kernelweave.results.Row;
import io.kernelweave.results.RunFolder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.batch.core.configuration.annotation.StepScope;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.listener.StepExecutionListener;
import org.springframework.batch.core.partition.Partitioner;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.Step;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.batch.jdbc.autoconfigure.BatchJdbcAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * The steps of a job, whatever it measures: prepare → replay (partitions by cluster, chunks) → publish → feedback →
 * judge → report.
 *
 * <p>A killed job is started again with the same parameters: finished steps are skipped, and each partition goes on after its
 * last committed chunk.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    DataSourceAutoConfiguration.class,
    DataSourceTransactionManagerAutoConfiguration.class,
    BatchJdbcAutoConfiguration.class
})
class BenchmarkJob {
    static final String NAME = "benchmark";
    private static final String REPLAY = "replay";
    private static final String PARTITION = "partition";
    private static final String PARTITIONS = "partitions";

    @Bean
    Job benchmark(
            JobRepository repository,
            PlatformTransactionManager transactions,
            Step replayPartition,
            Work<?> work,
            RunFolder folder,
            RunCompletion<?> completion,
            Progress progress) {
        Step prepare = tasklet("prepare", repository, transactions, () -> work.prepare(folder, progress));
        Step replay = new StepBuilder(REPLAY, repository)
                .partitioner(replayPartition.getName(), partitioner())
                .step(replayPartition)
                .gridSize(partitions(work))
                // Not in prepare, which a resumed job skips.
                .listener(new StepExecutionListener() {
                    @Override
                    public void beforeStep(StepExecution step) {
                        work.begin(progress);
                    }
                })
                .taskExecutor(new SimpleAsyncTaskExecutor("replay-"))
                .build();
        Step publish = new StepBuilder("publish", repository)
                .tasklet(
                        (contribution, context) -> {
                            progress.begin("publish", 0);
                            publish(repository, contribution.getStepExecution(), folder);
                            return RepeatStatus.FINISHED;
                        },
                        transactions)
                .build();
        Step feedback = tasklet("feedback", repository, transactions, completion::feedback);
        Step judge = tasklet("judge", repository, transactions, completion::judge);
        Step report = tasklet("report", repository, transactions, completion::report);
        return new JobBuilder(NAME, repository)
                .start(prepare)
                .next(replay)
                .next(publish)
                .next(feedback)
                .next(judge)
                .next(report)
                .build();
    }

    private static Step tasklet(
            String name, JobRepository repository, PlatformTransactionManager transactions, Runnable work) {
        return new StepBuilder(name, repository)
                .tasklet(
                        (contribution, context) -> {
                            work.run();
                            return RepeatStatus.FINISHED;
                        },
                        transactions)
                .build();
    }

    private static int partitions(Work<?> work) {
        return work.partitions() > 0 ? work.partitions() : Runtime.getRuntime().availableProcessors();
    }

    /**
     * The repository stores a partition first and its context after it. A kill in between leaves a partition that knows neither its
     * number nor what was committed: it is told the number again, and starts over. The count is the same, for a restart never spans
     * another number of cores.
     */
    private static StepExecutionListener orphan(Work<?> work) {
        return new StepExecutionListener() {
            @Override
            public void beforeStep(StepExecution step) {
                ExecutionContext context = step.getExecutionContext();
                if (!context.containsKey(PARTITION)) {
                    String name = step.getStepName();
                    context.putInt(PARTITION, Integer.parseInt(name.substring(name.lastIndexOf(':') + 1)));
                    context.putInt(PARTITIONS, partitions(work));
                }
            }
        };
    }

    /** Each partition keeps its number and the count in its context, so that a restart cuts the rows in the same way. */
    private static Partitioner partitioner() {
        return gridSize -> {
            Map<String, ExecutionContext> contexts = new HashMap<>();
            for (int i = 0; i < gridSize; i++) {
                ExecutionContext context = new ExecutionContext();
                context.putInt(PARTITION, i);
                context.putInt(PARTITIONS, gridSize);
                contexts.put(String.valueOf(i), context);
            }
            return contexts;
        };
    }

    /** Publishes what the repository says was committed; the partition manager's own copies may be stale. */
    private static void publish(JobRepository repository, StepExecution step, RunFolder folder) {
        JobInstance instance = step.getJobExecution().getJobInstance();
        List<RunFolder.Part> parts = new ArrayList<>();
        List<RunFolder.Part> times = new ArrayList<>();
        int partitions = 1;
        for (int i = 0; i < partitions; i++) {
            StepExecution last = repository.getLastStepExecution(instance, "replayPartition:" + i);
            if (last == null) {
                throw new IllegalStateException("the repository knows no partition " + i);
            }
            partitions = last.getExecutionContext().getInt(PARTITIONS);
            parts.addAll(PartWriter.committed(last.getExecutionContext(), PartWriter.PARTS));
            times.addAll(PartWriter.committed(last.getExecutionContext(), PartWriter.TIMES));
        }
        folder.publish(folder.folder().name(), parts, times);
    }

    @Bean
    Step replayPartition(
            JobRepository repository,
            PlatformTransactionManager transactions,
            Work<?> work,
            ReplayReader reader,
            PartWriter writer,
            Progress progress) {
        return new StepBuilder("replayPartition", repository)
                .listener(orphan(work))
                .<Work.Unit, List<? extends Row>>chunk(work.job().chunk())
                .transactionManager(transactions)
                .reader(reader)
                .processor(unit -> {
                    List<? extends Row> rows = unit.rows().get();
                    progress.advance(1);
                    return rows;
                })
                .writer(writer)
                .build();
    }

    @Bean
    @StepScope
    ReplayReader reader(
            Work<?> work,
            RunFolder folder,
            Progress progress,
            @Value("#{stepExecutionContext['partition']}") int partition,
            @Value("#{stepExecutionContext['partitions']}") int partitions) {
        return new ReplayReader(
                work.units(folder.folder().name(), progress).stream()
                        .filter(unit -> ReplayReader.partition(unit.clusterId(), partitions) == partition)
                        .toList(),
                progress);
    }

    @Bean
    @StepScope
    PartWriter writer(RunFolder folder, Work<?> work, @Value("#{stepExecutionContext['partition']}") int partition) {
        return new PartWriter(folder, work.form(), String.valueOf(partition));
    }
}
