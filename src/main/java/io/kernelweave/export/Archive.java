package io.kernelweave.export;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packs a run: {@code run.json}, its inputs (kernels, router, data set card), the Parquet results, the bundle of reports, {@code
 * manifest.json} and {@code SHA256SUMS}.
 *
 * <p>Reproducible: entries in the order of their names, one fixed time stamp, stored rather than deflated, because deflate
 * gives other bytes on other platforms and Parquet is compressed already.
 */
public final class Archive {
    /** Not the first of January: for that, java.util.zip adds a time stamp that depends on the time zone. */
    private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(1980, 2, 1, 0, 0);

    /** One file of the archive. */
    public record Entry(String path, long bytes, String sha256) {}

    /** What the archive says of itself. */
    public record Manifest(
            String format, String runId, String job, Map<String, String> fingerprint, List<Entry> files) {}

    /** @param path of the zip, below the reports folder */
    public record Packed(String path, long bytes, String sha256, Manifest manifest) {}

    private Archive() {}

    /** Packs a complete run into {@code kernelweave_llm_export/<run-id>.zip}, replacing an older one whole. */
    public static Packed pack(RunFolder folder, Folder reports) {
        Run run = folder.run();
        List<RunFolder.Part> parts = folder.manifest().parts();
        if (!run.isComplete()) {
            throw InputException.at("run " + run.runId(), "is not complete", "run its job again to resume it");
        }
        Map<String, byte[]> files = new TreeMap<>();
        for (String name : folder.folder().listAll()) {
            if (!name.startsWith(".") && !name.contains("/.")) {
                files.put(name, folder.folder().readBytes(name));
            }
        }
        for (RunFolder.Part part : parts) {
            byte[] bytes = files.get("results/" + part.file());
            if (bytes == null || !Digest.of(bytes).equals(part.sha256())) {
                throw InputException.at(
                        folder.folder() + "/results/" + part.file(),
                        bytes == null ? "is not there" : "its bytes are not those that the run wrote",
                        "restore the file or run the job again");
            }
        }
        List<Entry> entries = new ArrayList<>();
        StringBuilder sums = new StringBuilder();
        files.forEach((name, bytes) -> {
            String digest = Digest.of(bytes);
            entries.add(new Entry(name, bytes.length, digest));
            sums.append(digest).append("  ").append(name).append('\n');
        });
        Manifest manifest = new Manifest(
                "kernelweave-archive/1", run.runId(), run.job(), new TreeMap<>(run.fingerprint()), entries);
        byte[] manifestBytes = Json.pretty(manifest).getBytes(StandardCharsets.UTF_8);
        sums.append(Digest.of(manifestBytes)).append("  manifest.json\n");
        files.put("manifest.json", manifestBytes);
        files.put("SHA256SUMS", sums.toString().getBytes(StandardCharsets.UTF_8));

        Folder target = reports.resolve("kernelweave_llm_export");
        String name = run.runId() + ".zip";
        target.write(name, out -> zip(run.runId(), files, out));
        byte[] packed = target.readBytes(name);
        return new Packed(target + "/" + name, packed.length, Digest.of(packed), manifest);
    }

    private static void zip(String root, Map<String, byte[]> files, OutputStream out) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        zip.setMethod(ZipOutputStream.STORED);
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            ZipEntry entry = new ZipEntry(root + "/" + file.getKey());
            entry.setTimeLocal(ENTRY_TIME);
            CRC32 crc = new CRC32();
            crc.update(file.getValue());
            entry.setCrc(crc.getValue());
            entry.setSize(file.getValue().length);
            zip.putNextEntry(entry);
            zip.write(file.getValue());
            zip.closeEntry();
        }
        zip.finish();
    }
}
