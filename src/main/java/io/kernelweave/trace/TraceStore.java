package io.kernelweave.trace;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.SharedFolder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A folder of imported traces, one JSON Lines file for each import, named after the digest of its lines. A file is written whole
 * or not at all, under a lock that other processes respect, and never changed. Every line is checked against its id when it is
 * read; one that fails is refused by itself, and the rest still loads.
 */
public final class TraceStore {
    private final Path folder;

    /** What a load found: the traces in the order of files and lines, each once, and a line for each that was refused. */
    public record Contents(List<ImportedTrace> traces, List<String> refusals) {
        public Contents {
            traces = List.copyOf(traces);
            refusals = List.copyOf(refusals);
        }

        /** The traces of an id or its beginning, or of the name that their source gave them. */
        public List<ImportedTrace> find(String name) {
            List<ImportedTrace> exact = traces.stream()
                    .filter(each -> each.trace().traceId().equals(name)
                            || each.origin().id().equals(name))
                    .toList();
            return !exact.isEmpty() || name.isEmpty()
                    ? exact
                    : traces.stream()
                            .filter(each -> each.trace().traceId().startsWith(name))
                            .toList();
        }
    }

    /** @param folder such as {@code phasecd/store/traces}; it need not be there */
    public TraceStore(Path folder) {
        this.folder = folder;
    }

    /** Every trace; what is refused is left out. */
    public List<ImportedTrace> load() {
        return contents().traces();
    }

    /** Every trace, and what is refused. */
    public Contents contents() {
        Map<String, ImportedTrace> traces = new LinkedHashMap<>();
        List<String> refusals = new ArrayList<>();
        for (Path file : files()) {
            try {
                read(file, traces, refusals);
            } catch (IOException e) {
                refusals.add(file + ": cannot be read: " + e + "; import it again");
            }
        }
        return new Contents(List.copyOf(traces.values()), refusals);
    }

    /**
     * Keeps the traces that the store does not have yet.
     *
     * @return those
     */
    public List<ImportedTrace> add(List<ImportedTrace> traces) {
        Map<String, ImportedTrace> fresh = new LinkedHashMap<>();
        traces.forEach(trace -> fresh.putIfAbsent(trace.trace().traceId(), trace));
        return new SharedFolder(folder).change(() -> {
            load().forEach(known -> fresh.remove(known.trace().traceId()));
            if (!fresh.isEmpty()) {
                ByteArrayOutputStream lines = new ByteArrayOutputStream();
                fresh.values().forEach(trace -> lines.writeBytes(trace.line()));
                byte[] bytes = lines.toByteArray();
                String name = "import-" + Digest.of(bytes).substring(0, 16) + ".jsonl";
                SharedFolder.write(folder.resolve(name), bytes);
            }
            return List.copyOf(fresh.values());
        });
    }

    private static void read(Path file, Map<String, ImportedTrace> traces, List<String> refusals) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int number = 0;
        for (int start = 0, end; start < bytes.length; start = end + 1) {
            end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            String where = file + " line " + ++number;
            try {
                ImportedTrace read =
                        ImportedTrace.parse(text(ByteBuffer.wrap(bytes, start, end - start), where), where);
                traces.putIfAbsent(read.trace().traceId(), read);
            } catch (InputException e) {
                refusals.add(String.valueOf(e.getMessage()));
            }
        }
    }

    private static String text(ByteBuffer line, String where) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(line).toString();
        } catch (CharacterCodingException e) {
            throw InputException.at(where, "the bytes are not UTF-8", "import it again");
        }
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
}
