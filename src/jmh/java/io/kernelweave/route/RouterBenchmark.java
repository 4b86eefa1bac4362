package io.kernelweave.route;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import tools.jackson.databind.node.ObjectNode;

/**
 * What a routing decision costs when the request's vector is at hand: kernels with 100 examples each, vectors of 384
 * components. {@link #words} is the baseline: BM25 alone over the same texts.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RouterBenchmark {
    private static final int EXAMPLES = 100;
    private static final int WORDS = 8;

    @Param({"30", "150"})
    private int kernels;

    private final List<String> requests = new ArrayList<>();
    private Router router;
    private LexicalIndex index;
    private int next;

    /** A point on the sphere for each text: where it lies means nothing, what it costs is the same. */
    private static final class Points implements Embedder {
        private final Map<String, float[]> known = new HashMap<>();

        @Override
        public String identity() {
            return "points";
        }

        @Override
        public int dimensions() {
            return 384;
        }

        @Override
        public float[] embed(String text) {
            float[] vector = known.get(text);
            return vector == null ? point(text) : vector;
        }

        void remember(String text) {
            known.put(text, point(text));
        }

        private float[] point(String text) {
            SplittableRandom random = new SplittableRandom(text.hashCode());
            float[] vector = new float[dimensions()];
            for (int d = 0; d < vector.length; d++) {
                vector[d] = (float) random.nextDouble(-1, 1);
            }
            return Vectors.normalize(vector);
        }
    }

    @Setup
    public void setUp() {
        SplittableRandom random = new SplittableRandom(1);
        List<Kernel> all = new ArrayList<>();
        List<List<String>> documents = new ArrayList<>();
        for (int k = 0; k < kernels; k++) {
            List<String> examples = new ArrayList<>();
            for (int i = 0; i < EXAMPLES; i++) {
                examples.add(request(random, k));
            }
            ObjectNode kernel = Json.object()
                    .put("kernel_id", "kernel-" + k)
                    .put("name", "Kernel " + k)
                    .put("task_family", "benchmark")
                    .put("description", "Answers requests of kind " + k + ".");
            kernel.set("examples", Json.tree(examples));
            kernel.set("input_schema", Json.object());
            kernel.set("output_schema", Json.object());
            all.add(Json.convert(kernel, Kernel.class, "benchmark"));
            documents.add(Words.of(String.join(" ", examples)));
        }
        for (int i = 0; i < 256; i++) {
            requests.add(request(random, i % kernels));
        }
        Points points = new Points();
        requests.forEach(points::remember);
        router = Router.of(all, points, RouterAdapter.untrained());
        index = new LexicalIndex(documents);
    }

    private static String request(SplittableRandom random, int kernel) {
        StringBuilder text = new StringBuilder();
        for (int w = 0; w < WORDS; w++) {
            // Half of the words are the kernel's own.
            int word = w % 2 == 0 ? kernel * 40 + random.nextInt(40) : random.nextInt(400);
            text.append(w % 2 == 0 ? "own" : "common").append(word).append(' ');
        }
        return text.toString().strip();
    }

    @Benchmark
    public RouteDecision route() {
        return router.route(requests.get(next++ & 255));
    }

    @Benchmark
    public Object words() {
        return index.score(Words.of(requests.get(next++ & 255)));
    }
}
