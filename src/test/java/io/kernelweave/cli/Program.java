package io.kernelweave.cli;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** The program as a user meets it: in this JVM with its streams captured, or as a process of its own that can be killed. */
public final class Program {
    /** What a command left: exit code, standard output and standard error. */
    public record Outcome(int exit, String out, String err) {
        public List<String> errLines() {
            return err.lines().toList();
        }
    }

    private Program() {}

    /** Runs a command in this JVM. */
    public static synchronized Outcome run(String... args) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
        ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
        try {
            int exit = KernelWeave.execute(args);
            return new Outcome(
                    exit, outBytes.toString(StandardCharsets.UTF_8), errBytes.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** Starts a command in a JVM of its own. */
    public static Child start(Path folder, List<String> jvm, String... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx512m", "-cp", classPath()));
        command.addAll(jvm);
        command.add(KernelWeave.class.getName());
        command.addAll(List.of(args));
        try {
            return new Child(new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Surefire may start a test from a jar that only names the class path; it leaves the real one in a property. */
    public static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** A running command whose standard error is read as it comes. */
    public static final class Child {
        private final Process process;
        private final Thread reader;
        private final List<String> lines = new ArrayList<>();
        private boolean ended;

        private Child(Process process) {
            this.process = process;
            this.reader = new Thread(this::read, "stderr-of-" + process.pid());
            reader.setDaemon(true);
            reader.start();
        }

        private void read() {
            try (BufferedReader in =
                    new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    synchronized (this) {
                        lines.add(line);
                        notifyAll();
                    }
                }
            } catch (IOException e) {
                // the process is gone
            } finally {
                synchronized (this) {
                    ended = true;
                    notifyAll();
                }
            }
        }

        /** Waits until a line of standard error fits, or the process has ended; says which. */
        public synchronized boolean await(Predicate<String> line) throws InterruptedException {
            int seen = 0;
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
            while (true) {
                for (; seen < lines.size(); seen++) {
                    if (line.test(lines.get(seen))) {
                        return true;
                    }
                }
                if (ended) {
                    return false;
                }
                if (System.nanoTime() > end) {
                    process.destroyForcibly();
                    throw new AssertionError("the process hangs; it said " + lines);
                }
                wait(1000);
            }
        }

        /** SIGKILL. */
        public Child kill() {
            process.toHandle().destroyForcibly();
            return this;
        }

        /** SIGTERM; by the handle, because the process itself would close its streams and lose the last words. */
        public Child stop() {
            process.toHandle().destroy();
            return this;
        }

        /** Waits for the end; the exit code of a killed process is 128 and the signal's number. */
        public int exit() throws InterruptedException {
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the process hangs; it said " + err());
            }
            reader.join(10_000);
            return process.exitValue();
        }

        public synchronized List<String> err() {
            return List.copyOf(lines);
        }
    }
}
