package io.kernelweave.verify;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.kernelweave.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** What holds of text and count checks whatever the text: random small texts, and large ones made to be slow. */
class TextPropertiesTest {
    private final SplittableRandom random = new SplittableRandom(20260101);

    private String text(String alphabet, int longest) {
        int[] characters = alphabet.codePoints().toArray();
        int length = random.nextInt(longest + 1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(characters[random.nextInt(characters.length)]);
        }
        return text.toString();
    }

    @Test
    void aNeedleIsFoundWhereStringsFindIt() {
        for (int i = 0; i < 20_000; i++) {
            String text = text("abAB_é ", 20);
            String wanted = text("abAB", 3) + "a";
            boolean ignoreCase = random.nextBoolean();
            String folded = ignoreCase ? text.toLowerCase(Locale.ROOT) : text;
            String foldedWanted = ignoreCase ? wanted.toLowerCase(Locale.ROOT) : wanted;
            assertThat(Needle.of(wanted, ignoreCase, false).find(text))
                    .as("%s in %s", wanted, text)
                    .isEqualTo(folded.indexOf(foldedWanted));
            Pattern words = Pattern.compile(
                    (ignoreCase ? "(?i)" : "") + "(?:^|[^\\p{L}\\p{N}_])" + wanted + "(?:$|[^\\p{L}\\p{N}_])");
            assertThat(Needle.of(wanted, ignoreCase, true).find(text) >= 0)
                    .as("the word %s in %s", wanted, text)
                    .isEqualTo(words.matcher(text).find());
        }
    }

