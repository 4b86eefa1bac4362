package io.kernelweave.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.gate.RunGate.Direction;
import io.kernelweave.gate.RunGate.Metric;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.stats.PairedTest.Pair;
import io.kernelweave.verify.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class GateTest {
    private static final Kernel KERNEL = Kernel.parse("""
            {"kernel_id":"k","name":"K","task_family":"t","description":"d","examples":["e"],
             "input_schema":{"type":"object"},
             "output_schema":{"type":"object","required":["q","n"],"properties":{"q":{"type":"string"},"n":{"type":"integer"}}},
             "postconditions":[{"name":"positive","check":"compare","left":"output.n","op":">","right":0,
               "says":"n is positive"}],
             "evidence_requirements":[{"name":"verbatim","check":"quoteInSource","target":"output.q",
               "says":"q stands in the source"}],
             "source_trace_ids":["t-1"],"version":1}""", "test");
    private static final String PROMPT = "quote it\n\nthe quick brown fox";

    // ---------------------------------------------------------------- output

    @Test
    void onlyPassIsAccepted() {
        OutputGate gate = OutputGate.of(KERNEL);
        OutputGate.Decision good = gate.judge(PROMPT, "{\"q\":\"brown fox\",\"n\":1}");
        assertThat(good.accepted()).isTrue();
        assertThat(good.feedback()).isEmpty();
        // No source to quote from: nothing fails, and nothing is let through.
        OutputGate.Decision unknown = gate.judge("quote it", "{\"q\":\"brown fox\",\"n\":1}");
        assertThat(unknown.judgement().outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(unknown.accepted()).isFalse();
        assertThat(unknown.feedback()).contains("verbatim (q stands in the source): input.source is missing");
    }

    @Test
    void feedbackNamesEachFailedConditionWithItsReason() {
        OutputGate.Decision decision = OutputGate.of(KERNEL).judge(PROMPT, "{\"q\":\"red fox\",\"n\":0}");
        assertThat(decision.accepted()).isFalse();
        assertThat(decision.feedback().lines())
                .hasSize(3)
                .anySatisfy(line -> assertThat(line).startsWith("- positive (n is positive): output.n is 0"))
                .anySatisfy(line -> assertThat(line).startsWith("- verbatim").contains("“red fox”"));
        assertThat(OutputGate.of(KERNEL).judge(PROMPT, "sorry").feedback().lines())
                .hasSize(3)
                .anySatisfy(line -> assertThat(line).contains("output-schema", "not JSON"))
                .anySatisfy(line -> assertThat(line).isEqualTo("- could not be checked for that: positive, verbatim"));
    }

    @Test
    void whatFailsOnSafetyIsNamedWhateverItsSeverityAndHoweverItIsWrapped() {
        ObjectNode json = Json.tree(KERNEL);
        json.set("evidence_requirements", Json.parse("""
                [{"name":"clean","check":"noSecrets","target":"output.q","severity":"warn"},
                 {"name":"plain","check":"all","of":[{"check":"noMarkup","target":"output.q"}]},
                 {"name":"short","check":"count","target":"output.q","unit":"chars","op":"<=","value":20}]""", "test"));
        OutputGate gate = OutputGate.of(Json.convert(json, Kernel.class, "test"));
        assertThat(gate.judge(PROMPT, "{\"q\":\"fox\",\"n\":1}").unsafe()).isEmpty();
        OutputGate.Decision leaks = gate.judge(PROMPT, "{\"q\":\"AKIAABCDEFGHIJKLMNOP\",\"n\":1}");
        assertThat(leaks.accepted()).as("a warning lets it through").isTrue();
        assertThat(leaks.unsafe()).containsExactly("clean");
        OutputGate.Decision markup = gate.judge(PROMPT, "{\"q\":\"<script>alert(1)</script>\",\"n\":1}");
        assertThat(markup.unsafe()).containsExactly("plain");
        assertThat(markup.cause()).startsWith("plain: ").contains("; short: ").doesNotContain("\n");
        assertThat(gate.judge(PROMPT, "sorry").unsafe())
                .as("what cannot be checked has not failed")
                .isEmpty();
    }

    // ---------------------------------------------------------------- runs

    private static Metric metric(double margin, Direction direction, int clusters, IntToDoubleFunction change) {
        List<Pair> rows = new ArrayList<>();
        for (int i = 0; i < clusters * 3; i++) {
            rows.add(new Pair("c" + i / 3, 0.5, 0.5 + change.applyAsDouble(i)));
        }
        return new Metric("accuracy", direction, margin, rows);
    }

    private static MetricVerdict judge(Metric metric) {
        RunGate.Report report = RunGate.judge(List.of(metric), 1, true);
        assertThat(report.verdict()).isEqualTo(report.metrics().get(0).verdict());
        return report.metrics().get(0);
    }

    @Test
    void aLossBeyondTheMarginFails() {
        MetricVerdict verdict = judge(metric(0.02, Direction.HIGHER_IS_BETTER, 20, i -> i % 3 == 0 ? -0.4 : 0.05));
        assertThat(verdict.verdict()).isEqualTo(RunVerdict.FAIL);
        assertThat(verdict.reason()).contains("accuracy went from 0.5", "20 clusters");
        assertThat(verdict.comparison()).satisfies(c -> {
            assertThat(c.difference()).isCloseTo(-0.1, within(1e-12));
            assertThat(c.adjustedP()).isLessThan(0.001);
        });
        // The same change is a gain where less is better.
        assertThat(judge(metric(0.02, Direction.LOWER_IS_BETTER, 20, i -> -0.1 - i % 2 * 0.01))
                        .verdict())
                .isEqualTo(RunVerdict.PASS);
        assertThat(judge(metric(0.02, Direction.LOWER_IS_BETTER, 20, i -> 0.1 + i % 2 * 0.01))
                        .verdict())
                .isEqualTo(RunVerdict.FAIL);
    }

    @Test
    void aCertainLossWithinTheMarginPasses() {
        MetricVerdict verdict = judge(metric(0.02, Direction.HIGHER_IS_BETTER, 20, i -> -0.004 - i % 2 * 0.002));
        assertThat(verdict.verdict()).isEqualTo(RunVerdict.PASS);
        assertThat(verdict.reason()).contains("no loss beyond the margin of 0.02");
    }

    @Test
    void noDifferenceIsIdentical() {
        assertThat(judge(metric(0, Direction.HIGHER_IS_BETTER, 2, i -> 0)).verdict())
                .isEqualTo(RunVerdict.IDENTICAL);
    }

    @Test
    void tooLittleToTellIsInconclusiveAndSaysWhatItTakes() {
        SplittableRandom random = new SplittableRandom(1);
        MetricVerdict verdict = judge(metric(0.02, Direction.HIGHER_IS_BETTER, 12, i -> random.nextInt(3) - 1));
        assertThat(verdict.verdict()).isEqualTo(RunVerdict.INCONCLUSIVE);
        assertThat(verdict.reason()).contains("would not have been seen", "the margin takes about");
        assertThat(verdict.comparison()).satisfies(c -> {
            assertThat(c.smallestDetectable()).isBetween(0.2, 1.0);
            assertThat(c.clustersNeeded()).isGreaterThan(1000);
        });
        assertThat(judge(metric(0.02, Direction.HIGHER_IS_BETTER, 3, i -> -0.5 - i * 0.01))
                        .reason())
                .contains("fewer than 5 clusters cannot show anything");
        MetricVerdict one = judge(metric(0, Direction.HIGHER_IS_BETTER, 1, i -> -0.5));
        assertThat(one.verdict()).isEqualTo(RunVerdict.INCONCLUSIVE);
    }

    @Test
    void whatDoesNotCompareIsInvalid() {
        Metric sound = metric(0.02, Direction.HIGHER_IS_BETTER, 20, i -> 0);
        Metric empty = new Metric("nothing", Direction.HIGHER_IS_BETTER, 0.02, List.of());
        assertThat(RunGate.judge(List.of(sound), 1, false).verdict()).isEqualTo(RunVerdict.INVALID);
        assertThat(RunGate.judge(List.of(sound), 0.985, true).reason()).contains("98.50 %");
        assertThat(RunGate.judge(List.of(sound), Double.NaN, true).verdict()).isEqualTo(RunVerdict.INVALID);
        assertThat(RunGate.judge(List.of(sound), 0.99, true).verdict()).isEqualTo(RunVerdict.IDENTICAL);
        assertThat(RunGate.judge(List.of(), 1, true).verdict()).isEqualTo(RunVerdict.INVALID);
        RunGate.Report partly = RunGate.judge(List.of(sound, empty), 1, true);
        assertThat(partly.verdict()).isEqualTo(RunVerdict.INVALID);
        assertThat(partly.metrics())
                .extracting(MetricVerdict::verdict)
                .containsExactly(RunVerdict.IDENTICAL, RunVerdict.INVALID);
    }

    @Test
    void theGravestMetricDecides() {
        Metric same = metric(0.02, Direction.HIGHER_IS_BETTER, 20, i -> 0);
        Metric better = metric(0.02, Direction.HIGHER_IS_BETTER, 20, i -> 0.1 + i % 2 * 0.1);
        Metric worse = metric(0.02, Direction.HIGHER_IS_BETTER, 20, i -> -0.1 - i % 2 * 0.1);
        Metric unclear = metric(0.02, Direction.HIGHER_IS_BETTER, 20, i -> i % 2 == 0 ? 0.4 : -0.4);
        assertThat(RunGate.judge(List.of(same, better), 1, true).verdict()).isEqualTo(RunVerdict.PASS);
        assertThat(RunGate.judge(List.of(same, unclear, better), 1, true).verdict())
                .isEqualTo(RunVerdict.INCONCLUSIVE);
        assertThat(RunGate.judge(List.of(unclear, worse, better), 1, true).verdict())
                .isEqualTo(RunVerdict.FAIL);
    }

    @Test
    void manyMetricsTakeStrongerEvidence() {
        Metric slight = metric(0, Direction.HIGHER_IS_BETTER, 5, i -> -0.1 - i * 0.001);
        assertThat(RunGate.judge(List.of(slight), 1, true).verdict()).isEqualTo(RunVerdict.FAIL); // p = 1/32
        Metric same = metric(0, Direction.HIGHER_IS_BETTER, 5, i -> 0);
        assertThat(RunGate.judge(List.of(slight, same), 1, true).verdict()).isEqualTo(RunVerdict.INCONCLUSIVE);
    }

    @Test
    void exitCodesAreThoseOfTheCommandLine() {
        assertThat(RunVerdict.PASS.exitCode()).isZero();
        assertThat(RunVerdict.IDENTICAL.exitCode()).isZero();
        assertThat(RunVerdict.FAIL.exitCode()).isEqualTo(10);
        assertThat(RunVerdict.INCONCLUSIVE.exitCode()).isEqualTo(20);
        assertThat(RunVerdict.INVALID.exitCode()).isEqualTo(30);
    }

    @Test
    void requirementsJudgeARunByItself() {
        Map<String, Double> figures = Map.of("accuracy", 0.91, "errors", 0.0, "broken", Double.NaN);
        assertThat(RunGate.require(
                                List.of(new Requirement("accuracy", ">=", 0.9), new Requirement("errors", "==", 0)),
                                figures)
                        .verdict())
                .isEqualTo(RunVerdict.PASS);
        RunGate.Report failed = RunGate.require(List.of(new Requirement("accuracy", ">", 0.91)), figures);
        assertThat(failed.verdict()).isEqualTo(RunVerdict.FAIL);
        assertThat(failed.reason()).isEqualTo("accuracy is 0.91, required > 0.91");
        assertThat(RunGate.require(List.of(new Requirement("speed", "<", 1)), figures)
                        .verdict())
                .isEqualTo(RunVerdict.INVALID);
        assertThat(RunGate.require(List.of(new Requirement("broken", "<", 1)), figures)
                        .verdict())
                .isEqualTo(RunVerdict.INVALID);
        assertThat(RunGate.require(List.of(), figures).verdict()).isEqualTo(RunVerdict.INVALID);
        assertThatThrownBy(() -> new Requirement("accuracy", "=>", 1)).isInstanceOf(InputException.class);
    }
}
