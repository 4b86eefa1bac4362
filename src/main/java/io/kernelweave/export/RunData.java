package io.kernelweave.export;

import io.kernelweave.dataset.Dataset;
import io.kernelweave.dataset.DatasetExport;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The data sets that runs used, as they are packed: with card, Croissant and rows, as {@link DatasetExport} writes them. They are kept
 * in the reports folder, {@code datasets/<name>-<beginning of the digest>/}, so that a run can be packed with its rows when the data
 * set has long become another. One that is gone or differs is no failure: it is said in the manifest.
 */
public final class RunData {
    static final String FOLDER = "datasets";
    private static final int DIGITS = 12;

    /**
     * What the manifest says of a run's data set.
     *
     * @param path its folder in the archive; null if it is not packed
     * @param reason why it is not; null if it is
     */
    public record Packed(
            String runId,
            String name,
            String digest,
            @Nullable String path,
            @Nullable String reason) {}

    private final Folder reports;
    private final Datasets datasets;

    public RunData(Folder reports, Datasets datasets) {
        this.reports = reports;
        this.datasets = datasets;
    }

    Folder folder(String path) {
        return reports.resolve(path);
    }

    /** Finds or writes the data set of a run. */
    Packed of(RunFolder folder) {
        Run run = folder.run();
        String digest = run.fingerprint().getOrDefault("dataset", "");
        String name = run.data().name();
        String place = name + "-" + digest.substring(0, Math.min(DIGITS, digest.length()));
        Folder kept = reports.resolve(FOLDER).resolve(place);
        String reason = null;
        if (!place.matches("[a-z0-9][a-z0-9._-]*-[0-9a-f]{" + DIGITS + "}") || !isOfPrompts(folder, digest)) {
            reason = "its rows are no prompts with kernels; what is known of it is in the run's inputs";
        } else if (!kept.exists()) {
            reason = write(run, folder, digest, kept);
        } else {
            List<String> problems = DatasetExport.problems(kept);
            reason = problems.isEmpty() ? null : kept + ": " + problems.get(0);
        }
        return new Packed(run.runId(), name, digest, reason == null ? FOLDER + "/" + place : null, reason);
    }

    /** Whether the run says of its data set what is said of rows of prompts. */
    private static boolean isOfPrompts(RunFolder folder, String digest) {
        String file = "inputs/dataset.json";
        if (!folder.folder().exists(file)) {
            return false;
        }
        JsonNode card = Json.parse(folder.folder().readText(file), folder.folder() + "/" + file);
        return card.path("clusters").isInt() && card.path("digest").asString("").equals(digest);
    }

    /** Why it cannot be written; null if it is. */
    private @Nullable String write(Run run, RunFolder folder, String digest, Folder target) {
        String file = run.settings().path("dataset").asString("");
        try {
            DatasetSpec spec = DatasetSpec.read(Path.of(file));
            Optional<Dataset> found = datasets.asItWas(spec, digest);
            if (found.isEmpty()) {
                return file + " has other rows now than the run used";
            }
            Dataset dataset = new Dataset(spec.name(), digest, found.get().rows(), folder.kernels());
            DatasetExport.write(target, spec, dataset, datasets.versioned(spec, dataset), DatasetExport.ROWS_PER_SHARD);
            return null;
        } catch (InputException e) {
            return file
                    + " is not here, or not the files that it names"; // what the machine says is no part of an archive
        }
    }
}
