package io.kernelweave.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.json.Json;
import io.kernelweave.runtime.Arm;
import io.kernelweave.storage.Folder;
import io.kernelweave.storage.ParquetRows;
import io.kernelweave.storage.RecordColumns;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

class ResultRowTest {
    @Test
    void everyFieldSurvivesTheFile(@TempDir Path folder) {
        ResultRow full = Rows.row("é\u0000😀", "c", Arm.ROUTER_GATE, """
            {"kind":"nonsense","breaks":"c1","decision":{"action":"kernel","kernel_ids":["a","b"],"probability":0.1,"threshold":0.30000000000000004,
              "reason":"r","candidates":[{"kernel_id":"a","probability":1.0,"similarity":-0.5,"lexical":0.0,"coverage":1.0E-9,
              "preconditions":"UNKNOWN","conflicts":["x",""]}]},
             "verdict":{"outcome":"FAIL","score":0.5,"checks":[{"name":"c1","severity":"error","outcome":"FAIL","reason":"no",
              "spans":[{"field":"output","start":1,"end":4}]}]},
             "attempts":[{"number":1,"masked":true,"complete":false,"text":"t","gate":null,"failed":["c1"]}],
             "trace_id":"t-1","trace":"{}","error":"e","key":"0-1"}\
            """);
        List<ResultRow> rows = new ArrayList<>(Rows.gated());
        rows.add(full);
        ParquetRows.write(
                Folder.of(folder.toString()),
                "rows.parquet",
                ResultRow.FORM.schema(),
                rows.stream().map(ResultRow::toJson).toList());
        assertThat(read(folder, "rows.parquet")).isEqualTo(withoutTimes(rows));
    }

    @Test
    void aFileFromBeforeThereWereKindsIsReadWithoutThem(@TempDir Path folder) {
        String older = RowForm.text("result-row.parquet-schema").replaceFirst("optional binary kind \\(STRING\\);", "");
        ParquetRows.write(
                Folder.of(folder.toString()),
                "older.parquet",
                ParquetRows.Schema.parse(older),
                Rows.gated().stream().map(ResultRow::toJson).toList());
        assertThat(read(folder, "older.parquet")).isEqualTo(withoutTimes(Rows.gated()));
    }

    private static List<ResultRow> read(Path folder, String file) {
        return ParquetRows.read(
                Folder.of(folder.toString()).readBytes(file),
                file,
                RecordColumns.all(ResultRow.class).given(Map.of("runId", "demo-1")));
    }

    /** Run and times are kept beside the rows. */
    private static List<ResultRow> withoutTimes(List<ResultRow> rows) {
        return rows.stream()
                .map(row -> {
                    ObjectNode json = row.toJson();
                    json.remove(List.of("timings", "recorded_at"));
                    return ResultRow.of(json);
                })
                .toList();
    }

    @Test
    void theKindOfAPromptThatNoKernelFitsComesFromTheDataSet() {
        Scoring scoring = new Scoring("demo-1", List.of());
        for (String kind : DatasetRow.KINDS) {
            assertThat(kind(scoring, "{\"kernel_id\":null,\"notes\":\"" + kind + "\"}"))
                    .isEqualTo(kind);
        }
        assertThat(kind(scoring, "{\"kernel_id\":null,\"notes\":\"a near-miss, says Ann\"}"))
                .isNull();
        assertThat(kind(scoring, "{\"kernel_id\":null,\"notes\":\"\"}")).isNull();
        assertThat(kind(scoring, "{\"kernel_id\":\"a\",\"notes\":\"near-miss\"}"))
                .isNull();
    }

    private static @Nullable String kind(Scoring scoring, String change) {
        ObjectNode json = Json.parse(
                "{\"id\":\"r\",\"prompt\":\"p\",\"cluster_id\":\"none/nonsense/1\",\"acceptable_kernels\":[]}",
                ObjectNode.class,
                "base");
        json.setAll(Json.parse(change, ObjectNode.class, "change"));
        DatasetRow row = Json.convert(json, DatasetRow.class, "row");
        ResultRow failed = scoring.error(row, Arm.ROUTER, new IllegalStateException("no"));
        return failed.kind();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "a | kernel | a | true",
                "a | kernel | b | false",
                "a | generate | - | false",
                "- | generate | - | true",
                "- | kernel | a | false",
                "a+b | compose | b,a | true",
                "a+b | compose | a,c | false",
                "a+b | kernel | a | false",
                "a+b | compose | a,b,c | false"
            })
    void aDecisionIsRightIfItNamesTheLabelsKernels(String label, String action, String ids, boolean right) {
        DatasetRow row = Json.parse(
                "{\"kernel_id\":"
                        + (label == null
                                ? "null,\"acceptable_kernels\":[]"
                                : '"' + label + "\",\"acceptable_kernels\":[\"" + label + "\"]")
                        + "}",
                DatasetRow.class,
                "row");
        assertThat(ResultRow.matches(row, action, ids == null ? List.of() : List.of(ids.split(","))))
                .isEqualTo(right);
    }
}
