package io.kernelweave.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.decode.Decoded;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.runtime.Answer;
import io.kernelweave.runtime.Arm;
import io.kernelweave.trace.TraceRecorder;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScoringTest {
    private static final Kernel STRICT = Kernel.parse("""
            {"kernel_id":"a","name":"A","task_family":"t","description":"d","examples":["e"],
             "input_schema":{"type":"object"},
             "output_schema":{"type":"object","properties":{"x":{"type":"integer"}},"required":["x"]},
             "preconditions":[],"postconditions":[],"steps":[],"rollback":[],"evidence_requirements":[],"tests":[],
             "capabilities":[],"source_trace_ids":[],"version":1}
            """, "strict").sealed();

    /** A fault that is put into a kernel must not be judged by the kernel that has it. */
    @Test
    void aGateThatHasOtherKernelsOfTheSameIdsIsNotTakenAtItsWord() {
        DatasetRow row = Json.parse(
                "{\"id\":\"r\",\"prompt\":\"p\",\"split\":\"eval\",\"cluster_id\":\"c\",\"kernel_id\":\"a\",\"acceptable_kernels\":[\"a\"],\"notes\":\"\"}",
                DatasetRow.class,
                "row");
        Answer letThrough = new Answer(
                Arm.ROUTER_GATE,
                null,
                Answer.Path.KERNEL,
                List.of("a"),
                "{}",
                List.of(new Answer.Attempt(
                        1,
                        true,
                        "",
                        new Decoded("{}", 1, 0, 0, true, 0, 0, 0),
                        new Judgement(Outcome.PASS, List.of()),
                        List.of(),
                        "a")),
                new Answer.Timings(0, 0, 0, 0, 0, 0),
                new TraceRecorder("r", "p").finish(null, null, "{}", "PASS"));
        assertThat(Scoring.ofOthers("run", List.of(STRICT))
                        .score(row, letThrough)
                        .passes())
                .isFalse();
        assertThat(new Scoring("run", List.of(STRICT)).score(row, letThrough).passes())
                .as("what the gate judged by this very kernel is not judged again")
                .isTrue();
    }
}
