package io.kernelweave.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LossProcessTest {
    private static final double ENOUGH = StrictMath.log(20);

    @Test
    void beforeTheFirstStepAndWhereNothingMovesTheEvidenceIsOne() {
        LossProcess process = LossProcess.begin();
        assertThat(process.logEvidence()).isCloseTo(0, within(1e-12));
        for (int step = 0; step < 50; step++) {
            process = process.after(0, 0, 0);
        }
        assertThat(process.logEvidence()).isCloseTo(0, within(1e-9));
        assertThat(process.steps()).isEqualTo(50);
    }

    @Test
    void overAllSignsTheNextEvidenceIsOnAverageThePresentOne() {
        LossProcess process = LossProcess.begin().after(-1, 2, -3).after(1, -1);
        double[] sizes = {1, 2, 0.5, 4};
        double mean = 0;
        for (int signs = 0; signs < 16; signs++) {
            double[] gains = new double[4];
            for (int i = 0; i < 4; i++) {
                gains[i] = (signs >> i & 1) == 0 ? sizes[i] : -sizes[i];
            }
            mean += StrictMath.exp(process.after(gains).logEvidence()) / 16;
        }
        assertThat(mean).isCloseTo(StrictMath.exp(process.logEvidence()), within(1e-9));
    }

    /** Steps of changes that go either way: the alarm is false in one of twenty at most, although one looks each night. */
    @Test
    void changesThatGoEitherWayRarelyLookLikeALoss() {
        SplittableRandom random = new SplittableRandom(11);
        int alarms = 0;
        for (int round = 0; round < 1000; round++) {
            LossProcess process = LossProcess.begin();
            for (int step = 0; step < 60; step++) {
                double[] gains = new double[12];
                for (int c = 0; c < gains.length; c++) {
                    gains[c] = (1 + random.nextInt(5)) * (random.nextBoolean() ? 1 : -1);
                }
                process = process.after(gains);
                if (process.logEvidence() >= ENOUGH) {
                    alarms++;
                    break;
                }
            }
        }
        assertThat(alarms / 1000.0).isLessThanOrEqualTo(0.05);
    }

    /** A run's own noise is taken back by the next: the claim does not hold then, and the alarm is rarer still. */
    @Test
    void noiseAroundOneLevelRarelyLooksLikeALoss() {
        SplittableRandom random = new SplittableRandom(12);
        int alarms = 0;
        for (int round = 0; round < 500; round++) {
            LossProcess process = LossProcess.begin();
            double[] before = noise(random, 0);
            for (int step = 0; step < 60; step++) {
                double[] now = noise(random, 0);
                process = process.after(difference(now, before));
                before = now;
                if (process.logEvidence() >= ENOUGH) {
                    alarms++;
                    break;
                }
            }
        }
        assertThat(alarms / 500.0).isLessThanOrEqualTo(0.05);
    }

    /** Each night one cluster of 250 more is lost for good: no night shows it, forty nights do; quiet nights before do no harm. */
    @Test
    void aSlowLossIsFoundThatNoSingleStepShows() {
        SplittableRandom random = new SplittableRandom(13);
        for (int quiet : new int[] {0, 30}) {
            LossProcess process = LossProcess.begin();
            for (int step = 0; step < quiet; step++) {
                double[] gains = new double[250];
                gains[random.nextInt(250)] = 1;
                gains[random.nextInt(250)] = -1;
                process = process.after(gains);
            }
            int nights = 0;
            while (process.logEvidence() < ENOUGH && nights < 200) {
                double[] gains = new double[250];
                gains[nights] = -4;
                process = process.after(gains);
                nights++;
            }
            assertThat(nights).isLessThan(40);
        }
    }

    private static double[] noise(SplittableRandom random, double level) {
        return random.doubles(30).map(x -> x < 0.2 ? 1 - level : 0).toArray();
    }

    private static double[] difference(double[] now, double[] before) {
        double[] gains = new double[now.length];
        for (int i = 0; i < gains.length; i++) {
            gains[i] = now[i] - before[i];
        }
        return gains;
    }
}
