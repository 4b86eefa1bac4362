package io.kernelweave.storage;

import io.kernelweave.json.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Holds a folder for one process. The operating system keeps the lock and gives it up when the process ends, however that ends, so that no lock
 * is left behind; the file stays and says who held it last. A file system elsewhere knows no such lock: there {@link #isHeld()} is
 * false, and whether somebody else works in the folder is unknown.
 */
public final class FolderLock implements AutoCloseable {
    /** Behind all content, because some systems do not let others read what is locked. */
    private static final long PLACE = Long.MAX_VALUE - 1;

    private final @Nullable FileChannel channel;

    private FolderLock(@Nullable FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Takes the lock, without waiting.
     *
     * @param file name of the lock file
     * @param holder who takes it, in words for those who come later
     * @throws InputException if another process has it, or the folder cannot be written
     */
    public static FolderLock take(Folder folder, String file, String holder) {
        return folder.local().map(path -> take(path, file, holder)).orElseGet(() -> new FolderLock(null));
    }

    /** The same for a folder of this machine. */
    public static FolderLock take(Path folder, String file, String holder) {
        Path path = folder.resolve(file);
        try {
            Files.createDirectories(folder);
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock(channel) == null) {
                channel.close();
                String other = Files.readString(path).strip();
                throw InputException.at(
                        path.toString(),
                        "another run is under way" + (other.isEmpty() ? "" : ": " + other),
                        "wait for it, or name another folder by --state or --reports");
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((holder + "\n").getBytes(StandardCharsets.UTF_8)));
            return new FolderLock(channel);
        } catch (FileAlreadyExistsException e) {
            throw InputException.at(
                    folder.toString(), "is a file, not a folder", "name another by --state or --reports");
        } catch (IOException e) {
            throw InputException.at(folder.toString(), "cannot be used: " + e.getMessage(), "make the folder writable");
        }
    }

    private static @Nullable FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(PLACE, 1, false);
        } catch (OverlappingFileLockException e) { // within this process
            return null;
        }
    }

    /** Whether nobody else can work in the folder; false: unknown. */
    public boolean isHeld() {
        return channel != null;
    }

    @Override
    public void close() {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
