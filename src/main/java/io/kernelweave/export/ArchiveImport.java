package io.kernelweave.export;

import io.kernelweave.dataset.DatasetExport;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.results.RunFolder;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * Takes an archive's runs, their data sets and comparisons into a reports folder. The archive is checked whole first; each folder is then laid out
 * beside its place, checked as a run, and renamed. What is there already with the same files stays as it is; if one is there
 * with others, nothing is taken.
 */
public final class ArchiveImport {
    /** Never the name of a run: readers pass over it, and so does a listing. */
    private static final String STAGING = ".import-";

    /**
     * What was taken.
     *
     * @param placed folders below the reports folder
     * @param present those that were there before
     */
    public record Imported(List<String> placed, List<String> present) {}

    /**
     * What became of an archive's kernels.
     *
     * @param added as candidates
     * @param kept ids of which the store has other content, which stays
     */
    public record Kernels(List<String> added, List<String> kept) {}

    private ArchiveImport() {}

    /**
     * Checks an archive and takes it in.
     *
     * @param key whose signature it must have; null to take it without
     * @throws InputException if anything is wrong with it; nothing is written then
     */
    public static Imported into(Folder reports, Path file, @Nullable PublicKey key) {
        ArchiveCheck.Checked checked = ArchiveCheck.check(file, key);
        Archive.Manifest manifest = checked.manifest();
        if (manifest == null || !checked.isSound()) {
            throw InputException.at(
                    file.toString(),
                    "is not as it was packed: "
                            + String.join(
                                    "; ",
                                    checked.problems().stream()
                                            .limit(3)
                                            .map(Object::toString)
                                            .toList()),
                    "get it again; `kernelweave archive verify` names every problem");
        }
        Map<String, List<Archive.Entry>> folders = folders(manifest);
        List<String> present = new ArrayList<>();
        for (Map.Entry<String, List<Archive.Entry>> folder : folders.entrySet()) {
            Folder place = reports.resolve(folder.getKey());
            if (place.exists()) {
                if (!isThere(place, folder.getKey(), folder.getValue(), manifest)) {
                    throw InputException.at(
                            place.toString(),
                            "is there with other content",
                            "move it away, or import into another folder");
                }
                present.add(folder.getKey());
            }
        }
        folders.keySet().removeAll(present);
        place(reports, file, manifest, folders);
        return new Imported(List.copyOf(folders.keySet()), present);
    }

    /** The files of each run and comparison, by the folder that they come to. */
    private static Map<String, List<Archive.Entry>> folders(Archive.Manifest manifest) {
        Map<String, List<Archive.Entry>> folders = new TreeMap<>();
        for (Archive.Entry file : manifest.files()) {
            for (Archive.PackedRun run : manifest.runs()) {
                if (isOf(run, file)) {
                    folders.computeIfAbsent("runs/" + run.runId(), key -> new ArrayList<>())
                            .add(file);
                }
            }
            String[] parts = file.path().split("/", 3);
            if (isOfData(file)) {
                folders.computeIfAbsent(parts[0] + "/" + parts[1], key -> new ArrayList<>())
                        .add(file);
            }
            if (parts.length == 3
                    && parts[0].equals("compare")
                    && !manifest.kind().equals("run")) {
                folders.computeIfAbsent("compare/" + parts[1], key -> new ArrayList<>())
                        .add(file);
            }
        }
        return folders;
    }

    private static boolean isOfData(Archive.Entry file) {
        return file.path().matches(RunData.FOLDER + "/[^/]+/.+");
    }

    private static boolean isOf(Archive.PackedRun run, Archive.Entry file) {
        return run.path().isEmpty()
                ? !isOfData(file)
                        && !file.path().startsWith("statements/")
                        && !file.path().equals("sbom.cdx.json")
                : file.path().startsWith(run.path() + "/");
    }

