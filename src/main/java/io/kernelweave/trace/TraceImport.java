package io.kernelweave.trace;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.trace.TraceForm.Entry;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads other programs' traces from a file: one JSON document or JSON Lines, packed by gzip or not. At most 256 MiB when
 * unpacked, 100,000 traces, and 20,000 events in each; a file with anything wrong in it is refused whole, with file, line and
 * JSON pointer.
 */
public final class TraceImport {
    private static final int MOST_BYTES = 256 << 20;
    private static final int MOST_TRACES = 100_000;

    private TraceImport() {}

    /**
     * Reads a file.
     *
     * @param form null: the form that the first document obviously has
     */
    public static List<ImportedTrace> read(Path file, @Nullable TraceForm form) {
        try {
            return read(Files.newInputStream(file), file.toString(), form);
        } catch (NoSuchFileException e) {
            throw InputException.at(file.toString(), "there is no such file", "check the path");
        } catch (IOException e) {
            throw InputException.at(file.toString(), "cannot be read: " + e.getMessage(), "give a whole file");
        }
    }

    /**
     * Reads a stream, and closes it.
     *
     * @param origin names it in a refusal
     */
    public static List<ImportedTrace> read(InputStream stream, String origin, @Nullable TraceForm form) {
        try (InputStream raw = new BufferedInputStream(stream)) {
            return read(bytes(raw, origin), origin, form);
        } catch (IOException e) {
            throw InputException.at(origin, "cannot be read: " + e.getMessage(), "give a whole file");
        }
    }

    static List<ImportedTrace> read(byte[] bytes, String origin, @Nullable TraceForm form) {
        List<Entry> documents = documents(bytes, origin);
        TraceForm known = form == null ? TraceForm.guess(documents.get(0)) : form;
        List<ImportedTrace> traces = known.read(documents);
        if (traces.isEmpty()) {
            throw InputException.at(origin, "holds no trace", "give at least one");
        }
        if (traces.size() > MOST_TRACES) {
            throw InputException.at(origin, "holds more than " + MOST_TRACES + " traces", "cut it into several files");
        }
        return traces;
    }

    /** How many events there are whose kind is not known, by their names. */
    public static Map<String, Integer> unknown(List<ImportedTrace> traces) {
        Map<String, Integer> names = new TreeMap<>();
        for (ImportedTrace imported : traces) {
            for (TraceEvent event : imported.trace().events()) {
                if (event.kind() == TraceEvent.Kind.UNKNOWN) {
                    names.merge(event.name(), 1, Integer::sum);
                }
            }
        }
        return names;
    }

    private static byte[] bytes(InputStream raw, String origin) throws IOException {
        raw.mark(2);
        boolean packed = raw.read() == 0x1f && raw.read() == 0x8b;
        raw.reset();
        InputStream in = packed ? new GZIPInputStream(raw) : raw;
        byte[] bytes = in.readNBytes(MOST_BYTES + 1);
        if (bytes.length > MOST_BYTES) {
            throw InputException.at(
                    origin,
                    "holds more than " + (MOST_BYTES >> 20) + " MiB" + (packed ? " when unpacked" : ""),
                    "cut it into several files");
        }
        return bytes;
    }

    /** The file's documents: its lines if the first one that is not blank is a document by itself, else the whole. */
    private static List<Entry> documents(byte[] bytes, String origin) {
        List<Entry> documents = new ArrayList<>();
        int line = 0;
        for (int start = 0; start < bytes.length; ) {
            int end = start;
            while (end < bytes.length && bytes[end] != '\n') {
                end++;
            }
            line++;
            String text = text(bytes, start, end, origin + " line " + line);
            if (!text.isBlank()) {
                String where = origin + " line " + line;
                try {
                    documents.add(new Entry(where, Json.parse(text, where)));
                } catch (InputException e) {
                    if (documents.isEmpty()) {
                        return List.of(new Entry(origin, Json.parse(text(bytes, 0, bytes.length, origin), origin)));
                    }
                    throw e;
                }
            }
            start = end + 1;
        }
        if (documents.isEmpty()) {
            throw InputException.at(origin, "is empty", "give a file with traces");
        }
        return documents.size() == 1
                ? List.of(new Entry(origin, documents.get(0).value()))
                : documents;
    }

    private static String text(byte[] bytes, int start, int end, String where) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, end - start))
                    .toString();
        } catch (CharacterCodingException e) {
            throw InputException.at(where, "the bytes are not UTF-8", "save the file as UTF-8");
        }
    }
}
