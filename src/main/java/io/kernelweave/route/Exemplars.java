package io.kernelweave.route;

import io.kernelweave.vector.Bits;
import io.kernelweave.vector.Sketches;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The vectors of what belongs together, to be compared with a request's one by one. Where they are many, their {@link Bits}
 * say which are worth it.
 */
final class Exemplars {
    /** How many are compared exactly; ties with the last are compared too, so that their order decides nothing. */
    private static final int COMPARED = 5;

    private final byte[][]
            vectors; // as Vectors.toBytes keeps them: what is compared waits for memory, so the less of it the better
    private final float[] scales;
    private final Sketches sketches;

    /** @param centre see {@link Bits} */
    Exemplars(List<float[]> vectors, float[] centre) {
        this.vectors = new byte[vectors.size()][];
        this.scales = new float[vectors.size()];
        this.sketches = new Sketches(vectors, centre);
        for (int i = 0; i < this.vectors.length; i++) {
            this.vectors[i] = Vectors.toBytes(vectors.get(i));
            scales[i] = Vectors.scale(this.vectors[i]);
        }
    }

    int size() {
        return vectors.length;
    }

    /** The largest cosines, in rising order; all of them where there are few. */
    float[] nearest(float[] vector, int[] bits) {
        return cosines(
                vector,
                vectors.length <= COMPARED
                        ? IntStream.range(0, vectors.length).toArray()
                        : sketches.near(bits, COMPARED));
    }

    private float[] cosines(float[] vector, int[] rows) {
        byte[][] near = new byte[rows.length][];
        Arrays.setAll(near, i -> vectors[rows[i]]);
        float[] cosines = Vectors.dots(vector, near);
        for (int i = 0; i < rows.length; i++) {
            cosines[i] *= scales[rows[i]];
        }
        Arrays.sort(cosines);
        return cosines;
    }
}
