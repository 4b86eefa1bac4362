package io.kernelweave.batch;

import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Measure;
import io.kernelweave.results.Retention;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job file, {@code jobs/*.yaml}. What it measures decides which settings it has: {@link JobSpec}, {@link RouterSpec}, {@link
 * MaskSpec}, {@link IfevalSpec}, {@link SelfTestSpec}, {@link ContainmentSpec}, {@link CompilationSpec} or {@link LoopSpec}.
 */
public sealed interface JobFile
        permits JobSpec, RouterSpec, MaskSpec, IfevalSpec, SelfTestSpec, ContainmentSpec, CompilationSpec, LoopSpec {
    /** The job's runs are called {@code <name>-<fingerprint>}. */
    String name();

    /** Paths of the specs of its data sets. */
    List<String> datasetFiles();

    /** How many units make a transaction and a Parquet part. */
    int chunk();

    /** {@code previous}, {@code pinned}, {@code none}, or a run id. */
    String baseline();

    /** What the figures of a run must satisfy by themselves. */
    List<JobSpec.Bound> requirements();

    /** How long the job's runs are kept; null: all of them. */
    @Nullable
    Retention retention();

    /** Whether the archive is packed at the end. */
    boolean export();

    /** Reads a job file and applies {@code key=value} settings; a key may be a path such as {@code model.order}. */
    static JobFile read(Path file, Map<String, String> settings) {
        ObjectNode tree = Json.readYaml(file, ObjectNode.class);
        settings.forEach((key, value) -> set(tree, key, value));
        Class<? extends JobFile> type;
        try {
            type = switch (Measure.of(tree.path("measure").asString(Measure.ANSWERS.label()))) {
                case ANSWERS -> JobSpec.class;
                case ROUTING -> RouterSpec.class;
                case MASKS -> MaskSpec.class;
                case IFEVAL -> IfevalSpec.class;
                case SELFTEST -> SelfTestSpec.class;
                case CONTAINMENT -> ContainmentSpec.class;
                case COMPILATION -> CompilationSpec.class;
                case LOOP -> LoopSpec.class;
            };
        } catch (InputException e) {
            throw e.in(file.toString());
        }
        return settings.isEmpty()
                ? Json.readYaml(file, type) // keeps line numbers in refusals
                : Json.convert(tree, type, file + " with --set");
    }

    private static void set(ObjectNode tree, String key, String value) {
        if (!key.matches("\\w+([.][\\w+-]+)*") || value.isBlank()) {
            throw InputException.at(
                    "--set " + key + "=" + value, "names no setting or no value", "give one such as model.order=4");
        }
        ObjectNode at = tree;
        // What is judged by may have a dot in its name.
        String[] steps = key.split("[.]", key.startsWith("margins.") ? 2 : 0);
        for (int i = 0; i < steps.length - 1; i++) {
            JsonNode next = at.path(steps[i]);
            at = next instanceof ObjectNode object ? object : at.putObject(steps[i]);
        }
        at.set(steps[steps.length - 1], Json.parseYaml(value, JsonNode.class, "--set " + key));
    }

    /** The specs of the job's data sets, with some sources replaced. */
    default List<DatasetSpec> readDatasets(Map<String, String> sources) {
        List<DatasetSpec> specs = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (String path : datasetFiles()) {
            Path file = Path.of(path);
            if (!Files.exists(file)) {
                throw InputException.at(
                        "job " + name() + " /dataset",
                        "there is no data set spec " + path,
                        "name one of phasecd/*.yaml");
            }
            DatasetSpec spec = Json.readYaml(file, DatasetSpec.class);
            known.addAll(spec.sources().keySet());
            specs.add(spec);
        }
        List<DatasetSpec> changed = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            DatasetSpec spec = specs.get(i);
            Map<String, String> own = new LinkedHashMap<>(sources);
            // A name that no data set knows is left to the first, which refuses it.
            boolean first = i == 0;
            own.keySet().removeIf(name -> !spec.sources().containsKey(name) && !(first && !known.contains(name)));
            changed.add(own.isEmpty() ? spec : spec.withSources(own));
        }
        return changed;
    }
}
