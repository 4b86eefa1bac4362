package io.kernelweave.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.mine.Example;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceEvent;
import io.kernelweave.verify.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MiningTrialTest {
    /** Successes look something up before they act; failures rarely do. */
    private static List<Example> examples(int tasks, int attempts) {
        SplittableRandom random = new SplittableRandom(11);
        List<Example> examples = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            for (int attempt = 0; attempt < attempts; attempt++) {
                boolean success = random.nextBoolean();
                List<String> tools = new ArrayList<>();
                if (success || random.nextInt(5) == 0) {
                    tools.add("look_up");
                }
                IntStream.range(0, random.nextInt(4)).forEach(i -> tools.add("wait"));
                tools.add("act");
                examples.add(new Example(
                        trace("t" + task + "-" + attempt, tools),
                        success ? Outcome.PASS : Outcome.FAIL,
                        "task" + task));
            }
        }
        return examples;
    }

    private static Trace trace(String id, List<String> tools) {
        List<TraceEvent> events = new ArrayList<>();
        for (String tool : tools) {
            int call = events.size();
            events.add(new TraceEvent(
                    call,
                    TraceEvent.Kind.TOOL_CALL,
                    tool,
                    call,
                    Json.object()
                            .put("call", call)
                            .set("arguments", Json.object().put("id", id)),
                    null,
                    null));
            events.add(new TraceEvent(
                    call + 1,
                    TraceEvent.Kind.OBSERVATION,
                    tool,
                    call + 1,
                    Json.object().put("call", call).put("result", "done"),
                    null,
                    null));
        }
        return new Trace(id, "", "test", null, Instant.EPOCH, 0, events, null, "UNKNOWN");
    }

    @Test
    void noTaskIsOnBothSides() {
        List<Example> examples = examples(20, 3);
        MiningTrial trial = new MiningTrial(examples, 1);
        Set<Set<String>> halves = new HashSet<>();
        for (int split = 0; split < 4; split++) {
            List<MiningTrial.Judged> judged = trial.halves(split, 1, 0, false);
            Set<String> heldOut = new HashSet<>();
            judged.forEach(one -> heldOut.add(examples.get(one.index()).task()));
            assertThat(heldOut).hasSize(10);
            assertThat(judged).hasSize(30); // all attempts at each
            halves.add(heldOut);
        }
        assertThat(halves).hasSizeGreaterThan(1);
    }

    @Test
    void whatIsJudgedIsJudgedByItsStepsAndNotByItsOutcome() {
        List<Example> examples = examples(20, 2);
        List<MiningTrial.Judged> before = new MiningTrial(examples, 1).halves(0, 1, 1, false);
        Set<Integer> heldOut = new HashSet<>();
        before.forEach(one -> heldOut.add(one.index()));
        List<Example> lied = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            Example example = examples.get(i);
            lied.add(
                    heldOut.contains(i)
                            ? new Example(
                                    example.trace(),
                                    example.outcome() == Outcome.PASS ? Outcome.FAIL : Outcome.PASS,
                                    example.task())
                            : example);
        }
        assertThat(new MiningTrial(lied, 1).halves(0, 1, 1, false)).isEqualTo(before);
    }

    @Test
    void whatTellsSuccessesFromFailuresIsLearnedAndPermutedOutcomesTeachNothing() {
        List<Example> examples = examples(60, 2);
        List<MiningTrial.Judged> judged = new MiningTrial(examples, 1).halves(0, 1, 2, false);
        double[] gap = new double[2];
        for (MiningTrial.Judged one : judged) {
            int sign = examples.get(one.index()).outcome() == Outcome.PASS ? 1 : -1;
            gap[0] += sign * one.score();
            gap[1] += sign * one.permuted().get(0);
            assertThat(one.permuted()).hasSize(2);
        }
        assertThat(gap[0]).isGreaterThan(3 * Math.abs(gap[1])).isPositive();
    }

    @Test
    void theDirectionOfLengthIsThatOfTraining() {
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            boolean success = i % 2 == 0;
            examples.add(new Example(
                    trace("t" + i, success ? List.of("act") : List.of("wait", "wait", "act")),
                    success ? Outcome.PASS : Outcome.FAIL,
                    "task" + i));
        }
        new MiningTrial(examples, 1)
                .halves(0, 1, 0, false)
                .forEach(one -> assertThat(one.lengthScore()).isEqualTo(-one.steps()));
        assertThat(MiningTrial.steps(examples.get(1).trace())).isEqualTo(3);
    }

    @Test
    void aShareOfTheHalfLeavesTheOtherHalfAsItIs() {
        MiningTrial trial = new MiningTrial(examples(40, 1), 1);
        assertThat(indices(trial.halves(2, 0.25, 0, false))).isEqualTo(indices(trial.halves(2, 1, 0, false)));
    }

    private static List<Integer> indices(List<MiningTrial.Judged> judged) {
        return judged.stream().map(MiningTrial.Judged::index).toList();
    }
}
