package io.kernelweave.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static List<Calibration.Outcome> outcomes(DoubleUnaryOperator truth) {
        SplittableRandom random = new SplittableRandom(3);
        List<Calibration.Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < 6000; i++) {
            double stated = random.nextDouble();
            boolean right = random.nextDouble() < truth.applyAsDouble(stated);
            outcomes.add(new Calibration.Outcome(stated, right, 1, i % 5));
        }
        return outcomes;
    }

    @Test
    void findsWhatProbabilitiesAreWorth() {
        DoubleUnaryOperator step = p -> p < 0.6 ? 0.1 : 0.8;
        Calibration calibration = Calibration.fit(outcomes(step), 5);
        assertThat(calibration.method()).isEqualTo("isotonic");
        assertThat(calibration.of(0.3)).isEqualTo(0.1, within(0.04));
        assertThat(calibration.of(0.8)).isEqualTo(0.8, within(0.04));

        DoubleUnaryOperator tempered = p -> LogisticModel.sigmoid(0.4 * LogisticModel.logit(p) - 0.5);
        Calibration platt = Calibration.fit(outcomes(tempered), 5);
        assertThat(platt.of(0.9)).isEqualTo(tempered.applyAsDouble(0.9), within(0.04));
    }

    @Test
    void changesNoOrder() {
        Calibration calibration = Calibration.fit(outcomes(p -> p < 0.6 ? 0.1 : 0.8), 5);
        for (int i = 0; i < 1000; i++) {
            assertThat(calibration.of((i + 1) / 1000.0)).isGreaterThanOrEqualTo(calibration.of(i / 1000.0));
        }
        assertThat(calibration.of(0)).isZero();
        assertThat(calibration.of(1)).isEqualTo(1);
    }
}
