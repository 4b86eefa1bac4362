package io.kernelweave.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TimeZone;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class ParquetRowsTest {
    private static final ParquetRows.Schema SCHEMA = ParquetRows.Schema.parse("""
            message row {
              required binary id (STRING);
              optional binary note (STRING);
              required int32 small;
              required int64 big;
              required double share;
              optional boolean flag;
              required int64 at (TIMESTAMP(MICROS,true));
              required group tags (LIST) { repeated group list { optional binary element (STRING); } }
              optional group answer {
                required binary text (STRING);
                required group spans (LIST) {
                  repeated group list { required group element { required int32 start; optional binary field (STRING); } }
                }
              }
            }""");

    private static final List<ObjectNode> ROWS = List.of(row("""
                    {"id":"a","note":"line 1\\nline 2 \\u0000 é 漢字 😀","small":-2147483648,"big":9223372036854775807,"share":0.1,
                     "flag":true,"at":"2026-03-29T01:30:00.123456Z","tags":["x",null,""],
                     "answer":{"text":"","spans":[{"start":0,"field":"output"},{"start":7,"field":null}]}}"""), row("""
                    {"id":"b","note":null,"small":0,"big":-1,"share":1.0E-300,"flag":null,"at":"1969-12-31T23:59:59.999999Z",
                     "tags":[],"answer":null}"""), row("""
                    {"id":"c","note":"","small":1,"big":0,"share":-0.5,"flag":false,"at":"2026-01-01T00:00:00Z",
                     "tags":["'quoted'"],"answer":{"text":"t","spans":[]}}"""));

    @TempDir
    Path temporary;

    private Folder folder() {
        return Folder.of(temporary.toString());
    }

    private static ObjectNode row(String json) {
        return Json.parse(json, ObjectNode.class, "row");
    }

    private List<ObjectNode> read(String name) {
        List<ObjectNode> rows = new ArrayList<>();
        ParquetRows.read(folder(), name, rows::add);
        return rows;
    }

    @Test
    void nestedRowsComeBackAsTheyWere() {
        ParquetRows.write(folder(), "rows.parquet", SCHEMA, ROWS);
        assertThat(read("rows.parquet").stream().map(Json::compact))
                .containsExactlyElementsOf(ROWS.stream().map(Json::compact).toList());
        assertThat(ParquetRows.count(folder(), "rows.parquet")).isEqualTo(3);
        assertThat(folder().list()).containsExactly("rows.parquet");
    }

    @Test
    void aFileWithoutRowsIsWhole() {
        ParquetRows.write(folder(), "none.parquet", SCHEMA, List.of());
        assertThat(read("none.parquet")).isEmpty();
        assertThat(ParquetRows.count(folder(), "none.parquet")).isZero();
    }

    @Test
    void numbersThatAreNotFiniteStayWhatTheyAre() {
        ObjectNode row = ROWS.get(0).deepCopy().put("share", Double.NaN);
        ParquetRows.write(folder(), "nan.parquet", SCHEMA, List.of(row));
        assertThat(read("nan.parquet").get(0).path("share").doubleValue()).isNaN();
    }

    @Test
    void duckDbReadsTheSameValues() {
        ParquetRows.write(folder(), "it's rows.parquet", SCHEMA, ROWS);
        String file = temporary.resolve("it's rows.parquet").toString();
        assertThat(Sql.query(List.of(Sql.View.ofParquet("rows", List.of(file))), "SELECT count(*) FROM rows")
                        .text())
                .containsExactly(List.of("3"));
        Sql.Table table = Sql.query(List.of(Sql.View.ofParquet("rows", List.of(file))), """
                SELECT id, note, small, big, share, flag, epoch_us("at") AS us, len(tags) AS tags, tags[1] AS first, tags[2] IS NULL AS gap,
                  answer.text AS text, len(answer.spans) AS spans, answer.spans[2].start AS start, answer.spans[1].field AS field
                FROM rows ORDER BY id""");
        assertThat(table.columns()).startsWith("id", "note", "small").hasSize(14);
        assertThat(table.text())
                .containsExactly(
                        List.of(
                                "a",
                                "line 1\nline 2 \0 é 漢字 😀",
                                "-2147483648",
                                "9223372036854775807",
                                "0.1",
                                "true",
                                "1774747800123456",
                                "3",
                                "x",
                                "true",
                                "",
                                "2",
                                "7",
                                "output"),
                        List.of("b", "", "0", "-1", "1.0E-300", "", "-1", "0", "", "true", "", "", "", ""),
                        List.of(
                                "c",
                                "",
                                "1",
                                "0",
                                "-0.5",
                                "false",
                                "1767225600000000",
                                "1",
                                "'quoted'",
                                "true",
                                "t",
                                "0",
                                "",
                                ""));
    }

    @Test
    void aColumnThatOnlySomeFilesHaveIsNullInTheRowsOfTheOthers() {
        List<String> files = new ArrayList<>();
        for (String field : List.of("a", "b")) {
            ParquetRows.write(
                    folder(),
                    field + ".parquet",
                    ParquetRows.Schema.parse("message m { required int32 n; optional int32 " + field + "; }"),
                    List.of(Json.object().put("n", 1).put(field, 2)));
            files.add(folder() + "/" + field + ".parquet");
        }
        assertThat(Sql.query(List.of(Sql.View.ofParquet("rows", files)), "SELECT n, a, b FROM rows ORDER BY a")
                        .text())
                .containsExactlyInAnyOrder(List.of("1", "2", ""), List.of("1", "", "2"));
    }

    @Test
    void timestampsInQueriesAreUtcWhereverTheMachineIs() {
        ParquetRows.write(folder(), "rows.parquet", SCHEMA, ROWS);
        TimeZone before = TimeZone.getDefault();
        try {
            for (String zone : List.of("Pacific/Kiritimati", "America/New_York")) {
                TimeZone.setDefault(TimeZone.getTimeZone(zone));
                assertThat(Sql.query(
                                        List.of(Sql.View.ofParquet("rows", List.of(temporary + "/rows.parquet"))),
                                        "SELECT \"at\", \"at\"::VARCHAR FROM rows WHERE id = 'a'")
                                .text())
                        .containsExactly(List.of("2026-03-29T01:30:00.123456Z", "2026-03-29 01:30:00.123456+00"));
            }
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void everyColumnIsCompressedWithZstd() throws IOException {
        ParquetRows.write(folder(), "rows.parquet", SCHEMA, ROWS);
        try (ParquetFileReader reader =
                ParquetFileReader.open(HadoopInputFile.fromPath(folder().path("rows.parquet"), Folder.CONFIGURATION))) {
            assertThat(reader.getFooter().getBlocks())
                    .singleElement()
                    .satisfies(block -> assertThat(block.getColumns())
                            .extracting(ColumnChunkMetaData::getCodec)
                            .containsOnly(CompressionCodecName.ZSTD));
        }
    }

    @Test
    void nothingAppearsUnderTheNameIfARowCannotBeWritten() throws IOException {
        ObjectNode incomplete = row("{\"id\":\"d\"}");
        assertThatThrownBy(() -> ParquetRows.write(
                        folder(), "rows.parquet", SCHEMA, List.of(ROWS.get(0), ROWS.get(1), incomplete)))
                .hasStackTraceContaining("required field small is missing");
        assertThat(temporary).isEmptyDirectory();

        ParquetRows.write(folder(), "rows.parquet", SCHEMA, List.of(ROWS.get(0)));
        byte[] before = Files.readAllBytes(temporary.resolve("rows.parquet"));
        Iterable<ObjectNode> failing = () -> {
            throw new IllegalStateException("the source fails");
        };
        assertThatThrownBy(() -> ParquetRows.write(folder(), "rows.parquet", SCHEMA, failing))
                .hasStackTraceContaining("the source fails");
        assertThat(temporary.resolve("rows.parquet")).hasBinaryContent(before);
        assertThat(folder().list()).containsExactly("rows.parquet");
    }

    @Test
    void aNullInAListThatTakesNoneIsRefused() {
        ParquetRows.Schema schema = ParquetRows.Schema.parse(
                "message row { required group tags (LIST) { repeated group list { required binary element (STRING); } } }");
        assertThatThrownBy(() ->
                        ParquetRows.write(folder(), "rows.parquet", schema, List.of(row("{\"tags\":[\"a\",null]}"))))
                .hasStackTraceContaining("element is missing");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, 4, 12, -1, -8, -100})
    void aTruncatedFileIsRefusedInOneLine(int keep) throws IOException {
        ParquetRows.write(folder(), "rows.parquet", SCHEMA, ROWS);
        byte[] whole = Files.readAllBytes(temporary.resolve("rows.parquet"));
        Files.write(temporary.resolve("cut.parquet"), Arrays.copyOf(whole, keep >= 0 ? keep : whole.length + keep));
        for (Runnable open :
                List.<Runnable>of(() -> read("cut.parquet"), () -> ParquetRows.count(folder(), "cut.parquet"))) {
            assertThatThrownBy(open::run)
                    .isInstanceOf(InputException.class)
                    .hasMessageStartingWith(temporary + "/cut.parquet: is not a whole Parquet file")
                    .message()
                    .hasLineCount(1);
        }
    }

    @Test
    void aFileThatIsNotThereIsRefusedByName() {
        assertThatThrownBy(() -> read("none.parquet"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("none.parquet")
                .hasMessageContaining("no such file");
    }

    @Test
    void aFailureOfTheReceiverIsNotBlamedOnTheFile() {
        ParquetRows.write(folder(), "rows.parquet", SCHEMA, ROWS);
        assertThatThrownBy(() -> ParquetRows.read(folder(), "rows.parquet", row -> {
                    throw new IllegalStateException("receiver");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("receiver");
    }
}
