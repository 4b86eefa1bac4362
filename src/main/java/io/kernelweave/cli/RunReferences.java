package io.kernelweave.cli;

import io.kernelweave.export.ArchiveImport;
import io.kernelweave.json.InputException;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Runs by the names that users give them: those that {@link RunRegistry} knows, and runs in archives, {@code FILE.zip} or {@code
 * FILE.zip#RUN}. An archive is checked whole and laid out in a temporary folder, which is gone when this is closed.
 */
final class RunReferences implements AutoCloseable {
    private final RunRegistry registry;
    private final Map<Path, RunRegistry> archives = new TreeMap<>();
    private final List<Path> temporary = new ArrayList<>();

    RunReferences(RunRegistry registry) {
        this.registry = registry;
    }

    /** The one run of a name. */
    RunFolder one(String name) {
        String[] parts = archive(name);
        return parts.length == 0
                ? registry.find(name)
                : inside(parts[0]).find(parts[1].isEmpty() ? only(parts[0]) : parts[1]);
    }

    /** The runs of a name: several only if it is a glob. */
    List<RunFolder> all(String name) {
        String[] parts = archive(name);
        return parts.length == 0
                ? registry.findAll(name)
                : inside(parts[0]).findAll(parts[1].isEmpty() ? only(parts[0]) : parts[1]);
    }

    /** File and run; nothing if no archive is named. */
    private static String[] archive(String name) {
        int mark = name.lastIndexOf(".zip#");
        return mark >= 0
                ? new String[] {name.substring(0, mark + 4), name.substring(mark + 5)}
                : name.endsWith(".zip") ? new String[] {name, ""} : new String[0];
    }

    private String only(String file) {
        List<String> ids = inside(file).runs().stream().map(run -> run.runId()).toList();
        if (ids.size() != 1) {
            throw InputException.at(
                    file,
                    "holds " + ids.size() + " runs: " + String.join(", ", ids.subList(0, Math.min(5, ids.size())))
                            + (ids.size() > 5 ? " …" : ""),
                    "name one, as in " + file + "#" + (ids.isEmpty() ? "RUN" : ids.get(0)));
        }
        return ids.get(0);
    }

    private RunRegistry inside(String file) {
        Path path = Path.of(file).toAbsolutePath().normalize();
        RunRegistry known = archives.get(path);
        if (known != null) {
            return known;
        }
        try {
            Path folder = Files.createTempDirectory("kernelweave-");
            temporary.add(folder);
            Folder reports = Folder.of(folder.toUri().toString());
            ArchiveImport.into(reports, Path.of(file), null);
            RunRegistry runs = new RunRegistry(reports);
            archives.put(path, runs);
            return runs;
        } catch (IOException e) {
            throw InputException.at(
                    System.getProperty("java.io.tmpdir", "the temporary folder"),
                    "cannot be written: " + e.getMessage(),
                    "make room for the archive there");
        }
    }

    @Override
    public void close() {
        for (Path folder : temporary) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
