package io.kernelweave.batch;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.IfevalMetrics;
import io.kernelweave.results.Measure;
import io.kernelweave.results.Retention;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job that sets the check language against an outside checker, {@code measure: ifeval}: answers to prompts with instructions are judged by
 * the conditions that the instructions are mapped to, and each verdict is compared with the outside one.
 *
 * @param measure {@link Measure#IFEVAL}
 * @param dataset path of the spec, which names the sources {@code prompts} and {@code answers} and the file of conditions
 * @param chunk answers a transaction and a Parquet part
 * @param partitions parallel partitions; 0 for as many as cores
 * @param baseline {@code previous}, {@code pinned}, {@code none}, or a run id
 * @param margins metric → the loss against the baseline that is still accepted; empty: half a point of the share of right verdicts
 * @param requirements what the figures of a run must satisfy by themselves
 * @param retention how long the job's runs are kept; null: all of them
 * @param export whether the archive is packed at the end
 */
public record IfevalSpec(
        Measure measure,
        String name,
        String dataset,
        int chunk,
        int partitions,
        String baseline,
        Map<String, Double> margins,
        List<JobSpec.Bound> requirements,
        @Nullable Retention retention,
        boolean export)
        implements JobFile {

    public IfevalSpec {
        JobSpec.requireName(name);
        JobSpec.requireDataset(dataset);
        chunk = chunk == 0 ? 100 : chunk;
        JobSpec.range("/chunk", chunk, 1, 100_000);
        JobSpec.range("/partitions", partitions, 0, 256);
        baseline = baseline == null ? "previous" : baseline;
        margins = margins == null || margins.isEmpty() ? Map.of("ifeval.right_rate", 0.005) : new TreeMap<>(margins);
        margins.forEach((metric, loss) -> {
            if (IfevalMetrics.perRow(metric).isEmpty()) {
                throw InputException.at(
                        "/margins/" + metric,
                        "is no metric of this job that rows can be paired by",
                        "use one of " + IfevalMetrics.PAIRED);
            }
            JobSpec.share(metric, loss);
        });
        requirements = requirements == null ? List.of() : List.copyOf(requirements);
    }

    @Override
    public List<String> datasetFiles() {
        return List.of(dataset);
    }

    /** Digest of the settings that decide the rows. */
    String rowSettings() {
        ObjectNode json = Json.tree(this);
        json.remove(List.of(
                "name",
                "dataset",
                "chunk",
                "partitions",
                "baseline",
                "margins",
                "requirements",
                "retention",
                "export"));
        return Digest.of((JsonNode) json);
    }
}
