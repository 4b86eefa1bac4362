package io.kernelweave.route;

import static io.kernelweave.route.Fixtures.KERNELS;
import static io.kernelweave.route.Fixtures.VECTORS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class RecalibrationTest {
    private static final RouterAdapter ADAPTER =
            RouterTrainer.train(KERNELS, Fixtures.prompts(1), List.of(VECTORS), new Guarantee(0.2, 0.1, 0.3), 7);
    private static final double LEAST = ADAPTER.threshold();

    /** Answers to prompts whose probabilities lie anywhere above the threshold. */
    private static List<Feedback> feedback(
            long seed, int clusters, DoubleUnaryOperator right, double skill, double luck) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Feedback> feedback = new ArrayList<>();
        for (int c = 0; c < clusters; c++) {
            double p = LEAST + (1 - LEAST) * Math.sqrt(random.nextDouble());
            boolean fits = random.nextDouble() < right.applyAsDouble(p);
            feedback.add(new Feedback("k" + c % 3, "c" + c, p, random.nextDouble() < (fits ? skill : luck)));
        }
        return feedback;
    }

    private static double worse(double p) {
        return LogisticModel.sigmoid(-2 + LogisticModel.logit(p));
    }

    @Test
    void withoutFeedbackTheAdapterStaysWhatItIs() {
        Recalibration none = Recalibration.of(ADAPTER, List.of());
        assertThat(none.corrected()).isFalse();
        assertThat(none.adapter()).isSameAs(ADAPTER);
    }

    @Test
    void failuresThatComeAtAnyProbabilityAreTheModels() {
        int corrected = 0;
        double skill = 0;
        for (int seed = 0; seed < 100; seed++) {
            Recalibration result = Recalibration.of(ADAPTER, feedback(seed, 300, p -> p, 0.6, 0));
            corrected += result.corrected() ? 1 : 0;
            skill += result.skill() / 100;
        }
        assertThat(corrected).isLessThanOrEqualTo(5);
        assertThat(skill).isCloseTo(0.6, within(0.05));
    }

    @Test
    void failuresThatComeWhereTheRouterIsLessSureMakeItStricter() {
        int corrected = 0;
        for (int seed = 0; seed < 20; seed++) {
            corrected += Recalibration.of(ADAPTER, feedback(seed, 600, RecalibrationTest::worse, 0.8, 0))
                            .corrected()
                    ? 1
                    : 0;
        }
        assertThat(corrected).isGreaterThanOrEqualTo(18);
        RouterAdapter stricter = Recalibration.of(ADAPTER, feedback(1, 600, RecalibrationTest::worse, 0.8, 0))
                .adapter();
        assertThat(stricter.digest()).isNotEqualTo(ADAPTER.digest());
        assertThat(stricter.calibration().method()).endsWith("+feedback");
        assertThat(stricter.calibration().inverse(stricter.threshold()))
                .isGreaterThan(ADAPTER.calibration().inverse(ADAPTER.threshold()));
    }

    @Test
    void whatIsRoutedAfterwardsWasRoutedBefore() {
        RouterAdapter stricter = Recalibration.of(ADAPTER, feedback(1, 600, RecalibrationTest::worse, 0.8, 0))
                .adapter();
        Router before = Router.of(KERNELS, VECTORS, ADAPTER);
        Router after = Router.of(KERNELS, VECTORS, stricter);
        for (LabelledPrompt prompt : Fixtures.prompts(5)) {
            RouteDecision was = before.route(prompt.prompt());
            RouteDecision is = after.route(prompt.prompt());
            if (is.action() == RouteAction.KERNEL && was.action() != RouteAction.COMPOSE) {
                assertThat(is.kernelIds()).isEqualTo(was.kernelIds());
            }
            assertThat(is.candidates().get(0).probability())
                    .isLessThanOrEqualTo(was.candidates().get(0).probability());
        }
    }

    @Test
    void noFeedbackRaisesAProbability() {
        for (int seed = 0; seed < 40; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            double tilt = random.nextDouble(-3, 6);
            double slope = random.nextDouble(0, 2);
            RouterAdapter result = Recalibration.of(
                            ADAPTER,
                            feedback(
                                    seed,
                                    500,
                                    p -> LogisticModel.sigmoid(tilt + slope * LogisticModel.logit(p)),
                                    random.nextDouble(0.5, 1),
                                    random.nextDouble(0, 0.5)))
                    .adapter();
            assertThat(result.threshold()).isEqualTo(ADAPTER.threshold());
            double last = 0;
            for (double p = 0; p <= 1; p += 1.0 / 1024) {
                double worth = result.calibration().of(p);
                assertThat(worth)
                        .isLessThanOrEqualTo(ADAPTER.calibration().of(p))
                        .isGreaterThanOrEqualTo(last);
                last = worth;
            }
        }
    }

    @Test
    void aCorrectionWithdrawsWhatWasCertified() {
        assertThat(ADAPTER.bound()).as("certified").isLessThanOrEqualTo(0.2);
        RouterAdapter stricter = Recalibration.of(ADAPTER, feedback(1, 600, RecalibrationTest::worse, 0.8, 0))
                .adapter();
        assertThat(stricter.bound()).isEqualTo(1);
        assertThat(stricter.levels()).hasSameSizeAs(ADAPTER.levels()).allMatch(level -> level.threshold() == null);
        assertThat(Router.of(KERNELS, VECTORS, stricter)
                        .route("convert 3 hours to seconds")
                        .assurance()
                        .certified())
                .isFalse();
        assertThat(Expectation.of(stricter).says()).contains("Nothing is certified");
    }

    @Test
    void aClusterIsOneWitnessHoweverOftenItIsAsked() {
        List<Feedback> once = feedback(1, 30, RecalibrationTest::worse, 0.8, 0);
        List<Feedback> often = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            often.addAll(once);
        }
        Recalibration result = Recalibration.of(ADAPTER, often);
        assertThat(result.clusters()).isEqualTo(30);
        assertThat(result.evidence()).isCloseTo(Recalibration.of(ADAPTER, once).evidence(), within(1e-6));
    }

    @Test
    void theProfileMovesWithTheProbabilities() {
        RouterAdapter stricter = Recalibration.of(ADAPTER, feedback(1, 600, RecalibrationTest::worse, 0.8, 0))
                .adapter();
        Tail before = Objects.requireNonNull(ADAPTER.profile()).probability();
        Tail after = Objects.requireNonNull(stricter.profile()).probability();
        assertThat(after.below()).isEqualTo(before.below());
        for (int i = 0; i < before.at().size(); i++) {
            assertThat(after.at().get(i)).isLessThanOrEqualTo(before.at().get(i));
        }
    }
}
