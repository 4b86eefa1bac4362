package io.kernelweave.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.CanonicalJson;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.storage.Folder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows as lines of files, written and read. */
class RowTextTest {
    private static final List<String> BITS = List.of(
            "a",
            "Zug ",
            "\"",
            "\\",
            "\\u00e9",
            "/",
            "\n",
            "\r\n",
            "\t",
            "\b\f",
            "\u0000",
            "\u001f",
            "\u007f",
            "ü",
            "\u2028",
            "字",
            "😀",
            "{",
            "]",
            ",\"response\":");

    @TempDir
    Path folder;

    private final Random random = new Random(7);

    private String text() {
        return IntStream.range(0, random.nextInt(9))
                .mapToObj(i -> BITS.get(random.nextInt(BITS.size())))
                .collect(Collectors.joining());
    }

    private List<String> texts() {
        return IntStream.range(0, random.nextInt(3)).mapToObj(i -> text()).toList();
    }

    private double number() {
        double[] some = {0, 1, 1.0 / 3, 1e-7, 2.5e22, -0.0, 123456789, random.nextDouble()};
        return some[random.nextInt(some.length)];
    }

    /** A row; often with the words of another one's kernel, as rows have that stand together. */
    private DatasetRow row(int number, @Nullable DatasetRow other) {
        boolean alike = other != null && random.nextInt(3) > 0;
        return new DatasetRow(
                "r" + number,
                random.nextBoolean() ? "eval" : "train",
                text(),
                text(),
                text(),
                text(),
                alike ? other.kernelId() : random.nextBoolean() ? text() : null,
                alike ? other.kernelName() : random.nextBoolean() ? text() : null,
                alike ? other.kernelSteps() : texts(),
                alike ? other.kernelPreconditions() : texts(),
                alike ? other.kernelPostconditions() : texts(),
                alike ? other.kernelEvidenceRequirements() : texts(),
                alike ? other.kernelRollback() : texts(),
                text(),
                random.nextBoolean() ? Boolean.valueOf(random.nextBoolean()) : null,
                random.nextBoolean() ? Double.valueOf(number()) : null,
                number(),
                number(),
                text(),
                texts(),
                text(),
                text());
    }

