package io.kernelweave.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.gate.RunVerdict;
import io.kernelweave.results.Metric;
import io.kernelweave.results.SelfTestRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SelfTestTest {
    private static final String TIME = "2026-01-01T00:00:00Z";

    /** Sixty clusters of four rows; a variant gets the rows of some clusters wrong. */
    private static List<SelfTestRow> rows() {
        List<SelfTestRow> rows = new ArrayList<>();
        for (int i = 0; i < 240; i++) {
            int cluster = i / 4;
            rows.add(row(i, SelfTest.RECORDED, true, true));
            rows.add(row(i, SelfTest.DISTURBED, false, true));
            rows.add(row(i, SelfTest.CORRUPTED, cluster % 3 != 0, true));
            rows.add(row(i, SelfTest.SHIFTED, true, cluster >= 2)); // two clusters: too few for anything
        }
        return rows;
    }

    private static SelfTestRow row(int i, String variant, boolean passes, boolean routed) {
        return new SelfTestRow(
                "run",
                "r" + i,
                variant,
                "c" + i / 4,
                "eval",
                "k",
                passes ? "kernel" : "rolled_back",
                passes,
                passes,
                true,
                routed,
                null,
                TIME);
    }

    @Test
    void faultsAreFoundFromSomeNumberOfClustersOn() {
        SelfTest test = SelfTest.of(rows(), SelfTest.MARGINS, Map.of(), 300, 60, 1);
        assertThat(test.faults())
                .extracting(SelfTest.Fault::name)
                .containsExactly(SelfTest.CORRUPTED, SelfTest.SHIFTED);
        SelfTest.Fault corrupted = test.faults().get(0);
        assertThat(corrupted.verdict()).isEqualTo(RunVerdict.FAIL);
        assertThat(corrupted.caughtBy()).containsExactly("verification_pass_rate");
        assertThat(corrupted.affected()).isEqualTo(20);
        assertThat(corrupted.needed()).hasValueSatisfying(point -> {
            assertThat(point.clusters()).isIn(20, 40);
            assertThat(point.rows()).isEqualTo(4.0 * point.clusters());
        });
        SelfTest.Fault shifted = test.faults().get(1);
        assertThat(shifted.isDetected()).isFalse();
        assertThat(shifted.needed()).isEmpty();
        Map<String, Metric> metrics = test.metrics();
        assertThat(metrics.get("selftest.answers-corrupted.detected").value()).isEqualTo(1);
        assertThat(metrics.get("selftest.threshold-shifted.detected").value()).isZero();
        assertThat(metrics.get("selftest.threshold-shifted.clusters_to_detect").isMeasured())
                .isFalse();
        assertThat(metrics.get("selftest.faults_detected").value()).isEqualTo(0.5);
    }

    @Test
    void soundRunsRarelyFailAndTheRowwiseTestIsShownBeside() {
        SelfTest test = SelfTest.of(rows(), SelfTest.MARGINS, Map.of(), 600, 1, 1);
        assertThat(test.alarms()).singleElement().satisfies(alarms -> {
            assertThat(alarms.kind()).isEqualTo("disturbed");
            assertThat(alarms.rate()).isLessThanOrEqualTo(0.05);
            assertThat(alarms.mcNemar()).isGreaterThan(2 * alarms.signFlip());
            assertThat(alarms.moved()).isPositive();
        });
        assertThat(SelfTest.of(rows(), SelfTest.MARGINS, Map.of(), 600, 1, 1)).isEqualTo(test);
    }
}
