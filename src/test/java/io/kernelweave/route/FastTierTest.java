package io.kernelweave.route;

import static io.kernelweave.route.Fixtures.KERNELS;
import static io.kernelweave.route.Fixtures.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.route.ErrorBound.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FastTierTest {
    /** The fixtures' vectors, called something else, and counted. */
    private static final class Cheap implements Embedder {
        private final Embedder words = new Fixtures.WordVectors();

        @Override
        public String identity() {
            return "cheap";
        }

        @Override
        public int dimensions() {
            return words.dimensions();
        }

        @Override
        public float[] embed(String text) {
            return words.embed(text);
        }
    }

    /** Must not be asked. */
    private static final class Dear implements Embedder {
        private final List<String> asked = new ArrayList<>();

        @Override
        public String identity() {
            return VECTORS.identity();
        }

        @Override
        public int dimensions() {
            return VECTORS.dimensions();
        }

        @Override
        public float[] embed(String text) {
            asked.add(text);
            return VECTORS.embed(text);
        }
    }

    private static final Cheap CHEAP = new Cheap();
    private static final List<LabelledPrompt> PROMPTS = Fixtures.prompts(1);
    private static final RouterAdapter ADAPTER =
            RouterTrainer.train(KERNELS, PROMPTS, List.of(VECTORS), Guarantee.standard(), 7, texts -> CHEAP);

    private final Dear dear = new Dear();
    private final Router router = Router.of(KERNELS, List.of(dear), ADAPTER, Usage.none(), CHEAP);

    @Test
    void answersEasyRequestsWithoutTheEncoder() {
        assertThat(ADAPTER.fast()).isNotNull();
        assertThat(ADAPTER.fast().handover().accepted()).isPositive();
        dear.asked.clear();
        SplittableRandom random = new SplittableRandom(99);
        int answered = 0;
        for (int i = 0; i < 50; i++) {
            RouteDecision decision = router.route(Fixtures.units(random));
            if (decision.reason().endsWith("by the fast tier alone")) {
                answered++;
                assertThat(decision.kernelIds()).containsExactly("convert-units");
                assertThat(decision.probability()).isGreaterThanOrEqualTo(decision.threshold());
                assertThat(decision.assurance().encoders()).containsExactly("cheap");
            }
        }
        assertThat(answered).isPositive();
        assertThat(dear.asked).hasSize(50 - answered);
    }

    @Test
    void handsOnWhatFitsNothingWhatAsksForTwoThingsAndWhatAPreconditionRefuses() {
        Router slow = Router.of(KERNELS, List.of(VECTORS), ADAPTER);
        for (String prompt : List.of(
                "who painted violins at night",
                "pull the errors out of this log\n\n10:00 INFO ok", // and there is none
                "show all failures in the log, then write the changelog from these commits\n\nERROR a")) {
            assertThat(router.route(prompt)).as(prompt).isEqualTo(slow.route(prompt));
        }
    }

    @Test
    void isExplainedAsItDecides() {
        SplittableRandom random = new SplittableRandom(99);
        for (int i = 0; i < 20; i++) {
            String prompt = Fixtures.units(random);
            RouteDecision explained = router.explain(prompt);
            assertThat(explained.candidates()).isNotEmpty();
            assertThat(explained.with(List.of())).isEqualTo(router.route(prompt).with(List.of()));
        }
    }

    @Test
    void triesEachPromptByATierThatWasMadeWithoutIt() {
        List<List<String>> made = new ArrayList<>();
        RouterTrainer.train(KERNELS, PROMPTS, List.of(VECTORS), Guarantee.standard(), 7, texts -> {
            made.add(texts);
            return CHEAP;
        });
        List<String> last = made.get(made.size() - 1);
        assertThat(made).hasSizeGreaterThan(2);
        for (LabelledPrompt prompt : PROMPTS) {
            String request = Query.request(prompt.prompt());
            assertThat(last.contains(request)).isEqualTo(!prompt.isComposition());
            assertThat(prompt.isComposition() || made.stream().anyMatch(texts -> !texts.contains(request)))
                    .as(request)
                    .isTrue();
        }
    }

    @Test
    void isLeftAsideWithAnotherEmbedder() {
        Router other = Router.of(KERNELS, List.of(VECTORS), ADAPTER, Usage.none(), VECTORS);
        assertThat(other.route("convert 3 hours to seconds").reason()).doesNotContain("fast tier");
        assertThat(other.digest()).isNotEqualTo(router.digest());
    }

    @Test
    void survivesItsFile() {
        RouterAdapter read = Json.convert(Json.tree(ADAPTER), RouterAdapter.class, "adapter");
        assertThat(read.digest()).isEqualTo(ADAPTER.digest());
        assertThat(Router.of(KERNELS, List.of(VECTORS), read, Usage.none(), CHEAP)
                        .route("convert 3 hours to seconds"))
                .isEqualTo(router.route("convert 3 hours to seconds"));
    }

    /** Each text is "name number": near its name's direction, whatever the number. */
    private static final class Directions implements Embedder {
        @Override
        public String identity() {
            return "directions";
        }

        @Override
        public int dimensions() {
            return 48;
        }

        @Override
        public float[] embed(String text) {
            SplittableRandom name = new SplittableRandom(text.split(" ")[0].hashCode());
            SplittableRandom whole = new SplittableRandom(text.hashCode());
            float[] vector = new float[dimensions()];
            for (int d = 0; d < vector.length; d++) {
                vector[d] = (float) (name.nextDouble(-1, 1) + 0.4 * whole.nextDouble(-1, 1) + 0.3);
            }
            return Vectors.normalize(vector);
        }
    }

    @Test
    void comparesAFewOfManyKernelsAndStillFindsTheRightOne() {
        Directions directions = new Directions();
        List<String> ids = IntStream.range(0, 300).mapToObj(k -> "kernel-" + k).toList();
        List<FastTier.Case> cases = new ArrayList<>();
        for (int k = 0; k < ids.size(); k++) {
            for (int i = 0; i < 4; i++) {
                String text = ids.get(k) + " " + i;
                int kernel = k;
                int fold = i % 2;
                cases.add(new FastTier.Case(
                        text,
                        Kind.IN_SCOPE,
                        fits -> fits == kernel,
                        any -> true,
                        text,
                        fold,
                        held -> held == fold,
                        1,
                        true));
            }
        }
        FastTier.Kept kept = FastTier.train(ids, cases, 2, texts -> directions, Guarantee.standard(), 5)
                .orElseThrow();
        FastTier tier = FastTier.of(kept, ids, directions).orElseThrow();
        assertThat(kept.handover().accepted()).isGreaterThan(0.9);
        assertThat(IntStream.range(0, ids.size())
                        .filter(k -> tier.answer(ids.get(k) + " new")
                                .filter(answer -> answer.kernel() == k)
                                .isPresent())
                        .count())
                .isGreaterThan(280);
    }
}
