package io.kernelweave.batch;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Measure;
import io.kernelweave.results.Retention;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job that learns from traces, {@code measure: compilation}: conditions and steps are compiled from the traces of half of the tasks and tried
 * on those of the other half, several times.
 *
 * @param measure {@link Measure#COMPILATION}
 * @param dataset path of the spec of traces
 * @param splits how often the tasks are split in halves; 20 if not given
 * @param permutations how often the outcomes are permuted within training, in each split; 5 if not given
 * @param shares shares of the half that are learned from for the curve of how much more tasks would help; none if not given
 * @param resamples of the bootstrap; 2000 if not given
 * @param repeat source → which attempts at a task are learned from and which judged
 * @param limit at most so many tasks of each source, for a quick look; 0 for all
 * @param seed of everything drawn
 * @param chunk splits a transaction and a Parquet part; 1 if not given
 * @param partitions parallel partitions; 0 for as many as cores
 * @param requirements what the figures of a run must satisfy by themselves
 * @param targets what they should satisfy; reported, never judged
 * @param retention how long the job's runs are kept; null: all of them
 * @param export whether the archive is packed at the end
 */
public record CompilationSpec(
        Measure measure,
        String name,
        String dataset,
        int splits,
        int permutations,
        List<Double> shares,
        int resamples,
        Map<String, Repeat> repeat,
        int limit,
        long seed,
        int chunk,
        int partitions,
        List<JobSpec.Bound> requirements,
        List<JobSpec.Bound> targets,
        @Nullable Retention retention,
        boolean export)
        implements JobFile {

    /**
     * Attempts at the same tasks, told apart by a field that the source has beside the steps; the field is read for this alone.
     *
     * @param field such as {@code trial}
     * @param learn its values in attempts that are learned from
     * @param judge its values in attempts that are judged
     */
    public record Repeat(String field, List<String> learn, List<String> judge) {
        public Repeat {
            if (field == null
                    || learn == null
                    || judge == null
                    || learn.stream().anyMatch(judge::contains)) {
                throw InputException.at(
                        "/repeat",
                        "needs field, learn and judge, which share no value",
                        "write such as {field: trial, learn: [0, 1], judge: [2, 3]}");
            }
        }
    }

    public CompilationSpec {
        JobSpec.requireName(name);
        JobSpec.requireDataset(dataset);
        splits = splits == 0 ? 20 : splits;
        permutations = permutations == 0 ? 5 : permutations;
        resamples = resamples == 0 ? 2000 : resamples;
        chunk = chunk == 0 ? 1 : chunk;
        shares = shares == null ? List.of() : List.copyOf(shares);
        shares.forEach(share -> {
            if (!(share > 0 && share < 1)) {
                throw InputException.at("/shares", share + " is no part of a half", "give shares between 0 and 1");
            }
        });
        JobSpec.range("/splits", splits, 1, 1000);
        JobSpec.range("/permutations", permutations, 1, 1000);
        JobSpec.range("/resamples", resamples, 100, 1_000_000);
        JobSpec.range("/limit", limit, 0, Integer.MAX_VALUE);
        JobSpec.range("/chunk", chunk, 1, 100_000);
        JobSpec.range("/partitions", partitions, 0, 256);
        repeat = repeat == null ? Map.of() : new TreeMap<>(repeat);
        requirements = requirements == null ? List.of() : List.copyOf(requirements);
        targets = targets == null ? List.of() : List.copyOf(targets);
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

    /** Digest of the settings that decide the rows. */
    String rowSettings() {
        ObjectNode json = Json.tree(this);
        json.remove(List.of(
                "name",
                "dataset",
                "resamples",
                "chunk",
                "partitions",
                "requirements",
                "targets",
                "retention",
                "export"));
        return Digest.of((JsonNode) json);
    }
}
