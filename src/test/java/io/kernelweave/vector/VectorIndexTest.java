package io.kernelweave.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.json.InputException;
import io.kernelweave.vector.VectorFile.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VectorIndexTest {
    private static final int DIMENSIONS = 192;

    @TempDir
    Path folder;

    private final SplittableRandom random = new SplittableRandom(11);

    /** Around one of 40 directions, which have something in common, as sentence vectors do. */
    private float[] vector() {
        SplittableRandom topic = new SplittableRandom(random.nextInt(40));
        float[] vector = new float[DIMENSIONS];
        for (int d = 0; d < DIMENSIONS; d++) {
            vector[d] = (float) ((d < 10 ? 0.5 : 0) + topic.nextDouble(-1, 1) + 0.7 * random.nextDouble(-1, 1));
        }
        return unit(vector);
    }

    private static float[] unit(float[] vector) {
        double square = 0;
        for (float component : vector) {
            square += (double) component * component;
        }
        for (int d = 0; d < vector.length; d++) {
            vector[d] /= (float) Math.sqrt(square);
        }
        return vector;
    }

    private List<Entry> entries(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Entry("id-" + i, vector()))
                .toList();
    }

    private static VectorIndex index(List<Entry> entries) {
        VectorIndex index = new VectorIndex("test", DIMENSIONS);
        index.addAll(entries);
        return index;
    }

    @Test
    void findsTheNearestOfManyAlmostAlways() {
        VectorIndex index = index(entries(12_000));
        int first = 0;
        int ten = 0;
        for (int i = 0; i < 200; i++) {
            float[] query = vector();
            List<Neighbour> exact = index.scan(query, 10);
            List<Neighbour> found = index.nearest(query, 10);
            first += found.get(0).equals(exact.get(0)) ? 1 : 0;
            ten += (int) found.stream().filter(exact::contains).count();
        }
        assertThat(first).isGreaterThanOrEqualTo(196);
        assertThat(ten).isGreaterThan(1850); // these clouds are rounder than sentences are
    }

    @Test
    void comparesAFewVectorsOneByOne() {
        VectorIndex index = index(entries(VectorIndex.SCANNED));
        for (int i = 0; i < 50; i++) {
            float[] query = vector();
            assertThat(index.nearest(query, 7)).isEqualTo(index.scan(query, 7)).hasSize(7);
        }
    }

    @Test
    void tellsTheCosineOfEachNeighbourInFallingOrder() {
        List<Entry> entries = entries(3000);
        List<Neighbour> nearest = index(entries).nearest(entries.get(17).vector(), 5);
        assertThat(nearest.get(0).id()).isEqualTo("id-17");
        assertThat(nearest).isSortedAccordingTo(Neighbour.ORDER);
        for (Neighbour neighbour : nearest) {
            float[] own =
                    entries.get(Integer.parseInt(neighbour.id().substring(3))).vector();
            double cosine = 0;
            for (int d = 0; d < DIMENSIONS; d++) {
                cosine += own[d] * entries.get(17).vector()[d];
            }
            assertThat((double) neighbour.cosine()).isCloseTo(cosine, within(1e-5));
        }
    }

    @Test
    void listsAnIdOnceByTheNearestOfItsVectors() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            entries.add(new Entry("id-" + i % 20, vector()));
        }
        VectorIndex index = index(entries);
        float[] query = vector();
        List<Neighbour> nearest = index.nearest(query, 20);
        assertThat(nearest).hasSize(20).isEqualTo(index.scan(query, 20));
        assertThat(nearest.stream().map(Neighbour::id)).doesNotHaveDuplicates();
        assertThat(index.nearest(query, 50)).hasSize(20);
    }

    @Test
    void breaksTiesByIdWhateverTheOrder() {
        List<Entry> entries = new ArrayList<>(entries(2000));
        float[] same = vector();
        for (int i = 0; i < 900; i++) { // more of them than are compared
            entries.add(new Entry(String.format("same-%03d", i), same.clone()));
        }
        List<String> expected =
                IntStream.range(0, 5).mapToObj(i -> "same-00" + i).toList();
        for (int round = 0; round < 4; round++) {
            VectorIndex index = index(entries);
            assertThat(index.nearest(same, 5).stream().map(Neighbour::id)).isEqualTo(expected);
            Collections.shuffle(entries, new Random(round));
        }
    }

    @Test
    void reportsIdsThatShareAVector() {
        List<Entry> entries = new ArrayList<>(entries(600));
        entries.add(new Entry("b", entries.get(4).vector().clone()));
        entries.add(new Entry("a", entries.get(4).vector().clone()));
        entries.add(new Entry("id-9", entries.get(9).vector().clone())); // twice the same id: nothing to tell apart
        assertThat(index(entries).duplicates()).containsExactly(List.of("a", "b", "id-4"));
    }

    @Test
    void growsAndShrinks() {
        List<Entry> entries = entries(3000);
        VectorIndex index = new VectorIndex("test", DIMENSIONS);
        for (Entry entry : entries) {
            index.add(entry.id(), entry.vector());
            assertThat(index.nearest(entry.vector(), 1).get(0).id()).isEqualTo(entry.id());
        }
        for (int i = 0; i < 3000; i += 3) {
            assertThat(index.retire("id-" + i)).isEqualTo(1);
        }
        assertThat(index.retire("id-0")).isZero();
        assertThat(index.size()).isEqualTo(2000);
        for (int i = 0; i < 300; i++) {
            float[] own = entries.get(i).vector();
            assertThat(index.nearest(own, 1).get(0).id().equals("id-" + i)).isEqualTo(i % 3 != 0);
        }
        index.add("id-0", entries.get(0).vector());
        assertThat(index.nearest(entries.get(0).vector(), 1).get(0).id()).isEqualTo("id-0");
    }

    @Test
    void answersWhileItGrows() throws Exception {
        List<Entry> entries = entries(6000);
        VectorIndex index = index(entries.subList(0, 1500));
        Thread writer = new Thread(() -> entries.subList(1500, 6000).forEach(e -> index.add(e.id(), e.vector())));
        writer.start();
        do {
            for (int i = 0; i < 1500; i += 100) {
                assertThat(index.nearest(entries.get(i).vector(), 1).get(0).id())
                        .isEqualTo("id-" + i);
            }
        } while (writer.isAlive());
        writer.join();
        assertThat(index.size()).isEqualTo(6000);
    }

    @Test
    void hasNothingNearWhenEmptyAndTakesAnyNumberOfDimensions() {
        assertThat(new VectorIndex("test", DIMENSIONS).nearest(vector(), 3)).isEmpty();
        for (int dimensions : List.of(1, 3, 31, 65, 102)) {
            VectorIndex index = new VectorIndex("test", dimensions);
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 2500; i++) {
                float[] vector = new float[dimensions];
                for (int d = 0; d < dimensions; d++) {
                    vector[d] = (float) random.nextDouble(-1, 1);
                }
                entries.add(new Entry(String.format("%04d", i), unit(vector)));
            }
            index.addAll(entries);
            float[] query = entries.get(300).vector();
            assertThat(index.nearest(query, 1)).isEqualTo(index.scan(query, 1));
        }
    }

    @Test
    void takesNoVectorThatIsNotOfLengthOneOrOfOtherDimensions() {
        VectorIndex index = new VectorIndex("test", 2);
        for (float[] wrong : List.of(new float[] {1, 1}, new float[] {1}, new float[] {Float.NaN, 0}, new float[2])) {
            assertThatThrownBy(() -> index.addAll(List.of(new Entry("a", new float[] {1, 0}), new Entry("b", wrong))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("expected 2 and 1");
        }
        assertThat(index.size()).isZero();
    }

    @Test
    void isTheSameAfterSavingAndLoading() throws IOException {
        VectorIndex index = index(entries(3000));
        index.retire("id-5");
        Path file = folder.resolve("below/x.index");
        index.save(file);
        index.save(file);
        VectorIndex loaded = VectorIndex.load(file, "test");
        assertThat(loaded.size()).isEqualTo(2999);
        assertThat(loaded.dimensions()).isEqualTo(DIMENSIONS);
        for (int i = 0; i < 100; i++) {
            float[] query = vector();
            assertThat(loaded.scan(query, 4)).isEqualTo(index.scan(query, 4));
        }
        byte[] bytes = Files.readAllBytes(file);
        loaded.save(file);
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void refusesACutOrDamagedFileInOneLine() throws IOException {
        Path file = folder.resolve("x.index");
        index(entries(20)).save(file);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length += 97) {
            Files.write(file, Arrays.copyOf(whole, length));
            refuses(file, "test", "bytes");
        }
        for (int at = 0; at < whole.length; at += 53) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 16;
            Files.write(file, damaged);
            refuses(file, "test", "");
        }
        Files.write(file, whole);
        refuses(file, "other", "holds vectors of test, not of other");
        refuses(folder.resolve("none"), "test", "there is no such file of vectors");
    }

    private static void refuses(Path file, String identity, String problem) {
        assertThatThrownBy(() -> VectorIndex.load(file, identity))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(problem)
                .message()
                .doesNotContain("\n");
    }
}
