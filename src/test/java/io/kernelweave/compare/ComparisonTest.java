package io.kernelweave.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.gate.Requirement;
import io.kernelweave.json.InputException;
import io.kernelweave.results.Metrics;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Rows;
import io.kernelweave.results.Run;
import io.kernelweave.runtime.Arm;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    /** Forty rows in twenty clusters, of which the last so many clusters fail. */
    private static List<ResultRow> rows(int failing) {
        List<ResultRow> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            rows.add(Rows.row(
                    "r" + i,
                    "c" + i / 2,
                    Arm.ROUTER_GATE,
                    i / 2 < 20 - failing ? "{}" : "{" + Rows.verdict("FAIL", 0) + "}"));
        }
        return rows;
    }

    private static Run.Judged judge(List<ResultRow> now, List<ResultRow> before, Map<String, Double> margins) {
        Run run = Rows.run("demo-2", "ngram");
        return Comparison.judge(
                run, now, Metrics.of(now, false), Rows.run("demo-1", "ngram"), before, margins, List.of());
    }

    @Test
    void theSameRowsAreIdentical() {
        Run.Judged judged = judge(rows(3), rows(3), Map.of());
        assertThat(judged.verdict()).isEqualTo("IDENTICAL");
        assertThat(judged.exitCode()).isZero();
        assertThat(judged.baseline()).isEqualTo("demo-1");
    }

    @Test
    void aLossOfManyClustersFails() {
        Run.Judged judged = judge(rows(10), rows(0), Map.of());
        assertThat(judged.verdict()).isEqualTo("FAIL");
        assertThat(judged.exitCode()).isEqualTo(10);
        assertThat(judged.reasons()).singleElement().asString().contains("went from 1.000 to 0.5000", "20 clusters");
    }

    @Test
    void aGainPassesAndALossWithinTheMarginToo() {
        assertThat(judge(rows(0), rows(10), Map.of()).verdict()).isEqualTo("PASS");
        assertThat(judge(rows(1), rows(0), Map.of("router+gate.verification_pass_rate", 0.2))
                        .verdict())
                .isEqualTo("PASS");
    }

    @Test
    void whatTooFewClustersSayIsInconclusive() {
        Run.Judged judged = judge(rows(1), rows(0), Map.of());
        assertThat(judged.verdict()).isEqualTo("INCONCLUSIVE");
        assertThat(judged.exitCode()).isEqualTo(20);
    }

    @Test
    void runsOverOtherDataOrWithOtherRowsDoNotCompare() {
        Run other = Rows.run("demo-1", "ngram");
        Run otherData = new Run(
                other.runId(),
                other.job(),
                other.state(),
                Map.of("dataset", "e".repeat(64)),
                other.settings(),
                other.data(),
                other.environment(),
                other.counts(),
                null,
                other.startedAt(),
                other.finishedAt());
        Run.Judged judged = Comparison.judge(
                Rows.run("demo-2", "ngram"), rows(0), Map.of(), otherData, rows(0), Map.of(), List.of());
        assertThat(judged.verdict()).isEqualTo("INVALID");
        assertThat(judged.exitCode()).isEqualTo(30);
        assertThat(judged.reasons()).singleElement().asString().contains("the data differ");

        assertThat(judge(rows(0).subList(0, 30), rows(0), Map.of()).reasons())
                .singleElement()
                .asString()
                .contains("INVALID", "75.00 % of the rows have a partner");
    }

    @Test
    void requirementsJudgeARunWithoutABaseline() {
        Run run = Rows.run("demo-2", "ngram");
        List<ResultRow> rows = rows(4);
        Requirement met = new Requirement("router+gate.verification_pass_rate", ">=", 0.8);
        Requirement missed = new Requirement("router+gate.error_rate", ">", 0.5);
        Run.Judged judged =
                Comparison.judge(run, rows, Metrics.of(rows, false), null, List.of(), Map.of(), List.of(met, missed));
        assertThat(judged.verdict()).isEqualTo("FAIL");
        assertThat(judged.reasons().get(0)).startsWith("1 of 2 requirements of the job are met");
        assertThat(Comparison.judge(run, rows, Metrics.of(rows, false), null, List.of(), Map.of(), List.of(met))
                        .verdict())
                .isEqualTo("PASS");
        assertThat(Comparison.judge(run, List.of(), Map.of(), null, List.of(), Map.of(), List.of())
                        .verdict())
                .isEqualTo("INVALID");
    }

    @Test
    void theGraverOfBothJudgementsCounts() {
        Run.Judged judged = Comparison.judge(
                Rows.run("demo-2", "ngram"),
                rows(0),
                Metrics.of(rows(0), false),
                Rows.run("demo-1", "ngram"),
                rows(0),
                Map.of(),
                List.of(new Requirement("router+gate.error_rate", ">", 0.5)));
        assertThat(judged.verdict()).isEqualTo("FAIL");
        assertThat(judged.reasons()).hasSize(2);
    }

    @Test
    void aMarginOnWhatCannotBePairedIsRefused() {
        assertThatThrownBy(() -> judge(rows(0), rows(0), Map.of("router+gate.latency_ms.total.p50", 1.0)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("/margins/router+gate.latency_ms.total.p50");
    }

    @Test
    void anErrorWhereThereWasAnAnswerIsALoss() {
        List<ResultRow> now = new ArrayList<>();
        for (ResultRow row : rows(0)) {
            now.add(Rows.row(row.rowId(), row.clusterId(), Arm.ROUTER_GATE, "{" + Rows.ERROR + "}"));
        }
        assertThat(judge(now, rows(0), Map.of("router+gate.routing_accuracy", 0.02))
                        .verdict())
                .isEqualTo("FAIL");
    }
}
