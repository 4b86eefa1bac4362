package io.kernelweave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskMetricsTest {
    private static final Map<String, Metric> METRICS = MaskMetrics.of(MaskRows.all());

    private static double value(String name) {
        Metric metric = METRICS.get(name);
        assertThat(metric).as(name).isNotNull();
        return metric.value();
    }

    @Test
    void bothRulesCountEachKindOfErrorAsTheyShould() {
        assertThat(value("mask.schemas")).isEqualTo(8);
        assertThat(value("mask.passing_rate")).isEqualTo(3 / 8.0); // a, b, f
        assertThat(value("mask.compile_error_rate")).isEqualTo(2 / 8.0); // c, d
        assertThat(value("mask.fault_rate")).isEqualTo(1 / 8.0); // d
        assertThat(value("mask.over_constraint")).isEqualTo(1); // e
        assertThat(value("mask.over_constraint_rate")).isEqualTo(1 / 8.0);
        assertThat(value("mask.under_constraint")).isEqualTo(2); // g, h
        assertThat(value("mask.under_constraint_rate")).isEqualTo(2 / 8.0);
        assertThat(value("mask.strict.schemas")).isEqualTo(8);
        assertThat(value("mask.strict.passing_rate")).isEqualTo(3 / 8.0); // a, b, h
        assertThat(value("mask.strict.compile_error_rate")).isEqualTo(2 / 8.0);
        assertThat(value("mask.strict.over_constraint")).isEqualTo(2); // e, f
        assertThat(value("mask.strict.over_constraint_rate")).isEqualTo(2 / 8.0);
        assertThat(value("mask.strict.under_constraint")).isEqualTo(1); // g
    }

    @Test
    void groupsOfASuiteAreCountedApart() {
        assertThat(value("mask.suite.d7.required.schemas")).isEqualTo(4);
        assertThat(value("mask.suite.d7.required.passing_rate")).isEqualTo(2 / 4.0);
        assertThat(value("mask.suite.d7.required.fully_right")).isEqualTo(3 / 4.0);
        assertThat(value("mask.suite.d7.required.strict.under_constraint")).isZero();
        assertThat(value("mask.suite.d7.required.under_constraint")).isEqualTo(1);
        assertThat(value("mask.suite.d7.optional.fully_right")).isEqualTo(1);
        assertThat(METRICS).doesNotContainKey("mask.fully_right");
    }

    @Test
    void ratesCarryTheExactIntervalOfIndependentTrials() {
        Metric rate = METRICS.get("mask.passing_rate");
        assertThat(rate).isNotNull();
        assertThat(rate.rows()).isEqualTo(8);
        assertThat(rate.interval()).isNotNull();
        assertThat(rate.interval().low()).isCloseTo(0.0852, within(1e-4));
        assertThat(rate.interval().high()).isCloseTo(0.7551, within(1e-4));
    }

    @Test
    void timesAreThoseOfWarmRowsAndColdOnesStandApart() {
        assertThat(value("mask.ttfm_us.p50")).isEqualTo(100);
        assertThat(value("mask.ttfm_us.max")).isEqualTo(300);
        assertThat(value("mask.tbm_us.p50")).isCloseTo(0.1, within(1e-9));
        assertThat(value("mask.tbm_us.p99")).isEqualTo(1.01);
        assertThat(value("mask.tbm_us.max")).isEqualTo(1.01);
        assertThat(value("mask.tbm_us.avg")).isCloseTo(0.191, within(1e-9));
        assertThat(value("mask.tokens")).isEqualTo(60);
        assertThat(value("mask.allocated_mb.p99")).isBetween(3.8, 4.0);
        assertThat(value("mask.heap_peak_mb")).isEqualTo(50);
        assertThat(value("mask.cold.schemas")).isEqualTo(1);
        assertThat(value("mask.cold.ttfm_us.p50")).isEqualTo(5000);
        assertThat(METRICS).doesNotContainKey("mask.cold.passing_rate");
    }

    @Test
    void aSchemaWithoutAnyDocumentCountsAsCompiledAndHasNoTimes() {
        assertThat(value("mask.unsatisfiable")).isZero();
        assertThat(value("mask.suite.d7.required.unsatisfiable")).isEqualTo(1);
        assertThat(value("mask.suite.d7.required.compile_error_rate")).isEqualTo(1 / 4.0);
        assertThat(value("mask.suite.d7.required.ttfm_us.max")).isEqualTo(100);
    }

    @Test
    void whatSchemasHoldIsOfThoseThatWereWeighed() {
        assertThat(value("mask.retained_mb.p50")).isEqualTo(2);
        assertThat(value("mask.retained_mb.p99")).isCloseTo(2.98, within(1e-9));
        assertThat(value("mask.retained_mb.max")).isEqualTo(3);
        assertThat(METRICS.get("mask.retained_mb.p50").rows()).isEqualTo(2);
        assertThat(MaskMetrics.of(MaskRows.all().subList(0, 3))).doesNotContainKey("mask.retained_mb.p50");
    }

    @Test
    void twoRunsArePairedBySchemaWithinASet() {
        PerRow<MaskRow> passing = MaskMetrics.perRow("mask.passing_rate").orElseThrow();
        PerRow<MaskRow> strict = MaskMetrics.perRow("mask.strict.passing_rate").orElseThrow();
        PerRow<MaskRow> right =
                MaskMetrics.perRow("mask.suite.d7.required.fully_right").orElseThrow();
        List<MaskRow> rows = MaskRows.all();
        assertThat(rows.stream().filter(passing.among())).hasSize(8);
        assertThat(rows.stream().filter(right.among())).hasSize(4);
        assertThat(passing.value(rows.get(5))).isEqualTo(1);
        assertThat(strict.value(rows.get(5))).isZero();
        assertThat(passing.value(rows.get(3))).isZero();
        assertThat(MaskMetrics.perRow("mask.suite.draft2020-12.optional.strict.passing_rate"))
                .isPresent();
        for (String name : List.of("passing_rate", "mask.tokens", "mask.cold.passing_rate", "router.passing_rate")) {
            assertThat(MaskMetrics.perRow(name)).as(name).isEmpty();
        }
    }

    @Test
    void rowsComeBackFromParquetAsTheyWere(@TempDir Path temporary) {
        RunFolder folder = new RunFolder(Folder.of(temporary.toString()));
        List<MaskRow> rows = MaskRows.all();
        folder.publish("masks-1", List.of(folder.writePart("p.parquet", MaskRow.FORM, rows)));
        assertThat(folder.rows(MaskRow.FORM)).containsExactlyInAnyOrderElementsOf(rows);
    }
}
