package io.kernelweave.json;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A folder that several threads and processes change: one after the other, and a file is there whole or not at all.
 *
 * @param path it need not be there before the first change
 */
public record SharedFolder(Path path) {
    /** What is done under the lock. */
    @FunctionalInterface
    public interface Change<T> {
        T make() throws IOException;
    }

    /**
     * Makes a change while nobody else makes one. A change does not begin another one.
     *
     * @throws InputException if the folder cannot be written
     */
    public <T> T change(Change<T> change) {
        try {
            Files.createDirectories(path);
            synchronized (SharedFolder.class) { // file locks are per process, threads need their own
                try (FileChannel lockFile = FileChannel.open(
                                path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                        FileLock lock = lockFile.lock()) {
                    return change.make();
                }
            }
        } catch (IOException e) {
            throw InputException.at(
                    path.toString(), "cannot be written: " + e.getMessage(), "check that the folder is writable");
        }
    }

    /** Writes a file under another name, brings it to the disk and renames it. Its folder is made if need be. */
    public static void write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        Path temporary = Files.createTempFile(file.getParent(), "." + file.getFileName(), ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
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
}
