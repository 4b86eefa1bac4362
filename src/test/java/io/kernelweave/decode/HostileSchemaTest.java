package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Schemas made to take all time or memory are answered or refused in a line. In a JVM of their own with 256 MB; how long each
 * took is printed, but only one that hangs fails.
 */
class HostileSchemaTest {
    private static final int HANGS_AFTER_SECONDS = 20;

    /** Not bounded yet, so not tried here: sizes beyond those of real schemas, and limits that are named wrongly. */
    private static final Set<String> UNBOUNDED =
            Set.of("patterns of keys, and not", "many different", "a thousand contained", "repeats wanted");

    @Test
    void hostileSchemasAreAnsweredOrRefused() throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        List<String> left = new ArrayList<>(HostileSchemas.all().keySet());
        assertThat(left).containsAll(UNBOUNDED);
        left.removeAll(UNBOUNDED);
        System.out.println("hostile schemas that are not bounded yet: " + UNBOUNDED);
        while (!left.isEmpty()) {
            Process process =
                    new ProcessBuilder(command(left)).redirectErrorStream(true).start();
            BlockingQueue<String> lines = new LinkedBlockingQueue<>();
            Thread reader = new Thread(() -> read(process, lines));
            reader.setDaemon(true);
            reader.start();
            // When one hangs or ends the JVM, the others go on in another.
            String name = "the start";
            while (!left.isEmpty()) {
                String line = lines.poll(HANGS_AFTER_SECONDS, TimeUnit.SECONDS);
                if (line == null || line.isEmpty()) {
                    wrong.add(name + (line == null ? " hangs" : " ends the JVM"));
                    left.remove(name);
                    break;
                }
                if (line.startsWith("> ")) {
                    name = line.substring(2);
                } else if (line.startsWith(name + "\t")) {
                    System.out.println(line);
                    left.remove(name);
                    if (line.contains("\tWRONG")) {
                        wrong.add(line);
                    }
                }
            }
            process.destroyForcibly().waitFor();
        }
        assertThat(wrong).isEmpty();
    }

    private static List<String> command(List<String> names) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                HostileSchemas.class.getName()));
        command.addAll(names);
        return command;
    }

    /** Puts the lines that a process writes, and an empty one when it has ended. */
    private static void read(Process process, BlockingQueue<String> lines) {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            in.lines().filter(line -> !line.isEmpty()).forEach(lines::add);
        } catch (IOException e) {
            // it was ended
        }
        lines.add("");
    }
}
