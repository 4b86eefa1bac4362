package io.kernelweave.vector;

import io.kernelweave.vector.VectorFile.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a search costs, {@link #nearest} against {@link #scan}, which compares with every vector. The vectors are random,
 * around 200 directions: cost does not depend on where they lie. How often the nearest is found is another matter, measured
 * on sentences by {@code docs/benchmarks/router/run.sh}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-Xmx2g")
public class VectorBenchmark {
    private static final int DIMENSIONS = 384;
    private static final int QUERIES = 256;
    private static final int FOUND = 8;

    @Param({"1000", "10000", "100000"})
    private int vectors;

    private final List<float[]> queries = new ArrayList<>();
    private VectorIndex index;
    private int next;

    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(1);
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < vectors; i++) {
            entries.add(new Entry("kernel-" + i, vector(random)));
        }
        index = new VectorIndex("benchmark", DIMENSIONS);
        index.addAll(entries);
        for (int i = 0; i < QUERIES; i++) {
            queries.add(vector(random));
        }
    }

    private static float[] vector(SplittableRandom random) {
        SplittableRandom topic = new SplittableRandom(random.nextInt(200));
        float[] vector = new float[DIMENSIONS];
        double square = 0;
        for (int d = 0; d < DIMENSIONS; d++) {
            vector[d] = (float) (topic.nextDouble(-1, 1) + random.nextDouble(-1, 1));
            square += (double) vector[d] * vector[d];
        }
        for (int d = 0; d < DIMENSIONS; d++) {
            vector[d] /= (float) Math.sqrt(square);
        }
        return vector;
    }

    @Benchmark
    public List<Neighbour> nearest() {
        return index.nearest(queries.get(next++ % QUERIES), FOUND);
    }

    @Benchmark
    public List<Neighbour> scan() {
        return index.scan(queries.get(next++ % QUERIES), FOUND);
    }
}
