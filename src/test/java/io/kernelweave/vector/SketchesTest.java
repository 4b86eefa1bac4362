package io.kernelweave.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SketchesTest {
    private final SplittableRandom random = new SplittableRandom(3);

    @Test
    void findsThoseThatDifferLeastAndAllThatAreTiedWithTheLast() {
        for (int dimensions : new int[] {1, 31, 32, 33, 100}) {
            float[] centre = vector(dimensions);
            List<float[]> vectors = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                vectors.add(vector(dimensions));
            }
            Sketches sketches = new Sketches(vectors, centre);
            for (int wanted : new int[] {1, 7, 60, 100}) {
                float[] query = vector(dimensions);
                int[] differences = vectors.stream()
                        .mapToInt(vector -> (int) IntStream.range(0, dimensions)
                                .filter(d -> vector[d] > centre[d] != query[d] > centre[d])
                                .count())
                        .toArray();
                int last = Arrays.stream(differences)
                        .sorted()
                        .skip(Math.min(wanted, 60) - 1)
                        .findFirst()
                        .orElseThrow();
                assertThat(sketches.near(Bits.of(query, centre), wanted))
                        .isEqualTo(IntStream.range(0, 60)
                                .filter(i -> differences[i] <= last)
                                .toArray());
            }
        }
        assertThat(new Sketches(List.of(), new float[3]).near(new int[1], 5)).isEmpty();
    }

    private float[] vector(int dimensions) {
        float[] vector = new float[dimensions];
        for (int d = 0; d < dimensions; d++) {
            vector[d] = (float) random.nextDouble(-1, 1);
        }
        return vector;
    }
}
