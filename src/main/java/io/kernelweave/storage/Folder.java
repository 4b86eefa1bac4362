package io.kernelweave.storage;

import io.kernelweave.json.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;

/**
 * A folder on any file system that Hadoop knows, named by URI or plain path: {@code reports/runs},
 * {@code hdfs://namenode/kernelweave/runs}, {@code s3a://bucket/runs}. Object stores and HDFS come with the user's own
 * Hadoop configuration on the class path.
 *
 * <p>Names are relative to the folder and may hold slashes. Failures of the file system are {@link InputException}s when a
 * user can mend them (not there, not writable), else {@link UncheckedIOException}.
 */
public final class Folder {
    static final Configuration CONFIGURATION = configuration();
    private static final String TEMPORARY = ".tmp";

    private final Path path;
    private final FileSystem files;

    private Folder(Path path, FileSystem files) {
        this.path = path;
        this.files = files;
    }

    /** The folder named by a URI or path; it need not exist. */
    public static Folder of(String uri) {
        try {
            Path path = new Path(uri);
            FileSystem files = path.getFileSystem(CONFIGURATION);
            return new Folder(path, files);
        } catch (IOException | RuntimeException e) { // Hadoop wraps a missing class of a file system in the latter
            throw InputException.at(
                    '"' + uri + '"',
                    "names no file system that is configured here: " + e.getMessage(),
                    "give a path or a URI");
        }
    }

    private static Configuration configuration() {
        Configuration configuration = new Configuration();
        // Without checksum side files: Parquet and the manifest carry their own digests.
        configuration.setIfUnset("fs.file.impl", "org.apache.hadoop.fs.RawLocalFileSystem");
        configuration.setIfUnset("fs.permissions.umask-mode", "022");
        return configuration;
    }

    public Folder resolve(String name) {
        return new Folder(new Path(path, name), files);
    }

    /** The folder that this one is in; the root is in itself. */
    public Folder parent() {
        Path absolute = files.makeQualified(path);
        return absolute.getParent() == null ? this : new Folder(absolute.getParent(), files);
    }

    /** The folder's path, if it is on this machine's own file systems. */
    public Optional<java.nio.file.Path> local() {
        return "file".equals(files.getUri().getScheme())
                ? Optional.of(java.nio.file.Path.of(path.toUri().getPath()))
                : Optional.empty();
    }

    /** The last part of the folder's path. */
    public String name() {
        return path.getName();
    }

    public boolean exists() {
        return call(() -> files.exists(path));
    }

    public boolean exists(String name) {
        return call(() -> files.exists(new Path(path, name)));
    }

    /** Names of the files and folders directly inside, sorted; empty if the folder is not there. */
    public List<String> list() {
        return call(() -> {
            List<String> names = new ArrayList<>();
            if (files.exists(path)) {
                for (FileStatus status : files.listStatus(path)) {
                    names.add(status.getPath().getName());
                }
            }
            names.sort(null);
            return names;
        });
    }

    /** Names of all files below, with slashes, sorted. */
    public List<String> listAll() {
        List<String> all = new ArrayList<>();
        for (String name : list()) {
            Folder below = resolve(name);
            if (call(() -> files.getFileStatus(below.path).isDirectory())) {
                below.listAll().forEach(inner -> all.add(name + "/" + inner));
            } else {
                all.add(name);
            }
        }
        return all;
    }

    public long size(String name) {
        return call(() -> files.getFileStatus(new Path(path, name)).getLen());
    }

    /** Bytes of all files below. */
    public long size() {
        return call(() -> files.getContentSummary(path).getLength());
    }

    public InputStream open(String name) {
        return call(() -> files.open(new Path(path, name)));
    }

    public byte[] readBytes(String name) {
        return call(() -> {
            try (InputStream in = files.open(new Path(path, name))) {
                return in.readAllBytes();
            }
        });
    }

    public String readText(String name) {
        return new String(readBytes(name), StandardCharsets.UTF_8);
    }

    /** Writes a file whole or not at all: temporary name, fsync, rename. */
    public void write(String name, byte[] bytes) {
        write(name, out -> out.write(bytes));
    }

