package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final int SIZE = 150;

    private static DecodeSettings settings(double temperature, int topK, double topP, double minP, long seed) {
        return new DecodeSettings(temperature, topK, topP, minP, 1, seed);
    }

    private static TokenMask mask(int... tokens) {
        TokenMask mask = new TokenMask(SIZE);
        Arrays.stream(tokens).forEach(mask::set);
        return mask;
    }

    /** Scores whose probabilities are in proportion to the given ones, in the order of the tokens. */
    private static float[] shares(double... shares) {
        float[] logits = new float[SIZE];
        Arrays.fill(logits, 99); // not allowed
        for (int token = 0; token < shares.length; token++) {
            logits[token] = (float) Math.log(shares[token]);
        }
        return logits;
    }

    /** The tokens that are ever drawn. */
    private static List<Integer> drawn(DecodeSettings settings, float[] logits, int allowed) {
        Sampler sampler = new Sampler(settings, SIZE);
        TokenMask mask = mask(IntStream.range(0, allowed).toArray());
        return IntStream.range(0, 3000)
                .mapToObj(i -> sampler.pick(logits, mask))
                .distinct()
                .sorted()
                .toList();
    }

    @Test
    void topPKeepsTheFewestTokensThatMakeUpTheShare() {
        float[] logits = shares(0.5, 0.25, 0.125, 0.0625, 0.0625);
        assertThat(drawn(settings(1, SIZE, 0.49, 0, 1), logits, 5)).containsExactly(0);
        assertThat(drawn(settings(1, SIZE, 0.5, 0, 1), logits, 5)).containsExactly(0);
        assertThat(drawn(settings(1, SIZE, 0.51, 0, 1), logits, 5)).containsExactly(0, 1);
        assertThat(drawn(settings(1, SIZE, 0.8, 0, 1), logits, 5)).containsExactly(0, 1, 2);
        assertThat(drawn(settings(1, SIZE, 0.99, 0, 1), logits, 5)).containsExactly(0, 1, 2, 3, 4);
        assertThat(drawn(settings(1, SIZE, 1, 0, 1), logits, 5)).containsExactly(0, 1, 2, 3, 4);
        assertThat(drawn(settings(1, SIZE, Double.MIN_VALUE, 0, 1), logits, 5)).containsExactly(0);
    }

    @Test
    void theShareIsOneOfTheAllowedTokensThatTopKLeaves() {
        float[] logits = shares(0.5, 0.25, 0.125, 0.0625, 0.0625);
        // Of the best two, the first has two thirds.
        assertThat(drawn(settings(1, 2, 0.66, 0, 1), logits, 5)).containsExactly(0);
        assertThat(drawn(settings(1, 2, 0.67, 0, 1), logits, 5)).containsExactly(0, 1);
        Sampler sampler = new Sampler(settings(1, SIZE, 0.5, 0, 1), SIZE);
        for (int i = 0; i < 100; i++) {
            assertThat(sampler.pick(logits, mask(1, 2, 3, 4))).isEqualTo(1); // half of what is allowed
        }
    }

    @Test
    void minPKeepsWhatIsLikelyBesideTheBest() {
        float[] logits = shares(0.5, 0.25, 0.125, 0.0625, 0.0625);
        assertThat(drawn(settings(1, SIZE, 1, 0.51, 1), logits, 5)).containsExactly(0);
        assertThat(drawn(settings(1, SIZE, 1, 0.49, 1), logits, 5)).containsExactly(0, 1);
        assertThat(drawn(settings(1, SIZE, 1, 0.12, 1), logits, 5)).containsExactly(0, 1, 2, 3, 4);
        assertThat(drawn(settings(1, SIZE, 1, 1, 1), shares(3, 3, 1), 3)).containsExactly(0, 1);
        assertThat(drawn(settings(1, SIZE, 0.8, 0.2, 1), logits, 5)).containsExactly(0, 1, 2);
        assertThat(drawn(settings(1, SIZE, 0.6, 0.2, 1), logits, 5)).containsExactly(0, 1);
    }

    @Test
    void theFiltersGoByTheModelsOwnProbabilitiesWhateverTheTemperature() {
        float[] logits = shares(0.5, 0.25, 0.125, 0.0625, 0.0625);
        for (double temperature : new double[] {0.3, 1, 20}) {
            assertThat(drawn(settings(temperature, SIZE, 0.7, 0, 1), logits, 5)).containsExactly(0, 1);
            assertThat(drawn(settings(temperature, SIZE, 1, 0.24, 1), logits, 5))
                    .containsExactly(0, 1, 2);
        }
        assertThat(drawn(settings(0, SIZE, 0.99, 0.01, 1), logits, 5)).containsExactly(0);
    }

    /** The same by its definition, over all tokens. */
    private static double[] expected(float[] logits, TokenMask mask, DecodeSettings settings) {
        int[] order = IntStream.range(0, SIZE)
                .filter(mask::get)
                .boxed()
                .sorted(Comparator.comparing((Integer token) -> -logits[token]).thenComparing(token -> token))
                .mapToInt(token -> token)
                .limit(settings.topK())
                .toArray();
        double[] model = Arrays.stream(order)
                .mapToDouble(token -> Math.exp(logits[token] - logits[order[0]]))
                .toArray();
        double total = Arrays.stream(model).sum();
        double before = 0;
        double[] shares = new double[SIZE];
        for (int i = 0; i < order.length; i++) {
            if (i == 0 || before < settings.topP() * total && model[i] >= settings.minP()) {
                shares[order[i]] = Math.exp((logits[order[i]] - logits[order[0]]) / settings.temperature());
            }
            before += model[i];
        }
        double sum = Arrays.stream(shares).sum();
        return Arrays.stream(shares).map(share -> share / sum).toArray();
    }

    @Test
    void drawsFollowTheDefinition() {
        SplittableRandom random = new SplittableRandom(2026);
        for (int round = 0; round < 40; round++) {
            float[] logits = new float[SIZE];
            TokenMask mask = new TokenMask(SIZE);
            for (int token = 0; token < SIZE; token++) {
                logits[token] = Math.round(random.nextDouble() * 24) / 4f;
                if (random.nextInt(1 + round % 5) == 0) {
                    mask.set(token);
                }
            }
            mask.set(3);
            DecodeSettings settings = settings(
                    0.4 + random.nextDouble() * 1.6,
                    1 + random.nextInt(SIZE),
                    round % 3 == 0 ? 1 : 0.3 + 0.69 * random.nextDouble(),
                    round % 2 == 0 ? 0 : 0.001 + 0.2 * random.nextDouble(),
                    round);
            double[] expected = expected(logits, mask, settings);
            int draws = 20_000;
            int[] counts = new int[SIZE];
            Sampler sampler = new Sampler(settings, SIZE);
            for (int i = 0; i < draws; i++) {
                counts[sampler.pick(logits, mask)]++;
            }
            double chiSquare = 0;
            int cells = 0;
            double rare = 0;
            int rareCount = 0;
            for (int token = 0; token < SIZE; token++) {
                double mean = expected[token] * draws;
                if (mean == 0) {
                    assertThat(counts[token])
                            .as("round %d token %d", round, token)
                            .isZero();
                } else if (mean < 5) {
                    rare += mean;
                    rareCount += counts[token];
                } else {
                    chiSquare += (counts[token] - mean) * (counts[token] - mean) / mean;
                    cells++;
                }
            }
            if (rare >= 5) {
                chiSquare += (rareCount - rare) * (rareCount - rare) / rare;
                cells++;
            }
            // Four standard deviations of the normal approximation of Wilson and Hilferty: one in 30,000.
            double degrees = Math.max(1, cells - 1);
            double z = (Math.cbrt(chiSquare / degrees) - (1 - 2 / (9 * degrees))) / Math.sqrt(2 / (9 * degrees));
            assertThat(z)
                    .as("round %d, chi-square %.1f of %d cells", round, chiSquare, cells)
                    .isLessThan(4);
        }
    }

    @Test
    void theSparseFormDrawsTheSameTokens() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 300; round++) {
            float[] scores = new float[SIZE];
            for (int token = 0; token < SIZE; token++) {
                scores[token] = -random.nextInt(9);
            }
            BaseScores base = new BaseScores(scores);
            TokenScores changes = new TokenScores();
            for (int i = random.nextInt(20); i > 0; i--) {
                changes.put(random.nextInt(SIZE), random.nextInt(5));
            }
            for (int i = 0; i < changes.size(); i++) {
                scores[changes.token(i)] = (float) changes.score(i);
            }
            TokenMask mask = mask(random.ints(1 + round % 70, 0, SIZE).toArray());
            DecodeSettings settings = settings(round % 4 * 0.5, 1 + random.nextInt(SIZE), 0.9, 0.01, round);
            Sampler sparse = new Sampler(settings, SIZE);
            Sampler dense = new Sampler(settings, SIZE);
            for (int i = 0; i < 5; i++) {
                assertThat(sparse.pick(base, changes, AllowedTokens.of(mask), Sampler.NONE))
                        .isEqualTo(dense.pick(scores, mask));
            }
        }
    }

    @Test
    void scoresThatAreNoNumbersAreTheWorst() {
        float[] logits = shares(1, 1, 1, 1);
        logits[0] = Float.NaN;
        logits[1] = Float.NEGATIVE_INFINITY;
        assertThat(drawn(settings(1, SIZE, 0.999, 0, 1), logits, 4)).containsExactly(2, 3);
        assertThat(drawn(settings(1, SIZE, 1, 0.001, 1), logits, 4)).containsExactly(2, 3);
        Arrays.fill(logits, Float.NaN);
        assertThat(drawn(settings(1, SIZE, 0.5, 0, 1), logits, 4)).containsExactly(0, 1);
        assertThat(drawn(settings(1, SIZE, 1, 1, 1), logits, 4)).containsExactly(0, 1, 2, 3);
        logits[2] = Float.POSITIVE_INFINITY;
        assertThat(drawn(settings(1, SIZE, 0.5, 0.5, 1), logits, 4)).containsExactly(2);
    }

    @Test
    void settingsThatMeanNothingAreRefusedByName() {
        for (double p : new double[] {0, -0.1, 1.01, Double.NaN}) {
            assertThatThrownBy(() -> settings(1, 1, p, 0, 1))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("top_p: is " + p);
        }
        for (double p : new double[] {-0.1, 1.01, Double.NaN}) {
            assertThatThrownBy(() -> settings(1, 1, 1, p, 1))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("min_p: is " + p);
        }
        assertThat(new DecodeSettings(0.5, 4, 9, 3)).isEqualTo(new DecodeSettings(0.5, 4, 1, 0, 9, 3));
        assertThat(new DecodeSettings(0.5, 4, 0.9, 0.1, 9, 3).withSeed(8))
                .isEqualTo(new DecodeSettings(0.5, 4, 0.9, 0.1, 9, 8));
    }
}
