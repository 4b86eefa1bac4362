package io.kernelweave.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

class RecordColumnsTest {
    private static final ParquetRows.Schema SCHEMA = ParquetRows.Schema.parse("""
            message row {
              required binary row_id (STRING);
              optional binary outcome (STRING);
              required int32 small;
              required int64 large;
              optional double share;
              optional boolean known;
              optional int64 recorded_at (TIMESTAMP(MICROS,true));
              required group tags (LIST) { repeated group list { required binary element (STRING); } }
              optional group way {
                required binary action (STRING);
                required group steps (LIST) { repeated group list { required group element {
                  required binary step_name (STRING);
                  required group tries (LIST) { repeated group list { required int32 element; } }
                } } }
              }
            }""");

    enum Outcome {
        PASS,
        FAIL
    }

    record Step(String stepName, List<Integer> tries) {}

    record Way(String action, List<Step> steps) {}

    record Row(
            String runId,
            String rowId,
            @Nullable Outcome outcome,
            int small,
            long large,
            @Nullable Double share,
            @Nullable Boolean known,
            @Nullable String recordedAt,
            List<String> tags,
            @Nullable Way way,
            double absent) {}

    private static final String FULL = """
            {"row_id":"é😀","outcome":"fail","small":-1,"large":9007199254740993,"share":0.1,"known":false,
             "recorded_at":"2026-01-02T03:04:05.000006Z","tags":["a","","a"],
             "way":{"action":"go","steps":[{"step_name":"one","tries":[1,2]},{"step_name":"two","tries":[]}]}}""";

    private static final String BARE = "{\"row_id\":\"bare\",\"small\":0,\"large\":0,\"tags\":[]}";

    @TempDir
    Path temporary;

    private byte[] file(String... rows) {
        Folder folder = Folder.of(temporary.toString());
        ParquetRows.write(
                folder,
                "rows.parquet",
                SCHEMA,
                Arrays.stream(rows)
                        .map(row -> Json.parse(row, ObjectNode.class, "row"))
                        .toList());
        return folder.readBytes("rows.parquet");
    }

    private static <R> List<R> read(byte[] file, RecordColumns<R> columns) {
        return ParquetRows.read(file, "rows.parquet", columns);
    }

    @Test
    void eachColumnIsAComponentAndWhatIsNotThereIsNothing() {
        assertThat(read(file(FULL, BARE, FULL), RecordColumns.all(Row.class).given(Map.of("runId", "r"))))
                .containsExactly(
                        full(), new Row("r", "bare", null, 0, 0, null, null, null, List.of(), null, 0), full());
    }

    private static Row full() {
        return new Row(
                "r",
                "é😀",
                Outcome.FAIL,
                -1,
                9007199254740993L,
                0.1,
                false,
                "2026-01-02T03:04:05.000006Z",
                List.of("a", "", "a"),
                new Way("go", List.of(new Step("one", List.of(1, 2)), new Step("two", List.of()))),
                0);
    }

    record Doing(String action) {}

    record Few(String rowId, @Nullable Doing way) {}

    @Test
    void someColumnsAreReadAloneAndOthersLeftOut() {
        byte[] file = file(FULL, BARE);
        assertThat(read(file, RecordColumns.named(Few.class)))
                .containsExactly(new Few("é😀", new Doing("go")), new Few("bare", null));
        Row left = read(file, RecordColumns.all(Row.class).without(Set.of("tags", "way.steps", "large")))
                .get(0);
        assertThat(left.tags()).isNull();
        assertThat(left.large()).isZero();
        assertThat(left.way()).isEqualTo(new Way("go", null));
    }

    @Test
    void rowsAreFoundByATextWhereverTheyAre() {
        byte[] file = file(IntStream.range(0, 3000)
                .mapToObj(i -> BARE.replace("bare", "id-" + i))
                .toArray(String[]::new));
        assertThat(read(file, RecordColumns.named(Few.class).where("row_id", Set.of("id-2999", "id-7", "zzz", ""))))
                .extracting(Few::rowId)
                .containsExactly("id-7", "id-2999");
        assertThat(read(file, RecordColumns.named(Few.class).where("row_id", Set.of("zzz", "a"))))
                .isEmpty();
    }

    record Wrong(int rowId) {}

    @Test
    void whatDoesNotFitIsRefusedWithTheFilesName() {
        byte[] file = file(FULL);
        assertThatThrownBy(() -> read(file, RecordColumns.all(Few.class)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("rows.parquet: column outcome: is not known");
        assertThatThrownBy(() -> read(file, RecordColumns.named(Wrong.class)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("rows.parquet: column row_id: holds something else than expected");
        assertThatThrownBy(() -> read(file(FULL.replace("fail", "maybe")), RecordColumns.all(Row.class)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("rows.parquet: \"maybe\": is not known; known are [PASS, FAIL]");
        assertThatThrownBy(() -> read(Arrays.copyOf(file, file.length - 9), RecordColumns.all(Row.class)))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("rows.parquet: is not a whole Parquet file");
    }
}
