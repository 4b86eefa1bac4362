package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.kernelweave.json.InputException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Constraints of patterns and of choices against {@code java.util.regex} over bytes, and against the choices themselves. */
class PlainConstraintTest {
    private static final TokenVocabulary VOCABULARY = new SmallVocabulary();

    /** Any character but an ASCII one. */
    private static final String BEYOND = "(?:[\\xc2-\\xdf][\\x80-\\xbf]"
            + "|\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf][\\x80-\\xbf]|\\xed[\\x80-\\x9f][\\x80-\\xbf]"
            + "|\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2})";

    /** Patterns of RE2 and the same over bytes, without dead ends. */
    static Stream<ByteOracle> patterns() {
        String any = "(?:[\\x00-\\x09\\x0b-\\x7f]|" + BEYOND + ")";
        return Stream.of(
                new ByteOracle(".*", any + "*"),
                new ByteOracle("(?s).{2}", "(?:[\\x00-\\x7f]|" + BEYOND + "){2}"),
                new ByteOracle(".{0,3}x", any + "{0,3}x"),
                new ByteOracle("[^\"]+\"?", "(?:[\\x00-\\x21\\x23-\\x7f]|" + BEYOND + ")+\"?"),
                new ByteOracle("a|ab|abcx", "a|ab|abcx"),
                new ByteOracle("(?:ab)*|x+", "(?:ab)*|x+"),
                new ByteOracle("^x{2,9}$", "x{2,9}"),
                new ByteOracle("[a-c]+@(?i:low)", "[a-c]+@[lL][oO][wW]"),
                new ByteOracle("é|ê|ě", "\\xc3[\\xa9\\xaa]|\\xc4\\x9b"),
                new ByteOracle("[é-ě]a", "(?:\\xc3[\\xa9-\\xbf]|\\xc4[\\x80-\\x9b])a"),
                new ByteOracle("[漢😀]字?", "(?:\\xe6\\xbc\\xa2|\\xf0\\x9f\\x98\\x80)(?:\\xe5\\xad\\x97)?"),
                new ByteOracle(
                        "[^\\x00-\\x{FFFF}]",
                        "\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}|[\\xf1-\\xf3][\\x80-\\xbf]{3}|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}"),
                new ByteOracle("-?(?:0|[1-9]\\d*)(?:\\.\\d+)?", "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?"),
                new ByteOracle("\\Qa|b", "a\\|b"),
                new ByteOracle("(?:\\n|\"|12){3}", "(?:\\n|\"|12){3}"),
                new ByteOracle("", ""));
    }

