package io.kernelweave.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlowTest {
    @Test
    void whatIsPrintedIsReadAsTheSame() {
        Flows flows = new Flows(new SplittableRandom(1), List.of("a", "b.c", "0-d_e", "fail", "id", "else"));
        for (int i = 0; i < 3_000; i++) {
            Flow flow = flows.flow(5);
            assertThat(Flow.parse(flow.toString())).as(flow.toString()).isEqualTo(flow);
        }
    }

    @Test
    void operatorsBindFromTightToLoose() {
        assertThat(Flow.parse("compare >> (changelog | review)"))
                .isEqualTo(new Flow.Seq(
                        new Flow.Call("compare"),
                        new Flow.Choice(new Flow.Call("changelog"), new Flow.Call("review"))));
        assertThat(Flow.parse("x: a >> b & c | d else e"))
                .isEqualTo(new Flow.OrElse(
                        new Flow.Choice(
                                new Flow.Par(List.of(
                                        new Flow.Branch("x", new Flow.Seq(new Flow.Call("a"), new Flow.Call("b"))),
                                        new Flow.Branch("c", new Flow.Call("c")))),
                                new Flow.Call("d")),
                        new Flow.Call("e")));
        assertThat(Flow.parse("a >> b >> c").toString()).isEqualTo("a >> b >> c");
        assertThat(Flow.parse("a >> (b >> c)").toString()).isEqualTo("a >> (b >> c)");
        assertThat(Flow.parse("x:(a&b)&c").toString()).isEqualTo("x: (a & b) & c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "a >> # column 5 # the end",
                "a >>> b # column 5 # a term is wanted",
                "a b # column 3 # does not belong here",
                "(a | b # column 7 # close the ( of flow, column 1",
                "A # column 1 # not a kernel's id",
                "retry(0, a) # column 7 # 1 to 100",
                "retry 2 # column 7 # retry(…)",
                "guard([5]) # column 7 # kernel's id",
                "guard({\"check\":\"nothing\"}) # column 7 # unknown check",
                "adapt({\"$nothing\":1}) # column 7 # $at",
                "adapt({\"a\":) # column 7 # not JSON",
                "a & (b >> c) # column 5 # name it",
                "a & a # column 6 # called \"a\"",
                "fail(5) # column 6 # reason",
                "else # column 1 # a term is wanted",
            })
    void aRefusalNamesTheColumnAndTheRemedy(String text, String column, String remedy) {
        assertThatThrownBy(() -> Flow.parse(text))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("flow, " + column)
                .hasMessageContaining(remedy);
    }

    @Test
    void anEmptyTextIsNoFlow() {
        assertThatThrownBy(() -> Flow.parse(" ")).hasMessageContaining("the end stands where a term is wanted");
    }

    @Test
    void deepAndLongTextsAreRefusedNotSuffered() {
        assertThatThrownBy(() -> Flow.parse("(".repeat(5_000) + "a" + ")".repeat(5_000)))
                .isInstanceOf(InputException.class);
        assertThatThrownBy(() -> Flow.parse("a" + " >> a".repeat(5_000))).isInstanceOf(InputException.class);
    }
}
