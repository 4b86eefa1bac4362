package io.kernelweave.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScanTest {
    private static final List<String> PATTERNS = List.of(
            "z",
            "(?m)^[ab]+z$",
            "a.*b.*z",
            "(?i)\\bz\\w+|\\d+z\\b",
            "[^z]*z",
            "(?ms)\\A.*^z",
            "(?:a|ab|abc)*z",
            "\uD83D\uDE00z",
            "(?s)(.*)z(.*)$");

    /** What the sieve is asked in place of a search must be what the search would have been allowed to find out. */
    @Test
    void aSearchThatFindsNothingReadsEachCharacterAFewTimesAtMost() {
        Random random = new Random(5);
        for (String regex : PATTERNS) {
            Pattern pattern = Pattern.compile(regex);
            for (int i = 0; i < 300; i++) {
                StringBuilder text = new StringBuilder();
                for (int j = random.nextInt(40); j >= 0; j--) {
                    text.append(List.of("a", "b", "c", " ", "\n", "1", "\uD83D\uDE00")
                            .get(random.nextInt(7)));
                }
                Counted counted = new Counted(text.toString());
                assertThat(pattern.matcher(counted).find()).isFalse();
                assertThat(counted.reads)
                        .as("%s in \"%s\"", regex, text)
                        .isLessThanOrEqualTo((long) Scan.READS * text.length());
            }
        }
    }

    @Test
    void whatWasSearchedBeforeIsFoundAgain() throws Undecided {
        Pattern pattern = Pattern.compile("(?:no )?(a\\d)|b");
        Searches kept = Searches.kept();
        for (Searches searches : List.of(kept, kept, Searches.forgotten())) {
            assertThat(searches.groups(pattern, "no a1, b and a2")).containsExactly("a1", "b", "a2");
            assertThat(searches.groups(pattern, "c")).isEmpty();
            assertThat(searches.find(pattern, "c a1", false)).isEqualTo(new Tally.Stretch(2, 4));
            assertThat(searches.find(pattern, "c a1", true)).isNull();
            assertThat(searches.find(pattern, "no a1", true)).isEqualTo(new Tally.Stretch(0, 5));
        }
    }

    private static final class Counted implements CharSequence {
        private final String text;
        private long reads;

        Counted(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            reads++;
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
