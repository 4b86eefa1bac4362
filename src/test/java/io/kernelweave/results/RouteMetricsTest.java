package io.kernelweave.results;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.stats.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteMetricsTest {
    /** Counted by hand from {@link RouteRows#twelve}. */
    @ParameterizedTest
    @CsvSource({
        "untrained.routing_accuracy, 2, 6", // r1 r4
        "trained.routing_accuracy, 5, 6", // all but r4
        "gain.routing_accuracy, 3, 6",
        "untrained.in_scope_accuracy, 3, 4", // r1 r3 r4
        "trained.in_scope_accuracy, 4, 4",
        "gain.in_scope_accuracy, 1, 4",
        "untrained.oos_recall, 0, 2",
        "trained.oos_recall, 2, 2",
        "gain.oos_recall, 2, 2",
        "untrained.oos_auroc, 4.5, 8", // r1 above both, r2 above r6, r4 above r6 and tied with r5
        "trained.oos_auroc, 8, 8",
        "gain.oos_auroc, 3.5, 8",
        "untrained.routed_error, 3, 5", // r2 r5 r6 of those and r1 r4
        "untrained.routed_error_stated, 0.4, 0.8", // 0.2 (r2) + 0.1 + 0.1 of those and 0.2 + 0.2 (r1 r4)
        "trained.routed_error_stated, 0, 1",
        "untrained.error_rate, 0, 6",
    })
    void countsByHand(String name, double numerator, double denominator) {
        Metric metric = requireNonNull(RouteMetrics.of(RouteRows.twelve(), 0.2).get(name), name);
        assertThat(metric.value()).isCloseTo(numerator / denominator, within(1e-9));
        assertThat(metric.name()).isEqualTo(name);
        Interval interval = metric.interval();
        assertThat(interval == null).isEqualTo(name.equals("trained.oos_auroc")); // 1 with no spread
        if (interval != null) {
            assertThat(metric.value()).isBetween(interval.low() - 1e-9, interval.high() + 1e-9);
        }
    }

    @Test
    void aGainIsTheDifferenceOfBothRouters() {
        Map<String, Metric> metrics = RouteMetrics.of(RouteRows.twelve(), 0.2);
        metrics.forEach((name, gain) -> {
            if (name.startsWith("gain.")) {
                double before = value(metrics, name.replace("gain.", "untrained."));
                double after = value(metrics, name.replace("gain.", "trained."));
                assertThat(gain.value()).as(name).isCloseTo(after - before, within(1e-9));
            }
        });
        assertThat(metrics).containsKeys("gain.ece", "gain.coverage_at_5pct", "gain.combined_accuracy");
        assertThat(metrics).doesNotContainKeys("gain.routed_error", "gain.composition_accuracy");
    }

    private static double value(Map<String, Metric> metrics, String name) {
        return requireNonNull(metrics.get(name), name).value();
    }

    @Test
    void compositionsCountForTheDecisionsButNotForTheIntents() {
        List<RouteRow> rows = new ArrayList<>(RouteRows.twelve());
        for (String router : List.of(RouteRow.UNTRAINED, RouteRow.TRAINED)) {
            boolean right = router.equals(RouteRow.TRAINED);
            rows.add(RouteRows.changed(
                    RouteRows.row("r7", router, "k1", "k1", 0.9, true),
                    "\"target\":\"composition\",\"kernel_id\":\"k1+k2\",\"route_correct\":" + right));
        }
        Map<String, Metric> metrics = RouteMetrics.of(rows, 0.2);
        assertThat(value(metrics, "trained.routing_accuracy")).isCloseTo(6.0 / 7, within(1e-12));
        assertThat(value(metrics, "trained.combined_accuracy")).isCloseTo(5.0 / 6, within(1e-12));
        assertThat(value(metrics, "gain.composition_accuracy")).isEqualTo(1);
    }

    @Test
    void anErrorIsAFailureOfTheRouterThatRaisedIt() {
        List<RouteRow> rows = new ArrayList<>(RouteRows.twelve());
        rows.set(1, RouteRows.changed(rows.get(1), "\"error\":\"E: no\",\"decision\":null,\"route_correct\":null"));
        Map<String, Metric> metrics = RouteMetrics.of(rows, 0.2);
        assertThat(value(metrics, "trained.error_rate")).isCloseTo(1.0 / 6, within(1e-12));
        assertThat(value(metrics, "trained.routing_accuracy")).isCloseTo(4.0 / 6, within(1e-12));
        assertThat(value(metrics, "trained.in_scope_accuracy")).isEqualTo(0.75);
    }

    @Test
    void whatOnlyPromptsOfBothKindsCouldSayIsUnknownWithoutOne() {
        List<RouteRow> rows = RouteRows.twelve().subList(0, 8);
        Map<String, Double> flat = Metrics.flat(RouteMetrics.of(rows, 0.2));
        assertThat(flat)
                .containsEntry("trained.in_scope_accuracy", 1.0)
                .doesNotContainKeys(
                        "trained.oos_auroc",
                        "gain.oos_auroc",
                        "trained.oos_recall",
                        "gain.oos_recall",
                        "trained.coverage_at_5pct",
                        "gain.coverage_at_5pct");
        assertThat(flat.get("untrained.routed_error_stated")).isEqualTo(flat.get("untrained.routed_error"));
        assertThat(Metrics.flat(RouteMetrics.of(List.of(), 0.2))).isEmpty();
    }

    @Test
    void twoRunsArePairedByTheDecisionsOfOneRouter() {
        PerRow<RouteRow> figure =
                RouteMetrics.perRow("trained.routing_accuracy").orElseThrow();
        RouteRow untrained = RouteRows.twelve().get(0);
        RouteRow trained = RouteRows.twelve().get(1);
        assertThat(figure.among().test(trained)).isTrue();
        assertThat(figure.among().test(untrained)).isFalse();
        assertThat(figure.value(trained)).isEqualTo(1);
        assertThat(figure.value(RouteRows.changed(trained, "\"error\":\"E: no\"")))
                .isZero();
        assertThat(RouteMetrics.perRow("trained.oos_auroc")).isEmpty();
        assertThat(RouteMetrics.perRow("routing_accuracy")).isEmpty();
    }
}
