package io.kernelweave.batch;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.ContainmentMetrics;
import io.kernelweave.results.Measure;
import io.kernelweave.results.Retention;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job that asks whether schemas contain others, {@code measure: containment}, where the answer is known. One thread does it, because
 * times are measured.
 *
 * @param measure {@link Measure#CONTAINMENT}
 * @param datasets paths of the specs of pairs of schemas, or of schemas with documents
 * @param limit at most so many cases of each group, as the seed draws them; 0 for all
 * @param warmup so many cases are answered before that without being counted; 1500 if not given
 * @param seed of what is drawn
 * @param chunk cases a transaction and a Parquet part
 * @param baseline {@code previous}, {@code pinned}, {@code none}, or a run id
 * @param margins metric → the loss against the baseline that is still accepted; empty: a fifth of a point of each group's right answers
 * @param requirements what the figures of a run must satisfy by themselves
 * @param retention how long the job's runs are kept; null: all of them
 * @param export whether the archive is packed at the end
 */
public record ContainmentSpec(
        Measure measure,
        String name,
        List<String> datasets,
        int limit,
        @Nullable Integer warmup,
        long seed,
        int chunk,
        String baseline,
        Map<String, Double> margins,
        List<JobSpec.Bound> requirements,
        @Nullable Retention retention,
        boolean export)
        implements JobFile {

    public ContainmentSpec {
        JobSpec.requireName(name);
        if (datasets == null || datasets.isEmpty()) {
            throw InputException.at("/datasets", "is missing", "name specs of pairs, such as phasecd/containment.yaml");
        }
        datasets = List.copyOf(datasets);
        warmup = warmup == null ? 1500 : warmup;
        chunk = chunk == 0 ? 500 : chunk;
        JobSpec.range("/limit", limit, 0, Integer.MAX_VALUE);
        JobSpec.range("/warmup", warmup, 0, Integer.MAX_VALUE);
        JobSpec.range("/chunk", chunk, 1, 100_000);
        baseline = baseline == null ? "previous" : baseline;
        margins = margins == null ? Map.of() : new TreeMap<>(margins);
        margins.forEach((metric, loss) -> {
            if (ContainmentMetrics.perRow(metric).isEmpty()) {
                throw InputException.at(
                        "/margins/" + metric,
                        "is no metric of this job that rows can be paired by",
                        "use containment.<group>." + ContainmentMetrics.PAIRED);
            }
            JobSpec.share(metric, loss);
        });
        requirements = requirements == null ? List.of() : List.copyOf(requirements);
    }

    @Override
    public List<String> datasetFiles() {
        return datasets;
    }

    /** Digest of the settings that decide the rows. */
    String rowSettings() {
        ObjectNode json = Json.tree(this);
        json.remove(List.of("name", "datasets", "chunk", "baseline", "margins", "requirements", "retention", "export"));
        return Digest.of((JsonNode) json);
    }
}
