package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.InputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Constraints made to take all time or memory are answered or refused in a line. In a JVM of their own with 256 MB, which runs
 * the main method of a class that calls {@link #run}; what each took is printed, but only one that hangs fails.
 */
final class Hostile {
    static final TokenVocabulary VOCABULARY = TokenVocabularies.cl100kBase();

    private static final int HANGS_AFTER_SECONDS = 20;
    private static final int RANDOM_STEPS = 20;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private Hostile() {}

    /** @param text what is written first; only its beginning is, if the constraint does not allow it whole */
    record Trap(String text, Supplier<Constraint> compiling) {}

    /** Runs a program with the names of traps. */
    static void answersOrRefuses(Class<?> program, List<String> names) throws IOException, InterruptedException {
        List<String> wrong = new ArrayList<>();
        List<String> left = new ArrayList<>(names);
        while (!left.isEmpty()) {
            Process process = new ProcessBuilder(command(program, left))
                    .redirectErrorStream(true)
                    .start();
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
                    System.out.println(wrong.get(wrong.size() - 1));
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

    private static List<String> command(Class<?> program, List<String> names) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                program.getName()));
        command.addAll(names);
        return command;
    }

    /** Puts the lines that a process writes, and an empty one when it has ended. */
    private static void read(Process process, BlockingQueue<String> lines) {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            in.lines().filter(line -> !line.isEmpty()).forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            // it was ended
        }
        lines.add("");
    }

    /**
     * Prints a line for each trap: its name, the milliseconds of CPU, what came of it.
     *
     * @param traps by name, each made when it is its turn
     * @param names of those to run; all if there are none
     */
    static void run(Map<String, Supplier<Trap>> traps, String[] names) {
        ChoiceConstraint.of(List.of("a"), VOCABULARY).matcher().allowed(); // the vocabulary is ready
        traps.forEach((name, making) -> {
            if (names.length > 0 && !List.of(names).contains(name)) {
                return;
            }
            System.out.println("> " + name);
            Trap trap = making.get();
            long start = cpu();
            String outcome = outcome(trap);
            String line = name + "\t" + millis(start) + "\t" + outcome;
            System.out.println(line.substring(0, Math.min(line.length(), 400)));
        });
    }

    private static long cpu() {
        return THREADS.getCurrentThreadCpuTime();
    }

    private static long millis(long since) {
        return (cpu() - since) / 1_000_000;
    }

    private static String outcome(Trap trap) {
        try {
            return answered(trap);
        } catch (InputException e) {
            return (e.getMessage().contains("\n") || e.getMessage().length() > 300 ? "WRONG: too long: " : "refused: ")
                    + e.getMessage();
        } catch (RuntimeException | Error e) {
            return "WRONG: " + e + " at " + (e.getStackTrace().length > 0 ? e.getStackTrace()[0] : "");
        }
    }

    /** Asks for the masks along the text and some random tokens, and for the completion. */
    private static String answered(Trap trap) {
        long begin = cpu();
        TokenMatcher matcher = trap.compiling.get().matcher();
        String compiled = millis(begin) + " ms to compile";
        TokenMask mask = new TokenMask(VOCABULARY.size());
        SplittableRandom random = new SplittableRandom(1);
        int[] tokens = VOCABULARY.encode(trap.text);
        int length = 0;
        long slowest = 0;
        boolean follows = true;
        for (int step = 0; step < tokens.length + RANDOM_STEPS; step++) {
            long before = cpu();
            matcher.fillMask(mask);
            slowest = Math.max(slowest, millis(before));
            follows &= step < tokens.length && mask.get(tokens[step]);
            int count = mask.cardinality();
            if (count == 0) {
                break;
            }
            int token = follows ? tokens[step] : -1;
            for (int left = follows ? -1 : random.nextInt(count); left >= 0; left--) {
                do {
                    token++;
                } while (!mask.get(token));
            }
            if (!matcher.accept(token)) {
                return "WRONG: a token of the mask is not accepted after " + length + " bytes";
            }
            length += VOCABULARY.bytes(token).length;
            if (!follows) {
                step = Math.max(step, tokens.length);
            }
        }
        byte[] rest = matcher.shortestCompletion();
        return matcher.accept(rest) && matcher.isComplete()
                ? "answered, in " + (length + rest.length) + " bytes; " + compiled + ", the slowest mask " + slowest
                : "WRONG: the completion does not complete " + length + " bytes";
    }
}
