package io.kernelweave.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {
    private static Condition condition(String json) {
        return Json.parse(json, Condition.class, "test");
    }

    @Test
    void aPlainStringIsATextCheckThatStaysVisible() {
        Condition condition = condition("\"Every claim has a source!\"");
        assertThat(condition.name()).isEqualTo("every-claim-has-a-source");
        assertThat(condition.severity()).isEqualTo(Condition.Severity.ERROR);
        assertThat(condition.toJson().toString())
                .isEqualTo("{\"check\":\"text\",\"says\":\"Every claim has a source!\"}");
        assertThat(condition.says()).isEqualTo("Every claim has a source!");
    }

    @Test
    void isWrittenAsItWasRead() {
        String json = "{\"check\":\"count\",\"name\":\"short\",\"severity\":\"warn\",\"op\":\"<=\",\"value\":3}";
        assertThat(condition(json).severity()).isEqualTo(Condition.Severity.WARN);
        assertThat(Json.compact(condition(json))).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "[]", "{}", "{\"check\":1}", "{\"check\":\"count\",\"severity\":\"fatal\"}"})
    void refusesWhatIsNone(String json) {
        assertThatThrownBy(() -> condition(json)).isInstanceOf(InputException.class);
    }

    @Test
    void aKernelsConditionsHaveDifferentNames() {
        assertThatThrownBy(() -> Kernel.parse("""
                        {"kernel_id":"k","name":"N","task_family":"t","description":"D","input_schema":{},"output_schema":{},
                         "postconditions":["same"],"evidence_requirements":["same"]}""", "k.json"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("two conditions are called \"same\"");
    }

    @Test
    void aKernelWithoutWhatEveryKernelHasIsRefused() {
        assertThatThrownBy(() -> Kernel.parse("{\"kernel_id\":\"k\",\"name\":\" \"}", "k.json"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("k.json")
                .hasMessageContaining("/name: is missing or empty");
    }
}
