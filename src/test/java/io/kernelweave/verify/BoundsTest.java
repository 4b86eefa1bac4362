package io.kernelweave.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.kernelweave.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

/** Texts made to hold a check up. Each of these took seconds to hours, or all memory, without its bound. */
class BoundsTest {
    private static final int LARGE = 900_000;
    private static final int TOO_LARGE = 5_000_000;
    /** No measure of speed: what is bounded takes a hundredth of it on a slow machine, what is not never ends. */
    private static final Duration END = Duration.ofSeconds(20);

    private static Verdict evaluate(String check, String prompt, String answer) {
        Check compiled = Checks.parse((ObjectNode) Json.parse(check.replace('\'', '"'), "test"), "test");
        return assertTimeoutPreemptively(END, () -> compiled.evaluate(Subject.of(prompt, answer)));
    }

    private static String list(int size) {
        return IntStream.range(0, size).mapToObj(i -> "\"s" + i + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    private static Arguments on(String check, String answer) {
        return Arguments.of(check, "q", answer);
    }

    static Stream<Arguments> tooMuch() {
        String a = "a".repeat(LARGE);
        String words = "the cat sat 12 on 3.4 mats. ".repeat(LARGE / 28);
        return Stream.of(
                on("{'check':'compare','left':{'matches':'a.*b|a','of':'output'},'op':'>','right':3}", a),
                on(
                        "{'check':'compare','left':{'count':'items','of':{'find':'(a?){20}a{20}b','of':'output'}},'op':'>','right':3}",
                        a),
                on("{'check':'compare','left':'output','op':'sameSet','right':'output'}", list(50_000)),
                on("{'check':'unique'}", list(50_000)),
                on("{'check':'sorted','target':'output[*]'}", list(50_000)),
                on("{'check':'schema','schema':{'items':{'maxLength':1}}}", list(50_000)),
                on("{'check':'schema','schema':{'items':{'pattern':'(a|aa)+$'}}}", "[\"" + a + "b\"]"),
                on("{'check':'parses','as':'json','in':'found'}", "[\"".repeat(LARGE / 2)),
                on("{'check':'parses','as':'sql'}", "SELECT " + "(".repeat(1_000) + "1" + ")".repeat(1_000)),
                on("{'check':'parses','as':'sql'}", "SELECT a" + ".a".repeat(LARGE / 2)),
                on("{'check':'parses','as':'html'}", "<b><p>".repeat(LARGE / 6)),
                on("{'check':'parses','as':'xml'}", "<a>".repeat(LARGE / 3)),
                on("{'check':'parses','as':'yaml'}", "[".repeat(LARGE)),
                on("{'check':'noSecrets'}", "-----BEGIN PRIVATE KEY-----".repeat(LARGE / 27)),
                on("{'check':'noPersonalData'}", "1 ".repeat(LARGE / 2)),
                on("{'check':'noMarkup'}", "<a ".repeat(LARGE / 3)),
                on("{'check':'links','allow':['a.b']}", "http://a" + ".,".repeat(LARGE / 2) + "x"),
                Arguments.of(
                        "{'check':'quoteInSource','target':'output[*]'}",
                        "Q\n\n" + words,
                        "[" + "\"cat\",".repeat(9_000) + "\"cat\"]"),
                Arguments.of("{'check':'numbersGrounded'}", "Q\n\n" + words, words),
                Arguments.of(
                        "{'check':'coverage','of':'output','target':'input.source'}", "Q\n\n" + words, list(9_000)));
    }

    @ParameterizedTest
    @MethodSource("tooMuch")
    void whatIsTooMuchIsUnknownAndSaysSo(String check, String prompt, String answer) {
        Verdict verdict = evaluate(check, prompt, answer);
        assertThat(verdict.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(verdict.reason())
                .containsAnyOf("more than", "too long", "longer than", "deeper than", "in 250000 steps");
    }

    static Stream<Arguments> hard() {
        String a = "a".repeat(LARGE);
        return Stream.of(
                Arguments.of(
                        "{'check':'quoteInSource','target':'output.q'}",
                        "Q\n\n" + a,
                        "{\"q\":\"" + a.substring(0, LARGE / 3) + "b\"}",
                        Outcome.FAIL),
                Arguments.of(
                        "{'check':'numbersGrounded'}", "Q\n\n" + "9".repeat(90_000), "9".repeat(90_000), Outcome.PASS),
                Arguments.of(
                        "{'check':'numbersGrounded'}",
                        "Q\n\n" + "111,".repeat(20_000),
                        "111," + "111,".repeat(19_999),
                        Outcome.PASS),
                Arguments.of(
                        "{'check':'links','allow':['a.b']}", "q", "http://a" + ".,".repeat(40_000) + "x", Outcome.FAIL),
                Arguments.of(
                        "{'check':'parses','as':'sql'}",
                        "q",
                        "SELECT " + "(".repeat(29) + "a = 1" + ")".repeat(29),
                        Outcome.PASS),
                Arguments.of("{'check':'parses','as':'html'}", "q", "<b><i><u><p>".repeat(8_000), Outcome.FAIL));
    }

    @ParameterizedTest
    @MethodSource("hard")
    void whatIsHardIsStillDecided(String check, String prompt, String answer, Outcome outcome) {
        assertThat(evaluate(check, prompt, answer).outcome()).isEqualTo(outcome);
    }

    @Test
    void everyCheckEndsOnAnAnswerOfFiveMegabytesAndOnTenThousandBrackets() {
        List<String> answers = List.of(
                "a".repeat(TOO_LARGE),
                "[" + "1,".repeat(TOO_LARGE / 2) + "1]",
                "[".repeat(10_000) + "]".repeat(10_000),
                "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000));
        for (CheckDescriptor descriptor : CheckDescriptor.all()) {
            for (CheckDescriptor.Example example : descriptor.examples()) {
                Check check = Checks.parse(example.condition(), "example");
                for (String answer : answers) {
                    assertThatNoException()
                            .as(example.condition().toString())
                            .isThrownBy(() -> assertTimeoutPreemptively(
                                    END, () -> check.evaluate(example.subject().answered(answer))));
                }
            }
        }
    }
}
