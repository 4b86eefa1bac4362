package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DfaTest {
    private static final String ALPHABET = "ab01-#&~<>@\"._ \n\téx😀";

    private static boolean matches(Dfa dfa, String text) {
        int state = dfa.start();
        for (int c : text.codePoints().toArray()) {
            state = dfa.next(state, c);
            if (state == Characters.DEAD) {
                return false;
            }
        }
        return dfa.accepts(state);
    }

    private static List<String> texts(int count) {
        SplittableRandom random = new SplittableRandom(7);
        int[] alphabet = ALPHABET.codePoints().toArray();
        List<String> texts = new ArrayList<>(List.of("", "ab", "a-b", "2024-01-31", "ab01", "a.b", "é", "😀", "aaaa"));
        for (int i = 0; i < count; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(7); length > 0; length--) {
                text.appendCodePoint(alphabet[random.nextInt(alphabet.length)]);
            }
            texts.add(text.toString());
        }
        return texts;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "^a",
                "a$",
                "^a$",
                "^$",
                "^(a|b)*$",
                "a|^b$",
                "(^a|b)+x?$",
                "^[^ab]{2,3}$",
                "^\\d{4}-\\d\\d-\\d\\d$",
                "^\\w+$",
                "\\W",
                "^\\D+$",
                "^[\\w.-]+$",
                "^.$",
                "^.{2}$",
                "^#&~<>@\"$",
                "[#&~<>@\"]",
                "^(?:ab|a)(?:b?)$",
                "^a{2,}$",
                "^(a*)*$",
                "^(a?b?){2}$",
                "^(a|ab)(1|b1)?$",
                "\\.",
                "^[\\x61-\\u0062]+$",
                "^a+?b*?$",
                "a.*b",
                "^[-a]+$",
                "^[a-]$",
                "^\\-$",
                "^(0|1(01*0)*1)+$",
                "^\\t?\\n?$",
                "^[^\\n]*$",
                "(a|b)*a(a|b){5}",
                "^😀|é$",
                "^^a$$",
                "^(ab?){1,3}$"
            })
    void agreesWithTheJavaMatcher(String pattern) {
        Dfa dfa = Dfa.of(pattern, 0, Regex.UNBOUNDED, "test");
        // $ is the end of the text, as in ECMA-262; in Java it also stands before a last line terminator
        Pattern java = Pattern.compile(pattern.replaceAll("(?<!\\\\)\\$", "\\\\z"));
        for (String text : texts(2000)) {
            assertThat(matches(dfa, text))
                    .as("%s on \"%s\"", pattern, text)
                    .isEqualTo(java.matcher(text).find());
        }
    }

    @Test
    void lengthLimitsCountCodePointsWithinAPattern() {
        Dfa dfa = Dfa.of("[é😀]", 2, 3, "test");
        for (String text : texts(3000)) {
            int length = text.codePointCount(0, text.length());
            assertThat(matches(dfa, text))
                    .as(text)
                    .isEqualTo(length >= 2
                            && length <= 3
                            && Pattern.compile("[é😀]").matcher(text).find());
        }
    }

    @Test
    void onlyCharactersThatBothDialectsMeanAreSpaceOrAny() {
        assertThat(matches(Dfa.of("^\\s$", 0, Regex.UNBOUNDED, "test"), "\u00a0"))
                .isFalse();
        assertThat(matches(Dfa.of("^\\S$", 0, Regex.UNBOUNDED, "test"), "\u00a0"))
                .isFalse();
        assertThat(matches(Dfa.of("^.$", 0, Regex.UNBOUNDED, "test"), "\u0085")).isFalse();
        assertThat(matches(Dfa.of("^\\s$", 0, Regex.UNBOUNDED, "test"), "\t")).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "(?=a)~look-around",
                "(?<!a)b~look-around",
                "(?i)a~inline flags",
                "(?<n>a)~named groups",
                "(a)\\1~\\1 is not",
                "\\bword\\b~\\b is not",
                "\\p{L}~\\p is not",
                "a**~a repeat is repeated",
                "a{2}{3}~a repeat is repeated",
                "*a~nothing before",
                "a{1001}~more than 1000",
                "a{3,2}~{3,2} is empty",
                "[a~without its ]",
                "(a~without its )",
                "a)~without its (",
                "[]~empty",
                "[a&&b]~&&",
                "[[a]]~[ and &&",
                "[z-a]~range",
                "a{~counted repeat",
                "\\~ends in",
                "\\x4~hexadecimal",
                "a++~repeated",
                "a}~closes nothing",
                "[^\\s\\S]~no string",
                "a^b~no string",
                "(a|b)*a(a|b){40}~too large",
                "\\ud83d~surrogate"
            })
    void whatIsNotRegularOrAmbiguousIsRefusedByName(String pattern, String problem) {
        assertThatThrownBy(() -> Dfa.of(pattern, 0, Regex.UNBOUNDED, "schema #/pattern"))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("schema #/pattern: ")
                .hasMessageContaining(problem)
                .hasMessageContaining("; ");
    }

    @Test
    void anEndlessRepeatOfManyStatesIsRefusedQuickly() {
        assertThatThrownBy(() -> Dfa.of("^(a{1,1000}b{1,1000}){1,1000}$", 0, Regex.UNBOUNDED, "p"))
                .hasMessageContaining("too large");
    }
}
