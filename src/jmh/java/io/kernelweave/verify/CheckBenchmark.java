package io.kernelweave.verify;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.schema.SchemaValidator;
import java.util.ArrayList;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to judge an answer: a kernel of ten conditions, one or more of each family that looks at an answer, on an
 * answer of 2 kB to a prompt with a source of 2 kB. {@link #conditions} judges an answer that was read before, {@link
 * #answer} reads prompt and answer too; a minute of one core is 60 s ÷ the time of {@link #conditions} × 10 checks. {@link
 * #schemaAlone} and {@link #parseAlone} are what no judgement can do without, measured in the same run.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class CheckBenchmark {
    private static final String CONDITIONS = """
            [{"check":"contains","target":"output.summary","all":["ERROR"],"none":["TODO"],"name":"c1"},
             {"check":"regex","target":"output.errors[*].time","pattern":"^[0-9]{2}:[0-9]{2}:[0-9]{2}$","name":"c2"},
             {"check":"count","target":"output.summary","unit":"words","op":"<=","value":80,"name":"c3"},
             {"check":"compare","left":"output.total","op":"==","right":{"count":"items","of":"output.errors"},"name":"c4"},
             {"check":"compare","left":"output.total","op":"==","right":{"matches":"(?m)\\\\bERROR\\\\b","of":"input.source"},"name":"c5"},
             {"check":"sorted","target":"output.errors[*].time","name":"c6"},
             {"check":"quoteInSource","target":"output.errors[*].message","name":"c7"},
             {"check":"numbersGrounded","target":"output.errors","name":"c8"},
             {"check":"noSecrets","target":"output.summary","name":"c9"}]""";

    private static final String SCHEMA = """
            {"type":"object","additionalProperties":false,"required":["total","summary","errors"],"properties":{
             "total":{"type":"integer","minimum":0},"summary":{"type":"string","minLength":10,"maxLength":800},
             "errors":{"type":"array","maxItems":100,"items":{"type":"object","additionalProperties":false,
              "required":["time","level","message"],"properties":{"time":{"type":"string","pattern":"^[0-9:]+$"},
              "level":{"enum":["ERROR","FATAL"]},"message":{"type":"string","minLength":1}}}}}}""";

    private Contract contract = Contract.of(kernel());
    private SchemaValidator schema = SchemaValidator.compile(Json.parse(SCHEMA, "schema"), "schema");
    private String prompt = "";
    private String answer = "";
    private Subject subject = Subject.of("", "");

    private static Kernel kernel() {
        return Kernel.parse("""
                {"kernel_id":"extract-errors","name":"Extract errors","task_family":"extract","description":"Lists errors.",
                 "input_schema":{},"output_schema":%s,"postconditions":%s}""".formatted(SCHEMA, CONDITIONS), "kernel");
    }

    @Setup
    public void write() {
        StringBuilder source = new StringBuilder();
        List<String> errors = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String message = "order %d of shop-%d failed after %d ms".formatted(4100 + 7 * i, i % 5, 120 + 13 * i);
            boolean error = i % 2 == 0;
            source.append("10:%02d:17 %s %s\n".formatted(i, error ? "ERROR" : "INFO", message));
            if (error) {
                errors.add("{\"time\":\"10:%02d:17\",\"level\":\"ERROR\",\"message\":\"%s\"}".formatted(i, message));
            }
        }
        prompt = "pull every error out of this log\n\n```text\n" + source + "```\n";
        answer = "{\"total\":%d,\"summary\":\"%s\",\"errors\":[%s]}"
                .formatted(
                        errors.size(),
                        "Every line at level ERROR is about an order of one of five shops that failed. "
                                .repeat(4)
                                .strip(),
                        String.join(",", errors));
        subject = Subject.of(prompt, answer);
        Judgement judgement = contract.postconditions(subject);
        if (judgement.outcome() != Outcome.PASS || judgement.verdicts().size() != 10) {
            throw new IllegalStateException("ten conditions should hold, but not " + judgement.failed());
        }
    }

    @Benchmark
    public Judgement conditions() {
        return contract.postconditions(subject);
    }

    @Benchmark
    public Judgement answer() {
        return contract.postconditions(Subject.of(prompt, answer));
    }

    @Benchmark
    public Object schemaAlone() {
        return schema.validate(subject.output().orElseThrow());
    }

    @Benchmark
    public Object parseAlone() {
        return Json.parse(answer, "answer");
    }
}
