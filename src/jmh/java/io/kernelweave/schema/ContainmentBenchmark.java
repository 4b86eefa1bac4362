package io.kernelweave.schema;

import io.kernelweave.json.Json;
import java.util.List;
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
import tools.jackson.databind.JsonNode;

/**
 * What it costs to prove or refute that one schema of a record contains another, beside what it costs to compile the other for the
 * validator and to validate one document: read them as ratios.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class ContainmentBenchmark {
    private static final String RECORD = """
            {"type": "object", "required": ["id", "rows"], "properties": {
              "id": {"type": "string", "pattern": "^[A-Z]-[0-9]{1,%d}$"},
              "rows": {"type": "array", "maxItems": %d, "items": {"type": "object", "required": ["count"], "properties": {
                "count": {"type": "integer", "minimum": 0, "maximum": %d}, "state": {"enum": ["open", "closed"]}}}}}}""";

    /** Whether the second schema has room for all of the first. */
    @Param({"proven", "refuted"})
    private String answer = "";

    private JsonNode one = Json.object();
    private JsonNode other = Json.object();
    private JsonNode document = Json.object();
    private SchemaValidator validator = SchemaValidator.compile(Json.object(), "benchmark");

    @Setup
    public void setUp() {
        one = Json.parse(RECORD.formatted(3, 10, 50), "one");
        other = Json.parse(RECORD.formatted(4, 10, answer.equals("proven") ? 60 : 40), "other");
        document =
                Json.parse("{\"id\":\"A-17\",\"rows\":[{\"count\":3,\"state\":\"open\"},{\"count\":4}]}", "document");
        validator = SchemaValidator.compile(other, "other");
        boolean proven = Containment.of(one, other) instanceof Containment.Proven;
        if (proven != answer.equals("proven")) {
            throw new IllegalStateException("the answer is another one: " + Containment.of(one, other));
        }
    }

    @Benchmark
    public Containment contains() {
        return Containment.of(one, other);
    }

    @Benchmark
    public SchemaValidator compile() {
        return SchemaValidator.compile(other, "other");
    }

    @Benchmark
    public List<Violation> validate() {
        return validator.validate(document);
    }
}
