package io.kernelweave.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.kernel.PromptInput;
import io.kernelweave.results.ResultRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacesTest {
    private static final String PROMPT =
            "What  breaks\nthe build?\n\n```text\nthe build\nof `x`\n```\n\nand the build\n```\nother build\n```\n";

    private static Optional<String> found(String prompt, String answer, String field, int start, int end) {
        return new Places(prompt, answer)
                .of(new ResultRow.Span(field, start, end), "c")
                .map(place -> (place.inPrompt() ? prompt : answer).substring(place.start(), place.end()));
    }

    @Test
    void aSpanOfAValueOfTheAnswerIsARangeOfItsText() {
        String answer = "{\"a\" : [ {\"b\":\"x\\n\\u00e9\\\"y\"}, 17 ], \"c/d\":\"z\"}";
        assertThat(found("p", answer, "output.a[0].b", 1, 4)).contains("\\n\\u00e9\\\"");
        assertThat(found("p", answer, "output.a[1]", 0, 2)).contains("17");
        assertThat(found("p", answer, "output.c/d", 0, 1)).contains("z");
        assertThat(found("p", answer, "output", 0, 4)).contains("{\"a\"");
        assertThat(found("p", answer, "output.b", 0, 1)).isEmpty();
        assertThat(found("p", answer, "output.c/d", 0, 9)).isEmpty();
        assertThat(found("p", "no JSON {", "output.a", 0, 1)).isEmpty();
    }

    @Test
    void anAnswerOfSeveralKernelsHasTheSpansOfEachInItsOwnPart() {
        String answer = "{\"k1\":{\"q\":\"one\"},\"k2\":{\"q\":\"two\"}}";
        assertThat(new Places("p", answer).of(new ResultRow.Span("output.q", 0, 3), "k2/quoted"))
                .contains(new Places.Place(false, answer.indexOf("two"), answer.indexOf("two") + 3));
    }

    @Test
    void aSpanOfThePromptIsToldFromTheSameWordsElsewhere() {
        PromptInput input = PromptInput.of(PROMPT);
        assertThat(input.source()).isEqualTo("the build\nof `x`\nother build");
        assertThat(place("input.source", 0, 9)).isEqualTo(PROMPT.indexOf("the build\nof"));
        assertThat(place("input.source", 23, 28)).isEqualTo(PROMPT.indexOf("other build") + 6);
        assertThat(place("input.blocks[1]", 6, 11)).isEqualTo(PROMPT.indexOf("other build") + 6);
        int second = input.request().lastIndexOf("the build");
        assertThat(place("input.request", second, second + 9)).isEqualTo(PROMPT.indexOf("and the build") + 4);
        assertThat(found(PROMPT, "", "input.request", 0, 15)).contains("What  breaks\nthe".substring(0, 16));
        assertThat(place("prompt", 2, 4)).isEqualTo(2);
    }

    private static int place(String field, int start, int end) {
        return new Places(PROMPT, "")
                .of(new ResultRow.Span(field, start, end), "c")
                .map(Places.Place::start)
                .orElse(-1);
    }

    @Test
    void anyTextInAnyAnswerIsFoundWhereItStands() {
        Random random = new Random(7);
        String letters = "ab\"\\\n\t\u0001é€\ud83d\ude00 {}[]:,";
        for (int round = 0; round < 500; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20) + 1; i > 0; i--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            int start = random.nextInt(text.length());
            int end = start + 1 + random.nextInt(text.length() - start);
            String answer = Json.compact(Map.of("x", List.of(text.toString(), "b")));
            if (random.nextBoolean()) {
                answer = answer.replace("é", "\\u00e9");
            }
            Optional<String> found = found("p", answer, "output.x[0]", start, end);
            assertThat(found).isPresent();
            assertThat(Json.parse("\"" + found.get() + "\"", String.class, "piece"))
                    .isEqualTo(text.substring(start, end));
        }
    }
}
