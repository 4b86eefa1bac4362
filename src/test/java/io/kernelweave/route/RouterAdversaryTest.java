package io.kernelweave.route;

import static io.kernelweave.route.Fixtures.KERNELS;
import static io.kernelweave.route.Fixtures.UNITS;
import static io.kernelweave.route.Fixtures.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** Prompts and stores that want a wrong decision, or none. */
class RouterAdversaryTest {
    private static final RouterAdapter TRAINED = RouterTrainer.train(KERNELS, Fixtures.prompts(1), VECTORS, 7);
    private static final Router ROUTER = Router.of(KERNELS, VECTORS, TRAINED);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n\t ",
                "?!... -- ***",
                "\u0000\u0001\uFFFF",
                "\u200B\u202E\u2028",
                "\uD800",
                "\uDC00 \uD83E",
                "请问今天天气怎么样",
                "какая сегодня погода",
                "ما هو الطقس اليوم",
                "שלום עולם",
                "🦀🦀🦀",
                "```",
                "> > >",
                "\"\"\""
            })
    void textThatNoKernelKnowsGoesToRawGeneration(String prompt) {
        for (Router router : List.of(ROUTER, untrained(KERNELS))) {
            RouteDecision decision = router.route(prompt);
            assertThat(decision.action()).isEqualTo(RouteAction.GENERATE);
            assertThat(decision.probability()).isLessThan(decision.threshold());
        }
    }

    @Test
    void aMegabyteIsRoutedByTheRequestInFrontOfIt() {
        String log = "\n\n" + "10:00 ERROR disk full\n".repeat(50_000);
        assertThat(log.length()).isGreaterThan(1_000_000);
        assertThat(ROUTER.route("pull the errors out of this log" + log).kernelIds())
                .containsExactly("list-errors");
        for (String piece : List.of("a", "字", "🦀", ".", " ", "\n", "\"", "`", "<a>", "and ", "1) ", "9", "\u202E")) {
            RouteDecision decision = ROUTER.route(piece.repeat((1 << 20) / piece.length()));
            assertThat(decision.action()).as(piece).isEqualTo(RouteAction.GENERATE);
            assertThat(decision.reason()).hasSizeLessThan(1000);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "con\u200Bvert 3 ho\u00ADurs to sec\u200Donds",
                "\u202Econvert 3 hours\u202C to \u2066seconds\u2069",
                "convert\u00A03\u2028hours\u3000to\u0085seconds",
                "\u0007convert 3 hours\u001B to seconds\uD800"
            })
    void whatPeopleDoNotSeeDoesNotHideARequest(String prompt) {
        assertThat(Query.request(prompt)).isEqualTo("convert 3 hours to seconds");
        assertThat(ROUTER.route(prompt).kernelIds()).containsExactly("convert-units");
    }

    @Test
    void whatIsCutOffLeavesNoHalfOfACharacter() {
        for (String start : List.of("", "x")) {
            String request = Query.request(start + "🦀".repeat(2000));
            assertThat(request.length()).isBetween(999, 1000);
            assertThat(Character.isHighSurrogate(request.charAt(request.length() - 1)))
                    .isFalse();
        }
    }

    @Test
    void aReasonIsOneLineThatNoTerminalObeys() {
        RouteDecision decision = ROUTER.route(
                "draft \u001B[31mrelease notes\u2028 for the release, then show the \u202Eerrors of this log"
                        + "\n\n10:00 ERROR disk full");
        assertThat(decision.action()).isEqualTo(RouteAction.COMPOSE);
        assertThat(decision.reason())
                .contains("\"show the errors of this log\" is list-errors")
                .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}]");
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
    void whatAPromptQuotesOrPastesDoesNotLureIt() {
        List<String> lured = new ArrayList<>();
        int asked = 0;
        for (Map.Entry<String, List<String>> way : Lures.of(KERNELS).entrySet()) {
            if (way.getKey().startsWith("quoted") || way.getKey().startsWith("pasted")) {
                asked += way.getValue().size();
                way.getValue().stream()
                        .filter(prompt -> ROUTER.route(prompt).action() != RouteAction.GENERATE)
                        .forEach(lured::add);
            }
        }
        assertThat(asked).isGreaterThan(100);
        assertThat(lured).hasSizeLessThanOrEqualTo(asked / 50);
    }

    @Test
    void aRequestBesideAQuotationIsRoutedAsWithoutIt() {
        for (String quoted : List.of("\"who painted the moon last spring\" ", "> who painted the moon\n\n")) {
            RouteDecision decision = ROUTER.route(quoted + "convert 3 hours to seconds");
            assertThat(decision.kernelIds()).as(quoted).containsExactly("convert-units");
        }
    }

    @Test
    void ofTwinsTheSameIsTakenEachTimeAndTheOtherIsNamed() {
        Kernel first = twin("convert-a", "seconds");
        Kernel second = twin("convert-b", "seconds");
        for (boolean turned : new boolean[] {false, true}) {
            List<Kernel> kernels = new ArrayList<>(List.of(first, second, Fixtures.CHANGELOG));
            if (turned) {
                Collections.reverse(kernels);
            }
            RouteDecision decision = untrained(kernels).route("convert 3 hours to seconds");
            assertThat(decision.candidates().get(0).kernelId()).isEqualTo("convert-a");
            assertThat(decision.kernelIds()).containsExactly("convert-a");
            assertThat(decision.reason()).contains("; the same as convert-b; ");
        }
    }

    @Test
    void ofManyTwinsTheFirstByNameIsTakenWhateverTheirOrder() {
        List<Kernel> kernels = new ArrayList<>(List.of(Fixtures.CHANGELOG));
        for (int i = 10; i < 50; i++) {
            kernels.add(twin("convert-" + i, "seconds"));
        }
        RouteDecision first = untrained(kernels).route("convert 3 hours to seconds");
        assertThat(first.kernelIds()).containsExactly("convert-10");
        assertThat(first.reason())
                .contains("; the same as convert-11, convert-12, convert-13, convert-14, convert-15 and 34 more; ");
        for (int seed = 0; seed < 5; seed++) {
            Collections.shuffle(kernels, new Random(seed));
            assertThat(untrained(kernels).route("convert 3 hours to seconds")).isEqualTo(first);
        }
    }

    @Test
    void copiesOfAKernelDoNotTakeItsPrompts() {
        List<Kernel> kernels = new ArrayList<>(KERNELS);
        for (int i = 0; i < 10; i++) {
            kernels.add(
                    Json.convert(Json.<ObjectNode>tree(UNITS).put("kernel_id", "a-copy-" + i), Kernel.class, "copy"));
        }
        Router router = Router.of(kernels, VECTORS, TRAINED);
        RouteDecision decision = router.route("convert 3 hours to seconds");
        assertThat(decision.kernelIds()).containsExactly("convert-units");
        assertThat(decision.probability())
                .isEqualTo(ROUTER.route("convert 3 hours to seconds").probability());
        assertThat(decision.reason()).contains("; the same as a-copy-0, ");
        assertThat(router.digest()).isNotEqualTo(ROUTER.digest());
    }

    @Test
    void ofTwinsTheOneWhoseAnswersWereAcceptedIsTaken() {
        Router router = Router.of(
                List.of(twin("convert-a", "seconds"), twin("convert-b", "seconds")),
                List.of(VECTORS),
                RouterAdapter.untrained(),
                new Usage(Map.of("convert-b", 3L)));
        RouteDecision decision = router.route("convert 3 hours to seconds");
        assertThat(decision.kernelIds()).containsExactly("convert-b");
        assertThat(decision.reason()).contains("; the same as convert-a");
    }

    @Test
    void kernelsThatTakeOtherPromptsAreNoTwins() {
        Kernel stricter = Fixtures.kernel(
                "a-log",
                "Lists errors.",
                "{\"name\":\"e\",\"check\":\"contains\",\"target\":\"input.source\",\"all\":[\"E\"]}");
        Kernel open = Json.convert(
                Json.<ObjectNode>tree(Fixtures.kernel("a-log", "Lists errors.", ""))
                        .put("kernel_id", "b-log"),
                Kernel.class,
                "b-log");
        Router router = untrained(List.of(stricter, open));
        assertThat(router.route("a log: lists errors\n\nI").kernelIds()).containsExactly("b-log");
        assertThat(router.route("a log: lists errors\n\nE").candidates()).hasSize(2);
    }

    /** Every kernel here differs from the others in a word. */
    @ParameterizedTest
    @CsvSource({"convert 3 hours to seconds, in-seconds", "convert 3 hours to minutes, in-minutes"})
    void aSingleWordTellsKernelsApart(String prompt, String kernel) {
        List<Kernel> kernels = List.of(twin("in-seconds", "seconds"), twin("in-minutes", "minutes"));
        RouteDecision decision = untrained(kernels).route(prompt);
        assertThat(decision.candidates().get(0).kernelId()).isEqualTo(kernel);
        assertThat(decision.reason()).doesNotContain("tied");
    }

    private static Kernel twin(String id, String unit) {
        return Kernel.parse("""
                {"kernel_id":"%s","name":"convert units","task_family":"test",
                 "description":"Converts a number from one unit to %s.","examples":["convert 3 hours to %s"],
                 "input_schema":{"type":"object"},"output_schema":{"type":"object"}}
                """.formatted(id, unit, unit), id);
    }

    private static Router untrained(List<Kernel> kernels) {
        return Router.of(kernels, VECTORS, RouterAdapter.untrained());
    }

    @Test
    void aStoreOfOneKernelIsNotTheAnswerToEverything() {
        Router one = Router.of(List.of(UNITS), VECTORS, TRAINED);
        assertThat(one.route("convert 3 hours to seconds").kernelIds()).containsExactly("convert-units");
        assertThat(one.route("who invented the bicycle, and for whom").kernelIds())
                .isEmpty();
    }

    @Test
    void aStoreWithoutAKernelRoutesNothingAndSaysSo() {
        RouteDecision decision = untrained(List.of()).route("convert 3 hours to seconds");
        assertThat(decision.action()).isEqualTo(RouteAction.GENERATE);
        assertThat(decision.reason()).isEqualTo("raw generation: there is no kernel to route to");
        assertThat(decision.candidates()).isEmpty();
    }

    @Test
    void aKernelThatSaysNothingOfItselfIsRefusedAndOneThatSaysLittleIsNoMatch() {
        assertThatThrownBy(() -> Fixtures.kernel("mute", " ", ""))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("/description: is missing or empty");
        Kernel mute = Fixtures.kernel("x", "Not for converting.", "", " ", "```\\nlog\\n```");
        assertThat(KernelText.of(mute).texts()).containsExactly("x");
        for (String prompt : List.of("", "?", "convert 3 hours to seconds")) {
            assertThat(untrained(List.of(mute, UNITS)).route(prompt).kernelIds())
                    .as(prompt)
                    .doesNotContain("x");
        }
    }

    @Test
    void anExampleIsReadAsAPromptIs() {
        Kernel pasted = Fixtures.kernel(
                "fix",
                "Fixes it.",
                "",
                "fix this code\\n```\\nconvert 3 hours to seconds\\n```",
                "say \\\"one two three\\\"");
        assertThat(KernelText.of(pasted).texts()).containsExactly("fix", "Fixes it.", "fix this code", "say …");
    }

    @Test
    void ofTenThousandKernelsTheRightOneIsFound() {
        List<Kernel> kernels = new ArrayList<>(KERNELS);
        for (int i = 0; i < 10_000; i++) {
            kernels.add(Fixtures.kernel("k" + i, "Handles matter " + i + ".", "", "deal with matter " + i));
        }
        Router router = Router.of(kernels, List.of(), RouterAdapter.untrained());
        assertThat(router.route("convert 3 hours to seconds").kernelIds()).containsExactly("convert-units");
        assertThat(router.route("please deal with matter 4711")
                        .candidates()
                        .get(0)
                        .kernelId())
                .isEqualTo("k4711");
        assertThat(router.route("who painted violins abroad").kernelIds()).isEmpty();
    }
}