    @Test
    void occurrencesDoNotOverlap() throws Undecided {
        for (int i = 0; i < 5_000; i++) {
            String text = text("ab", 30);
            String wanted = text("ab", 2) + "a";
            long split = 0;
            for (int at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length())) {
                split++;
            }
            assertThat(count("keyword", "keyword", wanted, text).low())
                    .as("%s in %s", wanted, text)
                    .isEqualTo(split);
        }
    }

    private static Tally count(String unit, String argument, String value, String text) throws Undecided {
        ObjectNode json = Json.object().put("unit", unit).put(argument, value);
        Arguments arguments = new Arguments(json, "test", Judge.none());
        return Counter.read(arguments.choice("unit", Measure.class, null), arguments)
                .count(text);
    }

    @Test
    void plainSentencesAreCountedHoweverTheyAreJoined() throws Undecided {
        List<String> sentences = List.of(
                "It rains.",
                "Why does it?",
                "No!",
                "\"So be it.\"",
                "The pH is 7.4 (see v1.2).",
                "Ask Dr. Who.",
                "Well... no.",
                "She said e.g. this.");
        List<String> joints = List.of(" ", "\n", "\n\n", "  ");
        for (int i = 0; i < 2_000; i++) {
            int n = 1 + random.nextInt(6);
            String text = IntStream.range(0, n)
                    .mapToObj(k ->
                            sentences.get(random.nextInt(sentences.size())) + joints.get(random.nextInt(joints.size())))
                    .collect(Collectors.joining());
            assertThat(Measure.SENTENCES.of(text)).as(text).isEqualTo(n);
        }
    }

    @Test
    void sentencesCoverTheTextInOrder() throws Undecided {
        for (int i = 0; i < 20_000; i++) {
            String text = text("aA1 .!?…\"'*\n)e。", 25);
            int[] last = {0};
            int[] sure = {0};
            Sentences.scan(text, (start, end, certain) -> {
                assertThat(start).as(text).isGreaterThanOrEqualTo(last[0] == 0 ? 0 : last[0] - 1);
                assertThat(end).as(text).isGreaterThan(start).isLessThanOrEqualTo(text.length());
                assertThat(text.substring(start, end)).isNotBlank();
                last[0] = end;
                sure[0] += certain ? 1 : 0;
            });
            boolean wordy = text.codePoints().anyMatch(Character::isLetterOrDigit);
            assertThat(sure[0] > 0).as(text).isEqualTo(wordy);
        }
    }

    @Test
    void wordsLinesAndParagraphsAreThePartsThatAreCounted() throws Undecided {
        for (int i = 0; i < 5_000; i++) {
            String text = text("ab \n\n\t", 25);
            assertThat((long) Parts.WORD.of(text, "").size()).isEqualTo(Measure.WORDS.of(text));
            assertThat((long) Parts.PARAGRAPH.of(text, "").size()).isEqualTo(Measure.PARAGRAPHS.of(text));
            assertThat(Parts.LINE.of(text, "").stream()
                            .map(part -> text.substring(part.start(), part.end()))
                            .toList())
                    .isEqualTo(text.lines()
                            .map(String::strip)
                            .filter(line -> !line.isEmpty())
                            .toList());
            List<String> parts = new ArrayList<>();
            Parts.separated(text, "ab", (start, end) -> parts.add(text.substring(start, end)));
            assertThat(String.join("ab", parts)).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @EnumSource(Measure.class)
    void noTextIsTooStrangeToCount(Measure unit) {
        Counter counter = Counter.plain(unit);
        for (int i = 0; i < 3_000; i++) {
            String text = text("aB1 \n\t`~#*_-[]()<>.!?'’—|:/hw😀\u0301\ud800", 40);
            try {
                Tally tally = counter.count(text);
                assertThat(tally.low()).isBetween(0L, tally.high());
                tally.found()
                        .forEach(found -> assertThat(found.end())
                                .isGreaterThan(found.start())
                                .isLessThanOrEqualTo(text.length()));
            } catch (Undecided e) {
                assertThat(unit).isIn(Measure.KEYWORD, Measure.LETTER, Measure.MATCHES, Measure.ITEMS);
            }
        }
    }

    @Test
    void aSearchFindsWhatThePatternFinds() throws Undecided {
        List<String> patterns = List.of("a+", "a.*b|a", "(?m)^b", "[ab]{2,3}", "(a)|b");
        for (String pattern : patterns) {
            Pattern compiled = Pattern.compile(pattern);
            for (int i = 0; i < 500; i++) {
                String text = text("ab \n", 60).repeat(1 + random.nextInt(100));
                List<Integer> expected = new ArrayList<>();
                Matcher matcher = Pattern.compile(pattern).matcher(text);
                while (matcher.find()) {
                    expected.add(matcher.start());
                }
                List<Integer> found = new ArrayList<>();
                Scan.each(compiled, text, match -> found.add(match.start()));
                assertThat(found).isEqualTo(expected);
            }
        }
    }

    @Test
    void similarityIsSymmetricBetweenZeroAndOneAndOneOfEquals() throws Undecided {
        for (Similarity similarity : List.of(
                new Similarity.Edits(), new Similarity.Shared(), new Similarity.Grams(1), new Similarity.Grams(2))) {
            for (int i = 0; i < 2_000; i++) {
                String left = "x y " + text("ab ", 12);
                String right = "x y " + text("ab ", 12);
                Similarity.Share share = similarity.of(left, right);
                assertThat(share.part()).isBetween(0L, share.whole());
                Similarity.Share back = similarity.of(right, left);
                assertThat(back.part() * share.whole()).isEqualTo(share.part() * back.whole());
                Similarity.Share same = similarity.of(left, left);
                assertThat(same.part()).isEqualTo(same.whole());
            }
        }
    }

    @Test
    void upperCaseOfATextHasNoFewerCapitalWords() throws Undecided {
        for (int i = 0; i < 3_000; i++) {
            String text = text("abAB'1-. ,", 25);
            Tally before = CapitalWords.count(text);
            Tally after = CapitalWords.count(text.toUpperCase(Locale.ROOT));
            assertThat(after.low()).as(text).isGreaterThanOrEqualTo(before.low());
        }
    }

    /** Made to be slow: each has to end, at once if it is looked at and as UNKNOWN if it is not. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "ab",
                "A—",
                "a.",
                "1. ",
                ".",
                "! ",
                "\n",
                "\n-",
                "- a\n",
                "*a ",
                "**",
                "[",
                "[a",
                "](",
                "h",
                "http://",
                "`",
                "```\n",
                "'",
                "A'S",
                " ",
                "…",
                "a b",
                "é",
                "😀",
                "#",
                "# a\n",
                "_a",
                "<<",
                "***",
                "Section ",
                "Section 1 ",
                "~~~"
            })
    void aHugeTextIsJudged(String unit) {
        String text = unit.repeat((1 << 18) / unit.length());
        List<String> checks = new ArrayList<>(List.of(
                "{'check':'contains','all':['aaaaaaaaaaaaaaaaaaaaaaaab'],'ignoreCase':true,'wholeWord':true}",
                "{'check':'equals','value':'b'}",
                "{'check':'endsWith','any':['b'],'trim':'a'}",
                "{'check':'wrappedIn','open':'<<','close':'>>'}",
                "{'check':'repeatsInput','where':'anywhere'}",
                "{'check':'regex','pattern':'(x+x+)+y'}",
                "{'check':'regex','pattern':'(a|aa)*b','match':'full'}",
                "{'check':'regex','pattern':'[ab]{200}c'}",
                "{'check':'similarity','to':'b','value':0.5}",
                "{'check':'similarity','to':'b','measure':'rouge','value':0.5}",
                "{'check':'case','is':'capitalized'}",
                "{'check':'charset','only':['Latin','punctuation']}",
                "{'check':'language','is':['en']}",
                "{'check':'position','unit':'paragraph','n':2,'holds':{'check':'equals','value':'b'}}",
                "{'check':'position','unit':'sentence','n':-1,'holds':{'check':'equals','value':'b'}}",
                "{'check':'separated','by':'a','value':2,'distinct':true}",
                "{'check':'unique','unit':'word'}",
                "{'check':'count','unit':'keyword','keyword':'aab','op':'<','value':1}",
                "{'check':'count','unit':'sections','marker':'Section','op':'<','value':1}",
                "{'check':'count','unit':'matches','patterns':['a.*b|a','[.][^.]*z|[.]'],'op':'<','value':1}"));
        for (Measure measure : Measure.PLAIN) {
            if (measure != Measure.ITEMS) {
                checks.add("{'check':'count','unit':'" + measure + "','op':'<','value':1}");
            }
        }
        Subject subject = Subject.of("a".repeat(1000) + "b", text);
        for (String check : checks) {
            Verdict verdict = Checks.parse((ObjectNode) Json.parse(check.replace('\'', '"'), "test"), "test")
                    .evaluate(subject);
            assertThat(verdict.reason()).as(check).isNotBlank().hasSizeLessThan(2_000);
        }
    }
}
