package io.kernelweave.batch;

import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.json.Json;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.Scoring;
import io.kernelweave.runtime.Arm;
import io.kernelweave.runtime.KernelRuntime;
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
import org.springframework.batch.infrastructure.item.ItemProcessor;
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
 * The steps of a benchmark: prepare → replay (partitions by cluster, chunks) → publish → feedback →
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
            Workbench workbench,
            RunFolder folder,
            RunCompletion completion,
            Progress progress) {
        int partitions = workbench.partitions();
        Step prepare = tasklet("prepare", repository, transactions, () -> {
            progress.begin("prepare: router and model", 0);
            folder.folder().write("inputs/router.json", Json.pretty(workbench.adapter()));
            folder.folder().write("inputs/kernels.json", Json.pretty(workbench.kernels()));
            folder.folder().write("inputs/dataset.json", Json.pretty(workbench.card()));
        });
        Step replay = new StepBuilder(REPLAY, repository)
                .partitioner(replayPartition.getName(), partitioner())
                .step(replayPartition)
                .gridSize(partitions)
                // Not in prepare, which a resumed job skips.
                .listener(new StepExecutionListener() {
                    @Override
                    public void beforeStep(StepExecution step) {
                        workbench.runtime();
                        progress.begin(REPLAY, workbench.rows().size());
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
        int partitions = 1;
        for (int i = 0; i < partitions; i++) {
            StepExecution last = repository.getLastStepExecution(instance, "replayPartition:" + i);
            if (last == null) {
                throw new IllegalStateException("the repository knows no partition " + i);
            }
            partitions = last.getExecutionContext().getInt(PARTITIONS);
            parts.addAll(PartWriter.committed(last.getExecutionContext()));
        }
        folder.publish(folder.folder().name(), parts);
    }

    @Bean
    Step replayPartition(
            JobRepository repository,
            PlatformTransactionManager transactions,
            Workbench workbench,
            ReplayReader reader,
            ItemProcessor<DatasetRow, List<ResultRow>> processor,
            PartWriter writer) {
        return new StepBuilder("replayPartition", repository)
                .<DatasetRow, List<ResultRow>>chunk(workbench.job().chunk())
                .transactionManager(transactions)
                .reader(reader)
                .processor(processor)
                .writer(writer)
                .build();
    }

    @Bean
    @StepScope
    ReplayReader reader(
            Workbench workbench,
            Progress progress,
            @Value("#{stepExecutionContext['partition']}") int partition,
            @Value("#{stepExecutionContext['partitions']}") int partitions) {
        return new ReplayReader(
                workbench.rows().stream()
                        .filter(row -> ReplayReader.partition(row.clusterId(), partitions) == partition)
                        .toList(),
                progress);
    }

    @Bean
    @StepScope
    PartWriter writer(
            RunFolder folder,
            @Value("#{stepExecutionContext['partition']}") int partition,
            @Value("#{stepExecution.id}") long execution) {
        return new PartWriter(folder, String.valueOf(partition), execution);
    }

    /** Answers a row in every arm. Whatever goes wrong in one is a row of that arm. */
    @Bean
    ItemProcessor<DatasetRow, List<ResultRow>> processor(Workbench workbench, RunFolder folder, Progress progress) {
        Scoring scoring = new Scoring(folder.folder().name(), workbench.kernels());
        return row -> {
            KernelRuntime runtime = workbench.runtime();
            List<ResultRow> results = new ArrayList<>();
            for (Arm arm : workbench.job().arms()) {
                ResultRow result;
                try {
                    result = scoring.score(
                            row, runtime.answer(new io.kernelweave.runtime.Task(row.id(), row.prompt()), arm));
                } catch (RuntimeException e) {
                    result = scoring.error(row, arm, e);
                }
                results.add(result);
            }
            progress.advance(1);
            return results;
        };
    }
}
