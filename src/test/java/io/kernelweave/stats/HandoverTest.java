package io.kernelweave.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.stats.Handover.Trial;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class HandoverTest {
    /** The cheap method is right as often as it is sure; the dear one nineteen times in twenty. */
    private static List<Trial> trials(int count) {
        SplittableRandom random = new SplittableRandom(3);
        List<Trial> trials = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double score = random.nextDouble();
            trials.add(new Trial("c" + i / 2, score, random.nextDouble() < score, random.nextDouble() < 0.95));
        }
        return trials;
    }

    @Test
    void acceptsWhatLosesNothingOverall() {
        Handover handover = Handover.fit(trials(20_000), 0);
        // From t on the cheap method is wrong in (1 − t) / 2 of its answers: at 0.9 as often as the dear one.
        assertThat(handover.threshold()).isBetween(0.86, 0.94);
        assertThat(handover.accepted()).isBetween(0.06, 0.14);
        assertThat(handover.loss()).isBetween(-0.002, 0.002);
        assertThat(handover.accepts(0.95)).isTrue();
        assertThat(handover.accepts(0.8)).isFalse();
    }

    @Test
    void acceptsMoreWhereSomeLossIsLetIn() {
        Handover handover = Handover.fit(trials(20_000), 0.01);
        assertThat(handover.accepted()).isGreaterThan(0.17);
        assertThat(handover.loss()).isBetween(0.007, 0.013);
    }

    @Test
    void acceptsNothingFromAMethodThatIsSureAndWrong() {
        List<Trial> wrong = trials(500).stream()
                .map(trial -> new Trial(trial.cluster(), trial.score(), false, true))
                .toList();
        Handover handover = Handover.fit(wrong, 0);
        assertThat(handover.accepts(1)).isFalse();
        assertThat(handover.accepted()).isZero();
        assertThat(Handover.fit(List.of(), 0).accepts(1)).isFalse();
    }

    @Test
    void acceptsEqualScoresTogether() {
        Handover handover = Handover.fit(
                List.of(
                        new Trial("a", 0.9, true, true),
                        new Trial("b", 0.5, true, true),
                        new Trial("c", 0.5, false, true)),
                0);
        assertThat(handover.threshold()).isEqualTo(0.9);
    }
}