    static byte[] join(byte[] one, byte[] other) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(one);
        both.writeBytes(other);
        return both.toByteArray();
    }

    @ParameterizedTest
    @MethodSource("patterns")
    void masksOfAPatternAreThoseOfAMatcherOfBytes(ByteOracle oracle) {
        check(RegexConstraint.compile(oracle.schema(), VOCABULARY), oracle::canBeCompleted, oracle::isComplete);
    }

    @Test
    void masksOfChoicesAreTheirBeginnings() {
        List<String> choices = List.of("a", "ab", "abc", "abcx", "ab", "high\"", "é", "éa", "漢字", "😀", "", "low low");
        List<byte[]> bytes = choices.stream()
                .map(choice -> choice.getBytes(StandardCharsets.UTF_8))
                .toList();
        check(
                ChoiceConstraint.of(choices, VOCABULARY),
                text -> bytes.stream().anyMatch(choice -> begins(choice, text)),
                text -> bytes.stream().anyMatch(choice -> choice.length == text.length && begins(choice, text)));
    }

    private static boolean begins(byte[] whole, byte[] text) {
        return text.length <= whole.length && java.util.Arrays.equals(whole, 0, text.length, text, 0, text.length);
    }

    private static void check(Constraint constraint, Predicate<byte[]> canBeCompleted, Predicate<byte[]> isComplete) {
        SplittableRandom random = new SplittableRandom(3);
        for (int walk = 0; walk < 12; walk++) {
            TokenMatcher matcher = constraint.matcher();
            byte[] prefix = {};
            for (int step = 0; step < 12; step++) {
                AllowedTokens mask = matcher.allowed();
                List<Integer> allowed = new ArrayList<>();
                for (int token = 0; token < VOCABULARY.size(); token++) {
                    byte[] bytes = VOCABULARY.bytes(token);
                    boolean expected = bytes.length > 0 && canBeCompleted.test(join(prefix, bytes));
                    if (mask.contains(token) != expected || matcher.fork().accept(token) != expected) {
                        fail(
                                "%s after %s",
                                new String(bytes, StandardCharsets.UTF_8), new String(prefix, StandardCharsets.UTF_8));
                    }
                    if (expected) {
                        allowed.add(token);
                    }
                }
                assertThat(mask.count()).isEqualTo(allowed.size());
                assertThat(matcher.isComplete()).isEqualTo(isComplete.test(prefix));
                byte[] completion = matcher.shortestCompletion();
                assertThat(isComplete.test(join(prefix, completion))).isTrue();
                assertThat(matcher.shortestCompletionLength()).isEqualTo(completion.length);
                assertThat(matcher.expected()).isNotBlank();
                if (allowed.isEmpty()) {
                    break;
                }
                // tokens that many patterns have are rare among bytes
                int taken = allowed.get(random.nextInt(allowed.size()));
                matcher.accept(taken);
                prefix = join(prefix, VOCABULARY.bytes(taken));
            }
        }
    }

    @Test
    void theShortestCompletionHasTheFewestBytes() {
        assertThat(completion("\"{3}|aaaa", "")).isEqualTo("\"\"\"");
        assertThat(completion("\\n|aa", "")).isEqualTo("\n");
        assertThat(completion("x(?:漢|é|bbb)", "x")).isEqualTo("é");
        assertThat(completion("x{3,1000}y", "xxxx")).isEqualTo("y");
        assertThat(completion("(?s).*end", "a line\nen")).isEqualTo("d");
    }

    private static String completion(String pattern, String begun) {
        TokenMatcher matcher = RegexConstraint.compile(pattern, VOCABULARY).matcher();
        assertThat(matcher.accept(begun.getBytes(StandardCharsets.UTF_8))).isTrue();
        return new String(matcher.shortestCompletion(), StandardCharsets.UTF_8);
    }

    @Test
    void whatHasNoChoiceIsForced() {
        TokenMatcher matcher =
                RegexConstraint.compile("true: (?:low|lower)", VOCABULARY).matcher();
        assertThat(VOCABULARY.decode(matcher.forcedTokens())).isEqualTo("true: low");
        TokenMatcher choice =
                ChoiceConstraint.of(List.of("high low", "high"), VOCABULARY).matcher();
        assertThat(VOCABULARY.decode(choice.forcedTokens())).isEqualTo("high");
    }

    @Test
    void rollbackAndForkReturnToTheSamePlace() {
        TokenMatcher matcher =
                RegexConstraint.compile("(?:ab|é){2}x", VOCABULARY).matcher();
        int a = VOCABULARY.encode("é")[0];
        assertThat(matcher.accept(a)).isTrue();
        AllowedTokens before = matcher.allowed();
        TokenMatcher fork = matcher.fork();
        assertThat(matcher.accept(new byte[] {(byte) 0xC3})).isTrue();
        assertThat(matcher.expected()).isEqualTo("the rest of a character");
        matcher.rollback(1);
        assertThat(matcher.allowed()).isSameAs(before);
        assertThat(fork.allowed()).isSameAs(before);
        assertThat(fork.accept("abx".getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(fork.isComplete()).isTrue();
        assertThat(fork.allowed().count()).isZero();
        assertThat(matcher.isComplete()).isFalse();
    }

    @Test
    void whatIsExpectedIsSaidInWords() {
        TokenMatcher matcher =
                RegexConstraint.compile("[a-f]+é?\\n? ?", VOCABULARY).matcher();
        assertThat(matcher.expected()).isEqualTo("'a' to 'f'");
        matcher.accept("a".getBytes(StandardCharsets.UTF_8));
        assertThat(matcher.expected())
                .isEqualTo("a line feed, a space, 'a' to 'f', a character beyond ASCII or the end of the text");
    }

    @Test
    void sampledTextsMatchThePattern() {
        String pattern = "(?:[A-Z][a-z]{0,8}[ ,]){1,6}(?:\\d{4}-\\d{2}|漢+|\"[^\"]{1,9}\")";
        RegexConstraint constraint = RegexConstraint.compile(pattern, VOCABULARY);
        for (int seed = 0; seed < 40; seed++) {
            String text = SampledTexts.sample(constraint, seed, 60);
            assertThat(text).matches(Pattern.compile(pattern));
        }
    }

    @Test
    void whatHasNoTextIsRefusedInOneLine() {
        refused(() -> RegexConstraint.compile("a(?=b)", VOCABULARY), "look-ahead");
        refused(() -> RegexConstraint.compile("(a)\\1", VOCABULARY), "pattern (a)\\1");
        refused(() -> RegexConstraint.compile("a(b", VOCABULARY), "pattern a(b");
        refused(() -> RegexConstraint.compile("a)|(b", VOCABULARY), "pattern a)|(b");
        refused(() -> RegexConstraint.compile("a$b", VOCABULARY), "matches no text");
        refused(() -> ChoiceConstraint.of(List.of(), VOCABULARY), "choices: there are none");
        refused(() -> ChoiceConstraint.of(List.of("a\uD83D"), VOCABULARY), "surrogate");
    }

    static void refused(Runnable compiling, String because) {
        assertThatThrownBy(compiling::run)
                .isInstanceOf(InputException.class)
                .hasMessageContaining(because)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void manyChoicesAndLargeCountsAreQuick() {
        Collection<String> many = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            many.add("item " + i * 7919 % 100_003);
        }
        ChoiceConstraint constraint = ChoiceConstraint.of(many, VOCABULARY);
        for (int seed = 0; seed < 50; seed++) {
            assertThat(many).contains(SampledTexts.sample(constraint, seed, 30));
        }
        RegexConstraint counted = RegexConstraint.compile("(?:[a-z]{1,500},){1,500}", VOCABULARY);
        assertThat(SampledTexts.sample(counted, 1, 300)).matches("(?:[a-z]{1,500},){1,500}");
    }
}
