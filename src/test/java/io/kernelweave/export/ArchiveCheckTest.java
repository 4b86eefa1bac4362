package io.kernelweave.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.export.ArchiveCheck.Checked;
import io.kernelweave.export.ArchiveCheck.Signed;
import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.kernel.KernelStatus.State;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Rows;
import io.kernelweave.results.RunFolder;
import io.kernelweave.storage.Folder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveCheckTest {
    private static final String KERNEL = """
            {"kernel_id":"list-errors","name":"Lists errors","task_family":"logs","description":"Lists the errors of a log.",
             "input_schema":{"type":"object"},"output_schema":{"type":"object"},"version":3,
             "status":{"state":"trusted","evidence":{}}}""";

    @TempDir
    Path temporary;

    private Path archive = Path.of("");

    @BeforeEach
    void anArchive() {
        RunFolder run = new RunFolder(from().resolve("runs/demo-1"));
        run.write(Rows.run("demo-1", "ngram"));
        run.publish("demo-1", List.of(run.writePart("part-1.parquet", ResultRow.FORM, Rows.gated())));
        run.folder().write("kernelweave_llm_bundle/realtime_demo.md", "# A demo\n");
        archive = Path.of(Archive.of(run).pack(from(), null).path());
    }

    private Folder from() {
        return Folder.of(temporary.resolve("from").toString());
    }

    private Folder into() {
        return Folder.of(temporary.resolve("into").toString());
    }

    private Path changed(Consumer<byte[]> change) throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        change.accept(bytes);
        return Files.write(temporary.resolve("changed.zip"), bytes);
    }

    private Map<String, byte[]> entries() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
                ZipEntry entry = all.nextElement();
                entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return entries;
    }

    /** A zip as the archive's own writer writes it, of any entries. */
    private Path zip(Map<String, byte[]> entries) throws IOException {
        Path file = temporary.resolve("made.zip");
        try (var out = Files.newOutputStream(file);
                Archive.Writer writer = new Archive.Writer(out)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                CRC32 crc = new CRC32();
                crc.update(entry.getValue());
                writer.add(
                        entry.getKey(),
                        entry.getValue().length,
                        crc.getValue(),
                        new ByteArrayInputStream(entry.getValue()));
            }
        }
        return file;
    }

    private void refused(Path file, String why) {
        Checked checked = ArchiveCheck.check(file, null);
        assertThat(checked.isSound()).isFalse();
        assertThat(checked.problems().toString()).contains(why);
        assertThatThrownBy(() -> ArchiveImport.into(into(), file, null))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not as it was packed");
        assertThat(Files.exists(temporary.resolve("into")))
                .as("nothing is written")
                .isFalse();
    }

    @Test
    void anArchiveAsItWasPackedIsSound() {
        Checked checked = ArchiveCheck.check(archive, null);
        assertThat(checked.problems()).isEmpty();
        assertThat(checked.signed()).isEqualTo(Signed.NO);
        assertThat(checked.manifest().runs())
                .extracting(Archive.PackedRun::runId)
                .containsExactly("demo-1");
    }

    @Test
    void everyTamperedByteIsNoticedAndItsFileNamed() throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        SplittableRandom random = new SplittableRandom(20260101);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int directory = text.indexOf("PK\1\2");
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            places.add(random.nextInt(bytes.length));
            places.add(directory + random.nextInt(bytes.length - directory));
        }
        for (int i = 1; i <= 22; i++) {
            places.add(bytes.length - i);
        }
        for (int at = 0; at >= 0 && at < directory; at = text.indexOf("PK\3\4", at + 1)) {
            for (int i = 0; i < 30; i += 3) {
                places.add(at + i);
            }
        }
        for (int place : places) {
            int bit = random.nextInt(8);
            Checked checked = ArchiveCheck.check(changed(all -> all[place] ^= (byte) (1 << bit)), null);
            assertThat(checked.problems()).as("byte %d, bit %d", place, bit).isNotEmpty();
        }
        int inside = text.indexOf("# A demo");
        assertThat(ArchiveCheck.check(changed(all -> all[inside] ^= 1), null).problems())
                .extracting(ArchiveCheck.Problem::where)
                .containsOnly("kernelweave_llm_bundle/realtime_demo.md");
    }

    @Test
    void anArchiveThatWasCutShortIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        for (int length : List.of(0, 1, 4, 30, bytes.length / 2, bytes.length - 23, bytes.length - 1)) {
            refused(Files.write(temporary.resolve("cut.zip"), Arrays.copyOf(bytes, length)), "the zip's directory");
        }
        refused(Files.write(temporary.resolve("longer.zip"), Arrays.copyOf(bytes, bytes.length + 7)), "the zip's");
    }

    @Test
    void namesThatLeaveTheFolderAreRefused() throws IOException {
        for (String name : List.of(
                "../evil",
                "demo-1/../../evil",
                "demo-1/./evil",
                "/etc/evil",
                "demo-1//evil",
                "demo-1/a\\..\\evil",
                "C:/evil",
                "demo-1/C:evil",
                "demo-1/.hidden",
                "demo-1/a\nb",
                "demo-1/folder/",
                "evil")) {
            Map<String, byte[]> entries = entries();
            entries.put(name, new byte[] {1});
            refused(zip(entries), "could lead out of its folder");
        }
        Map<String, byte[]> entries = entries();
        entries.put("other-root/evil", new byte[] {1});
        refused(zip(entries), "is not below demo-1/");
    }

    @Test
    void compressedEntriesAreRefusedBeforeTheyExpand() throws IOException {
        Path bomb = temporary.resolve("bomb.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
            zip.putNextEntry(new ZipEntry("demo-1/zeros"));
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                zip.write(zeros);
            }
        }
        refused(bomb, "is compressed");
    }

    @Test
    void anEntryThatIsThereTwiceIsRefused() throws IOException {
        Map<String, byte[]> entries = entries();
        entries.put("demo-1/run.jsom", "{}".getBytes(StandardCharsets.UTF_8));
        byte[] bytes = Files.readAllBytes(zip(entries));
        String text = new String(bytes, StandardCharsets.ISO_8859_1).replace("run.jsom", "run.json");
        refused(
                Files.write(temporary.resolve("twice.zip"), text.getBytes(StandardCharsets.ISO_8859_1)),
                "demo-1/run.json: is there twice");
        entries = entries();
        entries.put("demo-1/RUN.json", "{}".getBytes(StandardCharsets.UTF_8));
        refused(zip(entries), "upper and lower case");
    }

    @Test
    void aLinkIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(archive);
        int central = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
        // Made by Unix, mode 0120777: what unzip makes a symbolic link of.
        ByteBuffer.wrap(bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(central + 4, (short) (3 << 8 | 20))
                .putInt(central + 38, 0120777 << 16);
        refused(Files.write(temporary.resolve("link.zip"), bytes), "not as kernelweave writes it");
    }

    @Test
    void overlappingEntriesAreRefused() throws IOException {
        // Every entry of the directory points to the first: many times the file's size without any compression.
        byte[] bytes = Files.readAllBytes(archive);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = text.indexOf("PK\1\2"); at >= 0; at = text.indexOf("PK\1\2", at + 1)) {
            buffer.putInt(at + 20, bytes.length / 2)
                    .putInt(at + 24, bytes.length / 2)
                    .putInt(at + 42, 0);
        }
        refused(Files.write(temporary.resolve("overlap.zip"), bytes), "");
    }

    @Test
    void filesThatAreMissingAddedOrExchangedAreNamed() throws IOException {
        Map<String, byte[]> entries = entries();
        entries.remove("demo-1/run.json");
        refused(zip(entries), "run.json: is in the manifest and not in the archive");
        entries = new TreeMap<>(entries());
        entries.put("demo-1/zzz", new byte[3]);
        refused(zip(entries), "zzz: is in the archive and not in the manifest");
        entries = entries();
        entries.put("demo-1/run.json", "{}".getBytes(StandardCharsets.UTF_8));
        refused(zip(entries), "run.json: is not what the manifest says");
        entries = entries();
        entries.put("demo-1/manifest.json", "[".getBytes(StandardCharsets.UTF_8));
        refused(zip(entries), "manifest.json: cannot be read");
        entries = entries();
        entries.remove("demo-1/SHA256SUMS");
        refused(zip(entries), "this is no archive of kernelweave");
    }

    @Test
    void aSignatureSaysWhoseWordItIs() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        KeyPair others = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        RunFolder run = new RunFolder(from().resolve("runs/demo-1"));
        Path privateKey = pem("PRIVATE KEY", keys.getPrivate().getEncoded());
        Path publicKey = pem("PUBLIC KEY", keys.getPublic().getEncoded());
        Path signed = Path.of(
                Archive.of(run).pack(from(), Signing.privateKey(privateKey)).path());
        assertThat(ArchiveCheck.check(signed, Signing.publicKey(publicKey)).signed())
                .isEqualTo(Signed.YES);
        assertThat(ArchiveCheck.check(signed, null).signed()).isEqualTo(Signed.UNCHECKED);
        assertThat(ArchiveCheck.check(signed, others.getPublic()).problems().toString())
                .contains("is not by this key");
        assertThatThrownBy(() -> Signing.publicKey(privateKey)).hasMessageContaining("is no public key in PEM");

        // Someone who changes a file and makes manifest and sums fit cannot sign them.
        Path unsigned = Path.of(Archive.of(run).pack(from(), null).path());
        assertThat(ArchiveCheck.check(unsigned, keys.getPublic()).problems().toString())
                .contains("nobody signed this archive");
    }

    private Path pem(String label, byte[] bytes) throws IOException {
        return Files.writeString(
                temporary.resolve(label.replace(' ', '-') + ".pem"),
                "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(bytes) + "\n-----END "
                        + label + "-----\n");
    }

    @Test
    void anImportedRunIsTheRunThatWasPacked() throws IOException {
        ArchiveImport.Imported imported = ArchiveImport.into(into(), archive, null);
        assertThat(imported.placed()).containsExactly("runs/demo-1");
        Folder run = into().resolve("runs/demo-1");
        assertThat(run.listAll()).isEqualTo(from().resolve("runs/demo-1").listAll());
        assertThat(new RunFolder(run).rows()).isEqualTo(new RunFolder(from().resolve("runs/demo-1")).rows());
        assertThat(Digest.of(Files.readAllBytes(Path.of(
                        Archive.of(new RunFolder(run)).pack(into(), null).path()))))
                .as("packed again")
                .isEqualTo(Digest.of(Files.readAllBytes(archive)));
        assertThat(ArchiveImport.into(into(), archive, null).present()).containsExactly("runs/demo-1");
        assertThat(into().resolve("runs").list()).containsExactly("demo-1");
    }

    @Test
    void aRunThatIsThereWithOtherContentIsNotTouched() {
        into().write("runs/demo-1/run.json", "mine");
        assertThatThrownBy(() -> ArchiveImport.into(into(), archive, null))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is there with other content");
        assertThat(into().listAll()).containsExactly("runs/demo-1/run.json");
    }

    @Test
    void aRegistryGoesFromOneFolderToAnother() {
        RunFolder second = new RunFolder(from().resolve("runs/demo-2"));
        second.write(Rows.run("demo-2", "ngram"));
        second.publish("demo-2", List.of(second.writePart("part-1.parquet", ResultRow.FORM, Rows.gated())));
        from().write("compare/demo-1-demo-2/compare.md", "# Compared\n");
        from().write("compare/demo-1-demo-2/compare.json", "{\"baseline\":\"demo-1\",\"candidate\":\"demo-2\"}");
        Path all = Path.of(Archive.ofAll(from(), List.of(new RunFolder(from().resolve("runs/demo-1")), second))
                .pack(from(), null)
                .path());
        assertThat(ArchiveImport.into(into(), all, null).placed())
                .containsExactly("compare/demo-1-demo-2", "runs/demo-1", "runs/demo-2");
        Path one =
                Path.of(Archive.of(from(), "demo-1-demo-2").pack(from(), null).path());
        assertThat(ArchiveCheck.check(one, null).problems()).isEmpty();
        assertThat(ArchiveImport.into(into(), one, null).present())
                .containsExactly("compare/demo-1-demo-2", "runs/demo-1", "runs/demo-2");
    }

    @Test
    void kernelsOfAnArchiveAreCandidatesAndReplaceNothing() {
        ArchiveImport.Imported imported = ArchiveImport.into(into(), archive, null);
        into().write("runs/demo-1/" + RunFolder.KERNELS, "[" + KERNEL + "]");
        KernelStore store = new KernelStore(temporary.resolve("store"));
        assertThat(ArchiveImport.kernels(into(), imported, store).added()).containsExactly("list-errors");
        assertThat(store.get("list-errors").status().state()).isEqualTo(State.CANDIDATE);
        assertThat(ArchiveImport.kernels(into(), imported, store).added()).isEmpty();
    }
}
