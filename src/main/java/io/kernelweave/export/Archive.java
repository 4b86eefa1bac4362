package io.kernelweave.export;

import io.kernelweave.dataset.DatasetExport;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What is sent to others as one zip: a run, a comparison with its two runs, or all runs and comparisons. Beside the files as they
 * are, and {@code datasets/}, what they ran on, it holds {@code manifest.json}, {@code SHA256SUMS} (with {@code SHA256SUMS.sig} if it is signed), {@code sbom.cdx.json}, what
 * the program is made of, and for each run {@code statements/<run-id>.json}, its verdict as an in-toto test result.
 *
 * <p>Reproducible: entries in the order of their names, one fixed time stamp, stored rather than deflated, because deflate
 * gives other bytes on other platforms and Parquet is compressed already. So an archive is one sequence of bytes for one content,
 * and {@link ArchiveCheck} accepts no other.
 */
public final class Archive {
    static final String FORMAT = "kernelweave-archive/3";

    /** Forms that are read: the second had no data sets. */
    static final Set<String> FORMATS = Set.of("kernelweave-archive/2", FORMAT);

    static final String MANIFEST = "manifest.json";
    static final String SUMS = "SHA256SUMS";
    static final String SIGNATURE = "SHA256SUMS.sig";

    /** Not the first of January: for that, java.util.zip adds a time stamp that depends on the time zone. */
    private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    /** One file of the archive. */
    public record Entry(String path, long bytes, String sha256) {}

    /**
     * One run of the archive.
     *
     * @param path the folder that it is in, empty if it is the archive itself
     */
    public record PackedRun(String runId, String job, String path, Map<String, String> fingerprint) {}

    /**
     * What the archive says of itself.
     *
     * @param data of each run, where the data set that it used is in the archive, or why it is not
     * @param files all but the manifest, the sums and the signature
     */
    public record Manifest(
            String format,
            String kind,
            String name,
            List<PackedRun> runs,
            List<RunData.Packed> data,
            List<Entry> files) {
        public Manifest {
            data = data == null ? List.of() : List.copyOf(data);
        }
    }

    /** @param path of the zip, below the reports folder */
    public record Packed(String path, long bytes, String sha256, Manifest manifest) {}

    private interface Content {
        InputStream open() throws IOException;
    }

    private record File(long bytes, String sha256, long crc, Content content) {}

    private final String kind;
    private final String name;
    private final SortedMap<String, File> files = new TreeMap<>();
    private final List<PackedRun> runs = new ArrayList<>();
    private final List<RunFolder> folders = new ArrayList<>();
    private final List<RunData.Packed> data = new ArrayList<>();

    private Archive(String kind, String name) {
        this.kind = kind;
        this.name = name;
    }

    /** A complete run. */
    public static Archive of(RunFolder run) {
        Archive archive = new Archive("run", run.run().runId());
        archive.run(run, "");
        return archive;
    }

    /** A comparison, by the name of its folder, and the runs that it compares. */
    public static Archive of(Folder reports, String comparison) {
        Folder folder = reports.resolve("compare").resolve(comparison);
        if (!folder.exists("compare.json")) {
            throw InputException.at(
                    folder.toString(),
                    "is no comparison",
                    "there are " + reports.resolve("compare").list());
        }
        JsonNode json = Json.parse(folder.readText("compare.json"), folder + "/compare.json");
        Archive archive = new Archive("comparison", comparison);
        archive.folder(folder, "compare/" + comparison + "/");
        RunRegistry runs = new RunRegistry(reports);
        for (String side : List.of("baseline", "candidate")) {
            String id = json.path(side).asString("");
            archive.run(runs.find(id), "runs/" + id);
        }
        return archive;
    }

    /** All complete runs, and all comparisons. */
    public static Archive ofAll(Folder reports, List<RunFolder> complete) {
        if (complete.isEmpty()) {
            throw InputException.at(reports + "/runs", "has no complete run", "run a job first");
        }
        Archive archive = new Archive("registry", "registry");
        archive.folder(reports.resolve("compare"), "compare/");
        complete.forEach(run -> archive.run(run, "runs/" + run.run().runId()));
        return archive;
    }