    private List<DatasetRow> rows(int count) {
        List<DatasetRow> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(row(i, rows.isEmpty() ? null : rows.get(rows.size() - 1)));
        }
        return rows;
    }

    /** A row in the form that is read fastest. */
    private static DatasetRow plain() {
        return new DatasetRow(
                "r",
                "eval",
                "p",
                "t",
                "f",
                "Say \"it\".\n",
                "k",
                "K",
                List.of("a", "b"),
                List.of("c"),
                List.of(),
                List.of("d"),
                List.of("e"),
                "{}",
                null,
                0.5,
                1,
                1,
                "k/1",
                List.of("k"),
                "generated:k",
                "");
    }

    private List<DatasetRow> read(String lines) throws IOException {
        Files.writeString(folder.resolve("rows.jsonl"), lines);
        return RowReader.read(Folder.of(folder.toString()), "rows.jsonl", Digest.of(lines));
    }

    @Test
    void itIsTheTextThatTheMapperWritesAndTheCanonicalForm() {
        RowText lines = RowText.lines();
        RowText canonical = RowText.canonical();
        assertThat(rows(500)).allSatisfy(row -> {
            assertThat(lines.of(row)).isEqualTo(Json.compact(row));
            assertThat(canonical.of(row)).isEqualTo(CanonicalJson.text(row.toJson()));
            assertThat(canonical.digest(row)).isEqualTo(Digest.of(row.toJson()));
        });
    }

    @Test
    void halfACharacterHasNoDigest() {
        DatasetRow row = row(1, null).withNotes("half \ud83d of one");
        assertThatThrownBy(() -> RowText.canonical().of(row))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("half a surrogate pair");
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        List<DatasetRow> rows = rows(2000);
        RowText text = RowText.lines();
        String lines = rows.stream().map(row -> text.of(row) + "\n").collect(Collectors.joining());
        assertThat(read(lines)).isEqualTo(rows);
        assertThat(read(lines.strip())).as("without the last line's end").isEqualTo(rows);
        assertThat(read("")).isEmpty();
    }

    @Test
    void aLineMayBeLongerThanWhatIsReadAtOnce() throws IOException {
        List<DatasetRow> rows = List.of(row(1, null), row(2, null).withNotes("long ".repeat(2_500_000)), row(3, null));
        assertThat(read(rows.stream().map(row -> Json.compact(row) + "\n").collect(Collectors.joining())))
                .isEqualTo(rows);
    }

    @Test
    void rowsOfAKernelShareItsWords() throws IOException {
        List<DatasetRow> rows = read(Json.compact(plain()) + "\n" + Json.compact(plain()));
        assertThat(rows.get(1).kernelSteps()).isSameAs(rows.get(0).kernelSteps());
        assertThat(rows.get(1).acceptableKernels()).isSameAs(rows.get(0).acceptableKernels());
        assertThat(rows.get(1).clusterId()).isSameAs(rows.get(0).clusterId());
    }

    @Test
    void aLineInAnotherFormSaysTheSame() throws IOException {
        List<DatasetRow> rows = rows(200);
        String lines = rows.stream()
                .map(row -> switch (random.nextInt(3)) {
                    case 0 -> Json.compact(row);
                    case 1 -> Json.compact(row).replace("\",\"", "\" , \"").replace("ü", "\\u00fc");
                    default -> CanonicalJson.text(row.toJson());
                })
                .collect(Collectors.joining("\n"));
        assertThat(read(lines))
                .isEqualTo(Arrays.stream(lines.split("\n"))
                        .map(line -> Json.parse(line, DatasetRow.class, "line"))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{",
                "{}x",
                "{\"id\":\"a\"}{",
                "{\"idd\":\"a\"}",
                "{\"id\":\"a\",\"id\":\"a\"}",
                // in the form of a line, but for one thing
                "\"weight\":1.0|\"weight\":01",
                "\"weight\":1.0|\"weight\":NaN",
                "\"weight\":1.0|\"weight\":1.",
                "\"weight\":1.0|\"weight\":\"x\"",
                "\"verified\":null|\"verified\":nul",
                "\"notes\":\"|\"notes\":\"\t",
                "\"notes\":\"|\"notes\":\"\\x",
                "\"notes\":\"|\"notess\":\"",
                "\"origin\":|\"notes\":\"\",\"origin\":",
                "}|",
                "}|}}",
                "}|,\"more\":1}"
            })
    void aLineThatIsNoRowIsRefusedWithItsNumber(String wrong) throws IOException {
        String good = Json.compact(plain());
        int bar = wrong.indexOf('|');
        String broken = bar < 0 ? wrong : good;
        if (bar >= 0) {
            int at = good.lastIndexOf(wrong.substring(0, bar));
            broken = good.substring(0, at) + wrong.substring(bar + 1) + good.substring(at + bar);
        }
        String lines = (good + "\n").repeat(300) + broken + "\n" + good + "\n";
        assertThatThrownBy(() -> read(lines))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(folder + "/rows.jsonl line 301");
    }

    @Test
    void aFileThatIsAnotherOneIsNamedAndNotItsLines() throws IOException {
        String line = Json.compact(row(1, null)) + "\n";
        Files.write(folder.resolve("rows.jsonl"), (line + "{}x").getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> RowReader.read(Folder.of(folder.toString()), "rows.jsonl", Digest.of(line)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not the file that dataset.json describes")
                .hasMessageContaining(Digest.of(line + "{}x"));
    }

    @Test
    void aPromptIsComparedAlikeWhateverElseIsInIt() {
        String some = " \t\n\u000b\r.!?,-_`~aZ09\u0000\u001f\u007f";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(9); length > 0; length--) {
                text.append(some.charAt(random.nextInt(some.length())));
            }
            // Not in ASCII it is normalised another way.
            assertThat(Prompts.normalise(text + "e"))
                    .isEqualTo(Prompts.normalise(text + "é").replace('é', 'e'));
            assertThat(Prompts.normalise("e" + text))
                    .isEqualTo(Prompts.normalise("é" + text).replace('é', 'e'));
        }
    }
}
