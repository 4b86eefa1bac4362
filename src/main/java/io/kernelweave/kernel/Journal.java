package io.kernelweave.kernel;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The store's append-only history, one JSON object a line. Each entry carries the digest of the line before it, so that a
 * changed or missing line shows.
 *
 * <p>Callers hold the store's lock while they append.
 */
public final class Journal {
    private static final String NOTHING = "0".repeat(64);

    /**
     * One change of one kernel.
     *
     * @param at UTC
     * @param action {@code add}, {@code update} or {@code status}
     * @param note the reason, in words
     * @param previous digest of the line before; 64 zeros for the first
     */
    public record Entry(
            int sequence,
            Instant at,
            String action,
            String kernelId,
            int version,
            String digest,
            String note,
            String previous) {}

    private final Path file;

    Journal(Path file) {
        this.file = file;
    }

    /** All entries, oldest first; refuses a journal whose chain is broken. A last line that was cut short is left out. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        String previous = NOTHING;
        for (String line : completeLines()) {
            Entry entry = Json.parse(line, Entry.class, file + " line " + (entries.size() + 1));
            if (!previous.equals(entry.previous())) {
                throw InputException.at(
                        file + " line " + (entries.size() + 1),
                        "the chain is broken: previous is " + entry.previous() + ", the line before has " + previous,
                        "restore the journal from version control");
            }
            previous = Digest.of(line);
            entries.add(entry);
        }
        return entries;
    }

    /** The entries of one kernel. */
    public List<Entry> entries(String kernelId) {
        return entries().stream()
                .filter(entry -> entry.kernelId().equals(kernelId))
                .toList();
    }

    void append(String action, Kernel kernel, String note) throws IOException {
        List<String> lines = completeLines();
        String previous = lines.isEmpty() ? NOTHING : Digest.of(lines.get(lines.size() - 1));
        Entry entry = new Entry(
                lines.size(),
                Instant.now(),
                action,
                kernel.kernelId(),
                kernel.version(),
                kernel.digest(),
                note,
                previous);
        long complete = complete(bytes());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.truncate(complete); // drops what a crash left of a last line
            channel.position(complete);
            ByteBuffer bytes = ByteBuffer.wrap((Json.compact(entry) + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private List<String> completeLines() {
        byte[] bytes = bytes();
        return new String(bytes, 0, complete(bytes), StandardCharsets.UTF_8)
                .lines()
                .toList();
    }

    private byte[] bytes() {
        try {
            return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many bytes the whole lines take: a last line may be cut short anywhere, also inside a character. */
    private static int complete(byte[] bytes) {
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }
}
