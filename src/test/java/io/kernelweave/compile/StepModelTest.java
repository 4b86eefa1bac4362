package io.kernelweave.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.compile.StepModel.Score;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.mine.Example;
import io.kernelweave.trace.Trace;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StepModelTest {
    private static Score score(StepModel model, List<Example> examples) {
        Score all = new Score(0, 0, 0, 0);
        for (Example example : examples) {
            all = all.plus(model.score(example.trace()));
        }
        return all;
    }

    @Test
    void aKernelMakesTheStepsOfItsProgramShorterToWrite() {
        List<Example> examples = Traces.ofProgram(120, 3, 11);
        StepModel with = StepModel.fit(examples.subList(0, 60));
        StepModel without = StepModel.baseline(examples.subList(0, 60));
        Score kernel = score(with, examples.subList(60, 120));
        Score baseline = score(without, examples.subList(60, 120));
        assertThat(baseline.bits() / (kernel.bits() + with.kernelBits())).isGreaterThan(2);
        assertThat(kernel.stepBits()).isLessThan(baseline.stepBits() * 1.02);
        assertThat(kernel.hits()).isGreaterThanOrEqualTo(baseline.hits());
        assertThat(kernel.steps()).isEqualTo(baseline.steps());
        assertThat(without.kernelBits()).isZero();
    }

    @Test
    void sequencesWithoutOrderAreNotShorterWithAKernel() {
        SplittableRandom random = new SplittableRandom(3);
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 80; i++) {
            Traces trace = new Traces("go " + i);
            for (int step = 0; step < 8; step++) {
                trace.call("tool" + random.nextInt(6));
            }
            examples.add(trace.example(Outcome.PASS, i));
        }
        Score kernel = score(StepModel.fit(examples.subList(0, 40)), examples.subList(40, 80));
        Score baseline = score(StepModel.baseline(examples.subList(0, 40)), examples.subList(40, 80));
        assertThat(kernel.bits()).isGreaterThanOrEqualTo(baseline.bits() * 0.97);
        // Nobody writes eight draws of six much shorter than their entropy.
        assertThat(baseline.stepBits() / 40).isGreaterThan(8 * Math.log(6) / Math.log(2) * 0.95);
    }

    @Test
    void theProbabilitiesOfAllNextStepsSumToOneAtMost() {
        List<Example> examples = Traces.ofProgram(30, 5, 12);
        StepModel model = StepModel.fit(examples.subList(0, 20));
        for (Example example : examples.subList(20, 30)) {
            Trace trace = example.trace();
            for (int end = 0; end <= trace.events().size(); end += 2) {
                Trace prefix = new Trace(
                        "t",
                        trace.prompt(),
                        null,
                        null,
                        trace.startedAt(),
                        0,
                        trace.events().subList(0, end),
                        null,
                        "UNKNOWN");
                StepModel.Next next = model.next(prefix);
                assertThat(next.probability()).isBetween(1e-9, 1.0);
            }
            assertThat(model.steps(trace)).endsWith("stop");
        }
    }

    @Test
    void theNextStepFollowsTheProgram() {
        List<Example> examples = Traces.ofProgram(60, 0, 13);
        StepModel model = StepModel.fit(examples);
        Traces begun = new Traces("Settle order \"ORD-5\" please.");
        assertThat(model.next(begun.trace("made")).step()).isEqualTo("find");
        begun.call("find", Traces.object("order", "ORD-5"), Traces.object("customer", "c5"));
        assertThat(model.next(begun.trace("made")).step()).isEqualTo("customer");
    }

    @Test
    void theOrderOfTrainingDoesNotMatter() {
        List<Example> examples = new ArrayList<>(Traces.ofProgram(40, 4, 14));
        Trace other = Traces.ofProgram(1, 0, 99).get(0).trace();
        double bits = StepModel.fit(examples).bits(other);
        Collections.reverse(examples);
        assertThat(StepModel.fit(examples).bits(other)).isEqualTo(bits);
    }

    @Test
    void anUnknownToolIsPaidForAndTold() {
        StepModel model = StepModel.fit(Traces.ofProgram(30, 0, 15));
        Trace odd = new Traces("x")
                .call("neverSeen", Traces.object("a", "b"), Json.object())
                .trace("made");
        assertThat(model.bits(odd)).isBetween(20.0, 1000.0);
    }

    @Test
    void nothingToLearnFromIsRefused() {
        assertThatThrownBy(() -> StepModel.fit(List.of())).isInstanceOf(InputException.class);
    }
}
