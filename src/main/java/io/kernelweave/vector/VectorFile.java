package io.kernelweave.vector;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Named vectors as they are kept on disk, little-endian: magic, version, length of the file, dimensions, count, the
 * identity of what made them, the names (each a length in bytes and UTF-8), the vectors as floats, and the SHA-256 of all
 * that. Written whole or not at all: a reader sees the old file or the new one.
 *
 * @param identity of the encoder that made the vectors
 * @param dimensions of each vector
 * @param digest SHA-256 of the content, 64 hexadecimal digits
 */
public record VectorFile(String identity, int dimensions, List<Entry> entries, String digest) {
    /** A vector and what it belongs to. */
    public record Entry(String id, float[] vector) {}

    private static final int MAGIC = 0x5856574b; // "KWVX"
    private static final int VERSION = 1;
    private static final int HEADER = 4 * Integer.BYTES + Long.BYTES;
    private static final int DIGEST = 32;
    private static final String REMEDY = "delete it and make it anew";

    /**
     * Writes the file and the folders above it.
     *
     * @return its digest
     */
    public static String write(Path file, String identity, int dimensions, List<Entry> entries) {
        byte[] encoder = identity.getBytes(StandardCharsets.UTF_8);
        List<byte[]> ids = entries.stream()
                .map(entry -> entry.id().getBytes(StandardCharsets.UTF_8))
                .toList();
        long length = HEADER + Integer.BYTES + encoder.length + DIGEST;
        for (byte[] id : ids) {
            length += Integer.BYTES + id.length + (long) Float.BYTES * dimensions;
        }
        if (length > Integer.MAX_VALUE) {
            throw InputException.at(
                    file.toString(), entries.size() + " vectors are too many for one file", "keep at most 2 GB in one");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(MAGIC).putInt(VERSION).putLong(length).putInt(dimensions).putInt(entries.size());
        put(bytes, encoder);
        ids.forEach(id -> put(bytes, id));
        for (Entry entry : entries) {
            bytes.asFloatBuffer().put(entry.vector());
            bytes.position(bytes.position() + Float.BYTES * dimensions);
        }
        MessageDigest digest = Digest.sha256();
        digest.update(bytes.array(), 0, bytes.position());
        byte[] sum = digest.digest();
        bytes.put(sum);
        try {
            replace(file.toAbsolutePath(), bytes.flip());
            return HexFormat.of().formatHex(sum);
        } catch (IOException e) {
            throw new UncheckedIOException("vectors " + file, e);
        }
    }

    private static void put(ByteBuffer bytes, byte[] text) {
        bytes.putInt(text.length).put(text);
    }

    private static void replace(Path file, ByteBuffer bytes) throws IOException {
        Path folder = Files.createDirectories(file.getParent());
        Path temporary = Files.createTempFile(folder, "." + file.getFileName(), ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /**
     * Reads and checks a file.
     *
     * @throws InputException if it is missing, cut, damaged or of another version
     */
    public static VectorFile read(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < HEADER + Integer.BYTES + DIGEST || size > Integer.MAX_VALUE) {
                throw refused(file, size + " bytes are no file of vectors");
            }
            ByteBuffer bytes =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, size).order(ByteOrder.LITTLE_ENDIAN);
            return read(file, bytes);
        } catch (NoSuchFileException e) {
            throw InputException.at(file.toString(), "there is no such file of vectors", "make it first");
        } catch (IOException e) {
            throw new UncheckedIOException("vectors " + file, e);
        }
    }

    private static VectorFile read(Path file, ByteBuffer bytes) {
        int magic = bytes.getInt();
        int version = bytes.getInt();
        long length = bytes.getLong();
        if (magic != MAGIC) {
            throw refused(file, "it is no file of vectors");
        }
        if (version != VERSION) {
            throw refused(file, "it is of version " + version + ", this program reads version " + VERSION);
        }
        if (length != bytes.limit()) {
            throw refused(file, "it has " + bytes.limit() + " bytes of " + length + ": it was cut or added to");
        }
        byte[] stated = new byte[DIGEST];
        bytes.get(bytes.limit() - DIGEST, stated);
        MessageDigest digest = Digest.sha256();
        digest.update(bytes.duplicate().position(0).limit(bytes.limit() - DIGEST));
        if (!Arrays.equals(stated, digest.digest())) {
            throw refused(file, "its content is damaged: the SHA-256 at its end is of something else");
        }
        int dimensions = bytes.getInt();
        int count = bytes.getInt();
        String encoder = text(bytes);
        List<String> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(text(bytes));
        }
        List<Entry> entries = new ArrayList<>(count);
        for (String id : ids) {
            float[] vector = new float[dimensions];
            bytes.asFloatBuffer().get(vector);
            bytes.position(bytes.position() + Float.BYTES * dimensions);
            entries.add(new Entry(id, vector));
        }
        return new VectorFile(encoder, dimensions, entries, HexFormat.of().formatHex(stated));
    }

    private static String text(ByteBuffer bytes) {
        byte[] text = new byte[bytes.getInt()];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private static InputException refused(Path file, String problem) {
        return InputException.at(file.toString(), problem, REMEDY);
    }
}
