package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.kernelweave.json.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Grammars against a recognizer after Earley, and what they must stand. */
class GrammarConstraintTest {
    private static final TokenVocabulary VOCABULARY = new SmallVocabulary();
    /** How many of each kind; {@code -Dkernelweave.grammars=5000} for more. */
    private static final int GRAMMARS = Integer.getInteger("kernelweave.grammars", 150);

    private static final byte[] LETTERS = {'a', 'b', 'x'};

    private static String show(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Rules that often begin with themselves, write nothing or write the same text in several ways. */
    private static Earley random(SplittableRandom random) {
        int[][][] rules = new int[1 + random.nextInt(4)][][];
        int references = 1 + random.nextInt(4); // of five symbols
        for (int r = 0; r < rules.length; r++) {
            rules[r] = new int[1 + random.nextInt(4)][];
            for (int i = 0; i < rules[r].length; i++) {
                rules[r][i] = new int[random.nextInt(4)];
                for (int s = 0; s < rules[r][i].length; s++) {
                    rules[r][i][s] = random.nextInt(5) < references
                            ? -1 - random.nextInt(rules.length)
                            : LETTERS[random.nextInt(3)];
                }
            }
        }
        return new Earley(rules);
    }

    private record Written(String grammar, Earley oracle) {}

    /** The same with some symbols repeated, which is written by a rule of its own for the recognizer. */
    private static Written repeated(Earley plain, SplittableRandom random) {
        List<int[][]> rules = new ArrayList<>(List.of(plain.rules()));
        StringBuilder out = new StringBuilder();
        for (int r = 0; r < plain.rules().length; r++) {
            int[][] rule = new int[plain.rules()[r].length][];
            for (int i = 0; i < rule.length; i++) {
                out.append(i == 0 ? Earley.name(r) + " ::=" : " |");
                rule[i] = plain.rules()[r][i].clone();
                for (int s = 0; s < rule[i].length; s++) {
                    String text = Earley.symbol(rule[i][s]);
                    for (int depth = random.nextInt(4); depth > 1; depth--) {
                        int min = random.nextInt(3);
                        int max = random.nextInt(3) == 0 ? Integer.MAX_VALUE : min + random.nextInt(3);
                        rules.add(repeats(rule[i][s], min, max, -1 - rules.size()));
                        rule[i][s] = -rules.size();
                        text = "(" + text + "){" + min + "," + (max == Integer.MAX_VALUE ? "" : max) + "}";
                    }
                    out.append(' ').append(text);
                }
            }
            rules.set(r, rule);
            out.append('\n');
        }
        return new Written(out.toString(), new Earley(rules.toArray(int[][][]::new)));
    }

    private static int[][] repeats(int symbol, int min, int max, int self) {
        List<int[]> ways = new ArrayList<>();
        for (int count = min; count <= (max == Integer.MAX_VALUE ? min : max); count++) {
            int[] way = new int[count];
            Arrays.fill(way, symbol);
            ways.add(way);
        }
        if (max == Integer.MAX_VALUE) {
            ways.add(new int[] {symbol, self});
        }
        return ways.toArray(int[][]::new);
    }

    @Test
    void masksOfRandomGrammarsWithRepeatsAreThoseOfARecognizer() {
        SplittableRandom random = new SplittableRandom(11);
        compareSome(GRAMMARS / 3, random, plain -> repeated(plain, random));
    }

    @Test
    void masksOfRandomGrammarsAreThoseOfARecognizer() {
        compareSome(GRAMMARS, new SplittableRandom(7), plain -> new Written(plain.written(), plain));
    }

    private static void compareSome(int count, SplittableRandom random, Function<Earley, Written> writing) {
        int refused = 0;
        for (int tried = 0; tried < count; ) {
            Earley plain = random(random);
            if (plain.isProductive()) {
                tried++;
                refused += compare(writing.apply(plain), random) ? 0 : 1;
            }
        }
        assertThat(refused).isLessThanOrEqualTo(count / 100);
    }

    private static String count(int min, int max) {
        return "{" + min + "," + (max < 0 ? "" : max) + "}";
    }

    /** Whether so many can be between so and so many groups of so and so many; below zero is no limit. */
    private static boolean grouped(int count, int min, int max, int groups, int mostGroups) {
        for (int n = groups; n <= (mostGroups < 0 ? Math.max(groups, count) : mostGroups); n++) {
            if (n * min <= count && (count <= n * max || max < 0 && n > 0)) {
                return true;
            }
        }
        return false;
    }

    @Test
    void repeatsOfRepeatsAndRepeatsInARowLeaveOutNoCountAndAddNone() {
        int[][] counts = {{0, 0}, {0, 1}, {0, 2}, {0, -1}, {1, 1}, {1, 2}, {1, -1}, {2, 2}, {2, 3}, {2, -1}, {3, 5}};
        for (int[] inner : counts) {
            for (int[] outer : counts) {
                String one = count(inner[0], inner[1]);
                String other = count(outer[0], outer[1]);
                String rule = "\nx ::= \"(\" x* \")\" | \"a\""; // recursive, so that it is no regular part
                TokenMatcher groups = GrammarConstraint.compile("root ::= (x" + one + ")" + other + rule, VOCABULARY)
                        .matcher();
                TokenMatcher row = GrammarConstraint.compile("root ::= x" + one + " x" + other + rule, VOCABULARY)
                        .matcher();
                for (int n = 0; n < 12; n++) {
                    boolean follows = n == 0 || groups.accept(new byte[] {'a'});
                    assertThat(follows && groups.isComplete())
                            .as("%d of (x%s)%s", n, one, other)
                            .isEqualTo(grouped(n, inner[0], inner[1], outer[0], outer[1]));
                    follows = n == 0 || row.accept(new byte[] {'a'});
                    boolean enough = n >= inner[0] + outer[0];
                    assertThat(follows && row.isComplete())
                            .as("%d of x%s x%s", n, one, other)
                            .isEqualTo(enough && (inner[1] < 0 || outer[1] < 0 || n <= inner[1] + outer[1]));
                }
            }
        }
    }

    @Test
    void theExampleOfTheDocumentationSaysWhatComesOut() throws IOException {
        String page = Files.readString(Path.of("docs/grammars.md"));
        int begin = page.indexOf("```gbnf\n") + "```gbnf\n".length();
        GrammarConstraint sums = GrammarConstraint.compile(
                page.substring(begin, page.indexOf("```", begin)), TokenVocabularies.o200kBase());
        TokenMatcher text = sums.matcher();
        assertThat(text.accept("12*(3+".getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(text.isComplete()).isFalse();
        assertThat(page)
                .contains("text.expected();                                        // " + text.expected() + "\n")
                .contains("// " + show(text.shortestCompletion()) + "\n")
                .contains("// " + Decoder.force(sums, "12*(3+)").reason() + "\n");
    }

    @Test
    void longChainsOfWhatMayBeLeftOutAreWalkedWithoutRecursion() {
        String grammar =
                "root ::= " + "x? y? ".repeat(10_000) + "\nx ::= \"a\" | \"(\" x \")\"\ny ::= \"b\" | \"(\" y \")\"";
        TokenMatcher matcher = GrammarConstraint.compile(grammar, VOCABULARY).matcher();
        assertThat(matcher.accept("((b))aab".getBytes(StandardCharsets.UTF_8))).isTrue();
        assertThat(matcher.isComplete()).isTrue();
        assertThat(matcher.accept("c".getBytes(StandardCharsets.UTF_8))).isFalse();
    }

    /** Whether all masks were found; of a grammar that is too ambiguous, one may be refused. */
    private static boolean compare(Written written, SplittableRandom random) {
        try {
            walk(GrammarConstraint.compile(written.grammar, VOCABULARY), written, random);
            return true;
        } catch (InputException e) {
            assertThat(e).hasMessageContaining("can be read in so many ways");
            return false;
        }
    }

    private static void walk(GrammarConstraint constraint, Written written, SplittableRandom random) {
        Earley oracle = written.oracle;
        for (int walk = 0; walk < 3; walk++) {
            TokenMatcher matcher = constraint.matcher();
            Earley.Chart chart = oracle.start();
            String prefix = "";
            while (prefix.length() < 12) {
                AllowedTokens mask = matcher.allowed();
                List<Integer> allowed = new ArrayList<>();
                for (int token = 0; token < VOCABULARY.size(); token++) {
                    byte[] bytes = VOCABULARY.bytes(token);
                    boolean expected = bytes.length > 0 && chart.next(bytes) != null;
                    if (mask.contains(token) != expected) {
                        fail("%s: %s after '%s'", written.grammar, show(bytes), prefix);
                    }
                    if (expected) {
                        allowed.add(token);
                        assertThat(matcher.fork().accept(token)).isTrue();
                    }
                }
                assertThat(mask.count()).isEqualTo(allowed.size());
                assertThat(matcher.isComplete())
                        .as("%s: end after '%s'", written.grammar, prefix)
                        .isEqualTo(chart.isComplete());
                byte[] completion = matcher.shortestCompletion();
                Earley.Chart completed = chart.next(completion);
                assertThat(completed != null && completed.isComplete()).isTrue();
                assertThat(matcher.shortestCompletionLength()).isEqualTo(completion.length);
                if (completion.length <= 4) {
                    assertThat(Earley.shortest(chart, LETTERS, 4))
                            .as("%s: shortest after '%s'", written.grammar, prefix)
                            .isEqualTo(completion.length);
                }
                if (allowed.isEmpty()) {
                    break;
                }
                int taken = allowed.get(random.nextInt(allowed.size()));
                assertThat(matcher.accept(taken)).isTrue();
                chart = java.util.Objects.requireNonNull(chart.next(VOCABULARY.bytes(taken)));
                prefix += VOCABULARY.decode(new int[] {taken});
            }
        }
    }
}
