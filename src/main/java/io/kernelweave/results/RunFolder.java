package io.kernelweave.results;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.storage.Folder;
import io.kernelweave.storage.ParquetRows;
import io.kernelweave.storage.RecordColumns;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of one run: {@code run.json}, {@code inputs/}, {@code results/} with its Parquet parts and {@code manifest.json}, {@code
 * times/} with the same of when its rows were answered and how long that took, and the bundle of reports.
 *
 * <p>Parts are immutable, written whole and named after their bytes. The manifest names those that were committed; readers use it and
 * nothing else, so a part that a crash left behind is never read. The same rows cut in the same way are the same files, whoever answered
 * them, and when.
 */
public final class RunFolder {
    /** Where the reports of a run are. */
    public static final String BUNDLE = "kernelweave_llm_bundle";

    /** Where the kernels of a run are kept. */
    public static final String KERNELS = "inputs/kernels.json";

    /** Every figure of a run but times. */
    public static final String METRICS = BUNDLE + "/benchmark/metrics.csv";

    /** The figures of times. */
    public static final String TIME_METRICS = BUNDLE + "/benchmark/latency.csv";

    private static final String RESULTS = "results";
    private static final String TIMES = "times";
    private static final String MANIFEST = "results/manifest.json";
    private static final String TIMED = "times/manifest.json";

    /** A committed part: file name, rows, SHA-256 of its bytes. */
    public record Part(String file, long rows, String sha256) {
        public Part {
            if (file == null || !file.matches("[\\w-][\\w.-]*[.]parquet") || sha256 == null) {
                throw InputException.at(
                        "/parts", "a part needs file and sha256", "a file is a name such as part-0.parquet");
            }
        }
    }

