package io.kernelweave.route;

import static io.kernelweave.route.Fixtures.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.json.InputException;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.route.KernelIndex.Match;
import io.kernelweave.route.Matcher.Ranked;
import io.kernelweave.verify.Outcome;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UsageTest {
    private static final Kernel FIRST = Fixtures.kernel("a-first", "Turns hours into seconds.", "", "hours to seconds");
    private static final Kernel TWIN = Fixtures.kernel("b-twin", "Turns hours into seconds.", "", "hours to seconds");
    private static final Kernel OTHER =
            Fixtures.kernel("c-other", "Writes a changelog from commits.", "", "changelog from these commits");
    private static final List<Kernel> KERNELS = List.of(FIRST, TWIN, OTHER);

    private static Router router(Usage usage) {
        return Router.of(KERNELS, List.of(VECTORS), RouterAdapter.untrained(), usage);
    }

    private static double[] shifts(Map<String, Long> accepted, double... trained) {
        return new Usage(accepted).shifts(List.of("a", "b", "c"), trained);
    }

    @Test
    void sharesOfTrafficThatAreThoseOfTheTrainingShiftNothing() {
        assertThat(shifts(Map.of(), 1, 1, 1)).containsOnly(0);
        assertThat(shifts(Map.of("a", 400L, "b", 200L, "c", 200L), 20, 10, 10)).containsOnly(0);
    }

    @Test
    void fewAcceptedAnswersShiftLittleAndManyNoMoreThanTheBound() {
        double[] few = shifts(Map.of("a", 3L), 1, 1, 1);
        double[] many = shifts(Map.of("a", 3_000_000L), 1, 1, 1);
        assertThat(few[0]).isBetween(0.05, 0.3);
        assertThat(few[1]).isBetween(-0.3, -0.05);
        assertThat(many).containsExactly(Usage.MOST, -Usage.MOST, -Usage.MOST);
    }

    @Test
    void theShiftIsTheRatioOfTheShares() {
        double[] shifts = shifts(Map.of("a", 70_000L, "b", 50_000L, "c", 30_000L), 1, 1, 1);
        assertThat(shifts[0]).isCloseTo(Math.log(1.4), within(0.01));
        assertThat(shifts[1]).isCloseTo(0, within(0.01));
        assertThat(shifts[2]).isCloseTo(Math.log(0.6), within(0.01));
    }

    @Test
    void settlesATieAndSaysSo() {
        String before = router(Usage.none())
                .route("hours to seconds")
                .candidates()
                .get(0)
                .kernelId();
        String other = before.equals("a-first") ? "b-twin" : "a-first";
        RouteDecision decision = router(new Usage(Map.of(other, 40L))).explain("hours to seconds");
        assertThat(decision.candidates().get(0).kernelId()).isEqualTo(other);
        assertThat(decision.reason()).contains("usage (40 accepted) settles it against " + before);
        assertThat(decision.candidates().get(0).signals())
                .filteredOn(signal -> signal.name().equals("usage"))
                .singleElement()
                .satisfies(signal -> {
                    assertThat(signal.value()).isEqualTo(40);
                    assertThat(signal.contribution()).isBetween(0.1, Usage.MOST);
                });
    }

    @Test
    void overrulesNothingAndLeavesProbabilitiesAsTheyAre() {
        Router without = router(Usage.none());
        Router with = router(new Usage(Map.of("c-other", 1_000_000L)));
        RouteDecision before = without.route("hours to seconds");
        RouteDecision after = with.route("hours to seconds");
        assertThat(after.kernelIds()).isEqualTo(before.kernelIds());
        assertThat(after.candidates()).isEqualTo(before.candidates());
        assertThat(after.reason()).contains("usage (1000000 accepted) changes nothing");
    }

    /** Kernels that are told apart by noisy logits, asked for as {@code weights} say; how much more often usage gets it right. */
    private static double gain(double[] weights, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<String> names =
                IntStream.range(0, weights.length).mapToObj(k -> "k" + k).toList();
        double[] trained = new double[weights.length];
        Arrays.fill(trained, 1);
        Map<String, Long> accepted = new TreeMap<>();
        int gain = 0;
        for (int i = 0; i < 4000; i++) {
            int asked = 0;
            for (double draw = random.nextDouble() * Arrays.stream(weights).sum(); draw > weights[asked]; ) {
                draw -= weights[asked++];
            }
            double[] logits = new double[weights.length];
            for (int k = 0; k < logits.length; k++) {
                logits[k] = 3 * (random.nextGaussian() + (k == asked ? 3 : 0));
            }
            double sum = Arrays.stream(logits).map(Math::exp).sum();
            List<Ranked> ranked = IntStream.range(0, logits.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(k -> -logits[k]))
                    .map(k -> new Ranked(
                            new Match(k, new double[0], new double[0], 0, 0, 0, Outcome.PASS, List.of()),
                            new double[] {LogisticModel.logit(Math.exp(logits[k]) / sum)},
                            0))
                    .toList();
            int before = ranked.get(0).match().kernel();
            int after = Usage.order(ranked, new Usage(accepted).shifts(names, trained))
                    .get(0)
                    .match()
                    .kernel();
            gain += (after == asked ? 1 : 0) - (before == asked ? 1 : 0);
            if (before == asked) {
                accepted.merge(names.get(asked), 1L, Long::sum);
            }
        }
        return gain / 4000.0;
    }

    @Test
    void skewedTrafficGainsAndEvenTrafficLosesNothingButNoise() {
        double[] zipf = IntStream.range(0, 20).mapToDouble(k -> 1.0 / (1 + k)).toArray();
        double[] even = new double[20];
        Arrays.fill(even, 1);
        double skewed = 0;
        double flat = 0;
        for (int seed = 0; seed < 5; seed++) {
            skewed += gain(zipf, seed) / 5;
            flat += gain(even, seed) / 5;
        }
        assertThat(skewed).isGreaterThan(0.003);
        assertThat(flat).isGreaterThan(-0.002);
    }

    @Test
    void isPartOfTheRoutersDigestOnceThereIsSome() {
        assertThat(router(Usage.none()).digest())
                .isEqualTo(
                        Router.of(KERNELS, VECTORS, RouterAdapter.untrained()).digest());
        assertThat(router(new Usage(Map.of("b-twin", 1L))).digest())
                .isNotEqualTo(router(Usage.none()).digest())
                .isNotEqualTo(router(new Usage(Map.of("b-twin", 2L))).digest());
    }

    @Test
    void refusesCountsThatAreNone() {
        assertThatThrownBy(() -> new Usage(Map.of("a", -1L)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("usage of a");
    }
}
