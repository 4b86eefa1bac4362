package io.kernelweave.batch;

import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.gate.Requirement;
import io.kernelweave.gate.RunGate;
import io.kernelweave.json.Digest;
import io.kernelweave.results.Metric;
import io.kernelweave.results.Reuse;
import io.kernelweave.results.Row;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One job at work: the units that it replays, the rows that come of them, and what is made of these. The steps around it, the run folder and the
 * restart are the same for every job.
 *
 * @param <R> the form of the rows
 */
sealed interface Work<R extends Row> extends AutoCloseable
        permits Workbench, RouterWork, MaskWork, IfevalWork, SelfTestWork, ContainmentWork, CompilationWork, LoopWork {
    /**
     * What is replayed at a time.
     *
     * @param clusterId units of one cluster stay in one partition
     * @param rows replays the unit; whatever goes wrong in it is a row
     */
    record Unit(String clusterId, Supplier<List<? extends Row>> rows) {}

    /** Opens a job's data; builds a data set where it is not there yet. */
    static Work<?> open(JobFile job, List<DatasetSpec> specs, Datasets datasets, Path state) {
        if (job instanceof JobSpec answers) {
            return Workbench.open(answers, specs.get(0), datasets, state);
        }
        if (job instanceof RouterSpec training) {
            return RouterWork.open(training, specs.get(0), datasets, state);
        }
        if (job instanceof SelfTestSpec test) {
            return SelfTestWork.open(test, specs.get(0), datasets, state);
        }
        if (job instanceof LoopSpec loop) {
            return LoopWork.open(loop, specs.get(0), datasets, state);
        }
        if (job instanceof MaskSpec masks) {
            return MaskWork.open(masks, specs);
        }
        if (job instanceof ContainmentSpec containment) {
            return ContainmentWork.open(containment, specs);
        }
        return job instanceof CompilationSpec compilation
                ? CompilationWork.open(compilation, specs.get(0))
                : IfevalWork.open((IfevalSpec) job, specs.get(0));
    }

    JobFile job();

    RowForm<R> form();

    /** What figures, verdict and reports of a run need of its rows. */
    default List<R> rows(RunFolder folder) {
        return folder.rows(form());
    }

    /** Which inputs, settings, code and environment decide the rows. */
    Map<String, String> fingerprint();

    /** What decides the rows of every job: the job's own inputs, its settings, the code and the environment. */
    static Map<String, String> fingerprint(Map<String, String> inputs, String settings) {
        Map<String, String> parts = new LinkedHashMap<>(inputs);
        parts.put("config", settings);
        parts.put("code", Code.digest());
        parts.put("environment", Digest.of(Workbench.environment().toString()));
        return parts;
    }

    /** What {@code run.json} says of the place where the job ran. */
    default Map<String, String> surroundings() {
        return Workbench.environment();
    }

    Run.Data data();

    /** Lets rows of an earlier run stand for those of this one that are sure to be the same. */
    default void reuse(Earlier earlier) {}

    /** What was taken over from the earlier run, of all the rows that there are now; nothing if there was none. */
    default Optional<Reuse> reuse(List<R> rows) {
        return Optional.empty();
    }

    /** Whether answers of a run of that id, which may be gone, are remembered. */
    default boolean remembers(String runId) {
        return false;
    }

    /** How many partitions are replayed at once; 0 for as many as cores. */
    int partitions();

    /** Writes what the rows are made from into the run folder's {@code inputs/}. */
    void prepare(RunFolder folder, Progress progress);

    /** The units, in an order that is the same at each restart. */
    List<Unit> units(String runId, Progress progress);

    /** Comes right before the units are replayed, in each process that replays some. */
    void begin(Progress progress);

    /** The figures of a run. */
    Map<String, Metric> metrics(RunFolder folder, List<R> rows);

    /** The verdict on the rows. */
    Run.Judged judge(
            Run run,
            List<R> rows,
            Map<String, Metric> metrics,
            @Nullable Run baseline,
            List<R> baselineRows,
            List<Requirement> requirements);

    /**
     * The rows of one run as the contracts in another's inputs judge them; the same list where no contract differs.
     *
     * @param from the run that the rows are of
     */
    default List<R> judgedBy(RunFolder other, RunFolder from, List<R> rows) {
        return rows;
    }

    /** How the metrics that are followed from run to run moved between two; empty where none is. */
    default List<RunGate.Metric> moves(List<R> rows, List<R> before) {
        return List.of();
    }

    /** Tells others what became of the rows: nobody, where no kernel answered anything. */
    default void feedback(Run run, List<R> rows, Progress progress) {}

    /** Renders the reports. */
    void render(RunFolder folder, Run run, List<R> rows, Map<String, Metric> metrics);

    @Override
    default void close() {}
}