    private static String inside(String folder, Archive.Entry file, Archive.Manifest manifest) {
        String prefix = folder.startsWith("runs/") && manifest.kind().equals("run") ? "" : folder + "/";
        return file.path().substring(prefix.length());
    }

    private static boolean isThere(Folder place, String folder, List<Archive.Entry> files, Archive.Manifest manifest) {
        return files.stream().allMatch(file -> {
            String name = inside(folder, file, manifest);
            return place.exists(name)
                    && place.size(name) == file.bytes()
                    && Digest.of(place.readBytes(name)).equals(file.sha256());
        });
    }

    private static void place(
            Folder reports, Path file, Archive.Manifest manifest, Map<String, List<Archive.Entry>> folders) {
        Map<String, String> staged = new LinkedHashMap<>();
        String mark = STAGING + ProcessHandle.current().pid() + "-";
        try (ZipFile zip = new ZipFile(file.toFile(), StandardCharsets.UTF_8)) {
            for (Map.Entry<String, List<Archive.Entry>> folder : folders.entrySet()) {
                int slash = folder.getKey().indexOf('/');
                String staging = folder.getKey().substring(0, slash + 1)
                        + mark
                        + folder.getKey().substring(slash + 1);
                staged.put(staging, folder.getKey());
                for (Archive.Entry entry : folder.getValue()) {
                    String name = inside(folder.getKey(), entry, manifest);
                    reports.resolve(staging).write(name, out -> copy(zip, manifest.name(), entry, out));
                }
                if (slash == "runs".length()) {
                    RunFolder run = new RunFolder(reports.resolve(staging));
                    run.requireIntact();
                    if (!folder.getKey().equals("runs/" + run.run().runId())) {
                        throw InputException.at(
                                folder.getKey() + "/run.json",
                                "is of run " + run.run().runId(),
                                "get the archive again");
                    }
                }
            }
            staged.forEach((staging, place) -> {
                List<String> problems = place.startsWith(RunData.FOLDER + "/")
                        ? DatasetExport.problems(reports.resolve(staging))
                        : List.of();
                if (!problems.isEmpty()) {
                    throw InputException.at(place, problems.get(0), "get the archive again");
                }
            });
            staged.forEach(reports::move);
            staged.clear();
        } catch (IOException e) {
            throw InputException.at(file.toString(), "cannot be read: " + e.getMessage(), "check the file");
        } finally {
            staged.keySet().forEach(reports::delete);
        }
    }

    private static void copy(ZipFile zip, String root, Archive.Entry entry, OutputStream out) throws IOException {
        DigestOutputStream digested = new DigestOutputStream(out, Digest.sha256());
        try (InputStream in = zip.getInputStream(zip.getEntry(root + "/" + entry.path()))) {
            in.transferTo(digested);
        }
        // The file may have been changed since it was checked.
        if (!HexFormat.of().formatHex(digested.getMessageDigest().digest()).equals(entry.sha256())) {
            throw InputException.at(entry.path(), "was changed while it was read", "import the archive again");
        }
    }

    /**
     * Adds the kernels that the imported runs used to a store, as candidates: what they proved elsewhere proves nothing here.
     */
    public static Kernels kernels(Folder reports, Imported imported, KernelStore store) {
        Map<String, Kernel> kernels = new TreeMap<>();
        for (List<String> folders : List.of(imported.placed(), imported.present())) {
            for (String folder : folders) {
                if (folder.startsWith("runs/")) {
                    new RunFolder(reports.resolve(folder))
                            .kernels()
                            .forEach(kernel -> kernels.putIfAbsent(kernel.kernelId(), kernel));
                }
            }
        }
        List<String> added = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        kernels.forEach((id, kernel) -> {
            Kernel known = store.find(id).orElse(null);
            if (known == null) {
                store.add(kernel, "from an archive");
                added.add(id);
            } else if (!known.digest().equals(kernel.digest())) {
                kept.add(id);
            }
        });
        return new Kernels(added, kept);
    }
}
