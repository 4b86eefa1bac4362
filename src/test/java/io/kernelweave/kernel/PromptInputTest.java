package io.kernelweave.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptInputTest {
    @Test
    void tellsWhatIsAskedFromTheFencedMaterial() {
        PromptInput input = PromptInput.of("""
                Why does   this fail?

                ```java
                int x = 1;

                  y();
                ```
                It worked in 1.3.
                ```
                log
                ```
                """);
        assertThat(input.request()).isEqualTo("Why does this fail? It worked in 1.3.");
        assertThat(input.blocks()).containsExactly("int x = 1;\n\n  y();", "log");
        assertThat(input.source()).isEqualTo("int x = 1;\n\n  y();\nlog");
        assertThat(input.language()).isEqualTo("java");
        assertThat(input.numbers()).containsExactly(new BigDecimal("1.3"));
    }

    @Test
    void withoutAFenceTheSourceFollowsTheFirstBlankLine() {
        PromptInput input = PromptInput.of("\n\nsummarise\nthis\n \t\nfirst\n\nsecond\n\n");
        assertThat(input.request()).isEqualTo("summarise this");
        assertThat(input.source()).isEqualTo("first\n\nsecond");
        assertThat(input.blocks()).isEmpty();
        assertThat(PromptInput.of("only a question\n\n").source()).isNull();
    }

    @Test
    void threeBackticksInALineAreNoFence() {
        PromptInput input = PromptInput.of("what does ```ls -l``` print?\n\ntotal 0");
        assertThat(input.request()).isEqualTo("what does ```ls -l``` print?");
        assertThat(input.source()).isEqualTo("total 0");
    }

    @Test
    void aLongerFenceHoldsShorterOnes() {
        PromptInput input = PromptInput.of("""
                tidy this page
                ````markdown
                # Title
                ```sh
                ls
                ```
                ````
                please
                """);
        assertThat(input.blocks()).containsExactly("# Title\n```sh\nls\n```");
        assertThat(input.language()).isEqualTo("markdown");
        assertThat(input.request()).isEqualTo("tidy this page please");
    }

    @Test
    void aFenceThatIsNeverClosedRunsToTheEnd() {
        PromptInput input = PromptInput.of("fix\n```sql\nselect 1\n\nfrom x");
        assertThat(input.source()).isEqualTo("select 1\n\nfrom x");
        assertThat(PromptInput.of("fix\n```\n").source()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fix\n\n```sh\na\n\nb\n```\nnow", "fix \"it\"\n\na\nb", "fix\n \nb"})
    void lineEndingsOfWindowsChangeNothing(String prompt) {
        assertThat(PromptInput.of(prompt.replace("\n", "\r\n"))).isEqualTo(PromptInput.of(prompt));
    }

    @Test
    void readsWhatIsQuotedInTheRequestAlone() {
        PromptInput input = PromptInput.of("rename `a b` to \"c\" or “d” but not 'e'\n\n\"pasted\" 7");
        assertThat(input.quoted()).containsExactly("a b", "c", "d");
        assertThat(input.numbers()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            emptyValue = "",
            nullValues = "-",
            value = {
                "a limit of 1,200 requests; 1200",
                "1,234,567.89 and 12.5%; 1234567.89 12.5",
                "from v1.4 to v2; -",
                "from -3 to 10-20; -3 10 20",
                "x1 y2z abc3; -",
                "3GiB in MB; 3",
                "1,2345; 1 2345",
                "$5 (7); 5 7",
                "none; -"
            })
    void readsNumbersAsPeopleWriteThem(String request, String expected) {
        List<BigDecimal> numbers = expected == null
                ? List.of()
                : Arrays.stream(expected.split(" ")).map(BigDecimal::new).toList();
        assertThat(PromptInput.of(request).numbers()).isEqualTo(numbers);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "\"pull the errors out\" was said. Who was it? | … was said. Who was it?",
                "My colleague wrote “pull the errors\\nout”. Why? | My colleague wrote …. Why?",
                "'pull the errors out' - who? | … - who?",
                "«pull the errors out», or „pull the errors out“? | …, or …?",
                "what is `pull the errors out` in French? | what is … in French?",
                "<text>pull the errors out</text> Who? | Who?",
                "is <q>pull <i>the</i> errors out</q> right? | is … right?",
                "> pull the errors out\\n\\nno thanks\\n\\n> why? | no thanks",
                "no thanks\\n> pull the errors out\\nbye | no thanks bye",
                "\"\"\"\\npull the errors out\\n\\nnow\\n\"\"\"\\nwhy? | why?",
                "<doc>\\n\\npull the errors out\\n\\n</doc>\\n\\nwhy? | why?",
                "who is on call?\\n10:00:01 INFO asked to pull the errors out | who is on call?",
                "who is on call?\\n[2026-01-01 10:00] ann: pull the errors out\\nbye | who is on call? bye"
            })
    void whatIsQuotedIsNotAsked(String prompt, String asked) {
        String text = prompt.replace("\\n", "\n");
        assertThat(PromptInput.asked(text)).isEqualTo(asked);
        assertThat(PromptInput.of(text).request()).isNotEqualTo(asked);
        assertThat(PromptInput.asked(text + "\n```\npull the errors out\n```")).isEqualTo(asked);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rename `a b` to \"c\"",
                "explain `*/15 9-17 * * 1-5` and `git log --oneline`",
                "don't sort it, don't guess, it's Ann's",
                "a 24\" wide and 27\" high screen for my desk",
                "the \"rest of this is never closed",
                "make a <table> of a < b and b > c",
                "\"pull the errors out of this\"",
                "> pull the errors out",
                "12:30 UTC in epoch seconds please",
                "what is this in epoch seconds? 2026-01-01T10:00:00Z",
                ""
            })
    void namesApostrophesAndWhatStandsAloneAreAsked(String prompt) {
        assertThat(PromptInput.asked(prompt)).isEqualTo(prompt);
    }

    @Test
    void aMarkThatIsNeverClosedDoesNotReachIntoThePastedMaterial() {
        assertThat(PromptInput.asked("who said \"no?\n\nalpha beta gamma\"\n\ndelta"))
                .isEqualTo("who said \"no?");
        assertThat(PromptInput.asked("who said \"no?\n```\nalpha beta gamma\"\n```\nwhy"))
                .isEqualTo("who said \"no? why");
    }

    @Test
    void theTypedInputHasOnlyFieldsThatHoldSomething() {
        assertThat(PromptInput.of("hello").toJson().propertyNames()).containsExactly("request");
        assertThat(PromptInput.of("set `x` to 3\n```yaml\nx: 2\n```").toJson().toString())
                .isEqualTo("{\"request\":\"set `x` to 3\",\"source\":\"x: 2\",\"blocks\":[\"x: 2\"],"
                        + "\"language\":\"yaml\",\"quoted\":[\"x\"],\"numbers\":[3]}");
    }

    @Test
    void everyPromptHasAReading() {
        SplittableRandom random = new SplittableRandom(11);
        String[] pieces = {
            "```",
            "````",
            "``",
            "`",
            "\n",
            "\r\n",
            "\n\n",
            " ",
            "\t",
            "\"",
            "“",
            "”",
            "a",
            "word",
            "1,200",
            "-",
            ".",
            ",",
            "9",
            "```java\n",
            "\n```\n",
            "\u0000",
            "\ud83d",
            "\u2028",
            "é",
            "v1.4",
            "> ",
            "<b>",
            "</b>",
            "one two three",
            "\"\"\"\n"
        };
        for (int i = 0; i < 20_000; i++) {
            StringBuilder prompt = new StringBuilder();
            for (int n = random.nextInt(25); n > 0; n--) {
                prompt.append(pieces[random.nextInt(pieces.length)]);
            }
            String text = prompt.toString();
            assertThatCode(() -> {
                        PromptInput input = PromptInput.of(text);
                        assertThat(PromptInput.asked(text)).doesNotContain("\n");
                        assertThat(input.request())
                                .isEqualTo(input.request().strip())
                                .doesNotContain("\n");
                        assertThat(input.source() == null)
                                .isEqualTo(!input.toJson().has("source"));
                        input.blocks()
                                .forEach(block -> assertThat(input.source()).contains(block));
                    })
                    .as("prompt %s", text)
                    .doesNotThrowAnyException();
        }
    }

    /** Some of these take minutes where reading takes time in the square of the length. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "9", "1,", "“", "`", "\"", " ", "\n", "```\n", "\n```", " \n", "- ", "'", "»", "<a>", "</a>", "<a>\n\n",
                "'''\n", "> \n", " 'a", "10:00 "
            })
    void longPromptsAreReadInTimeThatGrowsWithThem(String piece) {
        String prompt = "x " + piece.repeat(400_000 / piece.length()) + " y";
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> PromptInput.of(prompt));
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> PromptInput.asked(prompt));
    }

    @Test
    void aPlainLineIsReadLikeAnyOtherText() {
        String[] pieces = {
            "what's", "the ", " weather", "'in ", "it' ", "\t", "  ", "“", "é", "?", "\u0001", "o'clock", "\"", "\u00a0"
        };
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder prompt = new StringBuilder();
            for (int n = random.nextInt(7); n >= 0; n--) {
                prompt.append(pieces[random.nextInt(pieces.length)]);
            }
            String line = prompt.toString();
            // A line break at the end says nothing, but keeps the short way from being taken.
            Assertions.assertEquals(PromptInput.asked(line + "\n"), PromptInput.asked(line), line);
        }
    }
}
