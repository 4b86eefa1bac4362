package io.kernelweave.results;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.gate.RunGate.Direction;
import io.kernelweave.runtime.Arm;
import io.kernelweave.stats.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsTest {
    /** Raw answers to the same eight prompts: two pass. */
    private static List<ResultRow> withRaw() {
        List<ResultRow> rows = new ArrayList<>(Rows.gated());
        for (ResultRow row : Rows.gated()) {
            boolean passes = row.rowId().equals("r1") || row.rowId().equals("r3");
            rows.add(Rows.row(
                    row.rowId(),
                    row.clusterId(),
                    Arm.RAW,
                    "{" + (passes ? "" : Rows.verdict("FAIL", 0) + ",") + "\"schema_valid\":" + passes
                            + ",\"kernel_id\":" + (row.kernelId() == null ? "null" : '"' + row.kernelId() + '"')
                            + "}"));
        }
        return rows;
    }

    /** Counted by hand from {@link Rows#gated}; the error, r8, is a failure in each. */
    @ParameterizedTest
    @CsvSource({
        "router+gate.verification_pass_rate, 3, 8", // r1 r2 r6
        "router+gate.unknown_rate, 2, 8", // r4 r5
        "router+gate.schema_validity, 5, 6", // r1 r2 r5 r6 r7 of those and r8
        "router+gate.routing_accuracy, 5, 8", // r1 r2 r3 r4 r6
        "router+gate.in_scope_accuracy, 4, 6", // r1 r2 r3 r6 of those and r7 r8
        "router+gate.routing_precision, 4, 7", // r1 r2 r3 r6 of those and r5 r7 r8
        "router+gate.abstention_accuracy, 1, 2", // r4 of r4 r5
        "router+gate.kernel_reuse_rate, 5, 8", // r1 r2 r5 r6 r7
        "router+gate.composition_success_rate, 1, 2", // r6 of r6 r7
        "router+gate.failure_recovery_rate, 1, 4", // r2 of r2 r3 r7 r8
        "router+gate.error_rate, 1, 8", // r8
        "router+gate.tokens_per_row, 70, 8",
        "routing.accuracy, 5, 8",
        "routing.precision, 4, 7",
        "routing.in_scope_accuracy, 4, 6",
        "routing.abstention_accuracy, 1, 2",
        "gate.broken_rejected, 1, 1", // r3
        "gate.good_accepted, 2, 4", // r1 r6 of those and r2 r8
        "raw.verification_pass_rate, 2, 8",
        "raw.schema_validity, 2, 6",
        "gain.raw.verification_pass_rate, 1, 8" // + r2 r6, − r3
    })
    void countsByHand(String name, double numerator, int rows) {
        Metric metric = requireNonNull(Metrics.of(withRaw(), true).get(name), name);
        assertThat(metric.value()).isCloseTo(numerator / rows, within(1e-12));
        assertThat(metric.rows()).isEqualTo(rows);
        assertThat(metric.name()).isEqualTo(name);
        Interval interval = requireNonNull(metric.interval());
        assertThat(metric.value()).isBetween(interval.low(), interval.high());
    }

    @Test
    void latenciesAreThoseOfRowsThatWereAnswered() {
        Map<String, Metric> metrics = Metrics.of(Rows.gated(), false);
        Metric median = requireNonNull(metrics.get("router+gate.latency_ms.total.p50"));
        assertThat(median.value()).isCloseTo(4, within(1e-9));
        assertThat(median.rows()).isEqualTo(7);
        assertThat(requireNonNull(metrics.get("router+gate.latency_ms.total.p90"))
                        .value())
                .isCloseTo(6.4, within(1e-9));
        assertThat(requireNonNull(metrics.get("router+gate.latency_ms.total.p99"))
                        .value())
                .isCloseTo(6.94, within(1e-9));
        assertThat(requireNonNull(metrics.get("router+gate.latency_ms.mask.p50"))
                        .value())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 9", "0.5, 4", "0.25, 2.5", "0.9, 7.8"})
    void quantilesLieBetweenOrderStatistics(double share, double expected) {
        assertThat(Metrics.quantile(new double[] {1, 3, 5, 9}, share)).isCloseTo(expected, within(1e-12));
        assertThat(Metrics.quantile(new double[] {7}, share)).isEqualTo(7);
        assertThat(Metrics.quantile(new double[0], share)).isNaN();
    }

    @Test
    void theGateMustRejectAPlantedFailureForTheConditionThatItBreaks() {
        String other = "{" + Rows.attempts("FAIL", "FAIL") + ",\"breaks\":\"c2\"," + Rows.verdict("FAIL", 0) + "}";
        Map<String, Metric> metrics = Metrics.of(List.of(Rows.row("r1", "c1", Arm.ROUTER_GATE, other)), true);
        assertThat(requireNonNull(metrics.get("gate.broken_rejected")).value()).isZero();
        assertThat(requireNonNull(metrics.get("gate.good_accepted")).isMeasured())
                .isFalse();
        assertThat(Metrics.of(Rows.gated(), false)).doesNotContainKey("gate.broken_rejected");
    }

    @Test
    void whatNoRowMeasuresIsNotANumberAndLeftOutOfTheFlatFigures() {
        Map<String, Metric> metrics = Metrics.of(List.of(Rows.row("r1", "c1", Arm.ROUTER, "{}")), false);
        assertThat(requireNonNull(metrics.get("router.abstention_accuracy")).isMeasured())
                .isFalse();
        assertThat(Metrics.flat(metrics))
                .containsEntry("router.verification_pass_rate", 1.0)
                .doesNotContainKeys("router.abstention_accuracy", "router.composition_success_rate");
        assertThat(metrics).doesNotContainKeys("router.failure_recovery_rate", "raw.verification_pass_rate");
        assertThat(Metrics.of(List.of(), false)).isEmpty();
    }

    /** Rows that no kernel fits: two near misses of one cluster and one of another, a nonsense, one of no stated kind. */
    private static List<ResultRow> kinds() {
        String right = "{" + Rows.NO_KERNEL + "," + Rows.ABSTAINED + ",\"kind\":";
        String wrong = "{" + Rows.NO_KERNEL + ",\"route_correct\":false,\"kind\":";
        return List.of(
                Rows.row("a", "n1", Arm.ROUTER, right + "\"near-miss\"}"),
                Rows.row("b", "n1", Arm.ROUTER, wrong + "\"near-miss\"}"),
                Rows.row("c", "n2", Arm.ROUTER, wrong + "\"near-miss\"}"),
                Rows.row("d", "n3", Arm.ROUTER, right + "\"nonsense\"}"),
                Rows.row("e", "n4", Arm.ROUTER, wrong + "null}"),
                Rows.row("f", "k1", Arm.ROUTER, "{}"));
    }

    @Test
    void kindsOfPromptsThatNoKernelFitsAreCountedApart() {
        Map<String, Metric> metrics = Metrics.of(kinds(), false);
        for (String prefix : List.of("router.", "routing.")) {
            Metric near = requireNonNull(metrics.get(prefix + "abstention_accuracy.near_miss"));
            assertThat(near.value()).isCloseTo(1 / 3.0, within(1e-12));
            assertThat(near.rows()).isEqualTo(3);
            assertThat(near.clusters()).isEqualTo(2);
            assertThat(requireNonNull(near.interval()).low()).isLessThan(near.value());
            Metric nonsense = requireNonNull(metrics.get(prefix + "abstention_accuracy.nonsense"));
            assertThat(nonsense.value()).isEqualTo(1);
            assertThat(nonsense.rows()).isEqualTo(1);
            assertThat(requireNonNull(nonsense.interval()).low()).isLessThan(0.1);
        }
        assertThat(requireNonNull(metrics.get("routing.abstention_accuracy")).rows())
                .isEqualTo(5);
    }

    @Test
    void aKindWithoutRowsHasNoFigure() {
        Map<String, Metric> metrics = Metrics.of(kinds(), false);
        assertThat(requireNonNull(metrics.get("routing.abstention_accuracy.other_task"))
                        .isMeasured())
                .isFalse();
        assertThat(Metrics.flat(metrics))
                .containsKey("routing.abstention_accuracy.near_miss")
                .doesNotContainKey("routing.abstention_accuracy.other_task");
        assertThat(Metrics.flat(Metrics.of(Rows.gated(), false)).keySet())
                .noneMatch(name -> name.contains("abstention_accuracy."));
    }

    @Test
    void intervalsAreWiderWhereRowsShareTheirOrigin() {
        List<ResultRow> alone = new ArrayList<>();
        List<ResultRow> together = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String change = i % 8 < 4 ? "{}" : "{" + Rows.verdict("FAIL", 0) + "}";
            alone.add(Rows.row("r" + i, "c" + i, Arm.ROUTER, change));
            together.add(Rows.row("r" + i, "c" + i / 4, Arm.ROUTER, change));
        }
        Metric many = Metrics.passRate("p", alone);
        Metric few = Metrics.passRate("p", together);
        assertThat(few.value()).isEqualTo(many.value()).isEqualTo(0.5);
        assertThat(few.clusters()).isEqualTo(10);
        assertThat(width(few)).isGreaterThan(1.5 * width(many));
    }

    private static double width(Metric metric) {
        Interval interval = requireNonNull(metric.interval());
        return interval.high() - interval.low();
    }

    @Test
    void tokensAreAMeasureAndNoShare() {
        String none = "{\"tokens\":{\"generated\":0,\"forced\":0,\"masked\":0}}";
        Metric tokens = requireNonNull(Metrics.of(
                        List.of(Rows.row("a", "c1", Arm.RETRIEVAL, none), Rows.row("b", "c2", Arm.RETRIEVAL, none)),
                        false)
                .get("retrieval.tokens_per_row"));
        assertThat(tokens.value()).isZero();
        assertThat(width(tokens)).isZero();
    }

    @Test
    void figuresOfARowAreKnownByTheMetricsNameAndAnErrorScoresWorst() {
        for (String name : Metrics.PAIRED) {
            PerRow<ResultRow> figure = Metrics.perRow("router+gate." + name).orElseThrow();
            double best = figure.direction() == Direction.HIGHER_IS_BETTER ? 1 : 0;
            ResultRow error = Rows.gated().get(7);
            if (figure.isShare()) {
                assertThat(Rows.gated().stream().filter(figure.among()))
                        .as(name)
                        .anyMatch(row -> figure.value(row) == best);
                assertThat(figure.value(error)).as(name).isEqualTo(1 - best);
            } else {
                assertThat(figure.value(error)).as(name).isInfinite();
            }
        }
        assertThat(Metrics.perRow("router+gate.abstention_accuracy.near_miss")).isPresent();
        assertThat(Metrics.perRow("router+gate.false_accept_rate")
                        .orElseThrow()
                        .value(Rows.gated().get(6)))
                .isEqualTo(1);
        assertThat(Metrics.perRow("router+gate.verification_score")
                        .orElseThrow()
                        .value(Rows.gated().get(6)))
                .isEqualTo(0.25);
        assertThat(Metrics.perRow("router+gate.latency_ms.total.p50")).isEmpty();
        assertThat(Metrics.perRow("nothing")).isEmpty();
    }
}