    public void write(String name, String text) {
        write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** What fills a file. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** Writes a file whole or not at all from a stream. */
    public void write(String name, Content content) {
        run(() -> {
            Path target = new Path(path, name);
            Path temporary = temporary(target);
            try {
                try (FSDataOutputStream out = files.create(temporary, true)) {
                    content.writeTo(out);
                    out.hsync();
                }
                replace(temporary, target);
            } finally {
                files.delete(temporary, false);
            }
        });
    }

    public void delete(String name) {
        call(() -> files.delete(new Path(path, name), true));
    }

    /** Makes a folder inside, and those above it; one that is there stays as it is. */
    public void makeFolder(String name) {
        call(() -> files.mkdirs(new Path(path, name)));
    }

    /** Moves a file or a whole folder to a place where nothing is, in one step where the file system can. */
    public void move(String from, String to) {
        run(() -> {
            Path target = new Path(path, to);
            if (files.exists(target) || !files.rename(new Path(path, from), target)) {
                throw new FileAlreadyExistsException(target.toString());
            }
        });
    }

    /** Refuses a folder that cannot be written, before any work is done. */
    public Folder requireWritable() {
        String probe = ".writable-" + Long.toHexString(ProcessHandle.current().pid());
        write(probe, new byte[0]);
        delete(probe);
        return this;
    }

    Path path(String name) {
        return new Path(path, name);
    }

    FileSystem files() {
        return files;
    }

    static Path temporary(Path target) {
        return new Path(
                target.getParent(),
                "." + target.getName() + "-" + ProcessHandle.current().pid() + "-" + Long.toHexString(System.nanoTime())
                        + TEMPORARY);
    }

    /** Deletes what writers that were killed left below; only for a folder that nobody else writes to. */
    public void sweep() {
        for (String name : listAll()) {
            if (name.startsWith(".", name.lastIndexOf('/') + 1) && name.endsWith(TEMPORARY)) {
                delete(name);
            }
        }
    }

    void replace(Path temporary, Path target) throws IOException {
        // Raw local rename replaces; other file systems refuse to, so the old file goes first there.
        if (!"file".equals(files.getUri().getScheme()) && files.exists(target)) {
            files.delete(target, false);
        }
        if (!files.rename(temporary, target)) {
            throw new IOException("cannot rename " + temporary + " to " + target);
        }
    }

    @FunctionalInterface
    interface Call<T> {
        T run() throws IOException;
    }

    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    void run(Action action) {
        call(() -> {
            action.run();
            return true;
        });
    }

    <T> T call(Call<T> call) {
        try {
            return call.run();
        } catch (java.io.FileNotFoundException | java.nio.file.NoSuchFileException e) {
            String reason = String.valueOf(e.getMessage());
            if (reason.contains("Is a directory")) {
                throw InputException.at(toString(), "not a file: " + reason, "name a file");
            }
            if (reason.contains("Permission denied")) {
                throw InputException.at(toString(), "permission denied", "make the folder writable or name another");
            }
            throw InputException.at(toString(), "there is no such file: " + reason, "check the path");
        } catch (ParentNotDirectoryException | FileAlreadyExistsException e) {
            throw InputException.at(toString(), "a file is in the way: " + e.getMessage(), "name another folder");
        } catch (org.apache.hadoop.security.AccessControlException | java.nio.file.AccessDeniedException e) {
            throw InputException.at(toString(), "permission denied", "make the folder writable or name another");
        } catch (IOException e) {
            String reason = String.valueOf(e.getMessage());
            if (reason.contains("Mkdirs failed")
                    || reason.contains("Permission denied")
                    || reason.contains("Read-only")
                    || reason.contains("No space left")
                    || reason.contains("Not a directory")) {
                throw InputException.at(
                        toString(), "cannot be used: " + reason, "make the folder writable or name another");
            }
            throw new UncheckedIOException(e);
        }
    }

    /** The URI without the scheme for local folders. */
    @Override
    public String toString() {
        return path.toUri().getScheme() == null || path.toUri().getScheme().equals("file")
                ? path.toUri().getPath()
                : path.toString();
    }
}
