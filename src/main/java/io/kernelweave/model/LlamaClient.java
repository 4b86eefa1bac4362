package io.kernelweave.model;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The other end of a {@link LlamaProcess}: starts it, asks it, and ends it. For one thread at a time. */
final class LlamaClient implements AutoCloseable {
    private static final int TAIL = 6;

    /** Ends processes that take too long. */
    private static final ScheduledThreadPoolExecutor WATCH = watch();

    private final Process process;
    private final Duration timeout;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final Deque<String> errors = new ArrayDeque<>();
    private final Thread errorReader;
    private final int vocabularySize;
    private final int contextSize;
    private volatile boolean late;
    private boolean broken;

    /**
     * Starts a process and waits until it has loaded its model.
     *
     * @param folder where it runs; a fault leaves its log there
     * @param timeout ends it when a reply takes longer
     * @throws IOException if it cannot, with the last lines that it wrote
     */
    LlamaClient(List<String> arguments, Path folder, Duration timeout) throws IOException {
        this.timeout = timeout;
        this.process = new ProcessBuilder(command(arguments))
                .directory(folder.toFile())
                .start();
        this.out = new DataOutputStream(new BufferedOutputStream(process.getOutputStream()));
        this.in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16));
        this.errorReader = new Thread(this::readErrors, "llama errors");
        errorReader.setDaemon(true);
        errorReader.start();
        try {
            ByteBuffer sizes = ByteBuffer.wrap(reply(LlamaProcess.READY));
            this.vocabularySize = sizes.getInt();
            this.contextSize = sizes.getInt();
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private static ScheduledThreadPoolExecutor watch() {
        ScheduledThreadPoolExecutor watch = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "llama watch");
            thread.setDaemon(true);
            return thread;
        });
        watch.setRemoveOnCancelPolicy(true); // nearly all alarms are cancelled, long before their time
        return watch;
    }

    private static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-CreateCoredumpOnCrash",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                String.join(File.pathSeparator, home(LlamaProcess.class), home(com.sun.jna.Native.class)),
                LlamaProcess.class.getName()));
        command.addAll(arguments);
        return command;
    }

    /** The jar or folder that a class was loaded from. */
    private static String home(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    int vocabularySize() {
        return vocabularySize;
    }

    int contextSize() {
        return contextSize;
    }

    /** Whether it can be asked again. */
    boolean isUsable() {
        return !broken && process.isAlive();
    }

    /**
     * Reads tokens, after those read before or in place of them, and writes the logits after the last.
     *
     * @throws IOException if the process ended, was too late, or says why it cannot
     */
    void read(boolean clear, int[] tokens, int from, int to, float[] logits) throws IOException {
        try {
            out.writeByte(clear ? LlamaProcess.CLEAR : LlamaProcess.APPEND);
            out.writeInt(to - from);
            for (int i = from; i < to; i++) {
                out.writeInt(tokens[i]);
            }
            out.flush();
        } catch (IOException e) {
            throw ended();
        }
        ByteBuffer.wrap(reply(LlamaProcess.LOGITS))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(logits, 0, vocabularySize);
    }

    private byte[] reply(int expected) throws IOException {
        ScheduledFuture<?> alarm = WATCH.schedule(this::tooLate, timeout.toMillis(), TimeUnit.MILLISECONDS);
        int kind = 0;
        byte[] body = {};
        try {
            boolean framed = in.readInt() == LlamaProcess.MAGIC;
            if (framed) {
                kind = in.readInt();
                body = new byte[in.readInt()];
                in.readFully(body);
            }
        } catch (IOException e) {
            throw ended();
        } finally {
            alarm.cancel(false);
        }
        if (kind != expected) {
            awaitLastWords();
            throw new IOException((kind == LlamaProcess.FAILED
                            ? new String(body, StandardCharsets.UTF_8)
                            : "the process of the model wrote what is no reply")
                    + tail());
        }
        return body;
    }

    private void tooLate() {
        late = true;
        process.toHandle().destroyForcibly(); // leaves the streams to their reader
    }

    /** The process is of no use any more; what it still has to say comes within a second. */
    private void awaitLastWords() {
        broken = true;
        try {
            process.waitFor(1, TimeUnit.SECONDS);
            errorReader.join(1000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private IOException ended() {
        awaitLastWords();
        String why = late
                ? "the model did not answer within " + timeout.toSeconds() + " s"
                : "the process of the model ended" + (process.isAlive() ? "" : " with status " + process.exitValue());
        return new IOException(why + tail());
    }

    private void readErrors() {
        try (InputStream errorStream = process.getErrorStream()) {
            byte[] buffer = new byte[4096];
            StringBuilder line = new StringBuilder();
            for (int count = errorStream.read(buffer); count >= 0; count = errorStream.read(buffer)) {
                for (char c : new String(buffer, 0, count, StandardCharsets.UTF_8).toCharArray()) {
                    if (c == '\n') {
                        keep(line.toString());
                        line.setLength(0);
                    } else if (line.length() < 300) {
                        line.append(c);
                    }
                }
            }
            keep(line.toString());
        } catch (IOException e) {
            keep(String.valueOf(e.getMessage()));
        }
    }

    private void keep(String line) {
        synchronized (errors) {
            if (!line.isBlank()) {
                errors.addLast(line.strip());
            }
            if (errors.size() > TAIL) {
                errors.removeFirst();
            }
        }
    }

    private String tail() {
        synchronized (errors) {
            return errors.isEmpty() ? "" : "; it wrote: " + String.join(" | ", errors);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
