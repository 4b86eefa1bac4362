package io.kernelweave.embed;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.route.Embedder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.CRC32C;

/**
 * Vectors on disk, so that a text is encoded once on a machine. One append-only file an encoder, of records of one size:
 * the SHA-256 of the encoder's identity and the text, the components as big-endian floats, a CRC-32C of both. A record cut
 * short by a crash is cut off at the next opening or append; one whose checksum is wrong is left out and encoded anew.
 *
 * <p>Threads and processes may share a file: each append holds a file lock and first takes in what others have added.
 * Thread-safe.
 */
public final class EmbeddingCache implements Embedder {
    private static final int KEY = 32;
    private static final int CHECKSUM = 4;

    /** A long batch is stored in blocks, so that a kill loses little. */
    private static final int BLOCK = 512;

    private static final int READ_RECORDS = 1024;

    /** A file lock is held by the whole virtual machine: within it, caches on the same file take turns by this. */
    private static final Map<Path, Object> TURNS = new ConcurrentHashMap<>();

    private record Key(long a, long b, long c, long d) {}

    private final Embedder encoder;
    private final Path file;
    private final Object turn;
    private final int recordSize;
    private final Map<Key, float[]> vectors = new ConcurrentHashMap<>();
    private long known; // bytes of the file that are in the map; guarded by turn

    private EmbeddingCache(Embedder encoder, Path file) {
        this.encoder = encoder;
        this.file = file;
        this.turn = TURNS.computeIfAbsent(file, path -> new Object());
        this.recordSize = KEY + Float.BYTES * encoder.dimensions() + CHECKSUM;
        store(Map.of());
    }

    /** Opens the encoder's file below {@code folder}, creating both if need be. */
    public static EmbeddingCache open(Path folder, Embedder encoder) {
        try {
            Path real = Files.createDirectories(folder).toRealPath();
            String name = Digest.of(encoder.identity()).substring(0, 16) + "-" + encoder.dimensions() + ".vectors";
            return new EmbeddingCache(encoder, real.resolve(name));
        } catch (IOException e) {
            throw InputException.at(folder.toString(), "no folder for the embedding cache: " + e, "name another one");
        }
    }

    @Override
    public String identity() {
        return encoder.identity();
    }

    @Override
    public int dimensions() {
        return encoder.dimensions();
    }

    /** How many vectors are at hand. */
    public int size() {
        return vectors.size();
    }

    /** Where the vectors are. */
    public Path file() {
        return file;
    }

    @Override
    public float[] embed(String text) {
        Key key = key(text);
        float[] vector = vectors.get(key);
        if (vector == null) {
            vector = encoder.embed(text);
            store(Map.of(key, vector));
        }
        return vector.clone();
    }

    @Override
    public List<float[]> embedAll(List<String> texts) {
        List<Key> keys = texts.stream().map(this::key).toList();
        Map<Key, String> missing = new LinkedHashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            if (!vectors.containsKey(keys.get(i))) {
                missing.put(keys.get(i), texts.get(i));
            }
        }
        List<Map.Entry<Key, String>> todo = List.copyOf(missing.entrySet());
        for (int from = 0; from < todo.size(); from += BLOCK) {
            List<Map.Entry<Key, String>> block = todo.subList(from, Math.min(from + BLOCK, todo.size()));
            List<float[]> fresh =
                    encoder.embedAll(block.stream().map(Map.Entry::getValue).toList());
            Map<Key, float[]> batch = new LinkedHashMap<>();
            for (int i = 0; i < block.size(); i++) {
                batch.put(block.get(i).getKey(), fresh.get(i));
            }
            store(batch);
        }
        return keys.stream().map(this::known).toList();
    }

    private float[] known(Key key) {
        float[] vector = vectors.get(key);
        if (vector == null) {
            throw new IllegalStateException("a vector that was just stored is gone");
        }
        return vector.clone();
    }

    private Key key(String text) {
        ByteBuffer digest = ByteBuffer.wrap(
                Digest.sha256().digest((encoder.identity() + "\n" + text).getBytes(StandardCharsets.UTF_8)));
        return new Key(digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong());
    }

    /** Takes in what the file has gained, drops a torn tail, then appends what is new. */
    private void store(Map<Key, float[]> batch) {
        synchronized (turn) {
            try (FileChannel channel = FileChannel.open(
                            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
                    FileLock lock = channel.lock()) {
                assert lock.isValid();
                long whole = channel.size() / recordSize * recordSize;
                if (whole < channel.size()) {
                    channel.truncate(whole);
                }
                if (known > whole) {
                    known = 0; // somebody emptied the file; what is in memory stays right
                }
                load(channel, whole);
                List<Map.Entry<Key, float[]>> fresh = new ArrayList<>();
                for (Map.Entry<Key, float[]> entry : batch.entrySet()) {
                    if (vectors.putIfAbsent(entry.getKey(), entry.getValue()) == null) {
                        fresh.add(entry);
                    }
                }
                ByteBuffer buffer = ByteBuffer.allocate(fresh.size() * recordSize);
                for (Map.Entry<Key, float[]> entry : fresh) {
                    write(buffer, entry.getKey(), entry.getValue());
                }
                buffer.flip();
                for (long at = whole; buffer.hasRemaining(); ) {
                    at += channel.write(buffer, at);
                }
                known = whole + buffer.limit();
            } catch (IOException e) {
                throw new UncheckedIOException("embedding cache " + file, e);
            }
        }
    }

    private void load(FileChannel channel, long end) throws IOException {
        ByteBuffer buffer =
                ByteBuffer.allocate((int) Math.min((long) READ_RECORDS * recordSize, Math.max(end - known, 0)));
        while (known < end) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - known));
            for (long at = known; buffer.hasRemaining(); ) {
                int read = channel.read(buffer, at);
                if (read < 0) {
                    throw new IOException("the file became shorter while it was locked");
                }
                at += read;
            }
            known += buffer.flip().limit();
            while (buffer.hasRemaining()) {
                read(buffer);
            }
        }
    }

    private void write(ByteBuffer buffer, Key key, float[] vector) {
        int start = buffer.position();
        buffer.putLong(key.a).putLong(key.b).putLong(key.c).putLong(key.d);
        for (float component : vector) {
            buffer.putFloat(component);
        }
        buffer.putInt(checksum(buffer, start));
    }

    private void read(ByteBuffer buffer) {
        int start = buffer.position();
        Key key = new Key(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
        float[] vector = new float[encoder.dimensions()];
        for (int d = 0; d < vector.length; d++) {
            vector[d] = buffer.getFloat();
        }
        if (checksum(buffer, start) == buffer.getInt()) {
            vectors.put(key, vector);
        }
    }

    private int checksum(ByteBuffer buffer, int start) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.array(), start, recordSize - CHECKSUM);
        return (int) crc.getValue();
    }
}
