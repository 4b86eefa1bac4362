package io.kernelweave.results;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.storage.Folder;
import io.kernelweave.storage.ParquetRows;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of one run: {@code run.json}, {@code results/} with its Parquet parts and {@code manifest.json}, and the bundle
 * of reports.
 *
 * <p>Parts are immutable and written whole. The manifest names those that were committed; readers use it and nothing else, so
 * a part that a crash left behind is never read.
 */
public final class RunFolder {
    /** Where the reports of a run are. */
    public static final String BUNDLE = "kernelweave_llm_bundle";

    /** Where the kernels of a run are kept. */
    public static final String KERNELS = "inputs/kernels.json";

    /** Every figure of a run. */
    public static final String METRICS = BUNDLE + "/benchmark/metrics.csv";

    private static final String MANIFEST = "results/manifest.json";

    /** A committed part: file name in {@code results/}, rows, SHA-256 of its bytes. */
    public record Part(String file, long rows, String sha256) {
        public Part {
            if (file == null || !file.matches("[\\w-][\\w.-]*[.]parquet") || sha256 == null) {
                throw InputException.at(
                        "/parts", "a part needs file and sha256", "a file is a name such as part-0.parquet");
            }
        }
    }

    /** What was committed. */
    public record Manifest(String runId, long rows, List<Part> parts) {
        public Manifest {
            if (parts == null) {
                throw InputException.at("/parts", "is missing", "restore the manifest that the run wrote");
            }
            parts = List.copyOf(parts);
        }
    }

    private final Folder folder;

    public RunFolder(Folder folder) {
        this.folder = folder;
    }

    public Folder folder() {
        return folder;
    }

    /** Writes one part; it counts only once the manifest names it. */
    public Part writePart(String file, RowForm<?> form, List<? extends Row> rows) {
        ParquetRows.write(
                folder.resolve("results"),
                file,
                form.schema(),
                rows.stream().map(Row::toJson).toList());
        return new Part(file, rows.size(), Digest.of(folder.readBytes("results/" + file)));
    }

    /**
     * Names the committed parts in the manifest and removes what else lies in {@code results/}.
     *
     * @throws InputException if a part is missing or not whole
     * @throws IllegalStateException if a part's footer counts other rows than were committed
     */
    public Manifest publish(String runId, List<Part> committed) {
        List<Part> parts = new ArrayList<>(committed);
        parts.sort(Comparator.comparing(Part::file));
        Set<String> keep = new HashSet<>();
        long rows = 0;
        for (Part part : parts) {
            long counted = ParquetRows.count(folder.resolve("results"), part.file());
            if (counted != part.rows()) {
                throw new IllegalStateException(
                        part.file() + " holds " + counted + " rows, " + part.rows() + " were committed");
            }
            keep.add(part.file());
            rows += counted;
        }
        Manifest manifest = new Manifest(runId, rows, parts);
        folder.write(MANIFEST, Json.pretty(manifest));
        keep.add("manifest.json");
        for (String file : folder.resolve("results").list()) {
            if (!keep.contains(file)) {
                folder.delete("results/" + file);
            }
        }
        return manifest;
    }

    public boolean isPublished() {
        return folder.exists(MANIFEST);
    }

    public Manifest manifest() {
        if (!isPublished()) {
            throw InputException.at(
                    folder.toString(),
                    "has no results/manifest.json: the run did not finish",
                    "run the same job again to resume it");
        }
        return Json.parse(folder.readText(MANIFEST), Manifest.class, folder + "/" + MANIFEST);
    }

    /** All rows of a run that answers prompts, in the order of row and arm. */
    public List<ResultRow> rows() {
        return rows(ResultRow.FORM);
    }

    /** All rows, in their order; refuses a run of other rows and a part whose bytes are not those of the manifest. */
    public <R extends Row> List<R> rows(RowForm<R> form) {
        return rows(form, (part, sink) -> ParquetRows.read(folder.resolve("results"), part, sink));
    }

    /**
     * The same without what some columns hold, which makes many rows quick to read.
     *
     * @param without columns by path, such as {@code trace} or {@code decision.candidates}; the rows have null there, or an empty list
     */
    public <R extends Row> List<R> rows(RowForm<R> form, Set<String> without) {
        ParquetRows.Schema schema = form.schema().without(without);
        return rows(form, (part, sink) -> ParquetRows.read(folder.resolve("results"), part, schema, sink));
    }

    /** The same, of some rows alone. */
    public <R extends Row> List<R> rows(RowForm<R> form, Set<String> without, Set<String> rowIds) {
        ParquetRows.Schema schema = form.schema().without(without);
        return rows(
                form,
                (part, sink) -> ParquetRows.read(folder.resolve("results"), part, schema, "row_id", rowIds, sink));
    }

    private <R extends Row> List<R> rows(RowForm<R> form, BiConsumer<String, Consumer<ObjectNode>> reader) {
        Measure measure = exists() ? run().measure() : form.measure();
        if (measure != form.measure()) {
            throw InputException.at(
                    "run " + folder.name(),
                    "measures " + measure.label() + ", not " + form.measure().label(),
                    "name a run of the other kind");
        }
        requireIntact();
        List<R> rows = manifest().parts().parallelStream()
                .flatMap(part -> {
                    List<R> own = new ArrayList<>();
                    reader.accept(part.file(), json -> own.add(form.reader().apply(json)));
                    return own.stream();
                })
                .collect(Collectors.toCollection(ArrayList::new));
        rows.sort(form.order());
        return rows;
    }

    /** Refuses a run with a part that is missing or has other bytes than the manifest says. */
    public void requireIntact() {
        String remedy = "restore the file, or delete the run's folder and run its job again";
        for (Part part : manifest().parts()) {
            String file = "results/" + part.file();
            if (!folder.exists(file)) {
                throw InputException.at(folder + "/" + file, "is missing, the manifest names it", remedy);
            }
            String found = Digest.of(folder.readBytes(file));
            if (!found.equals(part.sha256())) {
                throw InputException.at(
                        folder + "/" + file,
                        "its bytes are not those that the run wrote: SHA-256 is " + found + ", the manifest has "
                                + part.sha256(),
                        remedy);
            }
        }
    }

    public boolean exists() {
        return folder.exists("run.json");
    }

    public Run run() {
        if (!exists()) {
            throw InputException.at(
                    folder.toString(), "is not a run: it has no run.json", "give a run id or its folder");
        }
        return Json.parse(folder.readText("run.json"), Run.class, folder + "/run.json");
    }

    /** The kernels of a run that answers prompts, as they were when it ran. */
    public List<Kernel> kernels() {
        return folder.exists(KERNELS)
                ? List.of(Json.parse(folder.readText(KERNELS), Kernel[].class, folder + "/" + KERNELS))
                : List.of();
    }

    /** The figures of the run's report, by name; empty if it has no report yet. */
    public Map<String, Metric> metrics() {
        return folder.exists(METRICS) ? Metric.table(folder.readText(METRICS), folder + "/" + METRICS) : Map.of();
    }

    public void write(Run run) {
        folder.write("run.json", Json.pretty(run));
    }
}
