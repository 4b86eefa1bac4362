package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.storage.Folder;
import io.kernelweave.storage.ParquetRows;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

class SourcesTest {
    private static final List<Map<String, String>> ROWS = List.of(
            Map.of("text", "turn on, the \"light\"", "intent", "light_on"),
            Map.of("text", "zwei\nZeilen, é 😀", "intent", "oos"),
            Map.of("text", "  spaces kept  ", "intent", "light_on"));

    private static final String JSONL =
            String.join("\n", ROWS.stream().map(SourcesTest::line).toList()) + "\n";

    private static final String CSV = """
            text,intent
            "turn on, the ""light""\",light_on
            "zwei
            Zeilen, é 😀",oos
              spaces kept  ,light_on
            """;

    @TempDir
    Path folder;

    private static String line(Map<String, String> row) {
        return Json.object()
                .put("text", row.get("text"))
                .put("intent", row.get("intent"))
                .toString();
    }

    private static byte[] gzip(String text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private Path write(String name, String text) throws IOException {
        return write(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, ObjectNode> read(Path file) {
        Map<String, ObjectNode> rows = new LinkedHashMap<>();
        Sources.read(new DatasetSpec.Source(file.toString(), null, null), null, rows::put);
        return rows;
    }

    private static void assertRefused(Path file, String where, String what) {
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + where)
                .hasMessageContaining(what)
                .message()
                .hasLineCount(1);
    }

    @Test
    void everyFormatGivesTheSameRows() throws IOException {
        ParquetRows.write(
                Folder.of(folder.toString()),
                "rows.parquet",
                ParquetRows.Schema.parse(
                        "message rows { required binary text (STRING); optional binary intent (STRING); }"),
                ROWS.stream().map(row -> (ObjectNode) Json.tree(row)).toList());
        List<ObjectNode> expected =
                ROWS.stream().map(row -> (ObjectNode) Json.tree(row)).toList();
        for (Path file : List.of(
                write("rows.jsonl", JSONL),
                write("rows.jsonl.gz", gzip(JSONL)),
                write("bom.jsonl", "\ufeff" + JSONL),
                write("rows.csv", CSV),
                write("rows.csv.gz", gzip(CSV)),
                write("crlf.csv", CSV.replace("\n", "\r\n").replace("zwei\r\n", "zwei\n")),
                write("bom.csv", "\ufeff" + CSV),
                folder.resolve("rows.parquet"))) {
            assertThat(List.copyOf(read(file).values())).as(file.toString()).isEqualTo(expected);
        }
    }

    @Test
    void eachRowKnowsItsPlace() throws IOException {
        Path jsonl = write("rows.jsonl", "\n" + JSONL);
        assertThat(read(jsonl).keySet()).containsExactly(jsonl + " line 2", jsonl + " line 3", jsonl + " line 4");
        Path csv = write("rows.csv", CSV);
        assertThat(read(csv).keySet()).containsExactly(csv + " line 2", csv + " line 4", csv + " line 5");
    }

    @Test
    void aBrokenLineIsNamedByItsNumber() throws IOException {
        List<String> lines = IntStream.rangeClosed(1, 30)
                .mapToObj(i -> i == 17 ? "{\"text\": \"broken" : "{\"text\": \"" + i + "\"}")
                .toList();
        assertRefused(write("a.jsonl", String.join("\n", lines)), " line 17 column ", "");
        assertRefused(write("b.jsonl.gz", gzip(String.join("\n", lines))), " line 17 column ", "");
        assertRefused(write("c.jsonl", "{}\n\n[1]\n"), " line 3: ", "is not a JSON object");
        assertRefused(
                write("d.csv", "a,b\n" + "1,2\n".repeat(15) + "1,2,3\n1,2\n"),
                " line 17: ",
                "has 3 fields, the header has 2");
        assertRefused(write("e.csv", "a,b\n1,2\n\"x\"y,2\n"), " after line 2: ", "correct the quoting");
        assertRefused(write("f.csv", "a,a\n1,2\n"), ": ", "duplicate");
    }

    @Test
    void aGzipStreamThatIsCutShortOrDamagedIsRefused() throws IOException {
        byte[] whole = gzip(JSONL.repeat(5000));
        for (int keep : new int[] {0, 5, whole.length / 2, whole.length - 1}) {
            assertRefused(
                    write("cut.jsonl.gz", Arrays.copyOf(whole, keep)), " after line ", "gzip stream is cut short");
            assertRefused(
                    write("cut.csv.gz", Arrays.copyOf(gzip(CSV.repeat(500)), Math.min(keep, 200))),
                    " after line ",
                    "gzip stream is cut short");
        }
        assertRefused(write("plain.jsonl.gz", JSONL), " after line 0", "damaged");
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() throws IOException {
        byte[] latin = "{\"text\":\"caf\u00e9\"}\n".getBytes(StandardCharsets.ISO_8859_1);
        assertRefused(write("latin.jsonl", latin), " after line ", "not UTF-8");
    }

    @Test
    void namesWhatIsNotThereOrNotKnown() throws IOException {
        assertRefused(folder.resolve("none.jsonl"), ": there is no such file", "check the path");
        assertRefused(write("rows.txt", "x"), ": unknown format \"txt\"", "use jsonl, csv or parquet");
        assertThatThrownBy(() -> Sources.read(
                        new DatasetSpec.Source(folder + "/none.jsonl", null, null), "get it from there", (o, r) -> {}))
                .hasMessageContaining("get it from there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jsonl", "csv"})
    void aFormatThatTheSpecNamesGoesBeforeTheFilesName(String format) throws IOException {
        Path file = write("rows.dat", format.equals("csv") ? CSV : JSONL);
        int[] rows = {0};
        Sources.read(new DatasetSpec.Source(file.toString(), format, null), null, (origin, row) -> rows[0]++);
        assertThat(rows[0]).isEqualTo(3);
    }
}
