package io.kernelweave.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class DecoderTest {
    private static final TokenVocabulary O200K = TokenVocabularies.o200kBase();

    private static final String TICKET = """
            {"type":"object","additionalProperties":false,"required":["severity","title","steps","count"],"properties":{
             "severity":{"enum":["low","medium","high"]},
             "component":{"type":"string","pattern":"^[a-z]{2,12}(-[a-z]{2,12})?$"},
             "title":{"type":"string","minLength":3,"maxLength":24},
             "steps":{"type":"array","items":{"type":"string","maxLength":12},"minItems":1,"maxItems":3},
             "count":{"type":"integer","minimum":0,"maximum":250},
             "ratio":{"type":"number","minimum":0},
             "flags":{"type":"array","items":{"type":["boolean","null"]},"minItems":0,"maxItems":2},
             "at":{"type":"string","pattern":"^\\\\d{4}-(0[1-9]|1[0-2])-[0-3]\\\\d$"},
             "note":{"type":"string"}}}""";

    private static JsonSchemaConstraint compile(String schema) {
        return JsonSchemaConstraint.compile(Json.parse(schema, "test"), O200K);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                TICKET,
                "{\"type\":\"string\"}",
                "{\"type\":\"integer\"}",
                "{\"type\":\"number\"}",
                "{\"type\":[\"null\",\"number\",\"array\"],\"items\":{\"type\":\"string\",\"pattern\":\"x.{0,3}y\"}}",
                "{\"const\":\"only \\\"this\\\" 😀\"}",
                "{\"type\":\"array\",\"items\":{\"type\":\"array\",\"items\":{\"type\":\"string\",\"maxLength\":4}}}",
                "{\"type\":\"string\",\"pattern\":\"[\\\\s\\\\S]\\\\.$\",\"minLength\":4,\"maxLength\":9}"
            })
    void whateverTheLogitsADocumentIsCompleteAndValidWithinTheBudget(String schema) {
        Schema validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Json.parse(schema, "test"));
        JsonSchemaConstraint constraint = compile(schema);
        int shortest =
                VocabularyIndex.of(O200K).all.longestTokens(constraint.matcher().shortestCompletion()).length;
        for (int seed = 0; seed < 25; seed++) {
            int budget = shortest + seed * 2;
            RandomLogits source = new RandomLogits(seed);
            Decoded decoded = Decoder.constrained(source, constraint, new DecodeSettings(1, 50, budget, seed));
            assertThat(decoded.complete()).isTrue();
            assertThat(decoded.tokens()).isLessThanOrEqualTo(budget).isEqualTo(source.accepted.size());
            assertThat(decoded.forcedTokens() + decoded.steeredTokens()).isLessThanOrEqualTo(decoded.tokens());
            JsonNode document = Json.parse(decoded.text(), "decoded");
            assertThat(validator.validate(decoded.text(), InputFormat.JSON))
                    .as(decoded.text())
                    .isEmpty();
            assertThat(document).isNotNull();
            assertThat(Decoder.force(constraint, decoded.text()).reason())
                    .as(decoded.text())
                    .isEmpty();
        }
    }

    @Test
    void aBudgetBelowTheShortestDocumentIsExceededAndShown() {
        Decoded decoded = Decoder.constrained(new RandomLogits(1), compile(TICKET), new DecodeSettings(1, 50, 3, 1));
        assertThat(decoded.text()).isEqualTo("{\"severity\":\"low\",\"title\":\"aaa\",\"steps\":[\"\"],\"count\":0}");
        assertThat(decoded.complete()).isTrue();
        assertThat(decoded.tokens()).isGreaterThan(3).isEqualTo(decoded.steeredTokens());
    }

    @Test
    void theSameSeedGivesTheSameTextAndAnotherSeedAnother() {
        JsonSchemaConstraint constraint = compile(TICKET);
        DecodeSettings settings = new DecodeSettings(0.8, 30, 90, 5);
        String text =
                Decoder.constrained(new RandomLogits(2), constraint, settings).text();
        assertThat(Decoder.constrained(new RandomLogits(2), compile(TICKET), settings)
                        .text())
                .isEqualTo(text);
        assertThat(Decoder.constrained(new RandomLogits(2), constraint, new DecodeSettings(0.8, 30, 90, 6))
                        .text())
                .isNotEqualTo(text);
    }

    @Test
    void aRefusalSaysWhereAndWhatWasExpected() {
        JsonSchemaConstraint constraint = compile(
                "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"severity\",\"n\"],\"properties\":{\"severity\":"
                        + "{\"enum\":[\"low\",\"high\"]},\"note\":{\"type\":\"string\",\"maxLength\":2},\"n\":{\"type\":\"integer\",\"minimum\":1,"
                        + "\"maximum\":12},\"l\":{\"type\":\"array\",\"items\":{\"const\":null},\"maxItems\":1}}}");
        assertThat(Decoder.force(constraint, "{\"severity\":\"medium\"}"))
                .extracting(Forced::accepted, Forced::refusedAtByte, Forced::reason)
                .containsExactly(
                        false,
                        13,
                        "at byte 13, after {\"severity\":\": found medium\"}; expected another character of the string");
        assertThat(Decoder.force(constraint, "{\"severity\":\"low\"}").reason())
                .isEqualTo("at byte 17, after {\"severity\":\"low\": found }; expected a comma");
        assertThat(Decoder.force(constraint, "{\"severity\":\"low\",\"note\":\"abc\",\"n\":1}")
                        .reason())
                .contains("found c\",\"n\":1}; expected the closing quote of the string");
        assertThat(Decoder.force(constraint, "{\"severity\":\"low\",\"n\":13}").reason())
                .contains("found 3}; expected a digit, or the end of the number");
        assertThat(Decoder.force(constraint, "{\"severity\":\"low\",\"n\":12").reason())
                .contains(": the text ends; expected ");
        assertThat(Decoder.force(constraint, "{\"severity\":\"low\",\"n\":1,\"l\":[null,null]}")
                        .reason())
                .contains("expected the end of the array");
        assertThat(Decoder.force(constraint, "{\"severity\":\"low\",\"n\":12} ").reason())
                .endsWith("expected the end of the text");
        assertThat(Decoder.force(constraint, "banana").refusedAtByte()).isZero();
        assertThat(Decoder.force(constraint, "").accepted()).isFalse();
    }

    @Test
    void whatFollowsWithoutAChoiceIsForcedInCanonicalTokens() {
        JsonSchemaConstraint constraint = compile(TICKET);
        TokenMatcher matcher = constraint.matcher();
        assertThat(O200K.decode(matcher.forcedTokens())).isEqualTo("{\"severity\":\"");
        assertThat(matcher.forcedTokens()).isEqualTo(O200K.encode("{\"severity\":\""));
        Forced forced =
                Decoder.force(constraint, "{\"severity\":\"low\",\"title\":\"abc\",\"steps\":[\"a\"],\"count\":7}");
        assertThat(forced.accepted()).isTrue();
        assertThat(forced.tokens())
                .isEqualTo(
                        O200K.encode("{\"severity\":\"low\",\"title\":\"abc\",\"steps\":[\"a\"],\"count\":7}").length);
        assertThat(forced.forcedTokens()).isBetween(3, forced.tokens() - 4);
        assertThat(forced.maskedTokens()).isGreaterThan(10L * O200K.size());
    }

    @Test
    void theLastForcedTokenIsLeftToTheModelIfALongerOneWouldFit() {
        // After {"a": a number must follow; tokens like ":- and ":0 do not exist, but after ["  tokens like ["" and ["a
        // do.
        JsonSchemaConstraint strings = compile("{\"type\":\"array\",\"minItems\":1,\"items\":{\"type\":\"string\"}}");
        for (int token : strings.matcher().forcedTokens()) {
            assertThat(O200K.bytes(token)).isNotEqualTo("[\"".getBytes(StandardCharsets.UTF_8));
        }
        JsonSchemaConstraint whole = compile("{\"const\":[1]}".replace("[1]", "\"fixed\""));
        assertThat(O200K.decode(whole.matcher().forcedTokens())).isEqualTo("\"fixed\"");
    }

    @Test
    void greedyDecodingTakesTheBestAllowedToken() {
        JsonSchemaConstraint constraint = compile("{\"enum\":[\"low\",\"high\"]}");
        LogitSource source = new LogitSource() {
            @Override
            public void logits(float[] into) {
                java.util.Arrays.fill(into, Float.NaN);
                into[O200K.encode("low")[0]] = 1;
                into[O200K.encode("banana")[0]] = 9;
            }

            @Override
            public void accept(int token) {}
        };
        assertThat(Decoder.constrained(source, constraint, new DecodeSettings(0, 1, 20, 1))
                        .text())
                .isEqualTo("\"low\"");
    }

    /** A few thousand base scores, many of them equal, and other scores for some tokens at each step. */
    private static final class RandomChanges implements SparseLogitSource {
        private static final BaseScores BASE = drawn();

        private final SplittableRandom random;
        private final int changes;

        RandomChanges(long seed, int changes) {
            this.random = new SplittableRandom(seed);
            this.changes = changes;
        }

        private static BaseScores drawn() {
            SplittableRandom random = new SplittableRandom(7);
            float[] scores = new float[O200K.size()];
            for (int token = 0; token < scores.length; token++) {
                scores[token] = O200K.isSpecial(token) && token != O200K.endToken()
                        ? Float.NEGATIVE_INFINITY
                        : random.nextInt(5) == 0 ? random.nextInt(-8, 8) * 0.75f : -9;
            }
            return new BaseScores(scores);
        }

        @Override
        public BaseScores base() {
            return BASE;
        }

        @Override
        public void changes(TokenScores into) {
            into.clear();
            for (int i = 0; i < changes; i++) {
                into.put(random.nextInt(2000), random.nextInt(-16, 16));
                into.put(random.nextInt(BASE.size()), random.nextDouble(-9, 9));
            }
        }

        @Override
        public void accept(int token) {}
    }

    /** The same source, of which the decoder does not know that it is sparse. */
    private static LogitSource dense(SparseLogitSource source) {
        return new LogitSource() {
            @Override
            public void logits(float[] into) {
                source.logits(into);
            }

            @Override
            public void accept(int token) {
                source.accept(token);
            }
        };
    }

    @Test
    void fewCandidatesAndTheWholeVocabularyGiveTheSameTokensForTheSameSeed() {
        JsonSchemaConstraint constraint = compile(TICKET);
        for (int seed = 0; seed < 20; seed++) {
            int changes = seed % 3 == 0 ? 0 : 1 << seed % 11;
            DecodeSettings settings = new DecodeSettings(seed % 4 * 0.5, 1 + seed * seed % 90, 40 + seed, seed);
            Decoded sparse = Decoder.constrained(new RandomChanges(seed, changes), constraint, settings);
            Decoded dense = Decoder.constrained(dense(new RandomChanges(seed, changes)), constraint, settings);
            assertThat(List.of(sparse.text(), sparse.tokens(), sparse.maskedTokens()))
                    .isEqualTo(List.of(dense.text(), dense.tokens(), dense.maskedTokens()));
            Decoded free = Decoder.free(new RandomChanges(seed, changes), O200K, settings, O200K.endToken());
            assertThat(free.text())
                    .isEqualTo(Decoder.free(dense(new RandomChanges(seed, changes)), O200K, settings, O200K.endToken())
                            .text());
        }
    }

    @Test
    void aBaseRanksByScoreAndThenById() {
        float[] scores = {-1.5f, 3, 0, -0f, Float.NEGATIVE_INFINITY, 3, -1.5f, 2e-30f, -9};
        BaseScores base = new BaseScores(scores);
        int[] ranked = new int[scores.length];
        java.util.Arrays.setAll(ranked, base::ranked);
        assertThat(ranked).containsExactly(1, 5, 7, 2, 3, 0, 6, 8, 4);
    }

    @Test
    void scoresOfTokensAreKeptThroughGrowth() {
        TokenScores scores = new TokenScores();
        for (int round = 0; round < 2; round++) {
            scores.clear();
            for (int i = 0; i < 5000; i++) {
                scores.add(i * 37 % 5003, i);
                scores.add(i * 37 % 5003, 0.5);
            }
            scores.put(74, -1);
            assertThat(scores.size()).isEqualTo(5000);
            for (int i = 0; i < 5000; i++) {
                assertThat(scores.token(i)).isEqualTo(i * 37 % 5003);
                assertThat(scores.get(i * 37 % 5003, -9)).isEqualTo(i == 2 ? -1 : i + 0.5);
            }
            assertThat(scores.contains(100_000)).isFalse();
            assertThat(scores.get(100_000, -9)).isEqualTo(-9);
        }
    }

    @Test
    void samplingFollowsTheProbabilitiesOfTheBest() {
        TokenMask mask = new TokenMask(100);
        float[] logits = new float[100];
        for (int token = 0; token < 100; token++) {
            mask.set(token);
            logits[token] = -50;
        }
        logits[7] = (float) Math.log(6);
        logits[40] = (float) Math.log(3);
        logits[99] = (float) Math.log(1);
        logits[50] = 9; // not allowed
        mask.words()[0] &= ~(1L << 50);
        int[] drawn = new int[100];
        Sampler sampler = new Sampler(new DecodeSettings(1, 3, 1, 11), 100);
        for (int i = 0; i < 10_000; i++) {
            drawn[sampler.pick(logits, mask)]++;
        }
        assertThat(drawn[7]).isBetween(5850, 6150);
        assertThat(drawn[40]).isBetween(2850, 3150);
        assertThat(drawn[99]).isEqualTo(10_000 - drawn[7] - drawn[40]);
        Sampler two = new Sampler(new DecodeSettings(1, 2, 1, 11), 100);
        for (int i = 0; i < 1000; i++) {
            assertThat(two.pick(logits, mask)).isIn(7, 40);
        }
    }

    @Test
    void ofEqualScoresTheLowerTokenIsTaken() {
        TokenMask mask = new TokenMask(300);
        for (int token = 17; token < 300; token++) {
            mask.set(token);
        }
        assertThat(new Sampler(new DecodeSettings(0, 5, 1, 1), 300).pick(new float[300], mask))
                .isEqualTo(17);
        Sampler three = new Sampler(new DecodeSettings(1, 3, 1, 1), 300);
        for (int i = 0; i < 100; i++) {
            assertThat(three.pick(new float[300], mask)).isBetween(17, 19);
        }
    }

    @Test
    void aFreeTextEndsAtTheEndTokenOrTheBudget() {
        int[] text = O200K.encode("plain words, no JSON");
        int[] at = {0};
        LogitSource source = new LogitSource() {
            @Override
            public void logits(float[] into) {
                java.util.Arrays.fill(into, -1);
                into[at[0] < text.length ? text[at[0]] : O200K.endToken()] = 50;
            }

            @Override
            public void accept(int token) {
                at[0]++;
            }
        };
        Decoded all = Decoder.free(source, O200K, new DecodeSettings(1, 40, 100, 1), O200K.endToken());
        assertThat(all.text()).isEqualTo("plain words, no JSON");
        assertThat(all.complete()).isTrue();
        at[0] = 0;
        Decoded part = Decoder.free(source, O200K, new DecodeSettings(1, 40, 2, 1), O200K.endToken());
        assertThat(part.tokens()).isEqualTo(2);
        assertThat(part.complete()).isFalse();
        assertThatThrownBy(() -> Decoder.free(source, O200K, new DecodeSettings(1, 40, 2, 1), -1))
                .isInstanceOf(InputException.class);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new DecodeSettings(-1, 1, 1, 1)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new DecodeSettings(Double.NaN, 1, 1, 1)).hasMessageContaining("temperature");
        assertThatThrownBy(() -> new DecodeSettings(1, 0, 1, 1)).hasMessageContaining("top_k");
        assertThatThrownBy(() -> new DecodeSettings(1, 1, 0, 1)).hasMessageContaining("max_tokens");
    }
}
