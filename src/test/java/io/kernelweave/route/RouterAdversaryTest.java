package io.kernelweave.route;

import static io.kernelweave.route.Fixtures.KERNELS;
import static io.kernelweave.route.Fixtures.UNITS;
import static io.kernelweave.route.Fixtures.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Prompts and stores that want a wrong decision, or none. */
class RouterAdversaryTest {
    private static final RouterAdapter TRAINED = RouterTrainer.train(KERNELS, Fixtures.prompts(1), VECTORS, 7);
    private static final Router ROUTER = Router.of(KERNELS, VECTORS, TRAINED);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n\t ",
                "\u0000\u0001\uFFFF",
                "\uD800",
                "请问今天天气怎么样",
                "какая сегодня погода",
                "ما هو الطقس اليوم",
                "שלום עולם",
                "🦀🦀🦀"
            })
    void textThatNoKernelKnowsGoesToRawGeneration(String prompt) {
        RouteDecision decision = ROUTER.route(prompt);
        assertThat(decision.action()).isEqualTo(RouteAction.GENERATE);
        assertThat(decision.probability()).isLessThan(decision.threshold());
    }

    @Test
    void aMegabyteIsRoutedByTheRequestInFrontOfIt() {
        String log = "\n\n" + "10:00 ERROR disk full\n".repeat(50_000);
        assertThat(log.length()).isGreaterThan(1_000_000);
        assertThat(ROUTER.route("pull the errors out of this log" + log).kernelIds())
                .containsExactly("list-errors");
        assertThat(ROUTER.route("a".repeat(1 << 20)).action()).isEqualTo(RouteAction.GENERATE);
    }

    @Test
    void materialThatQuotesAKernelDoesNotLureThePrompt() {
        String quoted = "\n\n" + String.join("\n", UNITS.examples()) + "\n" + UNITS.description();
        assertThat(ROUTER.route("turn the commit list into a changelog" + quoted)
                        .kernelIds())
                .doesNotContain("convert-units");
        assertThat(ROUTER.route("who wrote this text, and when?" + quoted).kernelIds())
                .isEmpty();
    }

    @Test
    void ofTwinsTheSameIsTakenEachTimeAndTheOtherIsNamed() {
        Kernel first = twin("convert-a");
        Kernel second = twin("convert-b");
        for (boolean turned : new boolean[] {false, true}) {
            List<Kernel> kernels = new ArrayList<>(List.of(first, second, Fixtures.CHANGELOG));
            if (turned) {
                Collections.reverse(kernels);
            }
            RouteDecision decision =
                    Router.of(kernels, VECTORS, RouterAdapter.untrained()).route("convert 3 hours to seconds");
            assertThat(decision.candidates().get(0).kernelId()).isEqualTo("convert-a");
            assertThat(decision.reason()).contains("tied with convert-b");
        }
    }

    private static Kernel twin(String id) {
        return Kernel.parse("""
                {"kernel_id":"%s","name":"convert units","task_family":"test",
                 "description":"Converts a number from one unit to another.","examples":["convert 3 hours to seconds"],
                 "input_schema":{"type":"object"},"output_schema":{"type":"object"}}
                """.formatted(id), id);
    }

    @Test
    void aStoreOfOneKernelIsNotTheAnswerToEverything() {
        Router one = Router.of(List.of(UNITS), VECTORS, TRAINED);
        assertThat(one.route("convert 3 hours to seconds").kernelIds()).containsExactly("convert-units");
        assertThat(one.route("who invented the bicycle, and for whom").kernelIds())
                .isEmpty();
    }
}
