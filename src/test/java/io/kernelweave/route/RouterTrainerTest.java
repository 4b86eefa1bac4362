package io.kernelweave.route;

import static io.kernelweave.route.Fixtures.KERNELS;
import static io.kernelweave.route.Fixtures.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.route.RouterAdapter.Metrics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;

class RouterTrainerTest {
    /** Made-up words, so that nothing but memory could tell where a prompt belongs. */
    private static List<LabelledPrompt> noise(int clusters, int perCluster) {
        SplittableRandom random = new SplittableRandom(11);
        List<LabelledPrompt> prompts = new ArrayList<>();
        for (int c = 0; c < clusters; c++) {
            String words =
                    "w" + random.nextInt(100_000) + " w" + random.nextInt(100_000) + " w" + random.nextInt(100_000);
            String kernel = KERNELS.get(random.nextInt(KERNELS.size())).kernelId();
            for (int i = 0; i < perCluster; i++) {
                prompts.add(LabelledPrompt.of(words + " v" + i, "c" + c, kernel));
            }
        }
        return prompts;
    }

    @Test
    void theThresholdIsTheEvenOneUnlessAnotherIsClearlyBetter() {
        List<RouterTrainer.Decision> even = new ArrayList<>();
        List<RouterTrainer.Decision> strict = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            double p = (i + 0.5) / 100;
            even.add(new RouterTrainer.Decision(p, p < 0.3 ? 1 : p < 0.52 ? i % 2 == 0 ? 1 : -1 : -1));
            strict.add(new RouterTrainer.Decision(p, p < 0.8 ? 1 : -1));
        }
        assertThat(RouterTrainer.threshold(even)).isEqualTo(0.5);
        assertThat(RouterTrainer.threshold(strict)).isBetween(0.78, 0.8);
        assertThat(RouterTrainer.threshold(List.of())).isEqualTo(0.5);
    }

    @Test
    void neverScoresAPromptByAModelThatSawItsCluster() {
        Metrics metrics =
                RouterTrainer.train(KERNELS, noise(120, 4), VECTORS, 7).metrics();
        assertThat(metrics.top1()).as("chance is a third").isBetween(0.15, 0.5);
        assertThat(RouterTrainer.train(KERNELS, noise(120, 4), List.of(), Guarantee.standard(), 7)
                        .metrics()
                        .top1())
                .isBetween(0.15, 0.5);
    }

    @Test
    void holdsOutExamplesThatAreAlsoPrompts() {
        List<LabelledPrompt> prompts = noise(90, 1);
        List<io.kernelweave.kernel.Kernel> kernels = KERNELS.stream()
                .map(kernel -> Fixtures.kernel(
                        kernel.kernelId(),
                        "A kernel.",
                        "",
                        prompts.stream()
                                .filter(prompt -> prompt.acceptable().contains(kernel.kernelId()))
                                .map(LabelledPrompt::prompt)
                                .toArray(String[]::new)))
                .toList();
        assertThat(RouterTrainer.train(kernels, prompts, VECTORS, 7).metrics().top1())
                .isBetween(0.1, 0.6);
    }

    @Test
    void learnsTheSameOnAnyNumberOfThreads() throws Exception {
        Set<String> digests = new HashSet<>();
        for (int threads = 1; threads <= 3; threads++) {
            ForkJoinPool pool = new ForkJoinPool(threads);
            try {
                digests.add(pool.submit(() -> RouterTrainer.train(KERNELS, Fixtures.prompts(1), VECTORS, 7)
                                .digest())
                        .get());
            } finally {
                pool.shutdown();
            }
        }
        assertThat(digests).hasSize(1);
    }

    @Test
    void leavesLittleOutAtATimeWhereExamplesAreFew() {
        assertThat(RouterTrainer.folds(1600, 150)).isEqualTo(10);
        assertThat(RouterTrainer.folds(1600, 20)).isEqualTo(5);
        assertThat(RouterTrainer.folds(15_000, 150)).isEqualTo(3);
    }

    @Test
    void statesWhatTheThresholdCosts() {
        RouterAdapter adapter = RouterTrainer.train(KERNELS, Fixtures.prompts(1), VECTORS, 7);
        Metrics metrics = adapter.metrics();
        assertThat(metrics.clusters()).isEqualTo(180);
        assertThat(metrics.inScope()).isEqualTo(120);
        assertThat(metrics.noKernel()).isEqualTo(40);
        assertThat(metrics.compositions()).isEqualTo(20);
        assertThat(metrics.top1()).isGreaterThan(0.95);
        assertThat(metrics.routed()).isBetween(0.9, metrics.top1());
        assertThat(metrics.abstained()).isGreaterThan(0.95);
        assertThat(metrics.error()).isBetween(0.0, 0.1);
        assertThat(metrics.composed()).isGreaterThan(0.9);
        assertThat(metrics.splitWrongly()).isLessThan(0.02);
        assertThat(adapter.threshold()).isBetween(0.0, 1.0);
        assertThat(adapter.curve().stream().mapToInt(RouterAdapter.Bin::prompts).sum())
                .isEqualTo(metrics.inScope() + metrics.noKernel() + metrics.masked());
    }

    @Test
    void learnsToAbstainFromHiddenKernelsWhereNoPromptIsOutside() {
        List<LabelledPrompt> inside = Fixtures.prompts(1).stream()
                .filter(prompt -> !prompt.acceptable().isEmpty())
                .toList();
        RouterAdapter adapter = RouterTrainer.train(KERNELS, inside, VECTORS, 7);
        assertThat(adapter.metrics().noKernel()).isZero();
        assertThat(adapter.metrics().abstained()).isGreaterThan(0.9);
        Router router = Router.of(KERNELS, VECTORS, adapter);
        long abstained = Fixtures.prompts(2).stream()
                .filter(LabelledPrompt::fitsNoKernel)
                .filter(prompt -> router.route(prompt.prompt()).action() == RouteAction.GENERATE)
                .count();
        assertThat(abstained).isGreaterThan(36);
    }

    @Test
    void refusesWhatItCannotLearnFrom() {
        assertThatThrownBy(() -> RouterTrainer.train(KERNELS, List.of(), VECTORS, 7))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("two clusters");
        assertThatThrownBy(() -> RouterTrainer.train(
                        KERNELS,
                        List.of(LabelledPrompt.of("x", "a", "missing"), LabelledPrompt.none("y", "b")),
                        VECTORS,
                        7))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("missing");
        assertThatThrownBy(() -> RouterTrainer.train(
                        KERNELS, List.of(LabelledPrompt.none("x", "a"), LabelledPrompt.none("y", "b")), VECTORS, 7))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no prompt is for a single kernel");
    }
}
