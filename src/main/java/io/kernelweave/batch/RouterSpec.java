package io.kernelweave.batch;

import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Measure;
import io.kernelweave.results.Retention;
import io.kernelweave.results.RouteMetrics;
import io.kernelweave.route.Guarantee;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job that trains a router's adapter, {@code measure: routing}, and says what training bought: the prompts of a split that it has not seen
 * are routed by kernel text alone and with the adapter.
 *
 * @param measure {@link Measure#ROUTING}
 * @param name of the job; its runs are called {@code <name>-<fingerprint>}
 * @param dataset path of the data set's spec
 * @param split what is judged, {@code validation} or {@code eval}; the adapter is trained on the train split and, where {@code eval} is
 *     judged, on the validation split too
 * @param embedder the sentence encoders: {@code minilm}, {@code bge}, both with a {@code +} between them, or {@code none}
 * @param shots how many examples of each kernel the router may learn from, beside the prompts that no kernel fits; null for all
 * @param fastTier whether a static table, distilled from the first encoder, answers easy requests
 * @param guarantee what the router's threshold shall keep to
 * @param seed of everything drawn
 * @param chunk rows a transaction and a Parquet part
 * @param partitions parallel partitions; 0 for as many as cores
 * @param baseline {@code previous}, {@code pinned}, {@code none}, or a run id
 * @param margins metric → the loss against the baseline that is still accepted; empty: two points of the trained router's accuracy
 * @param requirements what the figures of a run must satisfy by themselves
 * @param retention how long the job's runs are kept; null: all of them
 * @param export whether the archive is packed at the end
 */
public record RouterSpec(
        Measure measure,
        String name,
        String dataset,
        String split,
        String embedder,
        @Nullable Integer shots,
        boolean fastTier,
        Guarantee guarantee,
        long seed,
        int chunk,
        int partitions,
        String baseline,
        Map<String, Double> margins,
        List<JobSpec.Bound> requirements,
        @Nullable Retention retention,
        boolean export)
        implements JobFile, RouterSettings {

    private static final List<String> JUDGED = List.of("validation", "eval");

    public RouterSpec {
        JobSpec.requireName(name);
        JobSpec.requireDataset(dataset);
        split = split == null ? JUDGED.get(0) : split;
        if (!JUDGED.contains(split)) {
            throw InputException.at(
                    "/split",
                    DatasetSpec.SPLITS.contains(split)
                            ? "\"" + split + "\" is what the router is trained on"
                            : "unknown split \"" + split + "\"",
                    "judge it on one of " + JUDGED);
        }
        embedder = RouterSettings.embedder(embedder);
        if (shots != null) {
            JobSpec.range("/shots", shots, 1, 1_000_000);
        }
        guarantee = guarantee == null ? Guarantee.standard() : guarantee;
        chunk = chunk == 0 ? 500 : chunk;
        JobSpec.range("/chunk", chunk, 1, 100_000);
        JobSpec.range("/partitions", partitions, 0, 256);
        baseline = baseline == null ? "previous" : baseline;
        margins = margins == null || margins.isEmpty()
                ? Map.of("trained.routing_accuracy", 0.02)
                : new TreeMap<>(margins);
        margins.forEach((metric, loss) -> {
            if (RouteMetrics.perRow(metric).isEmpty()) {
                throw InputException.at(
                        "/margins/" + metric,
                        "is no metric of this job that rows can be paired by",
                        "use trained.<metric> or untrained.<metric> with a metric of " + RouteMetrics.PAIRED);
            }
            JobSpec.share(metric, loss);
        });
        requirements = requirements == null ? List.of() : List.copyOf(requirements);
    }

    @Override
    public List<String> datasetFiles() {
        return List.of(dataset);
    }

    @Override
    public boolean learns() {
        return true;
    }

    /** Digest of the settings that decide the rows. */
    String rowSettings() {
        ObjectNode json = Json.tree(this);
        json.remove(
                List.of("name", "chunk", "partitions", "baseline", "margins", "requirements", "retention", "export"));
        return Digest.of((JsonNode) json);
    }
}
