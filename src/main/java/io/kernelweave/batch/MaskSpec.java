package io.kernelweave.batch;

import io.kernelweave.decode.WrittenForm;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.MaskMetrics;
import io.kernelweave.results.Measure;
import io.kernelweave.results.Retention;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job that measures token masks, {@code measure: masks}: documents of which it is known whether they are valid are forced through the masks of
 * their schema. One thread does it, because times are measured.
 *
 * @param measure {@link Measure#MASKS}
 * @param datasets paths of the specs of schemas
 * @param vocabulary {@code cl100k_base} or {@code o200k_base}
 * @param form how documents are written, and what {@code format} means where the data set does not say
 * @param limit at most so many schemas, in turn from each set; 0 for all
 * @param cold so many schemas are also tried first of all, in a JVM that just started, and reported apart; 50 if not given
 * @param warmup so many schemas are tried after that without being counted; 1000 if not given
 * @param memory of so many schemas it is measured at the end what they hold when compiled, and reported apart; 0 if not given
 * @param seed of what is drawn
 * @param chunk schemas a transaction and a Parquet part
 * @param baseline {@code previous}, {@code pinned}, {@code none}, or a run id
 * @param margins metric → the loss against the baseline that is still accepted; empty: 0.2 points of each set's passing rate
 * @param requirements what the figures of a run must satisfy by themselves
 * @param targets what they should satisfy on a quiet machine; reported, never judged
 * @param retention how long the job's runs are kept; null: all of them
 * @param export whether the archive is packed at the end
 */
public record MaskSpec(
        Measure measure,
        String name,
        List<String> datasets,
        String vocabulary,
        WrittenForm form,
        int limit,
        @Nullable Integer cold,
        @Nullable Integer warmup,
        int memory,
        long seed,
        int chunk,
        String baseline,
        Map<String, Double> margins,
        List<JobSpec.Bound> requirements,
        List<JobSpec.Bound> targets,
        @Nullable Retention retention,
        boolean export)
        implements JobFile {

    /** The vocabularies that there are. */
    static final List<String> VOCABULARIES = List.of("cl100k_base", "o200k_base");

    private static final WrittenForm AS_MASKBENCH = new WrittenForm(
            WrittenForm.Order.ANY,
            WrittenForm.Whitespace.SPACED,
            WrittenForm.Escapes.ANY,
            WrittenForm.Formats.ASSERTED);

    public MaskSpec {
        JobSpec.requireName(name);
        if (datasets == null || datasets.isEmpty()) {
            throw InputException.at("/datasets", "is missing", "name specs of schemas, such as phasecd/maskbench.yaml");
        }
        datasets = List.copyOf(datasets);
        vocabulary = vocabulary == null ? VOCABULARIES.get(0) : vocabulary;
        if (!VOCABULARIES.contains(vocabulary)) {
            throw InputException.at("/vocabulary", "unknown \"" + vocabulary + "\"", "use one of " + VOCABULARIES);
        }
        form = form == null
                ? AS_MASKBENCH
                : new WrittenForm(
                        Objects.requireNonNullElse(form.order(), AS_MASKBENCH.order()),
                        Objects.requireNonNullElse(form.whitespace(), AS_MASKBENCH.whitespace()),
                        Objects.requireNonNullElse(form.escapes(), AS_MASKBENCH.escapes()),
                        Objects.requireNonNullElse(form.formats(), AS_MASKBENCH.formats()));
        cold = cold == null ? 50 : cold;
        warmup = warmup == null ? 1000 : warmup;
        chunk = chunk == 0 ? 250 : chunk;
        JobSpec.range("/limit", limit, 0, Integer.MAX_VALUE);
        JobSpec.range("/cold", cold, 0, Integer.MAX_VALUE);
        JobSpec.range("/warmup", warmup, 0, Integer.MAX_VALUE);
        JobSpec.range("/memory", memory, 0, Integer.MAX_VALUE);
        JobSpec.range("/chunk", chunk, 1, 100_000);
        baseline = baseline == null ? "previous" : baseline;
        margins = margins == null ? Map.of() : new TreeMap<>(margins);
        margins.forEach((metric, loss) -> {
            if (MaskMetrics.perRow(metric).isEmpty()) {
                throw InputException.at(
                        "/margins/" + metric,
                        "is no metric of this job that rows can be paired by",
                        "use mask.<metric> or mask.suite.<draft>.<required or optional>.<metric> with a metric of "
                                + MaskMetrics.PAIRED);
            }
            JobSpec.share(metric, loss);
        });
        requirements = requirements == null ? List.of() : List.copyOf(requirements);
        targets = targets == null ? List.of() : List.copyOf(targets);
    }

    @Override
    public List<String> datasetFiles() {
        return datasets;
    }

    /** Digest of the settings that decide the rows. */
    String rowSettings() {
        ObjectNode json = Json.tree(this);
        json.remove(List.of(
                "name", "datasets", "chunk", "baseline", "margins", "requirements", "targets", "retention", "export"));
        return Digest.of((JsonNode) json);
    }
}
