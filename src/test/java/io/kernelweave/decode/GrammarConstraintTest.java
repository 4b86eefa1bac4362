package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Grammars against a recognizer after Earley, and what they must stand. */
class GrammarConstraintTest {
    private static final TokenVocabulary VOCABULARY = new SmallVocabulary();
    private static final byte[] LETTERS = {'a', 'b', 'x'};

    private static String show(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static Earley random(SplittableRandom random) {
        int[][][] rules = new int[1 + random.nextInt(4)][][];
        for (int r = 0; r < rules.length; r++) {
            rules[r] = new int[1 + random.nextInt(4)][];
            for (int i = 0; i < rules[r].length; i++) {
                rules[r][i] = new int[random.nextInt(4)];
                for (int s = 0; s < rules[r][i].length; s++) {
                    rules[r][i][s] =
                            random.nextInt(5) < 2 ? -1 - random.nextInt(rules.length) : LETTERS[random.nextInt(3)];
                }
            }
        }
        return new Earley(rules);
    }

    @Test
    void masksOfRandomGrammarsAreThoseOfARecognizer() {
        SplittableRandom random = new SplittableRandom(7);
        int tried = 0;
        while (tried < 150) {
            Earley oracle = random(random);
            if (!oracle.isProductive()) {
                continue;
            }
            tried++;
            compare(GrammarConstraint.compile(oracle.written(), VOCABULARY), oracle, random);
        }
    }

    private static void compare(GrammarConstraint constraint, Earley oracle, SplittableRandom random) {
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
                        fail("%s: %s after '%s'", oracle.written(), show(bytes), prefix);
                    }
                    if (expected) {
                        allowed.add(token);
                        assertThat(matcher.fork().accept(token)).isTrue();
                    }
                }
                assertThat(mask.count()).isEqualTo(allowed.size());
                assertThat(matcher.isComplete())
                        .as("%s: end after '%s'", oracle.written(), prefix)
                        .isEqualTo(chart.isComplete());
                byte[] completion = matcher.shortestCompletion();
                Earley.Chart completed = chart.next(completion);
                assertThat(completed != null && completed.isComplete()).isTrue();
                assertThat(matcher.shortestCompletionLength()).isEqualTo(completion.length);
                if (completion.length <= 4) {
                    assertThat(Earley.shortest(chart, LETTERS, 4))
                            .as("%s: shortest after '%s'", oracle.written(), prefix)
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
