package io.kernelweave.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerContractTest {
    private static final String PROMPT = "count the words\n\nalpha beta";

    /** Fields a, b, c, each with a condition of its own, and one condition over the whole answer. */
    private static Kernel kernel(String id) {
        return Kernel.parse("""
                {"kernel_id":"%s","name":"N","task_family":"t","description":"D","input_schema":{"type":"object","required":["source"]},
                 "output_schema":{"type":"object","required":["a","b","c"],"properties":{"a":{},"b":{},"c":{}}},
                 "preconditions":[{"name":"has-%s","check":"contains","target":"input.source","all":["alpha"]}],
                 "postconditions":[
                  {"name":"a-ok","check":"regex","target":"output.a","pattern":"^[a-z]+$"},
                  {"name":"b-ok","check":"regex","target":"output.b[*].x","pattern":"^[a-z]+$"},
                  {"name":"c-ok","check":"regex","target":"output.c","pattern":"^[a-z]+$"},
                  {"name":"short","check":"regex","target":"output","pattern":"^.{0,72}$"},
                  {"name":"advice","check":"regex","target":"output.a","pattern":"^zz","severity":"warn"}]}""".formatted(id, id), id);
    }

    private static final AnswerContract ONE = AnswerContract.of(List.of(kernel("one")));
    private static final AnswerContract TWO = AnswerContract.of(List.of(kernel("two"), kernel("one")));

    @Test
    void aCompositionIsJudgedPartByPartWhateverTheOrderOfItsKernels() {
        assertThat(TWO.kernels()).extracting(Kernel::kernelId).containsExactly("one", "two");
        String good = "{\"a\":\"x\",\"b\":[{\"x\":\"y\"}],\"c\":\"z\"}";
        String joined = "{\"two\":" + good + ",\"one\":" + good + "}";
        assertThat(TWO.postconditions(Subject.of(PROMPT, joined)).failed()).isEmpty();
        assertThat(TWO.postconditions(Subject.of(PROMPT, joined)).outcome()).isEqualTo(Outcome.PASS);
        assertThat(TWO.postconditions(
                                Subject.of(PROMPT, joined.replace("\"two\":{\"a\":\"x\"", "\"two\":{\"a\":\"1\"")))
                        .failed())
                .containsExactly("two/a-ok");
        assertThat(TWO.postconditions(Subject.of(PROMPT, good)).failed())
                .contains("output-schema", "one/output-schema");
        assertThat(TWO.preconditions(Subject.of("count\n\nbeta", "")).failed())
                .containsExactly("one/has-one", "two/has-two");
        assertThat(ONE.preconditions(Subject.of("count\n\nbeta", "")).failed()).containsExactly("has-one");
    }

    @Test
    void needsAKernel() {
        assertThatThrownBy(() -> AnswerContract.of(List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("name at least one");
    }
}
