package io.kernelweave.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.compare.History.Change;
import io.kernelweave.compare.History.Series;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.Rows;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class HistoryTest {
    private static final String METRIC = "router+gate.verification_pass_rate";

    @TempDir
    Path temporary;

    /** Nights of one job: the metric as it is told, with another kernel store from run 24 on and other data from a run on. */
    private List<RunFolder> nights(int count, int otherData, IntToDoubleFunction figure) {
        List<RunFolder> folders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = String.format(Locale.ROOT, "night-%03d", i);
            ObjectNode json = Json.tree(Rows.run(id, "ngram"));
            json.put(
                    "started_at",
                    Instant.parse("2026-01-01T02:00:00Z")
                            .plus(i, ChronoUnit.DAYS)
                            .toString());
            ((ObjectNode) json.path("fingerprint"))
                    .put("store", (i < 24 ? "a" : "b").repeat(64))
                    .put("dataset", (i < otherData ? "c" : "d").repeat(64))
                    .put("environment", "e".repeat(64));
            RunFolder folder = new RunFolder(Folder.of(temporary.toString()).resolve("runs/" + id));
            folder.write(Json.convert(json, Run.class, "run"));
            double value = figure.applyAsDouble(i);
            folder.folder()
                    .write(
                            RunFolder.BUNDLE + "/benchmark/metrics.csv",
                            "metric,value,low,high,rows,clusters\n" + METRIC + "," + value + "," + (value - 0.02) + ","
                                    + (value + 0.02) + ",1000,200\nrouter.latency_ms.total.p50,12.5,,,1000,200\n");
            folders.add(folder);
        }
        return folders;
    }

    private static History of(List<RunFolder> nights) {
        return History.of("night", nights, null);
    }

    private static Series series(History history) {
        return history.series().stream()
                .filter(each -> each.metric().equals(METRIC))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aDropIsFoundNearTheRunAndTheStoreThatMadeIt() {
        Random noise = new Random(5);
        Series series = series(of(nights(40, 99, i -> (i < 24 ? 0.80 : 0.77) + 0.004 * noise.nextGaussian())));
        assertThat(series.changes()).singleElement().satisfies(change -> {
            assertThat(change.at()).isEqualTo(24);
            assertThat(change.changed()).containsExactly("store");
            assertThat(change.before() - change.after()).isBetween(0.025, 0.035);
        });
        assertThat(series.alarm()).isEqualTo(series.changes().get(0));
        assertThat(series.levels()).extracting(History.Level::from).containsExactly(0, 24);
    }

    @Test
    void aGainIsNoAlarmAndALossThatWasMadeUpForIsNoneAnyMore() {
        Random noise = new Random(5);
        Series up = series(of(nights(40, 99, i -> (i < 24 ? 0.77 : 0.80) + 0.004 * noise.nextGaussian())));
        assertThat(up.changes()).hasSize(1);
        assertThat(up.alarm()).isNull();
        Series back = series(of(nights(45, 99, i -> (i < 15 || i >= 30 ? 0.80 : 0.77) + 0.004 * noise.nextGaussian())));
        assertThat(back.changes()).extracting(Change::at).containsExactly(15, 30);
        assertThat(back.alarm()).isNull();
    }

    @Test
    void anAlarmStaysOpenUntilHalfOfTheLossIsMadeUpFor() {
        Random noise = new Random(5);
        Series little =
                series(of(nights(45, 99, i -> (i < 15 ? 0.80 : i < 30 ? 0.74 : 0.76) + 0.002 * noise.nextGaussian())));
        assertThat(little.changes()).extracting(Change::at).containsExactly(15, 30);
        assertThat(little.alarm()).isEqualTo(little.changes().get(0));
        Series enough =
                series(of(nights(45, 99, i -> (i < 15 ? 0.80 : i < 30 ? 0.74 : 0.79) + 0.002 * noise.nextGaussian())));
        assertThat(enough.alarm()).isNull();
    }

    @Test
    void anAlarmThatOtherDataHidIsUnknownAndNotOver() {
        Random noise = new Random(5);
        Series series =
                series(of(nights(40, 30, i -> (i < 15 ? 0.80 : i < 30 ? 0.74 : 0.85) + 0.002 * noise.nextGaussian())));
        assertThat(series.alarm()).isNull();
        assertThat(series.outOfSight()).isEqualTo(series.changes().get(0));
    }

    @Test
    void theLevelIsSetAgainstThatOfTheBaselineOrTheFirstSinceTheLastBreak() {
        Random noise = new Random(5);
        List<RunFolder> nights = nights(
                60, 20, i -> (i < 20 ? 0.60 : i < 35 ? 0.70 : i < 50 ? 0.80 : 0.75) + 0.002 * noise.nextGaussian());
        History free = of(nights);
        assertThat(free.baseline()).isEqualTo(-1);
        assertThat(series(free).reference(free.baseline()))
                .satisfies(level -> assertThat(level.from()).isEqualTo(20));
        History pinned = History.of("night", nights, "night-040");
        assertThat(pinned.baseline()).isEqualTo(40);
        assertThat(series(pinned).reference(40)).satisfies(level -> {
            assertThat(level.from()).isEqualTo(35);
            assertThat(level.to()).isEqualTo(50);
        });
        assertThat(series(pinned).reference(5)).as("other data").isNull();
    }

    @Test
    void ofManyFlatMetricsNoneIsSaidToChange() {
        List<RunFolder> nights = nights(30, 15, i -> 0.8);
        int told = 0;
        for (int seed = 0; seed < 8; seed++) {
            Random noise = new Random(seed);
            for (RunFolder night : nights) {
                StringBuilder table = new StringBuilder("metric,value,low,high,rows,clusters\n");
                for (int metric = 0; metric < 40; metric++) {
                    table.append("m")
                            .append(metric)
                            .append(',')
                            .append(noise.nextGaussian())
                            .append(",,,10,10\n");
                }
                night.folder().write(RunFolder.METRICS, table.toString());
            }
            told += of(nights).series().stream()
                            .anyMatch(each -> !each.changes().isEmpty())
                    ? 1
                    : 0;
        }
        assertThat(told).isLessThanOrEqualTo(1);
    }

    @Test
    void noLineCrossesAChangeOfTheData() {
        Random noise = new Random(5);
        History history = of(nights(40, 20, i -> (i < 20 ? 0.80 : 0.60) + 0.004 * noise.nextGaussian()));
        assertThat(history.breaks()).containsExactly(new History.Break(20, List.of("dataset")));
        assertThat(series(history).changes()).isEmpty();
        assertThat(series(history).levels()).extracting(History.Level::from).containsExactly(0, 20);
        assertThat(series(history).alarm()).isNull();
    }

    @Test
    void aRunWithoutAFigureIsAGapAndATableThatIsNoneIsNamed() {
        List<RunFolder> nights = nights(12, 99, i -> 0.8);
        nights.get(3).folder().delete(RunFolder.BUNDLE + "/benchmark/metrics.csv");
        assertThat(series(of(nights)).values().get(3)).isNaN();
        nights.get(4).folder().write(RunFolder.BUNDLE + "/benchmark/metrics.csv", "metric;value\nx;y\n");
        assertThatThrownBy(() -> of(nights))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("night-004")
                .hasMessageContaining("is no table of metrics");
    }
}
