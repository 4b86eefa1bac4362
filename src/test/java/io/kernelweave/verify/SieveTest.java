package io.kernelweave.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SieveTest {
    private static final List<String> PATTERNS = List.of(
            "ab",
            "(?i)ab+c",
            "^a",
            "b$",
            "\\ba\\b",
            "(?m)^b",
            "(?m)^[ac]+$",
            "(?im)b$\\s^k",
            "(?ms)\\A.+^b",
            "(?s)a.c",
            "a.c",
            "[^ab]{2}",
            "(?:a|bc)*c",
            "\\d+",
            "k",
            "(?i)k",
            "é|\\x{1F600}",
            "\\S\\s\\S",
            "",
            "\\Qa.b\\E",
            "(a)(b)?c",
            "\\Bb",
            "[[:alpha:]]1");
    private static final String[] PIECES = {
        "a", "b", "c", "A", "B", "ab", "\n", " ", "1", "k", "K", "\u212A", "é", "É", "\uD83D\uDE00", "\uD83D", ".", "_"
    };

    @Test
    void stopsNoTextThatHasAMatch() {
        Random random = new Random(7);
        int stopped = 0;
        for (String regex : PATTERNS) {
            Pattern pattern = Pattern.compile(regex);
            Sieve sieve = Sieve.of(pattern);
            for (int i = 0; i < 2_000; i++) {
                String text = text(random);
                if (sieve.stops(text)) {
                    stopped++;
                    assertThat(pattern.matcher(text).find())
                            .as("%s in %s", regex, text)
                            .isFalse();
                }
            }
        }
        assertThat(stopped).isPositive();
    }

    @Test
    void stopsWhatHasNoMatchOnceAPatternIsLookedForOften() {
        Sieve sieve = Sieve.of(Pattern.compile("(?i)needle \\d+"));
        IntStream.range(0, 100).forEach(i -> sieve.stops("hay"));

        assertThat(sieve.stops("a needle without a number")).isTrue();
        assertThat(sieve.stops("Needle 12")).isFalse();
    }

    @Test
    void stopsWhatMatchesInNoLine() {
        Sieve sieve = Sieve.of(Pattern.compile("(?m)^[ \\t]*at (\\S+)$"));
        IntStream.range(0, 100).forEach(i -> sieve.stops("hay"));

        assertThat(sieve.stops("first\nlook at this\nat two words")).isTrue();
        assertThat(sieve.stops("first\n at Place\nlast")).isFalse();
    }

    @Test
    void saysTheSameToManyThreads() {
        Sieve sieve = Sieve.of(Pattern.compile("[a-c]+x[0-9]{2,4}z"));

        assertThat(IntStream.range(0, 4_000)
                        .parallel()
                        .filter(i -> sieve.stops("..abcx" + i + (i % 2 == 0 ? "z" : "y")))
                        .noneMatch(i -> i % 2 == 0 && i >= 10))
                .isTrue();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }
}
