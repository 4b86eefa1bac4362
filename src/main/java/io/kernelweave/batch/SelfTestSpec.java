package io.kernelweave.batch;

import io.kernelweave.compare.SelfTest;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Measure;
import io.kernelweave.results.Retention;
import io.kernelweave.route.Guarantee;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job that tries the run gate itself, {@code measure: selftest}: how often it fails a run that nothing is wrong with, and from how
 * many clusters on it finds faults that are put into the system on purpose.
 *
 * @param measure {@link Measure#SELFTEST}
 * @param dataset path of the data set's spec; recorded answers come from all its splits, generated ones from the eval split
 * @param model what generates answers, of the n-gram kind
 * @param embedder the sentence encoders behind the router, or {@code none}
 * @param guarantee what the router's threshold shall keep to
 * @param replicas how often the sound system generates all answers, each time with other draws; 2 or more
 * @param corrupted share of the recorded answers that the fault {@code answers-corrupted} exchanges
 * @param shift what the fault {@code threshold-shifted} adds to the router's threshold
 * @param draws how many comparisons of sound runs are drawn
 * @param powerDraws how many subsets of clusters are drawn for each fault and number of clusters
 * @param limit at most so many clusters of each kind of answers, for a quick look; 0 for all
 * @param margins metric → the loss that the gate under test accepts
 * @param requirements what the figures must satisfy
 * @param retention how long the job's runs are kept; null: all of them
 * @param export whether the archive is packed at the end
 */
public record SelfTestSpec(
        Measure measure,
        String name,
        String dataset,
        JobSpec.Model model,
        String embedder,
        Guarantee guarantee,
        int replicas,
        double corrupted,
        double shift,
        int draws,
        int powerDraws,
        int limit,
        long seed,
        int chunk,
        int partitions,
        Map<String, Double> margins,
        List<JobSpec.Bound> requirements,
        @Nullable Retention retention,
        boolean export)
        implements JobFile, RouterSettings {

    public SelfTestSpec {
        JobSpec.requireName(name);
        JobSpec.requireDataset(dataset);
        model = model == null ? JobSpec.Model.standard() : model;
        if (model.backend() != JobSpec.BackendKind.NGRAM) {
            throw InputException.at("/model/backend", model.backend() + " is not tried here", "use ngram");
        }
        embedder = RouterSettings.embedder(embedder);
        guarantee = guarantee == null ? Guarantee.standard() : guarantee;
        replicas = replicas == 0 ? 3 : replicas;
        corrupted = corrupted == 0 ? 0.02 : corrupted;
        shift = shift == 0 ? 0.1 : shift;
        draws = draws == 0 ? 2000 : draws;
        powerDraws = powerDraws == 0 ? 200 : powerDraws;
        chunk = chunk == 0 ? 200 : chunk;
        JobSpec.range("/replicas", replicas, 2, 20);
        JobSpec.range("/draws", draws, 1, 100_000);
        JobSpec.range("/power_draws", powerDraws, 1, 100_000);
        JobSpec.range("/limit", limit, 0, Integer.MAX_VALUE);
        JobSpec.range("/chunk", chunk, 1, 100_000);
        JobSpec.range("/partitions", partitions, 0, 256);
        if (!(corrupted > 0 && corrupted <= 1)) {
            throw InputException.at("/corrupted", corrupted + " is no share of answers", "give 0 to 1");
        }
        if (!(shift >= -1 && shift <= 1)) {
            throw InputException.at("/shift", shift + " is no shift of a probability", "give -1 to 1");
        }
        margins = margins == null || margins.isEmpty() ? SelfTest.MARGINS : new TreeMap<>(margins);
        margins.forEach((metric, loss) -> {
            if (SelfTest.perRow(metric).isEmpty()) {
                throw InputException.at(
                        "/margins/" + metric, "is no metric of this job", "use one of " + SelfTest.MARGINS.keySet());
            }
            JobSpec.share(metric, loss);
        });
        requirements = requirements == null ? List.of() : List.copyOf(requirements);
    }

    @Override
    public List<String> datasetFiles() {
        return List.of(dataset);
    }

    /** It is judged by what it must satisfy alone. */
    @Override
    public String baseline() {
        return "none";
    }

    @Override
    public boolean learns() {
        return true;
    }

    @Override
    public @Nullable Integer shots() {
        return null;
    }

    @Override
    public String split() {
        return "eval";
    }

    /** Digest of the settings that decide the rows. */
    String rowSettings() {
        ObjectNode json = Json.tree(this);
        json.remove(List.of(
                "name",
                "draws",
                "power_draws",
                "chunk",
                "partitions",
                "margins",
                "requirements",
                "retention",
                "export"));
        return Digest.of((JsonNode) json);
    }
}
