package io.kernelweave.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.schema.SchemaValidator;
import io.kernelweave.verify.Outcome;
import io.kernelweave.verify.Subject;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompositionTest {
    private static final Kernel ERRORS =
            kernel("list-errors", "ERROR", "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}");
    private static final Kernel COUNT = kernel("count-lines", "line", "{\"type\":\"integer\"}");

    private static Kernel kernel(String id, String needs, String outputSchema) {
        return Kernel.parse("""
                {"kernel_id":"%s","name":"%s","task_family":"test","description":"A kernel.",
                 "input_schema":{"type":"object","required":["source"]},"output_schema":%s,
                 "preconditions":[{"name":"needs","check":"contains","target":"input.source","all":["%s"]}]}
                """.formatted(id, id, outputSchema, needs), id);
    }

    @Test
    void joinsTheOutputSchemasUnderTheKernelsIds() {
        Composition both = Composition.of(List.of(ERRORS, COUNT));
        assertThat(both.kernelIds()).containsExactly("list-errors", "count-lines");
        assertThat(both.outputSchema().path("properties").propertyNames())
                .containsExactly("list-errors", "count-lines");
        SchemaValidator joined = SchemaValidator.compile(both.outputSchema(), "joined");
        assertThat(joined.validate(Json.parse("{\"list-errors\":[\"x\"],\"count-lines\":2}", "t")))
                .isEmpty();
        assertThat(joined.validate(Json.parse("{\"list-errors\":[\"x\"]}", "t")))
                .isNotEmpty();
        assertThat(joined.validate(Json.parse("{\"list-errors\":[1],\"count-lines\":2}", "t")))
                .isNotEmpty();
        assertThat(joined.validate(Json.parse("{\"list-errors\":[],\"count-lines\":2,\"x\":1}", "t")))
                .isNotEmpty();
    }

    @Test
    void holdsOnlyWhereAllPreconditionsHold() {
        Composition both = Composition.of(List.of(ERRORS, COUNT));
        assertThat(both.preconditions(Subject.of("list and count\n\nline 1 ERROR", "")))
                .isEqualTo(Outcome.PASS);
        assertThat(both.preconditions(Subject.of("list and count\n\nline 1 INFO", "")))
                .isEqualTo(Outcome.FAIL);
        assertThat(both.preconditions(Subject.of("list and count", ""))).isNotEqualTo(Outcome.PASS);
    }

    @Test
    void refusesWhatCannotBeJoined() {
        assertThatThrownBy(() -> Composition.of(List.of(ERRORS)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("two or more");
        assertThatThrownBy(() -> Composition.of(List.of(ERRORS, ERRORS)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("list-errors is named twice");
        Kernel referring = kernel("referring", "x", "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"type\":\"string\"}}}");
        assertThatThrownBy(() -> Composition.of(List.of(ERRORS, referring)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("referring")
                .hasMessageContaining("$ref");
    }
}
