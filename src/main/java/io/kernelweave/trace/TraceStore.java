package io.kernelweave.trace;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A folder of imported traces, one JSON Lines file for each import, named after the digest of its lines. A file is written whole
 * (temporary file, fsync, rename) or not at all, and never changed. Every line is checked against its id when it is read.
 */
public final class TraceStore {
    private final Path folder;

    /** @param folder such as {@code phasecd/store/traces}; it need not be there */
    public TraceStore(Path folder) {
        this.folder = folder;
    }

    /** All traces in the order of files and lines, each once. */
    public List<ImportedTrace> load() {
        Map<String, ImportedTrace> traces = new LinkedHashMap<>();
        for (Path file : files()) {
            int number = 0;
            try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
                for (String line : (Iterable<String>) lines::iterator) {
                    ImportedTrace read = ImportedTrace.parse(line, file + " line " + ++number);
                    traces.putIfAbsent(read.trace().traceId(), read);
                }
            } catch (IOException | UncheckedIOException e) {
                throw InputException.at(file.toString(), "cannot be read: " + e.getMessage(), "import it again");
            }
        }
        return List.copyOf(traces.values());
    }

    /**
     * Keeps the traces that the store does not have yet.
     *
     * @return those
     */
    public List<ImportedTrace> add(List<ImportedTrace> traces) {
        Map<String, ImportedTrace> fresh = new LinkedHashMap<>();
        traces.forEach(trace -> fresh.putIfAbsent(trace.trace().traceId(), trace));
        load().forEach(known -> fresh.remove(known.trace().traceId()));
        if (fresh.isEmpty()) {
            return List.of();
        }
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        fresh.values().forEach(trace -> lines.writeBytes(trace.line()));
        byte[] bytes = lines.toByteArray();
        write(folder.resolve("import-" + Digest.of(bytes).substring(0, 16) + ".jsonl"), bytes);
        return List.copyOf(fresh.values());
    }

    /** The traces of an id or its beginning, or of the name that their source gave them. */
    public List<ImportedTrace> find(String name) {
        List<ImportedTrace> all = load();
        List<ImportedTrace> exact = all.stream()
                .filter(each -> each.trace().traceId().equals(name)
                        || each.origin().id().equals(name))
                .toList();
        return !exact.isEmpty() || name.isEmpty()
                ? exact
                : all.stream()
                        .filter(each -> each.trace().traceId().startsWith(name))
                        .toList();
    }

    private List<Path> files() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jsonl"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw InputException.at(folder.toString(), "cannot be read: " + e.getMessage(), "check its permissions");
        }
    }

    private static void write(Path file, byte[] bytes) {
        try {
            Files.createDirectories(file.getParent());
            Path temporary = Files.createTempFile(file.getParent(), ".import", ".tmp");
            try {
                try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                    channel.force(true);
                }
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw InputException.at(file.toString(), "cannot be written: " + e.getMessage(), "check the folder");
        }
    }
}