    private void run(RunFolder folder, String path) {
        Run run = folder.run();
        if (!run.isComplete()) {
            throw InputException.at("run " + run.runId(), "is not complete", "run its job again to resume it");
        }
        folder.requireIntact();
        folder(folder.folder(), path.isEmpty() ? "" : path + "/");
        folders.add(folder);
        runs.add(new PackedRun(run.runId(), run.job(), path, new TreeMap<>(run.fingerprint())));
        List<Entry> subjects = files.entrySet().stream()
                .filter(file -> path.isEmpty() || file.getKey().startsWith(path + "/"))
                .filter(file ->
                        file.getKey().endsWith(".parquet") || file.getKey().endsWith("run.json"))
                .map(file -> entry(file.getKey(), file.getValue()))
                .toList();
        add(
                "statements/" + run.runId() + ".json",
                Json.pretty(Statement.of(run, subjects)).getBytes(StandardCharsets.UTF_8));
    }

    /** This archive with the data sets of its runs, each once. */
    public Archive with(RunData source) {
        for (RunFolder run : folders) {
            RunData.Packed packed = source.of(run);
            data.add(packed);
            String path = packed.path();
            if (path != null && !files.containsKey(path + "/" + DatasetExport.CROISSANT)) {
                folder(source.folder(path), path + "/");
            }
        }
        return this;
    }

    /** All files of a folder but those whose name, or whose folder's, begins with a dot: they belong to one machine. */
    private void folder(Folder folder, String prefix) {
        for (String file : folder.listAll()) {
            if (!file.startsWith(".") && !file.contains("/.")) {
                files.put(prefix + file, read(() -> folder.open(file)));
            }
        }
    }

    private void add(String path, byte[] bytes) {
        files.put(path, read(() -> new ByteArrayInputStream(bytes)));
    }

    private static Entry entry(String path, File file) {
        return new Entry(path, file.bytes(), file.sha256());
    }

    /**
     * Writes {@code kernelweave_llm_export/<name>.zip}, replacing an older one whole.
     *
     * @param key an Ed25519 key that signs the sums; null for none
     */
    public Packed pack(Folder reports, @Nullable PrivateKey key) {
        add("sbom.cdx.json", Statement.sbom());
        Manifest manifest = new Manifest(
                FORMAT,
                kind,
                name,
                List.copyOf(runs),
                List.copyOf(data),
                files.entrySet().stream()
                        .map(file -> entry(file.getKey(), file.getValue()))
                        .toList());
        add(MANIFEST, Json.pretty(manifest).getBytes(StandardCharsets.UTF_8));
        StringBuilder lines = new StringBuilder();
        files.forEach((path, file) ->
                lines.append(file.sha256()).append("  ").append(path).append('\n'));
        byte[] sums = lines.toString().getBytes(StandardCharsets.UTF_8);
        add(SUMS, sums);
        if (key != null) {
            add(SIGNATURE, Signing.sign(sums, key));
        }
        Folder target = reports.resolve("kernelweave_llm_export");
        String zip = name + ".zip";
        target.write(zip, out -> write(out));
        File packed = read(() -> target.open(zip));
        return new Packed(target + "/" + zip, packed.bytes(), packed.sha256(), manifest);
    }

    private void write(OutputStream out) throws IOException {
        try (Writer zip = new Writer(out)) {
            for (Map.Entry<String, File> file : files.entrySet()) {
                try (InputStream in = file.getValue().content().open()) {
                    zip.add(
                            name + "/" + file.getKey(),
                            file.getValue().bytes(),
                            file.getValue().crc(),
                            in);
                }
            }
        }
    }

    /** Writes an archive's bytes: the one way in which they are written, here and where they are checked. */
    static final class Writer implements AutoCloseable {
        private final ZipOutputStream zip;

        Writer(OutputStream out) {
            zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
            zip.setMethod(ZipOutputStream.STORED);
        }

        void add(String name, long bytes, long crc, InputStream in) throws IOException {
            ZipEntry entry = new ZipEntry(name);
            entry.setTimeLocal(ENTRY_TIME);
            entry.setCrc(crc);
            entry.setSize(bytes);
            zip.putNextEntry(entry);
            in.transferTo(zip);
            zip.closeEntry();
        }

        /** Ends the zip; what it is written to stays open. */
        @Override
        public void close() throws IOException {
            zip.finish();
        }
    }

    private static File read(Content content) {
        CRC32 crc = new CRC32();
        MessageDigest digest = Digest.sha256();
        long bytes = 0;
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = content.open()) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                crc.update(buffer, 0, read);
                digest.update(buffer, 0, read);
                bytes += read;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new File(bytes, HexFormat.of().formatHex(digest.digest()), crc.getValue(), content);
    }
}
