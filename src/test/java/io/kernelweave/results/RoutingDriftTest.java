package io.kernelweave.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import io.kernelweave.route.Drift;
import io.kernelweave.route.Expectation;
import io.kernelweave.route.Guarantee;
import io.kernelweave.route.Profile;
import io.kernelweave.route.Tail;
import io.kernelweave.runtime.Arm;
import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutingDriftTest {
    private static final Expectation EXPECTATION = new Expectation(
            "a".repeat(64),
            0.5,
            0.05,
            new Guarantee(0.05, 0.1, 0.2),
            new Profile(
                    new Tail(1000, List.of(0.5, 0.8), List.of(0.02, 0.1)),
                    new Tail(1000, List.of(0.5, 0.7), List.of(0.02, 0.1))));

    @TempDir
    Path temporary;

    private RunFolder folder() {
        RunFolder folder = new RunFolder(Folder.of(temporary.toString()));
        folder.folder().write(RoutingDrift.FILE, Json.pretty(EXPECTATION));
        return folder;
    }

    private static ResultRow routed(int i, double probability, double similarity, boolean right) {
        return Rows.row("r" + i, "c" + i, Arm.ROUTER, """
                {"route_correct":%s,"decision":{"action":"kernel","kernel_ids":["k1"],"probability":%s,"threshold":0.5,"reason":"",
                 "candidates":[{"kernel_id":"k1","probability":%s,"similarity":%s,"lexical":0,"coverage":0,"preconditions":"PASS",
                 "conflicts":[]}]}}
                """.formatted(right, probability, probability, similarity));
    }

    private static List<ResultRow> rows(int count, double similarity, int wrongEach) {
        List<ResultRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(routed(i, 0.95, similarity, i % wrongEach != 0));
        }
        return rows;
    }

    private Map<String, Metric> metrics(List<ResultRow> rows) {
        return RoutingDrift.of(folder(), rows).orElseThrow().metrics();
    }

    @Test
    void rowsLikeTheCalibrationShowNoDrift() {
        Map<String, Metric> metrics = metrics(rows(200, 0.9, 100));
        assertThat(metrics.get("routing.drift")).extracting(Metric::value).isEqualTo(0.0);
        assertThat(metrics)
                .containsKeys(
                        "routing.drift_improbable",
                        "routing.drift_improbable_p",
                        "routing.drift_far_p",
                        "routing.drift_wrong",
                        "routing.drift_wrong_p");
    }

    @Test
    void farPromptsAndWrongRoutesShowAsDrift() {
        Map<String, Metric> far = metrics(rows(200, 0.3, 100));
        assertThat(far.get("routing.drift")).extracting(Metric::value).isEqualTo(1.0);
        assertThat(far.get("routing.drift_far")).extracting(Metric::value).isEqualTo(1.0);
        Map<String, Metric> wrong = metrics(rows(200, 0.9, 4));
        assertThat(wrong.get("routing.drift")).extracting(Metric::value).isEqualTo(1.0);
        assertThat(wrong.get("routing.drift_wrong")).extracting(Metric::value).isEqualTo(0.25);
    }

    @Test
    void tooFewRowsMeasureNothing() {
        assertThat(metrics(rows(5, 0.9, 100)).get("routing.drift"))
                .isNotNull()
                .extracting(Metric::isMeasured)
                .isEqualTo(false);
    }

    @Test
    void compositionsAndRowsWithAnErrorAreLeftOut() {
        List<ResultRow> rows = new ArrayList<>(rows(200, 0.9, 100));
        RoutingDrift without = RoutingDrift.of(folder(), rows).orElseThrow();
        for (int i = 200; i < 300; i++) {
            rows.add(Rows.row("r" + i, "c" + i, Arm.ROUTER, "{" + Rows.ERROR + "}"));
            rows.add(Rows.row("s" + i, "c" + i, Arm.ROUTER, "{\"target\":\"composition\",\"route_correct\":false}"));
        }
        assertThat(RoutingDrift.of(folder(), rows).orElseThrow()).isEqualTo(without);
        assertThat(without.drift().verdict()).isEqualTo(Drift.Verdict.NONE_FOUND);
    }

    @Test
    void aRunThatDoesNotRouteHasNone() {
        assertThat(RoutingDrift.of(folder(), List.of(Rows.row("r", "c", Arm.RAW, "{}"))))
                .isEmpty();
        assertThat(RoutingDrift.of(
                        new RunFolder(Folder.of(temporary.resolve("other").toString())), rows(50, 0.9, 100)))
                .isEmpty();
    }
}