    /**
     * What was committed.
     *
     * @param inputs the SHA-256 of each file in {@code inputs/} when that was done; empty in files that were written before there was this
     *     field
     */
    public record Manifest(String runId, long rows, List<Part> parts, Map<String, String> inputs) {
        public Manifest {
            inputs = inputs == null ? Map.of() : inputs;
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

    /**
     * Writes one part; it counts only once the manifest names it.
     *
     * @param name the file's name; where it has no ending, the digest of the file's bytes and the ending follow
     */
    public Part writePart(String name, RowForm<?> form, List<? extends Row> rows) {
        return write(
                RESULTS, name, form.schema(), rows.stream().map(Row::toJson).toList());
    }

    /** Writes the times of rows that were answered just now; they count like a part. */
    public Part writeTimes(String name, List<ResultRow> rows) {
        return write(
                TIMES,
                name,
                RowTimes.SCHEMA,
                rows.stream().map(row -> RowTimes.of(row).toJson()).toList());
    }

    private Part write(String folderName, String name, ParquetRows.Schema schema, List<ObjectNode> rows) {
        ParquetRows.Written written =
                ParquetRows.write(folder.resolve(folderName), sha256 -> named(name, sha256), schema, rows);
        return new Part(written.file(), rows.size(), written.sha256());
    }

    /** Takes a part over from another run as it is. */
    public Part takePart(String name, RunFolder other, Part part) {
        String file = named(name, part.sha256());
        folder.write(RESULTS + "/" + file, other.folder.readBytes(RESULTS + "/" + part.file()));
        return new Part(file, part.rows(), part.sha256());
    }

    private static String named(String name, String sha256) {
        return name.endsWith(".parquet") ? name : name + "-" + sha256.substring(0, 12) + ".parquet";
    }

    /**
     * Names the committed parts in the manifest and removes what else lies in {@code results/}.
     *
     * @throws InputException if a part is missing or not whole
     * @throws IllegalStateException if a part's footer counts other rows than were committed
     */
    public Manifest publish(String runId, List<Part> committed) {
        return publish(runId, committed, List.of());
    }

    /** The same with the times of those rows that the run answered itself. */
    public Manifest publish(String runId, List<Part> committed, List<Part> times) {
        if (!times.isEmpty()) {
            folder.write(TIMED, Json.pretty(whole(TIMES, runId, times, Map.of())));
            tidy(TIMES, times);
        }
        Map<String, String> inputs = new TreeMap<>();
        for (String file : folder.resolve("inputs").list()) {
            inputs.put(file, Digest.of(folder.readBytes("inputs/" + file)));
        }
        Manifest manifest = whole(RESULTS, runId, committed, inputs);
        folder.write(MANIFEST, Json.pretty(manifest));
        tidy(RESULTS, committed);
        return manifest;
    }

    private Manifest whole(String folderName, String runId, List<Part> committed, Map<String, String> inputs) {
        List<Part> parts = new ArrayList<>(committed);
        parts.sort(Comparator.comparing(Part::file));
        Folder inside = folder.resolve(folderName);
        parts.parallelStream().forEach(part -> {
            long counted = ParquetRows.count(inside, part.file());
            if (counted != part.rows()) {
                throw new IllegalStateException(
                        part.file() + " holds " + counted + " rows, " + part.rows() + " were committed");
            }
        });
        return new Manifest(runId, parts.stream().mapToLong(Part::rows).sum(), parts, inputs);
    }

    private void tidy(String folderName, List<Part> parts) {
        Set<String> keep = parts.stream().map(Part::file).collect(Collectors.toCollection(HashSet::new));
        keep.add("manifest.json");
        for (String file : folder.resolve(folderName).list()) {
            if (!keep.contains(file)) {
                folder.delete(folderName + "/" + file);
            }
        }
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
        return timed(form, rows(form, Set.of()));
    }

    /** All rows of a run that answers prompts but for their traces, which are most of their bytes. */
    public List<ResultRow> untraced() {
        return timed(ResultRow.FORM, rows(ResultRow.FORM, Set.of("trace")));
    }

    private record Traced(
            String rowId, String arm, @Nullable String trace) {}

    /** The same rows with their traces, where they were read without. */
    public List<ResultRow> traced(List<ResultRow> rows) {
        Set<String> ids = rows.stream()
                .filter(row -> row.trace() == null && row.traceId() != null)
                .map(ResultRow::rowId)
                .collect(Collectors.toSet());
        if (ids.isEmpty()) {
            return rows;
        }
        RecordColumns<Traced> columns = RecordColumns.named(Traced.class).where("row_id", ids);
        Map<String, @Nullable String> traces = new HashMap<>();
        manifest().parts().parallelStream()
                .flatMap(part -> read(RESULTS, part, columns).stream())
                .toList()
                .forEach(row -> traces.put(row.rowId() + " " + row.arm(), row.trace()));
        return rows.stream()
                .map(row -> row.trace() == null ? row.traced(traces.get(row.identity())) : row)
                .toList();
    }

    private <R extends Row> List<R> timed(RowForm<R> form, List<R> rows) {
        Map<String, RowTimes> times = form.measure() == Measure.ANSWERS ? times() : Map.of();
        rows.replaceAll(row -> {
            RowTimes own = row instanceof ResultRow ? times.get(row.identity()) : null;
            return own == null ? row : form.type().cast(((ResultRow) row).timed(own));
        });
        return rows;
    }

    /**
     * The same without what some columns hold, and without the times, which makes many rows quick to read.
     *
     * @param without columns by path, such as {@code trace} or {@code decision.candidates}; the rows have null there, or an empty list
     */
    public <R extends Row> List<R> rows(RowForm<R> form, Set<String> without) {
        return rows(form, RecordColumns.all(form.type()).without(without));
    }

    /** The same, of some rows alone. */
    public <R extends Row> List<R> rows(RowForm<R> form, Set<String> without, Set<String> rowIds) {
        return rows(form, RecordColumns.all(form.type()).without(without).where("row_id", rowIds));
    }

    private <R extends Row> List<R> rows(RowForm<R> form, RecordColumns<R> columns) {
        Measure measure = exists() ? run().measure() : form.measure();
        if (measure != form.measure()) {
            throw InputException.at(
                    "run " + folder.name(),
                    "measures " + measure.label() + ", not " + form.measure().label(),
                    "name a run of the other kind");
        }
        Manifest manifest = manifest();
        requireIntactBeside(manifest);
        List<R> rows = manifest.parts().parallelStream()
                .flatMap(part -> read(RESULTS, part, columns.given(Map.of("runId", manifest.runId()))).stream())
                .collect(Collectors.toCollection(ArrayList::new));
        rows.sort(form.order());
        return rows;
    }

    /** Each file is read once: what is parsed are the very bytes whose digest was checked. */
    private <R> List<R> read(String folderName, Part part, RecordColumns<R> columns) {
        String file = folderName + "/" + part.file();
        return ParquetRows.read(intact(file, part.sha256()), folder + "/" + file, columns);
    }

    /** The times of the rows that the run answered itself, by their identity. */
    public Map<String, RowTimes> times() {
        Map<String, RowTimes> times = new HashMap<>();
        timed().parallelStream()
                .flatMap(part -> read(TIMES, part, RecordColumns.all(RowTimes.class)).stream())
                .toList()
                .forEach(own -> times.put(own.identity(), own));
        return times;
    }

    private List<Part> timed() {
        return folder.exists(TIMED)
                ? Json.parse(folder.readText(TIMED), Manifest.class, folder + "/" + TIMED)
                        .parts()
                : List.of();
    }

    /** The committed files of times, by their paths in the folder. */
    public List<String> timesFiles() {
        return timed().stream().map(part -> TIMES + "/" + part.file()).toList();
    }

    /**
     * Some columns of all rows, by the part that they are in; refuses the run as {@link #requireIntact} does.
     *
     * @param columns a record of them
     */
    public <R> Map<Part, List<R>> scan(Class<R> columns) {
        Manifest manifest = manifest();
        requireIntactBeside(manifest);
        return manifest.parts().parallelStream()
                .collect(Collectors.toMap(part -> part, part -> read(RESULTS, part, RecordColumns.named(columns))));
    }

    /** The rows of one part as they stand there. */
    public List<ObjectNode> part(Part part) {
        List<ObjectNode> rows = new ArrayList<>();
        ParquetRows.read(folder.resolve(RESULTS), part.file(), rows::add);
        return rows;
    }

    /** Refuses a run with a file of its rows, times or inputs that is missing or has other bytes than the manifest says. */
    public void requireIntact() {
        Manifest manifest = manifest();
        requireIntact(RESULTS, manifest.parts());
        requireIntactBeside(manifest);
    }

    /** The same of all but the rows. */
    private void requireIntactBeside(Manifest manifest) {
        requireIntact(TIMES, timed());
        manifest.inputs().forEach((file, sha256) -> intact("inputs/" + file, sha256));
    }

    private void requireIntact(String folderName, List<Part> parts) {
        parts.parallelStream().forEach(part -> intact(folderName + "/" + part.file(), part.sha256()));
    }

    /** The bytes of a file, if they are what the manifest says. */
    private byte[] intact(String file, String sha256) {
        String remedy = "restore the file, or delete the run's folder and run its job again";
        if (!folder.exists(file)) {
            throw InputException.at(folder + "/" + file, "is missing, the manifest names it", remedy);
        }
        byte[] bytes = folder.readBytes(file);
        String found = Digest.of(bytes);
        if (!found.equals(sha256)) {
            throw InputException.at(
                    folder + "/" + file,
                    "its bytes are not those that the run wrote: SHA-256 is " + found + ", the manifest has " + sha256,
                    remedy);
        }
        return bytes;
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
