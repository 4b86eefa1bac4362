package io.kernelweave.kernel;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The store's append-only history, one JSON object a line: what was added, how answers fared, and each change of state. Each
 * entry carries the digest of the line before it, so that a changed or missing line shows.
 *
 * <p>Whoever appends holds the store's lock. What is appended is on the disk when the call returns; a last line without its
 * line break is what a crash has left of one, readers leave it out and the next writer removes it.
 */
public final class Journal {
    static final String NOTHING = "0".repeat(64);

    /**
     * One line.
     *
     * @param at UTC
     * @param action {@code add}, {@code update}, {@code outcomes}, {@code status} or {@code import}
     * @param version of the kernel; 0 where it is not known
     * @param digest of the kernel that it is about
     * @param note the reason, in words
     * @param previous digest of the line before; 64 zeros for the first
     * @param data what is particular to the action; null for {@code add} and {@code update}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Entry(
            long sequence,
            Instant at,
            String action,
            String kernelId,
            int version,
            String digest,
            String note,
            String previous,
            @Nullable ObjectNode data) {}

    /** What somebody wants to append. */
    public record Draft(
            String action,
            String kernelId,
            int version,
            String digest,
            String note,
            @Nullable ObjectNode data) {
        static Draft of(String action, Kernel kernel, String note, @Nullable ObjectNode data) {
            return new Draft(action, kernel.kernelId(), kernel.version(), kernel.digest(), note, data);
        }
    }

    /**
     * Reads a journal that grows: each time the lines that are new. Not thread-safe.
     */
    public final class Reader {
        private long position;
        private long lines;
        private String last = NOTHING;

        /** Digest of the last line read, and so of all before it; 64 zeros before the first. */
        public String head() {
            return last;
        }

        /** How many lines were read. */
        public long lines() {
            return lines;
        }

        /**
         * The whole lines after those read already, oldest first.
         *
         * @throws InputException naming the line that is no entry or does not follow the one before it, or if the journal has
         *     become shorter
         */
        public List<Entry> next() {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                return next(channel);
            } catch (NoSuchFileException e) {
                if (position > 0) {
                    throw InputException.at(file.toString(), "the journal has gone", "restore it");
                }
                return List.of();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private List<Entry> next(FileChannel channel) throws IOException {
            long size = channel.size();
            if (size < position) {
                throw InputException.at(file.toString(), "the journal has become shorter", "restore it");
            }
            List<Entry> entries = new ArrayList<>();
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(BLOCK, size - position));
            for (long at = position; at < size; at += buffer.limit()) {
                buffer.clear();
                if (channel.read(buffer, at) < 0) {
                    break; // a writer has just cut off what a crash left
                }
                buffer.flip();
                int start = 0;
                for (int i = 0; i < buffer.limit(); i++) {
                    if (buffer.get(i) == '\n') {
                        line.write(buffer.array(), start, i - start);
                        entries.add(accept(line.toString(StandardCharsets.UTF_8)));
                        position += line.size() + 1;
                        line.reset();
                        start = i + 1;
                    }
                }
                line.write(buffer.array(), start, buffer.limit() - start);
            }
            return entries;
        }

        private Entry accept(String text) {
            String where = file + " line " + (lines + 1);
            Entry entry = Json.parse(text, Entry.class, where);
            if (!last.equals(entry.previous())) {
                throw InputException.at(
                        where,
                        "the chain is broken: previous is " + entry.previous() + ", the line before has " + last,
                        "restore the journal: a line was changed, added or removed");
            }
            last = Digest.of(text);
            lines++;
            return entry;
        }
    }

    private static final int BLOCK = 1 << 16;

    private final Path file;

    Journal(Path file) {
        this.file = file;
    }

    /** Where it is. */
    public Path file() {
        return file;
    }

    /** From the first line. */
    public Reader reader() {
        return new Reader();
    }

    /** All entries, oldest first; refuses a journal whose chain is broken. A last line that was cut short is left out. */
    public List<Entry> entries() {
        return reader().next();
    }

    /** The entries of one kernel. */
    public List<Entry> entries(String kernelId) {
        return entries().stream()
                .filter(entry -> kernelId.equals(entry.kernelId()))
                .toList();
    }

    /** Appends lines in one write; the caller holds the store's lock. */
    void append(List<Draft> drafts) throws IOException {
        Reader reader = reader();
        reader.next(); // nothing is chained to a journal that is broken
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.truncate(reader.position); // drops what a crash left of a last line
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            String previous = reader.last;
            long sequence = reader.lines;
            for (Draft draft : drafts) {
                byte[] line = Json.compact(new Entry(
                                sequence++,
                                Instant.now(),
                                draft.action(),
                                draft.kernelId(),
                                draft.version(),
                                draft.digest(),
                                draft.note(),
                                previous,
                                draft.data()))
                        .getBytes(StandardCharsets.UTF_8);
                previous = Digest.of(line);
                bytes.writeBytes(line);
                bytes.write('\n');
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
            for (long at = reader.position; buffer.hasRemaining(); ) {
                at += channel.write(buffer, at);
            }
            channel.force(true);
        }
    }
}
