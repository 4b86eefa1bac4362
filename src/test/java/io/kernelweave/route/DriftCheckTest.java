package io.kernelweave.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.route.Drift.Finding;
import io.kernelweave.route.Drift.Statistic;
import io.kernelweave.route.Drift.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class DriftCheckTest {
    private static final double THRESHOLD = 0.5;
    private static final double BOUND = 0.05;
    private static final Guarantee GUARANTEE = new Guarantee(BOUND, 0.1, 0.2);
    private static final Profile PROFILE = profile();

    /** A prompt as a kernel's own are: sure for the most part, near for the most part, one in fifty wrong. */
    private static Sighting known(SplittableRandom random, String cluster) {
        double p = 1 - Math.pow(random.nextDouble(), 4);
        return new Sighting(
                cluster,
                p,
                1 - 0.5 * random.nextDouble() * random.nextDouble(),
                p >= THRESHOLD,
                p >= THRESHOLD && random.nextInt(50) == 0);
    }

    private static Sighting foreign(SplittableRandom random, String cluster) {
        double p = 0.3 * random.nextDouble();
        return new Sighting(cluster, p, 0.4, false, false);
    }

    private static Profile profile() {
        SplittableRandom random = new SplittableRandom(1);
        Map<String, List<Double>> probabilities = new TreeMap<>();
        Map<String, List<Double>> similarities = new TreeMap<>();
        for (int c = 0; c < 2000; c++) {
            Sighting sighting = known(random, "c" + c);
            probabilities.put("c" + c, List.of(sighting.probability()));
            if (sighting.routed()) {
                similarities.put("c" + c, List.of(sighting.similarity()));
            }
        }
        return new Profile(Tail.of(probabilities), Tail.of(similarities));
    }

    /** Clusters of one to four prompts; all prompts of a cluster are of one kind. */
    private static List<Sighting> traffic(long seed, int clusters, double foreignShare) {
        return traffic(seed, clusters, foreignShare, Function.identity());
    }

    private static List<Sighting> traffic(
            long seed, int clusters, double foreignShare, Function<Sighting, Sighting> change) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Sighting> all = new ArrayList<>();
        for (int c = 0; c < clusters; c++) {
            boolean foreign = random.nextDouble() < foreignShare;
            for (int i = random.nextInt(4); i >= 0; i--) {
                all.add(foreign ? foreign(random, "c" + c) : change.apply(known(random, "c" + c)));
            }
        }
        return all;
    }

    private static Drift check(List<Sighting> sightings) {
        return DriftCheck.of(PROFILE, BOUND, GUARANTEE, sightings);
    }

    private static Finding finding(Drift drift, Statistic statistic) {
        return drift.findings().stream()
                .filter(finding -> finding.statistic() == statistic)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void alarmsInOneOfTwentyChecksAtMostWhileTrafficIsAsStated() {
        for (double share : new double[] {0, 0.1, 0.2}) {
            for (int clusters : new int[] {60, 600}) {
                int alarms = 0;
                for (int seed = 0; seed < 100; seed++) {
                    alarms += check(traffic(seed, clusters, share)).verdict() == Verdict.DRIFT ? 1 : 0;
                }
                assertThat(alarms).as("share %s, %s clusters", share, clusters).isLessThanOrEqualTo(5);
            }
        }
    }

    @Test
    void seesMoreTrafficWithoutAKernelThanStated() {
        Drift drift = check(traffic(3, 300, 0.45));
        assertThat(drift.verdict()).isEqualTo(Verdict.DRIFT);
        assertThat(finding(drift, Statistic.IMPROBABLE).drifted()).isTrue();
        assertThat(finding(drift, Statistic.FAR).drifted()).isFalse();
        assertThat(finding(drift, Statistic.WRONG).drifted()).isFalse();
        assertThat(drift.says()).contains("no_kernel_share").contains("train anew");
    }

    @Test
    void seesThatWhatIsRoutedLiesFurtherAway() {
        Drift drift = check(traffic(
                3,
                300,
                0,
                known -> new Sighting(
                        known.cluster(), known.probability(), known.similarity() - 0.2, known.routed(), null)));
        assertThat(drift.verdict()).isEqualTo(Verdict.DRIFT);
        assertThat(finding(drift, Statistic.FAR).drifted()).isTrue();
        assertThat(finding(drift, Statistic.IMPROBABLE).drifted()).isFalse();
        assertThat(drift.findings()).as("nobody knows what is wrong").hasSize(2);
    }

    @Test
    void seesMoreErrorsThanTheBoundAllows() {
        SplittableRandom random = new SplittableRandom(4);
        Drift drift = check(traffic(
                3,
                300,
                0.1,
                known -> new Sighting(
                        known.cluster(),
                        known.probability(),
                        known.similarity(),
                        known.routed(),
                        known.routed() && random.nextInt(6) == 0)));
        assertThat(drift.verdict()).isEqualTo(Verdict.DRIFT);
        assertThat(finding(drift, Statistic.WRONG).drifted()).isTrue();
        assertThat(finding(drift, Statistic.WRONG).seen()).isBetween(0.1, 0.25);
        assertThat(finding(drift, Statistic.IMPROBABLE).drifted()).isFalse();
    }

    @Test
    void doesNotMindTrafficThatIsSurerAndNearer() {
        Drift drift =
                check(traffic(5, 1000, 0, known -> new Sighting(known.cluster(), 0.999, 0.999, true, Boolean.FALSE)));
        assertThat(drift.verdict()).isEqualTo(Verdict.NONE_FOUND);
        assertThat(drift.says()).isEqualTo("no drift found in 1000 clusters");
    }

    @Test
    void manyPromptsOfOneClusterAreOneWitness() {
        List<Sighting> all = traffic(6, 100, 0.05);
        for (int i = 0; i < 5000; i++) {
            all.add(new Sighting("c0", 0.01, 0.1, true, true));
        }
        assertThat(check(all).verdict()).isEqualTo(Verdict.NONE_FOUND);
    }

    @Test
    void saysHowManyClustersItTakesWhereThereAreTooFew() {
        Drift drift = check(traffic(7, 10, 0.1));
        assertThat(drift.verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(drift.needed()).isBetween(20, 200);
        assertThat(drift.says()).contains("10 clusters are too few").contains(String.valueOf(drift.needed()));
        assertThat(check(traffic(7, drift.needed(), 0.1)).verdict()).isEqualTo(Verdict.NONE_FOUND);
        assertThat(check(List.of()).verdict()).isEqualTo(Verdict.UNKNOWN);
    }

    @Test
    void saysThatNothingIsKnownWithoutAProfile() {
        Drift drift = DriftCheck.of(null, BOUND, GUARANTEE, traffic(8, 100, 0));
        assertThat(drift.verdict()).isEqualTo(Verdict.UNKNOWN);
        assertThat(drift.says()).contains("keeps no profile");
    }

    @Test
    void holdsARouterWithoutABoundToNone() {
        Drift drift = DriftCheck.of(
                PROFILE,
                1,
                GUARANTEE,
                traffic(
                        9,
                        300,
                        0,
                        known -> new Sighting(known.cluster(), known.probability(), 0.1, known.routed(), true)));
        assertThat(drift.findings()).extracting(Finding::statistic).containsExactly(Statistic.IMPROBABLE);
        assertThat(drift.verdict()).isEqualTo(Verdict.NONE_FOUND);
    }

    @Test
    void trainingKeepsAProfileThatItsOwnPromptsDoNotBreak() {
        RouterAdapter adapter = RouterTrainer.train(
                Fixtures.KERNELS, Fixtures.prompts(1), List.of(Fixtures.VECTORS), new Guarantee(0.2, 0.1, 0.3), 7);
        Router router = Router.of(Fixtures.KERNELS, Fixtures.VECTORS, adapter);
        List<Sighting> later = new ArrayList<>();
        for (LabelledPrompt prompt : Fixtures.prompts(2)) {
            if (!prompt.isComposition()) {
                RouteDecision decision = router.route(prompt.prompt());
                boolean routed = decision.action() == RouteAction.KERNEL;
                later.add(new Sighting(
                        prompt.clusterId(),
                        decision.probability(),
                        decision.candidates().get(0).similarity(),
                        routed,
                        routed && !prompt.acceptable().containsAll(decision.kernelIds())));
            }
        }
        assertThat(Expectation.of(adapter).drift(later).verdict()).isNotEqualTo(Verdict.DRIFT);
        assertThat(adapter.profile()).isNotNull();
    }
}
