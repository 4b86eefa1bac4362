package io.kernelweave.gate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.verify.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What became of each kernel's answers: a file of JSON lines that only grows, each line with the digest of the one before
 * it, so that nothing in between can be changed unnoticed.
 *
 * <p>Any number of processes and threads may append: writers take the file's lock, read what others have written, and write
 * whole lines that are on the disk when {@link #append} returns. A last line without its line break is what a crash has left
 * of a write; readers ignore it and the next writer removes it.
 */
public final class FeedbackLedger {
    private static final String START = "0".repeat(64);

    /** A file lock is the process's, not the thread's. */
    private static final Object PROCESS = new Object();

    private final Path file;
    private final Map<String, Tally> tallies = new HashMap<>();
    private final List<Entry> stated = new ArrayList<>();
    private long position;
    private long lines;
    private String last = START;

    /**
     * The outcome of one answer.
     *
     * @param kernelDigest of the kernel that gave it; another digest is another kernel
     * @param clusterId prompts that share an origin share it
     * @param router digest of the adapter by which the prompt was routed to this kernel alone; null where it was not
     * @param probability that it stated for the kernel; null where there is no router
     */
    public record Entry(
            String kernelId,
            String kernelDigest,
            String clusterId,
            Outcome outcome,
            @Nullable String router,
            @Nullable Double probability) {
        /** An answer of which nobody stated how likely the kernel fits. */
        public Entry(String kernelId, String kernelDigest, String clusterId, Outcome outcome) {
            this(kernelId, kernelDigest, clusterId, outcome, null, null);
        }
    }

    /**
     * What the ledger holds of one kernel digest.
     *
     * @param successes answers that passed
     * @param failures answers that failed
     * @param unknown answers that nobody could tell of
     * @param clusters distinct clusters
     * @param clusterSuccesses those of them of which every answer passed
     */
    public record Counts(long successes, long failures, long unknown, long clusters, long clusterSuccesses) {}

    /**
     * What the ledger holds at a moment.
     *
     * @param head digest of its last line, and so of all of it
     * @param lines how many it has
     * @param accepted clusters with an answer that passed, by kernel digest
     * @param stated the answers of which a router stated a probability, in their order
     */
    public record Snapshot(String head, long lines, Map<String, Long> accepted, List<Entry> stated) {
        public Snapshot {
            accepted = new TreeMap<>(accepted);
            stated = List.copyOf(stated);
        }
    }

    @JsonInclude(JsonInclude.Include.NON_NULL)
    private record Line(
            String kernelId,
            String kernelDigest,
            String clusterId,
            Outcome outcome,
            @Nullable String router,
            @Nullable Double probability,
            String previous) {}

    private static final class Tally {
        private final Map<String, long[]> byCluster = new HashMap<>();

        void add(Line line) {
            byCluster
                    .computeIfAbsent(line.clusterId(), cluster -> new long[Outcome.values().length])[
                    line.outcome().ordinal()]++;
        }
    }

    private FeedbackLedger(Path file) {
        this.file = file;
    }

    /**
     * Opens a ledger and reads it; it need not exist yet.
     *
     * @throws InputException naming the line that is no entry, or does not follow the one before it
     */
    public static FeedbackLedger open(Path file) {
        FeedbackLedger ledger = new FeedbackLedger(file);
        ledger.refresh();
        return ledger;
    }

    /** Appends entries in one write; they are on the disk when this returns. */
    public synchronized void append(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        synchronized (PROCESS) {
            try {
                Path folder = file.toAbsolutePath().getParent();
                if (folder != null) {
                    Files.createDirectories(folder);
                }
                try (FileChannel channel = FileChannel.open(
                        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                    channel.lock(); // until the channel closes
                    read(channel);
                    if (channel.size() > position) {
                        channel.truncate(position); // what a crash has left
                    }
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    String previous = last;
                    for (Entry entry : entries) {
                        byte[] line = Json.compact(new Line(
                                        entry.kernelId(),
                                        entry.kernelDigest(),
                                        entry.clusterId(),
                                        entry.outcome(),
                                        entry.router(),
                                        entry.probability(),
                                        previous))
                                .getBytes(StandardCharsets.UTF_8);
                        previous = Digest.of(line);
                        bytes.writeBytes(line);
                        bytes.write('\n');
                    }
                    ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
                    for (long at = position; buffer.hasRemaining(); ) {
                        at += channel.write(buffer, at);
                    }
                    channel.force(true);
                    read(channel);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** What is known of a kernel digest, what other processes have appended included. */
    public Counts counts(String kernelDigest) {
        return counts(kernelDigest, Set.of());
    }

    /** As {@link #counts(String)}, leaving some clusters out. */
    public synchronized Counts counts(String kernelDigest, Collection<String> without) {
        refresh();
        Tally tally = tallies.get(kernelDigest);
        long[] sums = new long[Outcome.values().length];
        long clusters = 0;
        long perfect = 0;
        if (tally != null) {
            for (Map.Entry<String, long[]> cluster : tally.byCluster.entrySet()) {
                if (without.contains(cluster.getKey())) {
                    continue;
                }
                long[] outcomes = cluster.getValue();
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += outcomes[i];
                }
                clusters++;
                perfect += outcomes[Outcome.FAIL.ordinal()] + outcomes[Outcome.UNKNOWN.ordinal()] == 0 ? 1 : 0;
            }
        }
        return new Counts(
                sums[Outcome.PASS.ordinal()],
                sums[Outcome.FAIL.ordinal()],
                sums[Outcome.UNKNOWN.ordinal()],
                clusters,
                perfect);
    }

    /** All of it as it is now, what other processes have appended included. */
    public synchronized Snapshot snapshot() {
        refresh();
        Map<String, Long> accepted = new TreeMap<>();
        tallies.forEach((digest, tally) -> accepted.put(
                digest,
                tally.byCluster.values().stream()
                        .filter(outcomes -> outcomes[Outcome.PASS.ordinal()] > 0)
                        .count()));
        return new Snapshot(last, lines, accepted, stated);
    }

    private synchronized void refresh() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            read(channel);
        } catch (NoSuchFileException e) {
            if (position > 0) {
                throw InputException.at(file.toString(), "the ledger has gone", "restore it");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the whole lines after those read already. */
    private void read(FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < position) {
            throw InputException.at(file.toString(), "the ledger has become shorter", "restore it");
        }
        byte[] bytes = new byte[Math.toIntExact(size - position)];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {
            // until all is read
        }
        int start = 0;
        for (int i = 0; i < buffer.position(); i++) {
            if (bytes[i] == '\n') {
                accept(new String(bytes, start, i - start, StandardCharsets.UTF_8));
                position += i + 1 - start;
                start = i + 1;
            }
        }
    }

    private void accept(String text) {
        String where = file + " line " + (lines + 1);
        Line line = Json.parse(text, Line.class, where);
        if (line.kernelDigest() == null || line.clusterId() == null || line.outcome() == null) {
            throw InputException.at(where, "an entry has kernel_digest, cluster_id and outcome", "restore the ledger");
        }
        if (!last.equals(line.previous())) {
            throw InputException.at(
                    where,
                    "the line before it has digest " + last + ", it names " + line.previous(),
                    "restore the ledger: a line was changed, added or removed");
        }
        tallies.computeIfAbsent(line.kernelDigest(), digest -> new Tally()).add(line);
        if (line.router() != null && line.probability() != null) {
            stated.add(new Entry(
                    line.kernelId(),
                    line.kernelDigest(),
                    line.clusterId(),
                    line.outcome(),
                    line.router(),
                    line.probability()));
        }
        last = Digest.of(text);
        lines++;
    }
}
