package io.kernelweave.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeCallsTest {
    private static final int SIGTERM = 128 + 15;

    @TempDir
    Path folder;

    @Test
    void endsOnlyAfterTheRunningCallAndLetsNoOtherBegin() throws Exception {
        NativeCalls calls = new NativeCalls();
        calls.begin();
        CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(calls::drain);
        Thread.sleep(50);
        assertThat(drained).isNotDone();
        calls.end();
        assertThat(drained.get(10, TimeUnit.SECONDS)).isTrue();
        Thread late = new Thread(calls::begin);
        late.setDaemon(true);
        late.start();
        late.join(100);
        assertThat(late.isAlive()).as("waits for the end").isTrue();
    }

    @Test
    void aProcessThatEncodesEndsByTheSignalItWasSent() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:ErrorFile=" + folder.resolve("crash-%p.log"),
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            Encoding.class.getName())
                    .redirectErrorStream(true)
                    .start());
        }
        for (Process process : processes) {
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                awaitLine(out, "encoding");
                process.toHandle().destroy(); // unlike the process's own, this leaves its output open
                assertThat(out.lines()).isEmpty();
            }
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(SIGTERM);
        }
        assertThat(folder).isEmptyDirectory();
    }

    private static void awaitLine(BufferedReader out, String expected) throws IOException {
        List<String> before = new ArrayList<>();
        for (String line = out.readLine(); !expected.equals(line); line = out.readLine()) {
            assertThat(line).as("the process ended early and said %s", before).isNotNull();
            before.add(line);
        }
    }

    /** Another process: encodes in three threads until it is killed, or for a minute if nobody does. */
    static final class Encoding {
        public static void main(String[] args) {
            SentenceEncoder encoder = SentenceEncoder.miniLm();
            long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
            for (int t = 0; t < 3; t++) {
                new Thread(() -> {
                            for (int i = 0; System.nanoTime() < end; i++) {
                                encoder.embed(
                                        "a text that is long enough to take a while, again and again ".repeat(9) + i);
                            }
                        })
                        .start();
            }
            System.out.println("encoding");
        }
    }
}
