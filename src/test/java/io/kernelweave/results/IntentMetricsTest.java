package io.kernelweave.results;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.runtime.Arm;
import io.kernelweave.stats.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntentMetricsTest {
    /** A prompt for a kernel, or for none where the label is empty, with one likeliest kernel. */
    private static ResultRow row(String id, String label, String likeliest, double probability, boolean routed) {
        String action = routed ? "kernel" : "generate";
        boolean right = routed ? likeliest.equals(label) : label.isEmpty();
        return Rows.row(
                id,
                "c-" + id,
                Arm.ROUTER,
                "{" + label(label) + ",\"route_correct\":" + right + ",\"decision\":{\"action\":\"" + action
                        + "\",\"kernel_ids\":[" + (routed ? "\"" + likeliest + "\"" : "") + "],\"probability\":"
                        + probability + ",\"threshold\":0.5,\"reason\":\"\",\"candidates\":["
                        + candidate(likeliest, probability, "PASS") + "]}}");
    }

    private static String label(String kernel) {
        return kernel.isEmpty()
                ? Rows.NO_KERNEL
                : "\"kernel_id\":\"" + kernel + "\",\"acceptable_kernels\":[\"" + kernel + "\"]";
    }

    private static String candidate(String kernel, double probability, String preconditions) {
        return String.format(
                Locale.ROOT,
                "{\"kernel_id\":\"%s\",\"probability\":%s,\"similarity\":0,\"lexical\":0,\"coverage\":0,\"preconditions\":\"%s\",\"conflicts\":[]}",
                kernel,
                probability,
                preconditions);
    }

    private static List<ResultRow> six() {
        return List.of(
                row("r1", "k1", "k1", 0.95, true),
                row("r2", "k1", "k2", 0.65, true),
                row("r3", "k2", "k2", 0.55, false),
                row("r4", "k2", "k2", 0.35, false),
                row("r5", "", "k1", 0.55, false),
                row("r6", "", "k2", 0.75, true));
    }

    private static Metric metric(List<ResultRow> rows, String name) {
        return requireNonNull(IntentMetrics.of(rows).get("intent." + name), name);
    }

    /** Counted by hand from {@link #six}. */
    @ParameterizedTest
    @CsvSource({
        "in_scope_accuracy, 3, 4, 4", // r1 r3 r4
        "oos_auroc, 3.5, 8, 6", // r1 above both, r2 above r5, r3 tied with r5
        "oos_fpr95, 2, 2, 6", // of four, all reach 0.35
        "oos_recall, 1, 2, 2", // r5
        "in_scope_coverage, 2, 4, 4", // r1 r2
        "routed_error, 2, 3, 3", // r2 r6 of those and r1
        "combined_accuracy, 2, 6, 6", // r1 r5
        "ece, 2.2, 6, 6", // by bin: 0.65 (r4) + 0.10 (r3 r5) + 0.65 (r2) + 0.75 (r6) + 0.05 (r1)
        "f1, 16, 45, 6", // k1 2/3, k2 0, none 2/5
        "coverage_at_5pct, 0, 1, 6", // nothing can be certified
        "routed_at_5pct, 0, 1, 6",
        "violations_at_5pct, 0, 1, 6",
    })
    void countsByHand(String name, double numerator, double denominator, int rows) {
        Metric metric = metric(six(), name);
        assertThat(metric.value()).isCloseTo(numerator / denominator, within(1e-12));
        assertThat(metric.rows()).isEqualTo(rows);
        assertThat(metric.name()).isEqualTo("intent." + name);
        Interval interval = metric.interval();
        if (interval != null) {
            assertThat(metric.value()).isBetween(interval.low(), interval.high());
            assertThat(interval.low()).isNotNegative();
            assertThat(interval.high()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void withoutARowThereIsNoFigure() {
        assertThat(IntentMetrics.of(List.of())).isEmpty();
        assertThat(IntentMetrics.of(List.of(Rows.row("r1", "c1", Arm.ROUTER_GATE, "{}"))))
                .as("rows of another arm")
                .isEmpty();
        assertThat(IntentMetrics.of(List.of(Rows.row("r1", "c1", Arm.ROUTER, "{\"target\":\"composition\"}"))))
                .as("compositions")
                .isEmpty();
    }

    @Test
    void promptsOfOneKindSayNothingOfTheOther() {
        Map<String, Double> inScope = Metrics.flat(IntentMetrics.of(six().subList(0, 4)));
        assertThat(inScope.keySet())
                .containsExactlyInAnyOrder(
                        "intent.in_scope_accuracy",
                        "intent.in_scope_coverage",
                        "intent.routed_error",
                        "intent.combined_accuracy",
                        "intent.ece",
                        "intent.f1");
        assertThat(inScope).containsEntry("intent.combined_accuracy", 0.25);
        Map<String, Double> none = Metrics.flat(IntentMetrics.of(six().subList(4, 6)));
        assertThat(none.keySet())
                .containsExactlyInAnyOrder(
                        "intent.oos_recall", "intent.routed_error", "intent.combined_accuracy", "intent.ece");
        assertThat(none).containsEntry("intent.oos_recall", 0.5);
    }

    @Test
    void whereNothingIsRoutedTheErrorOfRoutedPromptsIsUnknown() {
        Metric error =
                metric(List.of(row("r1", "k1", "k1", 0.4, false), row("r2", "", "k1", 0.1, false)), "routed_error");
        assertThat(error.isMeasured()).isFalse();
        assertThat(error.rows()).isZero();
    }

    @Test
    void anErrorIsNeitherAnAbstentionNorTooUnsureToBeWrong() {
        List<ResultRow> rows = List.of(
                row("r1", "k1", "k1", 0.85, true),
                Rows.row("r2", "c2", Arm.ROUTER, "{" + Rows.ERROR + "," + label("k1") + "}"),
                row("r3", "", "k1", 0.1, false),
                Rows.row("r4", "c4", Arm.ROUTER, "{" + Rows.ERROR + "," + label("") + "}"));
        assertThat(metric(rows, "in_scope_accuracy").value()).isEqualTo(0.5);
        assertThat(metric(rows, "in_scope_coverage").value()).isEqualTo(0.5);
        assertThat(metric(rows, "oos_recall").value()).isEqualTo(0.5);
        assertThat(metric(rows, "oos_auroc").value()).isEqualTo(0.25);
        assertThat(metric(rows, "combined_accuracy").value()).isEqualTo(0.5);
        assertThat(metric(rows, "routed_error").value()).isEqualTo(0.5); // r4 of r1 r4
        assertThat(metric(rows, "ece").value()).isCloseTo((0.15 + 0 + 0.1 + 1) / 4, within(1e-12));
        assertThat(metric(rows, "f1").value()).isCloseTo(2.0 / 3, within(1e-12)); // 2/3 of k1 and of none
    }

    @Test
    void aKernelWhosePreconditionsFailIsNotTheLikeliest() {
        String change =
                "{" + label("k2") + ",\"decision\":{\"action\":\"kernel\",\"kernel_ids\":[\"k2\"],\"probability\":0.6,"
                        + "\"threshold\":0.5,\"reason\":\"\",\"candidates\":[" + candidate("k1", 0.9, "FAIL") + ","
                        + candidate("k2", 0.6, "UNKNOWN") + "]}}";
        List<ResultRow> rows = List.of(Rows.row("r1", "c1", Arm.ROUTER, change), row("r2", "", "k1", 0.7, true));
        assertThat(metric(rows, "in_scope_accuracy").value()).isEqualTo(1);
        assertThat(metric(rows, "oos_auroc").value()).isZero();
    }

    @Test
    void anyAcceptableKernelIsTheLabelOfItsF1() {
        String two = "\"kernel_id\":\"k1\",\"acceptable_kernels\":[\"k1\",\"k2\"]";
        ResultRow first = row("r1", "k1", "k2", 0.9, true);
        ResultRow either = Rows.row(
                "r1",
                "c1",
                Arm.ROUTER,
                "{" + two + ",\"route_correct\":true,\"decision\":"
                        + first.toJson().path("decision") + "}");
        assertThat(metric(List.of(either, row("r2", "k1", "k1", 0.9, true)), "f1")
                        .value())
                .isEqualTo(1);
    }

    @Test
    void noIntervalIsGivenWherePromptsShowNoSpread() {
        Metric auroc = metric(List.of(row("r1", "k1", "k1", 0.9, true), row("r2", "", "k1", 0.1, false)), "oos_auroc");
        assertThat(auroc.value()).isEqualTo(1);
        assertThat(auroc.interval()).isNull();
    }

    @Test
    void fprIsTakenAtTheProbabilityThatNineteenOfTwentyReach() {
        List<ResultRow> rows = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rows.add(row(String.format("in%02d", i), "k1", "k1", 0.5 + 0.02 * i, true));
        }
        rows.add(row("none1", "", "k1", 0.52, true)); // the second lowest of the others
        rows.add(row("none2", "", "k1", 0.51, true));
        rows.add(row("none3", "", "k1", 0.10, false));
        assertThat(metric(rows, "oos_fpr95").value()).isCloseTo(1.0 / 3, within(1e-12));
    }

    @Test
    void coverageIsWhatACertifiedThresholdRoutes() {
        List<ResultRow> rows = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            rows.add(row("sure" + i, "k1", "k1", 0.97, true));
        }
        for (int i = 0; i < 100; i++) {
            rows.add(row("wrong" + i, "k1", "k2", 0.30, false));
        }
        for (int i = 0; i < 200; i++) {
            rows.add(row("none" + i, "", "k1", 0.10, false));
        }
        Metric coverage = metric(rows, "coverage_at_5pct");
        assertThat(coverage.value()).isCloseTo(0.8, within(0.01)); // all but the wrong ones
        Interval spread = requireNonNull(coverage.interval());
        assertThat(spread.low()).isBetween(0.7, 0.8);
        assertThat(spread.high()).isBetween(0.8, 0.9);
        assertThat(metric(rows, "routed_at_5pct").value()).isCloseTo(4.0 / 7, within(0.01));
        assertThat(metric(rows, "violations_at_5pct").value()).isZero();
        assertThat(metric(rows, "coverage_at_1pct").value())
                .as("too few clusters")
                .isZero();
    }

    @Test
    void figuresOfPromptsHaveTheMetricAsTheirMean() {
        long seed = Long.getLong("kernelweave.seed", 7);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 20; round++) {
            List<ResultRow> rows = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                String label = i == 0 ? "" : i == 1 || random.nextInt(3) > 0 ? "k1" : "";
                String likeliest = random.nextInt(4) > 0 ? "k1" : "k2";
                rows.add(row("r" + i, label, likeliest, random.nextInt(12) / 11.0, random.nextBoolean()));
            }
            assertThat(metric(rows, "oos_auroc").value())
                    .as("seed %d, round %d", seed, round)
                    .isCloseTo(auroc(RoutedPrompt.of(rows)), within(1e-12));
            assertThat(metric(rows, "ece").value()).isCloseTo(calibrationError(RoutedPrompt.of(rows)), within(1e-12));
        }
    }

    private static double auroc(List<RoutedPrompt> prompts) {
        double won = 0;
        int pairs = 0;
        for (RoutedPrompt in : prompts) {
            for (RoutedPrompt out : prompts) {
                if (in.inScope() && !out.inScope()) {
                    pairs++;
                    won += in.probability() > out.probability() ? 1 : in.probability() == out.probability() ? 0.5 : 0;
                }
            }
        }
        return won / pairs;
    }

    private static double calibrationError(List<RoutedPrompt> prompts) {
        double error = 0;
        for (int bin = 0; bin < 10; bin++) {
            double stated = 0;
            double right = 0;
            for (RoutedPrompt prompt : prompts) {
                if (Math.min(9, (int) (10 * prompt.probability())) == bin) {
                    stated += prompt.probability();
                    right += prompt.right() ? 1 : 0;
                }
            }
            error += Math.abs(stated - right) / prompts.size();
        }
        return error;
    }
}
