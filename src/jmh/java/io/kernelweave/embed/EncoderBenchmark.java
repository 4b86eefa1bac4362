package io.kernelweave.embed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A request's vector three ways: by the encoder, by the static table made from it, from the cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EncoderBenchmark {
    private static final List<String> REQUESTS = List.of(
            "please find every date in the letter that i pasted",
            "how many words does the second paragraph of this have",
            "translate the last three sentences of this contract to french",
            "sort these names by the year in which they were born");

    private SentenceEncoder encoder;
    private StaticEncoder fast;
    private EmbeddingCache cache;
    private int next;

    @Setup
    public void setUp() throws IOException {
        Path folder = Files.createTempDirectory("encoder-benchmark");
        encoder = SentenceEncoder.miniLm();
        fast = StaticEncoder.distil(encoder, REQUESTS, folder.resolve("static.vectors"));
        cache = EmbeddingCache.open(folder, encoder);
        cache.embedAll(REQUESTS);
        Files.delete(cache.file());
        Files.delete(folder.resolve("static.vectors"));
        Files.delete(folder);
    }

    @TearDown
    public void tearDown() {
        encoder.close();
    }

    private String request() {
        return REQUESTS.get(next++ & 3);
    }

    @Benchmark
    public float[] encoder() {
        return encoder.embed(request());
    }

    @Benchmark
    public float[] staticTable() {
        return fast.embed(request());
    }

    @Benchmark
    public float[] cache() {
        return cache.embed(request());
    }
}
