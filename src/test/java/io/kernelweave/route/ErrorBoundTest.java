package io.kernelweave.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.route.ErrorBound.Kind;
import io.kernelweave.route.ErrorBound.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ErrorBoundTest {
    private static final Guarantee GUARANTEE = new Guarantee(0.05, 0.1, 0.2);

    /** In-scope probabilities are true; prompts that no kernel fits lie low. */
    private static List<Sample> draw(SplittableRandom random, int inScope, int outside) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < inScope; i++) {
            double p = 1 - random.nextDouble() * random.nextDouble() * random.nextDouble();
            samples.add(new Sample(Kind.IN_SCOPE, "i" + i, p, random.nextDouble() < p));
        }
        for (int i = 0; i < outside; i++) {
            double p = random.nextDouble() * random.nextDouble();
            samples.add(new Sample(Kind.NO_KERNEL, "n" + i, p, false));
        }
        return samples;
    }

    private static double error(List<Sample> samples, double threshold, double noKernelShare) {
        double[] routed = new double[2];
        double[] wrong = new double[2];
        int[] all = new int[2];
        for (Sample sample : samples) {
            int kind = sample.kind() == Kind.IN_SCOPE ? 0 : 1;
            all[kind]++;
            routed[kind] += sample.probability() >= threshold ? 1 : 0;
            wrong[kind] += sample.probability() >= threshold && !sample.right() ? 1 : 0;
        }
        double bad = (1 - noKernelShare) * wrong[0] / all[0] + noKernelShare * wrong[1] / all[1];
        double taken = (1 - noKernelShare) * routed[0] / all[0] + noKernelShare * routed[1] / all[1];
        return bad / taken;
    }

    @Test
    void keepsToTheErrorAsOftenAsItSays() {
        SplittableRandom random = new SplittableRandom(5);
        List<Sample> truth = draw(random, 200_000, 200_000);
        int violations = 0;
        int certified = 0;
        for (int i = 0; i < 200; i++) {
            OptionalDouble threshold = new ErrorBound(draw(random, 2000, 400), GUARANTEE, 0).certify(0.05);
            if (threshold.isPresent()) {
                certified++;
                violations += error(truth, threshold.getAsDouble(), 0.2) > 0.05 ? 1 : 0;
            }
        }
        assertThat(certified).isGreaterThan(150);
        assertThat(violations).isLessThanOrEqualTo(20);
    }

    @Test
    void isTheSameWhateverSharesTheSampleHas() {
        SplittableRandom random = new SplittableRandom(6);
        double few = new ErrorBound(draw(random, 20_000, 5_000), GUARANTEE, 0).at(0.9);
        double many = new ErrorBound(draw(random, 20_000, 80_000), GUARANTEE, 0).at(0.9);
        assertThat(few).isBetween(many, many + 0.01);
    }

    @Test
    void countsAClusterOnceHoweverManyPromptsItHas() {
        List<Sample> once = draw(new SplittableRandom(7), 400, 100);
        List<Sample> often = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            often.addAll(once);
        }
        assertThat(new ErrorBound(often, GUARANTEE, 0).at(0.9)).isEqualTo(new ErrorBound(once, GUARANTEE, 0).at(0.9));
    }

    @Test
    void certifiesNothingFromAHandfulOfPrompts() {
        assertThat(new ErrorBound(draw(new SplittableRandom(8), 10, 3), GUARANTEE, 0).certify(0.05))
                .isEmpty();
        assertThat(new ErrorBound(List.of(), GUARANTEE, 0).at(0.5)).isEqualTo(1);
    }

    @Test
    void takesTheLargerErrorOfNearMissesIntoAccount() {
        List<Sample> samples = draw(new SplittableRandom(9), 2000, 500);
        double without = new ErrorBound(samples, GUARANTEE, 0.5).at(0.8);
        for (int i = 0; i < 500; i++) {
            samples.add(new Sample(Kind.HIDDEN, "h" + i, i % 2 == 0 ? 0.9 : 0.1, false));
        }
        assertThat(new ErrorBound(samples, GUARANTEE, 0.5).at(0.8)).isGreaterThan(without + 0.03);
    }
}
