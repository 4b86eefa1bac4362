package io.kernelweave.compile;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.mine.Example;
import io.kernelweave.mine.Mined;
import io.kernelweave.mine.Miner;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.trace.TraceEvent.Kind;
import io.kernelweave.verify.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What it costs to compile many traces of about 30 steps into one kernel: a program with values that flow from the prompt through
 * results into later calls, optional steps, a loop over a list, and noise; every fifth trace fails. {@link #compile} is all of it,
 * {@link #mine} the conditions alone, {@link #learn} the steps alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
@Fork(value = 1, jvmArgsAppend = "-Xmx3g")
public class CompileBenchmark {
    @Param({"1000", "10000"})
    private int traces;

    private List<Example> examples = List.of();

    @Setup(Level.Trial)
    public void generate() {
        examples = examples(traces, 7);
    }

    /** Traces of the program; the same for the same seed. */
    static List<Example> examples(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            examples.add(example(i, random));
        }
        return examples;
    }

    private static Example example(int number, SplittableRandom random) {
        List<TraceEvent> events = new ArrayList<>();
        String order = "ORD-" + (10_000 + number);
        String customer = "c" + random.nextInt(1_000_000);
        boolean failed = random.nextInt(5) == 0;
        boolean paid = random.nextBoolean();
        ObjectNode found = Json.object().put("customer", customer).put("status", paid ? "paid" : "open");
        ArrayNode items = found.putArray("items");
        int rounds = 3 + random.nextInt(6);
        for (int item = 0; item < rounds; item++) {
            items.add("SKU" + random.nextInt(1_000_000));
        }
        call(events, "find_order", Json.object().put("order", order), found);
        call(
                events,
                "find_customer",
                Json.object().put("id", customer),
                Json.object().put("name", "n" + number % 97));
        for (int item = 0; item < rounds; item++) {
            String sku = items.get(item).stringValue();
            call(events, "stock", Json.object().put("sku", sku), Json.object().put("left", random.nextInt(50)));
            call(
                    events,
                    "reserve",
                    Json.object().put("sku", sku).put("order", order),
                    Json.object().put("ok", true));
            if (random.nextInt(40) == 0) {
                call(events, "ping", Json.object(), Json.object());
            }
        }
        if (paid) {
            call(
                    events,
                    "refund",
                    Json.object().put("order", order).put("reason", "late"),
                    Json.object().put("done", true));
        }
        for (int step = 0; step < 10; step++) {
            if (random.nextInt(30) > 0) {
                call(
                        events,
                        "stage_" + step,
                        Json.object().put("order", order).put("level", step),
                        Json.object().put("token", "t" + random.nextInt(1_000_000)));
            }
        }
        if (!failed) {
            call(
                    events,
                    "confirm",
                    Json.object().put("customer", customer),
                    Json.object().put("sent", true));
        }
        call(events, "close", Json.object().put("order", order), Json.object());
        Trace trace = new Trace(
                "t-" + number,
                "Please settle order \"" + order + "\" for me.",
                "settle",
                null,
                Instant.EPOCH,
                0,
                events,
                null,
                "UNKNOWN");
        return new Example(trace, failed ? Outcome.FAIL : Outcome.PASS, "task-" + number);
    }

    private static void call(List<TraceEvent> events, String tool, ObjectNode arguments, ObjectNode result) {
        String id = "c" + events.size();
        ObjectNode call = Json.object().put("call", id);
        call.set("arguments", arguments);
        events.add(new TraceEvent(events.size(), Kind.TOOL_CALL, tool, 0, call, null, null));
        ObjectNode answer = Json.object().put("call", id);
        answer.set("result", result);
        events.add(new TraceEvent(events.size(), Kind.OBSERVATION, tool, 0, answer, null, null));
    }

    @Benchmark
    public Kernel compile() {
        return KernelCompiler.compile(examples, "settle", 1).kernel();
    }

    @Benchmark
    public Mined mine() {
        return Miner.mine(examples, 1);
    }

    @Benchmark
    public Object learn() {
        List<Sample> samples = examples.stream()
                .filter(example -> example.outcome() == Outcome.PASS)
                .map(Sample::of)
                .toList();
        return Steps.of(samples);
    }
}
