package io.kernelweave.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.kernelweave.gate.RunGate;
import io.kernelweave.gate.RunGate.Direction;
import io.kernelweave.gate.RunVerdict;
import io.kernelweave.json.Json;
import io.kernelweave.stats.PairedTest.Pair;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrendTest {
    /** 1 000 rows in 250 clusters; in a night, all rows of one more cluster are lost. */
    private static RunGate.Metric night(int night, Direction direction) {
        List<Pair> rows = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            int cluster = i / 4;
            double sound = direction == Direction.HIGHER_IS_BETTER ? 1 : 0;
            rows.add(
                    new Pair("c" + cluster, cluster < night ? 1 - sound : sound, cluster <= night ? 1 - sound : sound));
        }
        return new RunGate.Metric("m", direction, 0.02, rows);
    }

    @Test
    void aLossThatEachNightPassesIsFoundOverManyNights() {
        for (Direction direction : Direction.values()) {
            Trend trend = Trend.begin("first");
            int nights = 0;
            while (trend.lost().isEmpty() && nights < 60) {
                RunGate.Metric metric = night(nights, direction);
                assertThat(RunGate.judge(List.of(metric), 1, true).verdict()).isEqualTo(RunVerdict.PASS);
                trend = trend.after(List.of(metric));
                nights++;
                // What is kept in the run's folder is all that the next run needs.
                trend = Json.parse(Json.pretty(trend), Trend.class, "trend.json");
            }
            assertThat(nights).isBetween(6, 40);
            assertThat(trend.steps()).isEqualTo(nights);
            assertThat(Math.abs(trend.lines().get(0).change())).isCloseTo(nights * 0.004, within(1e-9));
            assertThat(trend.reasons()).singleElement().asString().contains("since first", "a slow loss");
            assertThat(trend.metrics().get("trend.m.evidence").value()).isGreaterThanOrEqualTo(20);
        }
    }

    @Test
    void whatTheMarginAllowsInAllIsNoSlowLossHoweverSureItIs() {
        List<Pair> rows = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            rows.add(new Pair("c" + i / 4, 1, i % 100 == 0 ? 0 : 1)); // ten clusters lose a row, none gains
        }
        RunGate.Metric lost = new RunGate.Metric("m", Direction.HIGHER_IS_BETTER, 0.02, rows);
        RunGate.Metric still = new RunGate.Metric("m", Direction.HIGHER_IS_BETTER, 0.02, List.of(new Pair("c", 1, 1)));
        Trend trend = Trend.begin("first").after(List.of(lost)).after(List.of(still));
        assertThat(trend.lines().get(0).evidence()).isGreaterThan(20);
        assertThat(trend.lost()).isEmpty();
        assertThat(trend.after(List.of(lost)).after(List.of(lost)).lost()).hasSize(1);
    }

    @Test
    void moreMetricsTakeMoreEvidence() {
        RunGate.Metric one = night(0, Direction.HIGHER_IS_BETTER);
        RunGate.Metric two = new RunGate.Metric("n", one.direction(), 0.02, one.rows());
        assertThat(Trend.begin("first").after(List.of(one)).enough()).isEqualTo(20);
        assertThat(Trend.begin("first").after(List.of(one, two)).enough()).isEqualTo(40);
        assertThat(Trend.begin("first").reasons()).isEmpty();
    }
}
