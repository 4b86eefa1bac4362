/**
 * Spring Batch jobs and steps: prepare, replay (partitioned, chunked, restartable), publish, judge, report, export. The only
 * package that knows Spring.
 *
 * <p>Uses everything below it. Start reading at {@link io.kernelweave.batch.JobFile} (what a user writes), {@link
 * io.kernelweave.batch.Work} (what a job works with) and {@link io.kernelweave.batch.BenchmarkJob} (its steps).
 */
@NullMarked
package io.kernelweave.batch;

import org.jspecify.annotations.NullMarked;
