package io.kernelweave.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.decode.DecodeSettings;
import io.kernelweave.decode.Decoded;
import io.kernelweave.decode.Decoder;
import io.kernelweave.decode.JsonSchemaConstraint;
import io.kernelweave.decode.LogitSource;
import io.kernelweave.decode.SparseLogitSource;
import io.kernelweave.decode.TokenVocabularies;
import io.kernelweave.decode.TokenVocabulary;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.model.NgramModel.Example;
import io.kernelweave.model.NgramModel.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class NgramModelTest {
    private static final TokenVocabulary O200K = TokenVocabularies.o200kBase();
    private static final NgramModel MODEL = NgramModel.train(Tasks.mixed(450, 1), Settings.standard(), O200K);

    private static Decoded free(NgramModel model, String prompt, double temperature, long seed) {
        try (LanguageModel.Session session = model.open(prompt, seed)) {
            return Decoder.free(session, O200K, new DecodeSettings(temperature, 40, 120, seed), O200K.endToken());
        }
    }

    private static double[] probabilities(float[] logits) {
        double[] probabilities = new double[logits.length];
        double total = 0;
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = Math.exp(logits[i]);
            total += probabilities[i];
        }
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] /= total;
        }
        return probabilities;
    }

    @Test
    void rawSamplesAreMostlyJsonOfTheTaskAndTellOfThePrompt() {
        SplittableRandom random = new SplittableRandom(77);
        int json = 0;
        int task = 0;
        int code = 0;
        int message = 0;
        for (int i = 0; i < 50; i++) {
            Example unseen = Tasks.log(random);
            JsonNode expected = Json.parse(unseen.answer(), "test");
            String text = free(MODEL, unseen.prompt(), 0.7, i).text();
            try {
                JsonNode answer = Json.parse(text, "sample");
                json++;
                task += answer.has("service") && answer.has("code") && answer.has("message") ? 1 : 0;
                code += answer.path("code")
                                .asString("")
                                .equals(expected.path("code").asString("-"))
                        ? 1
                        : 0;
                message += unseen.prompt().contains(answer.path("message").asString("?")) ? 1 : 0;
            } catch (InputException e) {
                continue; // a raw sample may be anything
            }
        }
        assertThat(json).as("JSON").isGreaterThan(35);
        assertThat(task).as("of the task's form").isGreaterThan(35);
        assertThat(code).as("with the prompt's code").isGreaterThan(25);
        assertThat(message).as("with a message from the prompt").isGreaterThan(25);
    }

    @Test
    void underTheMaskEverySampleIsOfTheSchemaWhateverThePrompt() {
        JsonSchemaConstraint constraint = JsonSchemaConstraint.compile(Json.parse(Tasks.LOG_SCHEMA, "test"), O200K);
        SplittableRandom random = new SplittableRandom(78);
        for (int i = 0; i < 40; i++) {
            String prompt = i % 4 == 3
                    ? "an altogether different request " + i
                    : Tasks.log(random).prompt();
            try (LanguageModel.Session session = MODEL.open(prompt, i)) {
                Decoded decoded = Decoder.constrained(session, constraint, new DecodeSettings(1.2, 40, 60, i));
                assertThat(Decoder.force(constraint, decoded.text()).reason())
                        .as(decoded.text())
                        .isEmpty();
                assertThat(decoded.forcedTokens()).isPositive();
            }
        }
    }

    @Test
    void theDecoderTakesTheSameTokensFromFewCandidatesAsFromTheWholeVocabulary() {
        JsonSchemaConstraint constraint = JsonSchemaConstraint.compile(Json.parse(Tasks.LOG_SCHEMA, "test"), O200K);
        SplittableRandom random = new SplittableRandom(80);
        for (int i = 0; i < 12; i++) {
            String prompt = Tasks.log(random).prompt();
            DecodeSettings settings = new DecodeSettings(i % 3 * 0.6, 40, 80, i);
            try (LanguageModel.Session sparse = MODEL.open(prompt, i);
                    LanguageModel.Session hidden = MODEL.open(prompt, i)) {
                LogitSource dense = new LogitSource() {
                    @Override
                    public void logits(float[] into) {
                        hidden.logits(into);
                    }

                    @Override
                    public void accept(int token) {
                        hidden.accept(token);
                    }
                };
                assertThat(sparse).isInstanceOf(SparseLogitSource.class);
                assertThat(Decoder.constrained(sparse, constraint, settings).text())
                        .isEqualTo(
                                Decoder.constrained(dense, constraint, settings).text());
            }
        }
    }

    @Test
    void theTaskOfThePromptDecidesTheFormOfTheAnswer() {
        SplittableRandom random = new SplittableRandom(79);
        for (int i = 0; i < 10; i++) {
            assertThat(free(MODEL, Tasks.log(random).prompt(), 0, 1).text()).startsWith("{\"service\":\"");
            assertThat(free(MODEL, Tasks.commit(random).prompt(), 0, 1).text()).startsWith("{\"type\":\"");
            assertThat(free(MODEL, Tasks.convert(random).prompt(), 0, 1).text()).startsWith("{\"value\":");
        }
    }

    @Test
    void theSameTrainingAndSeedGiveTheSameTextAndIdentity() {
        NgramModel again = NgramModel.train(Tasks.mixed(450, 1), Settings.standard(), O200K);
        assertThat(again.identity()).isEqualTo(MODEL.identity()).matches("ngram:[0-9a-f]{64}");
        String prompt = Tasks.log(new SplittableRandom(3)).prompt();
        assertThat(free(again, prompt, 1, 4))
                .extracting(Decoded::text)
                .isEqualTo(free(MODEL, prompt, 1, 4).text());
    }

    @Test
    void theIdentityChangesWithSettingsExamplesAndTheirEdges() {
        List<Example> examples = List.of(new Example("ab", "c"), new Example("d", "e"));
        String identity = NgramModel.train(examples, Settings.standard(), O200K).identity();
        List<String> others = new ArrayList<>();
        others.add(NgramModel.train(List.of(new Example("a", "bc"), examples.get(1)), Settings.standard(), O200K)
                .identity());
        others.add(NgramModel.train(List.of(examples.get(1), examples.get(0)), Settings.standard(), O200K)
                .identity());
        others.add(NgramModel.train(examples, new Settings(5, 0.75, 0.9, 0.8, 8), O200K)
                .identity());
        others.add(NgramModel.train(examples, Settings.standard(), TokenVocabularies.cl100kBase())
                .identity());
        assertThat(others).doesNotContain(identity).doesNotHaveDuplicates();
    }

    @Test
    void withoutCopyingAndRetrievalTheDenseStepGivesTheInterpolatedProbabilities() {
        NgramModel plain = NgramModel.train(Tasks.mixed(200, 2), new Settings(4, 0.6, 0, 0, 0), O200K);
        float[] logits = new float[O200K.size()];
        String prompt = "which error is in the log below?";
        try (LanguageModel.Session session = plain.open(prompt, 1)) {
            int[] promptTokens = O200K.encode(prompt);
            int[] answer = O200K.encode("{\"service\":\"billing\",\"code\":4");
            int[] history = new int[promptTokens.length + 1 + answer.length];
            System.arraycopy(promptTokens, 0, history, 0, promptTokens.length);
            history[promptTokens.length] = O200K.size();
            System.arraycopy(answer, 0, history, promptTokens.length + 1, answer.length);
            for (int i = 0; i <= answer.length; i++) {
                if (i > 0) {
                    session.accept(answer[i - 1]);
                }
                if (i % 4 != 0) {
                    continue;
                }
                session.logits(logits);
                double[] dense = probabilities(logits);
                double total = 0;
                for (int token = 0; token < dense.length; token++) {
                    double exact = plain.tables().probability(token, history, promptTokens.length + 1 + i);
                    total += exact;
                    if (Math.abs(dense[token] - exact) > 1e-6) {
                        assertThat(dense[token]).as("token %d at %d", token, i).isCloseTo(exact, within(1e-6));
                    }
                }
                assertThat(total).isCloseTo(1, within(1e-3));
            }
        }
    }

    @Test
    void probabilitiesAreThoseOfKneserAndNey() {
        // "x a" twice, "y a" once, "y b" once; discount 1/2, bigrams: worked out by hand.
        int x = O200K.encode("x")[0];
        int y = O200K.encode("y")[0];
        int a = O200K.encode("a")[0];
        int b = O200K.encode("b")[0];
        int[] corpus = {x, a, x, a, y, a, y, b};
        boolean[] possible = new boolean[O200K.size()];
        possible[a] = true;
        possible[b] = true;
        NgramTables tables =
                new NgramTables(corpus, new int[] {1, 3, 5, 7}, new boolean[4], 1, O200K.size(), 0.5, possible);
        // a follows two contexts, b one: three bigram types; (2 - 1/2)/3 + (1/2 * 2/3)/2 and (1 - 1/2)/3 + the same
        double unigramA = 1.5 / 3 + 1.0 / 3 / 2;
        double unigramB = 0.5 / 3 + 1.0 / 3 / 2;
        assertThat(tables.probability(a, new int[] {b}, 1)).isCloseTo(unigramA, within(1e-6));
        assertThat(tables.probability(a, new int[] {x}, 1)).isCloseTo(1.5 / 2 + 0.5 / 2 * unigramA, within(1e-6));
        assertThat(tables.probability(b, new int[] {x}, 1)).isCloseTo(0.5 / 2 * unigramB, within(1e-6));
        assertThat(tables.probability(b, new int[] {y}, 1)).isCloseTo(0.5 / 2 + 1.0 / 2 * unigramB, within(1e-6));
    }

    @Test
    void aShorterContextCountsInHowManyLongerOnesATokenCame() {
        // "x y a" twice, "z y a" once, "z y b" once; after y, a came in two longer contexts and b in one.
        int x = O200K.encode("x")[0];
        int y = O200K.encode("y")[0];
        int z = O200K.encode("z")[0];
        int a = O200K.encode("a")[0];
        int b = O200K.encode("b")[0];
        int[] corpus = {x, y, a, x, y, a, z, y, a, z, y, b};
        boolean[] possible = new boolean[O200K.size()];
        possible[a] = true;
        possible[b] = true;
        possible[x] = true; // never predicted, so it shares what the discount leaves
        NgramTables tables =
                new NgramTables(corpus, new int[] {2, 5, 8, 11}, new boolean[4], 2, O200K.size(), 0.5, possible);
        double unigram = 0.5 / 2 + 0.5 * 2 / 2 / 3;
        double afterY = 1.5 / 3 + 0.5 * 2 / 3 * unigram;
        assertThat(tables.probability(a, new int[] {b, y}, 2)).isCloseTo(afterY, within(1e-6));
        assertThat(tables.probability(a, new int[] {x, y}, 2)).isCloseTo(1.5 / 2 + 0.5 / 2 * afterY, within(1e-6));
        assertThat(tables.probability(b, new int[] {x, y}, 2))
                .isCloseTo(0.5 / 2 * (0.5 / 3 + 0.5 * 2 / 3 * unigram), within(1e-6));
        assertThat(tables.probability(a, new int[] {z, y}, 2)).isCloseTo(0.5 / 2 + 1.0 / 2 * afterY, within(1e-6));
    }

    @Test
    void aWordOfThePromptIsCopiedThoughItWasNeverSeen() {
        List<Example> examples = new ArrayList<>();
        List<String> starts = List.of("Bad", "Ott", "Lyn", "Her", "Fal", "Mar", "Ibe", "New", "Qua", "Sto");
        List<String> ends = List.of("ger", "ina", "ix", "on", "cone", "lope", "mir");
        List<String> words =
                List.of("silent", "amber", "brisk", "hollow", "rapid", "velvet", "copper", "quiet", "lunar");
        for (int i = 0; i < 70; i++) {
            String word = starts.get(i % 10) + ends.get(i % 7) + "-" + words.get(i % 9) + "-" + (i * 31 % 90 + 10);
            examples.add(new Example("the host is " + word + " today", "{\"host\":\"" + word + "\"}"));
        }
        NgramModel model = NgramModel.train(examples, Settings.standard(), O200K);
        assertThat(free(model, "the host is Wombat-frigorifique-99 today", 0, 1).text())
                .startsWith("{\"host\":\"Wombat-frigorifique");
    }

    @Test
    void specialTokensAreImpossibleButTheEnd() {
        float[] logits = new float[O200K.size()];
        try (LanguageModel.Session session = MODEL.open("", 1)) {
            session.logits(logits);
        }
        for (int token = 0; token < logits.length; token++) {
            boolean possible = !O200K.isSpecial(token) || token == O200K.endToken();
            assertThat(logits[token] > Float.NEGATIVE_INFINITY).isEqualTo(possible);
            assertThat(logits[token]).isLessThan(Float.POSITIVE_INFINITY).isNotNaN();
        }
    }

    @Test
    void badSettingsAndNoExamplesAreRefused() {
        assertThatThrownBy(() -> new Settings(1, 0.75, 0.9, 0.8, 8)).hasMessageContaining("order");
        assertThatThrownBy(() -> new Settings(6, 1, 0.9, 0.8, 8)).hasMessageContaining("discount");
        assertThatThrownBy(() -> new Settings(6, 0.75, 1, 0.8, 8)).hasMessageContaining("copy_weight");
        assertThatThrownBy(() -> NgramModel.train(List.of(), Settings.standard(), O200K))
                .isInstanceOf(InputException.class);
    }
}
