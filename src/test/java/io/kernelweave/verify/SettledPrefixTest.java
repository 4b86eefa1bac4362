package io.kernelweave.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.kernel.Kernel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettledPrefixTest {
    private static final String PROMPT = "count the words\n\nalpha beta";

    /** Fields a, b, c, each with a condition of its own, and one condition over the whole answer. */
    private static final Contract CONTRACT = Contract.of(Kernel.parse("""
            {"kernel_id":"one","name":"N","task_family":"t","description":"D","input_schema":{"type":"object","required":["source"]},
             "output_schema":{"type":"object","required":["a","b","c"],"properties":{"a":{},"b":{},"c":{}}},
             "postconditions":[
              {"name":"a-ok","check":"regex","target":"output.a","pattern":"^[a-z]+$"},
              {"name":"b-ok","check":"regex","target":"output.b[*].x","pattern":"^[a-z]+$"},
              {"name":"c-ok","check":"regex","target":"output.c","pattern":"^[a-z]+$"},
              {"name":"short","check":"regex","target":"output","pattern":"^.{0,72}$"},
              {"name":"advice","check":"regex","target":"output.a","pattern":"^zz","severity":"warn"}]}""", "one"));

    private static String kept(String answer, int fewer) {
        Judgement judgement = CONTRACT.postconditions(Subject.of(PROMPT, answer));
        return CONTRACT.settledPrefix(answer, judgement, fewer);
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
        assertThat(kept(answer, 0)).isEqualTo(expected);
    }

    @Test
    void keepsFewerFieldsWhereItIsTold() {
        String answer = "{\"a\":\"x\",\"b\":[{\"x\":\"y\"}],\"c\":\"1\"}";
        assertThat(kept(answer, 1)).isEqualTo("{\"a\":\"x\",");
        assertThat(kept(answer, 2)).isEmpty();
        assertThat(kept(answer, 9)).isEmpty();
    }
}
