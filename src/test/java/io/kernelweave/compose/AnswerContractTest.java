package io.kernelweave.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.verify.Judgement;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    private static String kept(AnswerContract contract, String answer, int fewer) {
        Judgement judgement = contract.postconditions(Subject.of(PROMPT, answer));
        return contract.settledPrefix(answer, judgement, fewer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // the last field fails, the middle one, the first one, and what looks at all of them
                "{\"a\":\"x\",\"b\":[{\"x\":\"y\"}],\"c\":\"1\"} | {\"a\":\"x\",\"b\":[{\"x\":\"y\"}],",
                "{\"a\":\"x\",\"b\":[{\"x\":\"1\"}],\"c\":\"z\"} | {\"a\":\"x\",",
                "{\"a\":\"1\",\"b\":[{\"x\":\"y\"}],\"c\":\"z\"} | ''",
                "{\"a\":\"1\",\"b\":[{\"x\":\"1\"}],\"c\":\"1\"} | ''",
                "{\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\",\"b\":[{\"x\":\"y\"}],\"c\":\"z\"} | {\"a\":\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\",\"b\":[{\"x\":\"y\"}],",
                // offsets count characters of the text as it stands
                "{ \"a\" : \"x\" , \"b\":[{\"x\":\"é😀\\u00e9\\n\"}], \"c\":\"z\" } | '{ \"a\" : \"x\" , '",
                "not JSON | ''",
                "{\"a\":\"x\",\"b\":[ | ''",
                "[1,2] | ''",
                "{} | ''",
                "'' | ''"
            })
    void keepsTheFieldsBeforeTheFirstThatAFailureCastsDoubtOn(String answer, String expected) {
        assertThat(kept(ONE, answer, 0)).isEqualTo(expected);
    }

    @Test
    void keepsFewerFieldsWhereItIsTold() {
        String answer = "{\"a\":\"x\",\"b\":[{\"x\":\"y\"}],\"c\":\"1\"}";
        assertThat(kept(ONE, answer, 1)).isEqualTo("{\"a\":\"x\",");
        assertThat(kept(ONE, answer, 2)).isEmpty();
        assertThat(kept(ONE, answer, 9)).isEmpty();
    }

    @Test
    void keepsWholePartsOfACompositionAndTheSettledFieldsOfTheFirstThatFails() {
        String one = "\"one\":{\"a\":\"x\",\"b\":[{\"x\":\"y\"}],\"c\":\"%s\"}";
        String two = "\"two\":{\"a\":\"x\",\"b\":[{\"x\":\"y\"}],\"c\":\"%s\"}";
        String second = "{" + one.formatted("z") + "," + two.formatted("1") + "}";
        assertThat(kept(TWO, second, 0))
                .isEqualTo("{" + one.formatted("z") + ",\"two\":{\"a\":\"x\",\"b\":[{\"x\":\"y\"}],");
        assertThat(kept(TWO, second, 1)).isEqualTo("{" + one.formatted("z") + ",\"two\":{\"a\":\"x\",");
        String first = "{" + one.formatted("1") + "," + two.formatted("1") + "}";
        assertThat(kept(TWO, first, 0)).isEqualTo("{\"one\":{\"a\":\"x\",\"b\":[{\"x\":\"y\"}],");
    }

    @Test
    void aCompositionIsJudgedPartByPartWhateverTheOrderOfItsKernels() {
        assertThat(TWO.kernels()).extracting(Kernel::kernelId).containsExactly("one", "two");
        assertThat(TWO.outputSchema().path("properties").propertyNames()).containsExactly("one", "two");
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
