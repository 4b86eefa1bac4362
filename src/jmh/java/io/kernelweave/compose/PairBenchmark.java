package io.kernelweave.compose;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.kernel.KernelStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What it costs to compare every kernel with every other: whether {@code a >> b} fits, for all pairs, from kernels that nobody
 * has read yet. Once in a new process, as a command does it; with as many threads as there are cores.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(value = 3, jvmArgsAppend = "-Xmx1g")
public class PairBenchmark {
    /** {@code store} for the kernels of the store; a number of made ones; {@code alike}: made ones of which more fit. */
    @Param({"store", "200", "alike"})
    private String kernels = "";

    private final List<Kernel> all = new ArrayList<>();
    private Map<String, Long> answers = new TreeMap<>();

    @Setup
    public void setUp() {
        if (kernels.equals("store")) {
            all.addAll(new KernelStore(Path.of("phasecd/store")).load().kernels());
            return;
        }
        SplittableRandom random = new SplittableRandom(1);
        int count = kernels.equals("alike") ? 200 : Integer.parseInt(kernels);
        for (int i = 0; i < count; i++) {
            all.add(kernel(random, i, kernels.equals("alike")));
        }
    }

    @Benchmark
    public Map<String, Long> everyPair() {
        Composer composer = Composer.of(all);
        answers = IntStream.range(0, all.size() * all.size())
                .parallel()
                .mapToObj(pair -> composer.fit(
                                all.get(pair / all.size()).kernelId(),
                                all.get(pair % all.size()).kernelId())
                        .answer())
                .collect(Collectors.groupingBy(answer -> answer, TreeMap::new, Collectors.counting()));
        return answers;
    }

    @TearDown
    public void say() {
        System.out.println(answers);
    }

    private static final List<String> FIELDS =
            List.of("id", "name", "count", "rows", "tags", "state", "total", "note", "at", "owner");

    /** Kernels of records: which fields, of which kinds and within which bounds is drawn; so are the conditions. */
    private static Kernel kernel(SplittableRandom random, int number, boolean alike) {
        ObjectNode json = Json.object()
                .put("kernel_id", "k" + number)
                .put("name", "k" + number)
                .put("task_family", "made")
                .put("description", "a made kernel");
        json.set("input_schema", record(random, alike ? 1 : 3, false));
        json.set("output_schema", record(random, alike ? 10 : 6, true));
        ArrayNode before = json.putArray("preconditions");
        for (int i = random.nextInt(3); i > 0; i--) {
            before.add(condition(random, "input", "before-" + i));
        }
        ArrayNode after = json.putArray("postconditions");
        for (int i = random.nextInt(4); i > 0; i--) {
            after.add(condition(random, "output", "after-" + i));
        }
        if (random.nextInt(4) == 0) {
            after.addObject()
                    .put("check", "compare")
                    .put("name", "as-asked")
                    .put("left", "output.id")
                    .put("op", "==")
                    .put("right", "input.id");
        }
        return Kernel.parse(Json.compact(json), "made").sealed();
    }

    private static ObjectNode record(SplittableRandom random, int fields, boolean closed) {
        ObjectNode schema = Json.object().put("type", "object");
        if (closed && random.nextInt(3) > 0) {
            schema.put("additionalProperties", false);
        }
        ArrayNode required = schema.putArray("required");
        ObjectNode properties = schema.putObject("properties");
        int start = random.nextInt(FIELDS.size());
        for (int i = 0; i < fields; i++) {
            String name = FIELDS.get((start + i * (fields == 10 ? 1 : 1 + random.nextInt(3))) % FIELDS.size());
            if (properties.has(name)) {
                continue;
            }
            properties.set(name, value(random, name, closed));
            if (closed || random.nextInt(3) > 0) {
                required.add(name);
            }
        }
        return schema;
    }

    /** What is given is mostly narrower than what is taken. */
    private static ObjectNode value(SplittableRandom random, String name, boolean narrow) {
        ObjectNode schema = Json.object();
        switch (name) {
            case "id" ->
                schema.put("type", "string").put("pattern", narrow ? "^[A-Z]-[0-9]{1,4}$" : "^[A-Za-z]-[0-9]+$");
            case "name", "owner" ->
                schema.put("type", "string").put("minLength", narrow ? 2 : 1).put("maxLength", random.nextInt(20, 60));
            case "count", "total" ->
                schema.put("type", narrow ? "integer" : "number")
                        .put("minimum", random.nextInt(3))
                        .put("maximum", random.nextInt(50, 200) + (narrow ? 0 : 50));
            case "rows" -> {
                schema.put("type", "array").put("maxItems", random.nextInt(5, 30));
                schema.set("items", Json.object().put("type", "object"));
                ObjectNode items = (ObjectNode) schema.get("items");
                items.putArray("required").add("key");
                items.putObject("properties").set("key", value(random, "name", narrow));
            }
            case "tags" -> {
                schema.put("type", "array").put("uniqueItems", true);
                ArrayNode allowed = schema.putObject("items").putArray("enum");
                for (String tag : List.of("new", "old", "hot", "cold", "odd")) {
                    if (!narrow || random.nextInt(3) > 0) {
                        allowed.add(tag);
                    }
                }
                if (allowed.isEmpty()) {
                    allowed.add("new");
                }
            }
            case "state" -> {
                ArrayNode states = schema.putArray("enum");
                states.add("open").add("closed");
                if (!narrow) {
                    states.add("waiting");
                }
            }
            case "at" -> schema.put("type", "string").put("pattern", "^20[0-9]{2}-[01][0-9]-[0-3][0-9]$");
            default -> {
                ArrayNode either = schema.putArray("anyOf");
                either.addObject().put("type", "null");
                either.addObject().put("type", "string").put("maxLength", random.nextInt(80, 200));
            }
        }
        return schema;
    }

    private static ObjectNode condition(SplittableRandom random, String root, String name) {
        ObjectNode check = Json.object().put("name", name);
        boolean after = root.equals("output");
        return switch (random.nextInt(6)) {
            case 0 ->
                check.put("check", "compare")
                        .put("left", root + ".count")
                        .put("op", "<=")
                        .put("right", random.nextInt(20, 60) + (after ? 0 : 30));
            case 1 ->
                check.put("check", "count")
                        .put("target", root + ".name")
                        .put("unit", "words")
                        .put("op", ">=")
                        .put("value", after ? 2 : 1);
            case 2 -> check.put("check", "regex").put("target", root + ".id").put("pattern", after ? "^A" : "^[A-M]");
            case 3 -> {
                check.put("check", "compare").put("left", root + ".state").put("op", "in");
                check.putObject("right").putArray("value").add("open").add(after ? "open" : "closed");
                yield check;
            }
            case 4 ->
                check.put("check", "count")
                        .put("target", root + ".rows")
                        .put("unit", "items")
                        .put("op", ">=")
                        .put("value", random.nextInt(3));
            default -> check.put("check", "noSecrets").put("target", root + ".owner");
        };
    }
}
