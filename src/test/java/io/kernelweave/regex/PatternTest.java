package io.kernelweave.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import io.kernelweave.json.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternTest {
    private final Regex regex = new Regex();

    private boolean matches(String pattern, Dialect dialect, String text) {
        return regex.matches(regex.pattern(pattern, dialect, "#/pattern"), text);
    }

    private boolean ecma(String pattern, String text) {
        return matches(pattern, Dialect.ECMA, text);
    }

    private boolean re2(String pattern, String text) {
        return matches(pattern, Dialect.RE2, text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "b abc true",
                "^b abc false",
                "c$ abc true",
                "^abc$ abc true",
                "^$ a false",
                "a|^b xb false",
                "a|^b bx true",
                "(^|,)a$ b,a true",
                "(^|,)a$ ba false",
                "a^b ab false",
                "a*^b b true",
                "a*^b ab false",
                "(?=.*\\d)(?=.*x)^.{3}$ a1x true",
                "(?=.*\\d)(?=.*x)^.{3}$ aax false",
                "^(?!foo)\\w+$ foobar false",
                "^(?!foo$)\\w+$ foobar true",
                "^((?!--).)*$ a-b-c true",
                "^((?!--).)*$ a--b false",
                "^(?:(?!--)[a-z-]){2,4}$ a-b true",
                "^(?:(?!--)[a-z-]){2,4}$ a-bcd false",
                "\\bfoo\\b a-foo-b true",
                "\\bfoo\\b afoo false",
                "^\\Ba a false",
                "o\\Bo foo true",
                "^(\\ba\\b-?)+$ a-a-a true",
                "^(\\ba\\b-?)+$ a-aa false",
                "^(/?a($|/))*$ a/a true",
                "^(/?a($|/))*$ aa false",
                "^a(?=b) ab true",
                "^a(?=b)$ a false",
                "a{2} aab true",
                "^a{2,3}?$ aaaa false",
                "^a{,3}$ a{,3} true",
                "^a{$ a{ true",
                "x{a} x{a} true",
                "^[^]$ x true",
                "[] x false",
                "^[\\w-.]+$ a-.b true",
                "^[a-c-e]$ - true",
                "^[a\\]]$ ] true",
                "^[[a]$ [ true",
                "^]}$ ]} true",
                "^\\x41\\u0042\\u{43}$ ABC true",
                "^(?<year>\\d{4})-\\k?$ x refused",
                "^\\/\\-\\_\\%\\@\\\"$ /-_%@\" true",
                "^(?i:ab)c$ ABc true",
                "^(?i:ab)c$ ABC false",
                "(?i)^ab$ aB true",
                "^(?i:[^a])$ A false",
                "^\\p{Lu}\\P{Lu}$ Ab true",
                "^\\p{Script=Greek}+$ αβγ true",
                "^\\p{Letter}$ 1 false",
                "^.$ 🐲 true",
                "^\\ud83d\\udc32*$ 🐲🐲 true",
                "^[🐲-🐴]$ 🐳 true",
                "/^a$/ a false",
                "/a/g /a/g true",
                "^(?:a|b)*?c$ abac true"
            })
    void anEcmaPatternMatches(String pattern, String text, String expected) {
        if (expected.equals("refused")) {
            assertThatThrownBy(() -> ecma(pattern, text)).isInstanceOf(InputException.class);
        } else {
            assertThat(ecma(pattern, text)).isEqualTo(Boolean.parseBoolean(expected));
        }
    }

    @Test
    void spacesAndDotsAreThoseOfTheDialect() {
        assertThat(ecma("^\\s$", "\uFEFF")).isTrue();
        assertThat(ecma("^\\s$", "\u0085")).isFalse();
        assertThat(re2("^\\s$", "\uFEFF")).isFalse();
        assertThat(re2("^\\s$", "\u000B")).isFalse();
        assertThat(ecma("^.$", "\u2028")).isFalse();
        assertThat(re2("^.$", "\u2028")).isTrue();
        assertThat(re2("^.$", "\n")).isFalse();
        assertThat(re2("(?s)^.$", "\n")).isTrue();
        assertThat(ecma("^\\cC\\0\\v$", "\u0003\u0000\u000B")).isTrue();
        assertThat(ecma("^[\\b]$", "\b")).isTrue();
        assertThat(ecma("^abc$", "abc\n")).isFalse();
    }

    @Test
    void re2HasItsOwnSyntax() {
        assertThat(re2("\\Aab\\z", "ab")).isTrue();
        assertThat(re2("^\\Qa.b\\E+$", "a.bb")).isTrue();
        assertThat(re2("^\\Qa.b\\E$", "axb")).isFalse();
        assertThat(re2("^(?P<name>a)b$", "ab")).isTrue();
        assertThat(re2("^\\pL\\p{Greek}\\p{^Lu}$", "aαa")).isTrue();
        assertThat(re2("^[[:alpha:]_]+[[:^digit:]]$", "a_b")).isTrue();
        assertThat(re2("^[]a]+$", "]a")).isTrue();
        assertThat(re2("^\\x{1F432}\\a\\07$", "🐲\u0007\u0007")).isTrue();
        assertThat(re2("(?i)^k$", "\u212A")).isTrue();
        assertThat(re2("(?i:a)b", "Ab")).isTrue();
    }

    @Test
    void linesBeginAndEndWhereRe2Has() {
        String[] atoms = {"a", "^", "$", "\\n", ".", "\\b", "[^a]", "\\A", "\\z", "ab", "\\s", "(?:^a|b$)", "\\B"};
        String[] after = {"", "", "", "", "*", "+", "?", "{2}"};
        SplittableRandom random = new SplittableRandom(11);
        int found = 0;
        int compared = 0;
        for (int i = 0; i < 1_500; i++) {
            StringBuilder pattern = new StringBuilder(random.nextBoolean() ? "(?m)" : "(?sm)");
            for (int atom = random.nextInt(1, 6); atom > 0; atom--) {
                String next = atoms[random.nextInt(atoms.length)]; // to repeat what takes no character may not end
                pattern.append(next).append(next.matches("[ab.].*|\\[.*|\\\\[ns]") ? after[random.nextInt(8)] : "");
                pattern.append(atom > 1 && random.nextInt(6) == 0 ? "|" : "");
            }
            Pattern reference = Pattern.compile(pattern.toString());
            for (int text = 0; text < 12; text++) {
                String string = random.ints(random.nextInt(7), 0, 4)
                        .mapToObj(c -> "ab\n ".substring(c, c + 1))
                        .collect(Collectors.joining());
                boolean expected = reference.matcher(string).find();
                found += expected ? 1 : 0;
                compared++;
                assertThat(re2(pattern.toString(), string))
                        .as("%s in \"%s\"", pattern, string)
                        .isEqualTo(expected);
            }
        }
        assertThat(found).isBetween(compared / 10, compared * 9 / 10);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                ")",
                "a)",
                "[a",
                "*a",
                "a**",
                "a++",
                "a{2}{3}",
                "{2}",
                "a{3,2}",
                "\\",
                "[z-a]",
                "\\1",
                "(a)\\1",
                "\\k<a>",
                "(?<=a)b",
                "(?<!a)b",
                "(?<a",
                "(?<>a)",
                "(?P<a>b)",
                "(?x)a",
                "(?",
                "\\p{Nope}",
                "\\pL",
                "\\u12",
                "\\xZ",
                "\\u{110000}",
                "\\Z",
                "\\a",
                "\\c1",
                "^*",
                "a{99999999999}",
                "(?m)^a",
                "(?(1)a|b)",
                "(?>a)",
                "(?:(?!a)b*)*c"
            })
    void whatIsNoPatternIsRefusedInOneLine(String pattern) {
        assertThatThrownBy(() -> ecma(pattern, ""))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("#/pattern: ")
                .hasMessageContaining("; ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void deepAndRepetitivePatternsAreAnsweredOrRefused() {
        assertThatThrownBy(() -> ecma("(".repeat(10_000), "")).hasMessageContaining("nested too deeply");
        assertThatThrownBy(() -> ecma("a".repeat(100_000), "")).hasMessageContaining("characters");
        assertThatThrownBy(() -> ecma("(?!b)a".repeat(5000), "")).hasMessageContaining("nested too deeply");
        assertThat(ecma("^(a{1000}){1000}$", "a".repeat(999))).isFalse();
        assertThat(ecma("^(.*a){30}$", "ab".repeat(29) + "a")).isTrue();
        assertThat(ecma("^(a|a)*(a*)*b$", "a".repeat(1000) + "b")).isTrue();
        assertThat(ecma("^(a|b)*a(a|b){30}$", "ab".repeat(500))).isFalse();
        assertThat(ecma("a.{0,1000}b.{0,1000}c", "ab".repeat(500) + "c")).isTrue();
        assertThat(ecma("^" + "[ab]?".repeat(1000) + "$", "ab".repeat(500))).isTrue();
        assertThat(regex.isEmpty(regex.pattern("^(?!(a|b)*a(a|b){18}$)(a|b)*a(a|b){17}[ab]$", Dialect.ECMA, "#")))
                .isTrue();
    }

    /** Random patterns with anchors, word boundaries and look-ahead against their meaning, on all short strings. */
    @Test
    void anchorsAndLookAheadMeanWhatTheStandardSays() {
        List<String> texts = new ArrayList<>(List.of(""));
        for (int i = 0; texts.get(i).length() < 5; i++) {
            for (String letter : List.of("a", "b", "-")) {
                texts.add(texts.get(i) + letter);
            }
        }
        int answered = 0;
        int tooComplex = 0;
        for (int seed = 0; seed < 1200; seed++) {
            Sample sample = choice(new SplittableRandom(seed), 3);
            Regex algebra = new Regex();
            Regex.Node node;
            try {
                node = algebra.pattern(sample.pattern, Dialect.ECMA, "#");
            } catch (InputException refused) {
                assertThat(refused).hasMessageContaining("repeated");
                continue;
            }
            answered++;
            for (String text : texts) {
                assertThat(algebra.matches(node, text))
                        .as("seed %s: %s in %s", seed, sample.pattern, text)
                        .isEqualTo(sample.matches(text));
            }
            node = algebra.both(node, letters(algebra));
            Optional<String> shortest;
            try {
                shortest = algebra.shortest(node);
            } catch (InputException refused) {
                assertThat(refused).as(sample.pattern).hasMessageContaining("too complex");
                tooComplex++;
                continue;
            }
            assertThat(Automaton.of(algebra, node).start() == Automaton.DEAD)
                    .as("seed %s: %s", seed, sample.pattern)
                    .isEqualTo(shortest.isEmpty());
            assertThat(shortest.isEmpty() || sample.matches(shortest.get()))
                    .as("seed %s: %s in %s", seed, sample.pattern, shortest)
                    .isTrue();
        }
        assertThat(tooComplex).isLessThan(4);
        assertThat(answered).isGreaterThan(1100);
    }

    private static Regex.Node letters(Regex algebra) {
        return algebra.repeat(algebra.set(CodePoints.of('a', 'b', '-', '-')), 0, Regex.UNBOUNDED);
    }

    /** Where a pattern can end that begins at a place of a text: a bit a place. */
    interface Ends {
        long from(String text, int begin);

        default long from(String text, long begins) {
            long all = 0;
            for (int i = 0; i <= text.length(); i++) {
                all |= (begins >> i & 1) == 1 ? from(text, i) : 0;
            }
            return all;
        }
    }

    record Sample(String pattern, Ends ends) {
        boolean matches(String text) {
            return ends.from(text, (1L << text.length() + 1) - 1) != 0;
        }
    }

    private static Sample choice(SplittableRandom random, int depth) {
        Sample all = sequence(random, depth);
        while (random.nextInt(4) == 0) {
            Sample one = all;
            Sample other = sequence(random, depth);
            all = new Sample(
                    one.pattern + "|" + other.pattern, (text, i) -> one.ends.from(text, i) | other.ends.from(text, i));
        }
        return all;
    }

    private static Sample sequence(SplittableRandom random, int depth) {
        Sample all = new Sample("", (text, i) -> 1L << i);
        for (int terms = random.nextInt(4); terms >= 0; terms--) {
            Sample before = all;
            Sample term = term(random, depth);
            all = new Sample(
                    before.pattern + term.pattern, (text, i) -> term.ends.from(text, before.ends.from(text, i)));
        }
        return all;
    }

    private static Sample term(SplittableRandom random, int depth) {
        Sample atom = atom(random, depth);
        int repeat = random.nextInt(9);
        if (repeat > 5 || atom.pattern.matches("[\\^$]|\\\\[bB]|\\(\\?[=!].*")) {
            return atom;
        }
        int min = List.of(0, 1, 0, 2, 1, 2).get(repeat);
        int max = List.of(99, 99, 1, 2, 2, 99).get(repeat);
        return new Sample(
                atom.pattern + List.of("*", "+", "?", "{2}", "{1,2}", "{2,}").get(repeat), (text, i) -> {
                    long ends = 0;
                    long reached = 1L << i;
                    for (int round = 0; round <= Math.min(max, min + text.length() + 1); round++) {
                        ends |= round >= min ? reached : 0;
                        reached = atom.ends.from(text, reached);
                    }
                    return ends;
                });
    }

    private static Ends character(String letters) {
        return (text, i) -> i < text.length() && letters.indexOf(text.charAt(i)) >= 0 ? 1L << i + 1 : 0;
    }

    private static boolean word(String text, int i) {
        return i >= 0 && i < text.length() && text.charAt(i) != '-';
    }

    private static Sample atom(SplittableRandom random, int depth) {
        int kind = random.nextInt(depth == 0 ? 11 : 16);
        if (kind >= 11) {
            Sample inside = choice(random, depth - 1);
            return switch (kind) {
                case 11 -> new Sample("(" + inside.pattern + ")", inside.ends);
                case 12, 13 -> new Sample("(?:" + inside.pattern + ")", inside.ends);
                case 14 ->
                    new Sample("(?=" + inside.pattern + ")", (text, i) -> inside.ends.from(text, i) != 0 ? 1L << i : 0);
                default ->
                    new Sample("(?!" + inside.pattern + ")", (text, i) -> inside.ends.from(text, i) == 0 ? 1L << i : 0);
            };
        }
        return switch (kind) {
            case 0 -> new Sample("a", character("a"));
            case 1 -> new Sample("b", character("b"));
            case 2 -> new Sample("-", character("-"));
            case 3 -> new Sample(".", character("ab-"));
            case 4 -> new Sample("\\w", character("ab"));
            case 5 -> new Sample("[a-]", character("a-"));
            case 6 -> new Sample("[^b]", character("a-"));
            case 7 -> new Sample("^", (text, i) -> i == 0 ? 1L : 0);
            case 8 -> new Sample("$", (text, i) -> i == text.length() ? 1L << i : 0);
            case 9 -> new Sample("\\b", (text, i) -> word(text, i) != word(text, i - 1) ? 1L << i : 0);
            default -> new Sample("\\B", (text, i) -> word(text, i) == word(text, i - 1) ? 1L << i : 0);
        };
    }
}
