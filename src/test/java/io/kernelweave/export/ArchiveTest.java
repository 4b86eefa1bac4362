package io.kernelweave.export;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.dataset.Dataset;
import io.kernelweave.dataset.DatasetSpec;
import io.kernelweave.dataset.Datasets;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Rows;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.storage.Folder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class ArchiveTest {
    @TempDir
    Path temporary;

    private RunFolder run = new RunFolder(Folder.of("."));

    @BeforeEach
    void aCompleteRun() {
        Folder folder = reports().resolve("runs/demo-1");
        run = new RunFolder(folder);
        run.write(Rows.run("demo-1", "ngram"));
        run.publish("demo-1", List.of(run.writePart("part-1.parquet", ResultRow.FORM, Rows.gated())));
        folder.write("kernelweave_llm_bundle/realtime_demo.md", "# é\n");
        folder.write(".lock", "machine-local");
        folder.write("inputs/.tmp", "machine-local");
    }

    private Folder reports() {
        return Folder.of(temporary.toString());
    }

    private Archive.Packed pack() {
        return Archive.of(run).pack(reports(), null);
    }

    private Map<String, byte[]> entries(Archive.Packed packed) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (InputStream in = Files.newInputStream(Path.of(packed.path()));
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                assertThat(entry.getTimeLocal()).isEqualTo(LocalDateTime.of(1980, 2, 1, 0, 0));
                entries.put(entry.getName(), zip.readAllBytes());
            }
        }
        return entries;
    }

    @Test
    void holdsEverythingButMachineLocalFilesInOrder() throws IOException {
        assertThat(entries(pack()).keySet())
                .containsExactly(
                        "demo-1/SHA256SUMS",
                        "demo-1/kernelweave_llm_bundle/realtime_demo.md",
                        "demo-1/manifest.json",
                        "demo-1/results/manifest.json",
                        "demo-1/results/part-1.parquet",
                        "demo-1/run.json",
                        "demo-1/sbom.cdx.json",
                        "demo-1/statements/demo-1.json");
    }

    @Test
    void everyChecksumIsThatOfItsEntry() throws IOException {
        Archive.Packed packed = pack();
        Map<String, byte[]> entries = entries(packed);
        String sums = new String(entries.remove("demo-1/SHA256SUMS"), StandardCharsets.UTF_8);
        assertThat(sums.lines()).hasSameSizeAs(entries.keySet()).allSatisfy(line -> {
            String[] parts = line.split("  ", 2);
            assertThat(Digest.of(requireNonNull(entries.get("demo-1/" + parts[1]))))
                    .isEqualTo(parts[0]);
        });
        Archive.Manifest manifest = Json.parse(
                new String(entries.get("demo-1/manifest.json"), StandardCharsets.UTF_8),
                Archive.Manifest.class,
                "manifest");
        assertThat(manifest).isEqualTo(packed.manifest());
        assertThat(manifest.files()).allSatisfy(file -> {
            assertThat(entries.get("demo-1/" + file.path())).hasSize((int) file.bytes());
            assertThat(Digest.of(requireNonNull(entries.get("demo-1/" + file.path()))))
                    .isEqualTo(file.sha256());
        });
        assertThat(packed.sha256()).isEqualTo(Digest.of(Files.readAllBytes(Path.of(packed.path()))));
        assertThat(packed.bytes()).isEqualTo(Files.size(Path.of(packed.path())));
    }

    @Test
    void theBytesAreTheSameInEveryZoneAndLocale() {
        String digest = pack().sha256();
        TimeZone zone = TimeZone.getDefault();
        Locale locale = Locale.getDefault();
        try {
            for (String id : List.of("Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/London")) {
                TimeZone.setDefault(TimeZone.getTimeZone(id));
                Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
                assertThat(pack().sha256()).as(id).isEqualTo(digest);
            }
        } finally {
            TimeZone.setDefault(zone);
            Locale.setDefault(locale);
        }
        run.folder().write("kernelweave_llm_bundle/realtime_demo.md", "# e\n");
        assertThat(pack().sha256()).isNotEqualTo(digest);
    }

    @Test
    void theBytesOfAContentAreTheseOnEveryPlatform() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        byte[] content = "a file\n".getBytes(StandardCharsets.UTF_8);
        CRC32 crc = new CRC32();
        crc.update(content);
        try (Archive.Writer writer = new Archive.Writer(bytes)) {
            writer.add("run/a.txt", content.length, crc.getValue(), new ByteArrayInputStream(content));
            writer.add("run/ä.txt", content.length, crc.getValue(), new ByteArrayInputStream(content));
        }
        assertThat(Digest.of(bytes.toByteArray()))
                .isEqualTo("0a6c9f021ac79ad9ed370d38d7c3ad9f0914855b26d1a14290c1270804d2ddc2");
    }

    /** The run's own data set, in a spec beside it. */
    private RunData data(String prompt) throws IOException {
        Files.writeString(
                temporary.resolve("rows.jsonl"),
                "{\"prompt\":\"" + prompt + "\",\"kernel_id\":\"k\",\"split\":\"train\"}\n");
        Path spec = Files.writeString(temporary.resolve("mine.yaml"), """
                name: mine
                sources: {all: {path: "%s"}}
                kernels_from: all
                publication: {creators: [{person: Ada Example}], published: 2026-01-31}
                """.formatted(temporary.resolve("rows.jsonl")));
        Datasets datasets = new Datasets(reports().resolve("built"));
        if (!run.folder().exists("inputs/dataset.json")) {
            DatasetSpec read = DatasetSpec.read(spec);
            Dataset dataset = datasets.open(read);
            Run before = run.run();
            Map<String, String> fingerprint = new TreeMap<>(before.fingerprint());
            fingerprint.put("dataset", dataset.digest());
            run.write(new Run(
                    before.runId(),
                    before.job(),
                    before.state(),
                    fingerprint,
                    before.settings().put("dataset", spec.toString()),
                    new Run.Data("mine", "eval", 1, 1, 1),
                    before.environment(),
                    before.counts(),
                    before.judgement(),
                    before.startedAt(),
                    before.finishedAt()));
            run.folder().write("inputs/dataset.json", Json.pretty(Datasets.card(read, dataset)));
        }
        return new RunData(reports(), datasets);
    }

    @Test
    void holdsTheDataSetThatTheRunUsed() throws IOException {
        RunData data = data("ask one");
        Archive.Packed packed = Archive.of(run).with(data).pack(reports(), null);
        RunData.Packed mine = packed.manifest().data().get(0);
        assertThat(mine.reason()).isNull();
        assertThat(mine.path()).matches("datasets/mine-[0-9a-f]{12}");
        assertThat(entries(packed).keySet())
                .contains(
                        "demo-1/" + mine.path() + "/README.md",
                        "demo-1/" + mine.path() + "/croissant.json",
                        "demo-1/" + mine.path() + "/data/train-00000-of-00001.parquet");

        Folder elsewhere = reports().resolve("elsewhere");
        ArchiveImport.Imported imported = ArchiveImport.into(elsewhere, Path.of(packed.path()), null);
        assertThat(imported.placed()).containsExactly(requireNonNull(mine.path()), "runs/demo-1");
        assertThat(elsewhere.resolve("runs/demo-1").exists("datasets")).isFalse();
        Files.delete(temporary.resolve("mine.yaml"));
        RunFolder there = new RunFolder(elsewhere.resolve("runs/demo-1"));
        Archive.Packed again = Archive.of(there)
                .with(new RunData(elsewhere, new Datasets(reports().resolve("nowhere"))))
                .pack(elsewhere, null);
        assertThat(again.sha256()).isEqualTo(packed.sha256());
    }

    @Test
    void saysWhyADataSetIsNotThere() throws IOException {
        data("ask one");
        assertThat(reason(data("ask two"))).contains("has other rows now than the run used");
        Files.delete(temporary.resolve("rows.jsonl"));
        assertThat(reason(new RunData(reports(), new Datasets(reports())))).contains("is not here");
        run.folder().write("inputs/dataset.json", "{\"rows\": 5}");
        assertThat(reason(new RunData(reports(), new Datasets(reports())))).contains("no prompts with kernels");
        assertThat(reports().resolve("datasets").list()).isEmpty();
    }

    private String reason(RunData data) {
        Archive.Manifest manifest =
                Archive.of(run).with(data).pack(reports(), null).manifest();
        assertThat(manifest.data()).hasSize(1);
        assertThat(manifest.data().get(0).path()).isNull();
        return requireNonNull(manifest.data().get(0).reason());
    }

    @Test
    void aDataSetThatIsNotWholeIsNotTakenIn() throws IOException {
        RunData data = data("ask one");
        Archive.of(run).with(data).pack(reports(), null);
        String kept = reports().resolve("datasets").list().get(0);
        reports().resolve("datasets/" + kept).write("data/train-00000-of-00001.parquet", "half");
        assertThat(reason(data)).contains("is not as it was written");
    }

    @Test
    void theStatementSaysWhatTheRunGateSaid() throws IOException {
        JsonNode statement = Json.parse(
                new String(
                        requireNonNull(entries(pack()).get("demo-1/statements/demo-1.json")), StandardCharsets.UTF_8),
                "statement");
        assertThat(statement.path("_type").asString()).isEqualTo("https://in-toto.io/Statement/v1");
        assertThat(statement.path("predicateType").asString())
                .isEqualTo("https://in-toto.io/attestation/test-result/v0.1");
        Run.Judged judged = run.run().judgement();
        assertThat(statement.path("predicate").path("result").asString())
                .isEqualTo(judged != null && judged.exitCode() == 0 ? "PASSED" : "FAILED");
        assertThat(statement.path("subject"))
                .extracting(subject -> subject.path("name").asString())
                .containsExactly("results/part-1.parquet", "run.json");
        assertThat(statement
                        .path("subject")
                        .get(1)
                        .path("digest")
                        .path("sha256")
                        .asString())
                .isEqualTo(Digest.of(run.folder().readBytes("run.json")));
    }

    @Test
    void anOlderArchiveIsReplacedWhole() {
        pack();
        pack();
        assertThat(reports().resolve("kernelweave_llm_export").list()).containsExactly("demo-1.zip");
    }

    @Test
    void refusesARunThatIsNotComplete() {
        Run complete = Rows.run("demo-1", "ngram");
        run.write(complete.judged(new Run.Counts(8, 1), null, "running", null));
        assertThatThrownBy(() -> pack()).isInstanceOf(InputException.class).hasMessageContaining("is not complete");
        assertThat(reports().resolve("kernelweave_llm_export").exists()).isFalse();
    }

    @Test
    void refusesARunWhosePartsAreNotThoseThatItWrote() {
        run.folder().write("results/part-1.parquet", "damaged");
        assertThatThrownBy(() -> pack())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("results/part-1.parquet: its bytes are not those that the run wrote");
        run.folder().delete("results/part-1.parquet");
        assertThatThrownBy(() -> pack())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("part-1.parquet: is missing");
    }
}
