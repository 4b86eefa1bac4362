package io.kernelweave.embed;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.route.Embedder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingCacheTest {
    private static final int RECORD = 32 + 4 * Counting.DIMENSIONS + 4;

    @TempDir
    Path folder;

    /** An encoder that counts how often it is asked. */
    static final class Counting implements Embedder {
        static final int DIMENSIONS = 6;
        final AtomicInteger encoded = new AtomicInteger();
        private final String identity;

        Counting(String identity) {
            this.identity = identity;
        }

        @Override
        public String identity() {
            return identity;
        }

        @Override
        public int dimensions() {
            return DIMENSIONS;
        }

        @Override
        public float[] embed(String text) {
            encoded.incrementAndGet();
            SplittableRandom random = new SplittableRandom(text.hashCode() + 31L * identity.hashCode());
            float[] vector = new float[DIMENSIONS];
            for (int d = 0; d < DIMENSIONS; d++) {
                vector[d] = (float) random.nextDouble();
            }
            return vector;
        }
    }

    private final Counting encoder = new Counting("counting");

    @Test
    void encodesEachTextOnceAcrossOpenings() {
        List<float[]> first = EmbeddingCache.open(folder, encoder).embedAll(List.of("a", "b", "a", "c"));
        assertThat(encoder.encoded).hasValue(3);
        EmbeddingCache again = EmbeddingCache.open(folder, encoder);
        assertThat(again.size()).isEqualTo(3);
        assertThat(again.embedAll(List.of("c", "a")).get(1))
                .isEqualTo(first.get(0))
                .isEqualTo(again.embed("a"));
        assertThat(encoder.encoded).hasValue(3);
    }

    @Test
    void keepsEncodersApart() {
        EmbeddingCache.open(folder, encoder).embed("a");
        Counting other = new Counting("other");
        float[] vector = EmbeddingCache.open(folder, other).embed("a");
        assertThat(other.encoded).hasValue(1);
        assertThat(vector).isEqualTo(other.embed("a"));
    }

    @Test
    void dropsATornTailAndGoesOn() throws IOException {
        EmbeddingCache cache = EmbeddingCache.open(folder, encoder);
        List<float[]> vectors = cache.embedAll(List.of("a", "b", "c"));
        byte[] whole = Files.readAllBytes(cache.file());
        for (int cut = 1; cut < RECORD; cut += 7) {
            Files.write(cache.file(), java.util.Arrays.copyOf(whole, whole.length - cut));
            EmbeddingCache repaired = EmbeddingCache.open(folder, encoder);
            assertThat(repaired.size()).isEqualTo(2);
            assertThat(repaired.embedAll(List.of("a", "b", "c")))
                    .usingRecursiveComparison()
                    .isEqualTo(vectors);
            assertThat(Files.readAllBytes(cache.file())).isEqualTo(whole);
        }
    }

    @Test
    void encodesAnewWhatIsDamaged() throws IOException {
        EmbeddingCache cache = EmbeddingCache.open(folder, encoder);
        List<float[]> vectors = cache.embedAll(List.of("a", "b", "c"));
        byte[] bytes = Files.readAllBytes(cache.file());
        bytes[RECORD + 40] ^= 4;
        Files.write(cache.file(), bytes);
        EmbeddingCache reopened = EmbeddingCache.open(folder, encoder);
        assertThat(reopened.size()).isEqualTo(2);
        assertThat(reopened.embedAll(List.of("a", "b", "c")))
                .usingRecursiveComparison()
                .isEqualTo(vectors);
        assertThat(encoder.encoded).hasValue(4);
    }

    @Test
    void survivesAFileThatIsEmptiedUnderIt() throws IOException {
        EmbeddingCache cache = EmbeddingCache.open(folder, encoder);
        cache.embed("a");
        Files.write(cache.file(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
        cache.embed("b");
        assertThat(cache.embed("a")).isEqualTo(encoder.embed("a"));
        assertThat(EmbeddingCache.open(folder, encoder).size()).isEqualTo(1);
    }

    @Test
    void sharesAFileBetweenThreads() {
        EmbeddingCache one = EmbeddingCache.open(folder, encoder);
        EmbeddingCache two = EmbeddingCache.open(folder, encoder);
        IntStream.range(0, 400).parallel().forEach(i -> (i % 2 == 0 ? one : two).embed("text " + i % 150));
        assertThat(EmbeddingCache.open(folder, encoder).size()).isEqualTo(150);
    }

    @Test
    void losesNothingThatWasStoredWhenWritersAreKilled() throws Exception {
        int stored = 0;
        for (int round = 0; round < 3; round++) {
            List<Process> writers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                writers.add(writer(Batches.class, Integer.toString(2 * round + i)));
            }
            for (Process writer : writers) {
                // Each line tells of a batch that is in the file, whatever happens next.
                for (int batches = 0; batches < 4 + 3 * round; batches++) {
                    assertThat(writer.inputReader().readLine()).isEqualTo("stored");
                    stored += Batches.SIZE;
                }
            }
            writers.forEach(Process::destroyForcibly);
            for (Process writer : writers) {
                assertThat(writer.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
            EmbeddingCache cache = EmbeddingCache.open(folder, encoder);
            assertThat(cache.size()).isGreaterThanOrEqualTo(stored);
            for (int i = 0; i < Batches.SIZE; i++) {
                String text = Batches.text(Integer.toString(2 * round), i);
                assertThat(cache.embed(text)).isEqualTo(new Counting("counting").embed(text));
            }
        }
        assertThat(encoder.encoded).hasValue(0);
    }

    /** Another process: writes batches until it is killed. */
    static final class Batches {
        static final int SIZE = 100;

        static String text(String writer, int i) {
            return writer + " wrote " + i;
        }

        public static void main(String[] args) {
            EmbeddingCache cache = EmbeddingCache.open(Path.of(args[0]), new Counting("counting"));
            for (int batch = 0; ; batch++) {
                int first = batch * SIZE;
                cache.embedAll(IntStream.range(first, first + SIZE)
                        .mapToObj(i -> text(args[1], i))
                        .toList());
                System.out.println("stored");
            }
        }
    }

    private Process writer(Class<?> main, String name) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        folder.toString(),
                        name)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void sharesAFileBetweenProcesses() throws Exception {
        List<Process> writers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            writers.add(writer(Writer.class, Integer.toString(i)));
        }
        for (Process writer : writers) {
            assertThat(writer.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(writer.exitValue()).isZero();
        }
        EmbeddingCache cache = EmbeddingCache.open(folder, encoder);
        assertThat(cache.size()).isEqualTo(300);
        assertThat(Files.size(cache.file()) % RECORD).isZero();
    }

    /** Another process: writes 200 vectors one by one, half of them also written by the other writer. */
    static final class Writer {
        public static void main(String[] args) {
            EmbeddingCache cache = EmbeddingCache.open(Path.of(args[0]), new Counting("counting"));
            int first = 100 * Integer.parseInt(args[1]);
            for (int i = first; i < first + 200; i++) {
                cache.embed("text " + i);
            }
        }
    }
}
