package io.kernelweave.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelStoreTest {
    @TempDir
    Path folder;

    private KernelStore store = new KernelStore(Path.of("."));

    @BeforeEach
    void open() {
        store = new KernelStore(folder.resolve("store"));
    }

    private static Kernel kernel(String id, String description) {
        return Kernel.parse("""
                {"kernel_id":"%s","name":"N","task_family":"test","description":"%s",
                 "input_schema":{"type":"object"},"output_schema":{"type":"object"}}""".formatted(id, description), id);
    }

    private Path file(String id) {
        return folder.resolve("store/kernels/" + id + ".json");
    }

    private Path journal() {
        return folder.resolve("store/journal.jsonl");
    }

    @Test
    void whatIsAddedIsLoadedWithItsDigest() {
        Kernel added = store.add(kernel("one", "First."), "because");
        assertThat(added.version()).isEqualTo(1);
        assertThat(added.digest()).isEqualTo(added.computedDigest()).hasSize(64);
        assertThat(store.load().kernels()).containsExactly(added);
        assertThat(store.load().refusals()).isEmpty();
        assertThat(store.get("one")).isEqualTo(added);
        assertThat(store.find("two")).isEmpty();
        assertThatThrownBy(() -> store.get("two"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has no kernel \"two\"");
    }

    @Test
    void sameContentChangesNothingAndOtherContentIsTheNextVersion() {
        Kernel first = store.add(kernel("one", "First."), "");
        assertThat(store.add(kernel("one", "First."), "again")).isEqualTo(first);
        assertThat(store.journal().entries()).hasSize(1);

        Kernel second = store.add(kernel("one", "Second."), "better");
        assertThat(second.version()).isEqualTo(2);
        assertThat(store.get("one").description()).isEqualTo("Second.");
        assertThat(Json.read(folder.resolve("store/versions/one-v1.json"), Kernel.class))
                .isEqualTo(first);
        assertThat(store.journal().entries("one"))
                .extracting(Journal.Entry::action, Journal.Entry::version, Journal.Entry::digest, Journal.Entry::note)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("add", 1, first.digest(), ""),
                        org.assertj.core.groups.Tuple.tuple("update", 2, second.digest(), "better"));
    }

    @Test
    void newContentStartsAsACandidateWhateverItSaysOfItself() {
        Kernel boasting = Json.parse(
                Json.compact(kernel("one", "First.")).replace("\"candidate\"", "\"trusted\""), Kernel.class, "boast");
        assertThat(boasting.status().state()).isEqualTo(KernelStatus.State.TRUSTED);
        assertThat(store.add(boasting, "").status().state()).isEqualTo(KernelStatus.State.CANDIDATE);
    }

    @Test
    void theDigestCoversEverythingButItselfAndTheStatus() throws IOException {
        Kernel added = store.add(kernel("one", "First."), "");
        Files.writeString(file("one"), Files.readString(file("one")).replace("\"candidate\"", "\"verified\""));
        assertThat(store.get("one").status().state()).isEqualTo(KernelStatus.State.VERIFIED);
        assertThat(store.get("one").digest()).isEqualTo(added.digest());
        assertThat(kernel("one", "Other.").computedDigest()).isNotEqualTo(added.digest());
    }

    @Test
    void aFileWhoseDigestIsWrongIsRefusedAndTheRestLoads() throws IOException {
        store.add(kernel("good", "Fine."), "");
        Kernel bad = store.add(kernel("bad", "First."), "");
        Files.writeString(file("bad"), Files.readString(file("bad")).replace("First.", "Tampered."));
        KernelStore.Contents contents = store.load();
        assertThat(contents.kernels()).extracting(Kernel::kernelId).containsExactly("good");
        assertThat(contents.refusals())
                .singleElement()
                .satisfies(refusal -> assertThat(refusal)
                        .startsWith(file("bad") + ": the digest is wrong: the file says " + bad.digest())
                        .contains(kernel("bad", "Tampered.").computedDigest()));
    }

    @Test
    void otherBrokenFilesAreRefusedByNameToo() throws IOException {
        store.add(kernel("good", "Fine."), "");
        Files.writeString(file("torn"), "{\"kernel_id\": \"to");
        Files.copy(file("good"), file("other-name"));
        Files.writeString(
                file("huge"),
                Files.readString(file("good")).replace("\"type\"", "\"minimum\":9007199254740993,\"type\""));
        assertThat(store.load().kernels()).hasSize(1);
        assertThat(store.load().refusals())
                .hasSize(3)
                .anySatisfy(refusal -> assertThat(refusal).startsWith(file("torn") + " line 1"))
                .anySatisfy(refusal -> assertThat(refusal)
                        .startsWith(file("other-name").toString())
                        .contains("name the file good.json"))
                .anySatisfy(refusal ->
                        assertThat(refusal).startsWith(file("huge").toString()).contains("9007199254740993"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../x", "..", "", "a/b", "a\\b", "UPPER", "-a", ".a", "a b", "é", "a\n", "a\u0000"})
    void refusesAnIdBeforeAPathIsMadeOfIt(String id) {
        assertThatThrownBy(() -> store.find(id))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not an id");
        assertThatThrownBy(() -> kernel(Json.compact(id).replaceAll("^\"|\"$", ""), "x"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not an id");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void refusesAnIdOfMoreThan64Characters() {
        assertThat(Kernel.checkId("a".repeat(64))).hasSize(64);
        assertThatThrownBy(() -> Kernel.checkId("a".repeat(65))).isInstanceOf(InputException.class);
    }

    @Test
    void refusesAFolderThatIsNoStore() {
        assertThatThrownBy(() -> store.load())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is not a kernel store");
    }

    @Test
    void refusesAJournalWhoseChainIsBroken() throws IOException {
        for (int i = 0; i < 4; i++) {
            store.add(kernel("one", "Version " + i), "n" + i);
        }
        List<String> lines = Files.readAllLines(journal());
        assertThat(store.journal().entries())
                .hasSize(4)
                .extracting(Journal.Entry::sequence)
                .containsExactly(0L, 1L, 2L, 3L);

        List<String> changed = new ArrayList<>(lines);
        changed.set(1, lines.get(1).replace("n1", "n9"));
        Files.write(journal(), changed);
        assertThatThrownBy(() -> store.journal().entries())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("journal.jsonl line 3: the chain is broken");

        List<String> missing = new ArrayList<>(lines);
        missing.remove(0);
        Files.write(journal(), missing);
        assertThatThrownBy(() -> store.journal().entries())
                .isInstanceOf(InputException.class)
                .hasMessageContaining("line 1: the chain is broken");

        Files.writeString(journal(), "{}\n");
        assertThatThrownBy(() -> store.journal().entries()).isInstanceOf(InputException.class);
    }

    @Test
    void aLastLineCutShortIsLeftOutAndReplaced() throws IOException {
        store.add(kernel("one", "First."), "é");
        byte[] whole = Files.readAllBytes(journal());
        byte[] torn = "{\"sequence\":1,\"note\":\"é".getBytes(StandardCharsets.UTF_8);
        for (int cut = 1; cut <= torn.length; cut++) { // the last cuts end inside a character
            Files.write(journal(), whole);
            Files.write(journal(), java.util.Arrays.copyOf(torn, cut), StandardOpenOption.APPEND);
            assertThat(store.journal().entries()).hasSize(1);
        }
        Files.write(journal(), whole);
        Files.write(journal(), java.util.Arrays.copyOf(torn, torn.length - 1), StandardOpenOption.APPEND);
        store.add(kernel("one", "Second."), "ü");
        assertThat(store.journal().entries()).extracting(Journal.Entry::note).containsExactly("é", "ü");
    }

    @Test
    void addsFromManyThreadsAreAllThereInOneChain() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Kernel>> adds = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                Kernel kernel = kernel("k" + i % 6, "Content " + i);
                adds.add(threads.submit(() -> new KernelStore(folder.resolve("store")).add(kernel, "")));
            }
            for (Future<Kernel> add : adds) {
                add.get();
            }
        } finally {
            threads.shutdown();
        }
        assertThat(store.load().refusals()).isEmpty();
        assertThat(store.load().kernels())
                .hasSize(6)
                .allSatisfy(kernel -> assertThat(kernel.version()).isEqualTo(4));
        assertThat(store.journal().entries()).hasSize(24);
        try (Stream<Path> left = Files.walk(folder)) {
            assertThat(left.map(path -> path.getFileName().toString())).noneMatch(name -> name.endsWith(".tmp"));
        }
    }

    @Test
    void aRollbackStepNamesConditionsOfTheAnswerAndLeavesNoFieldThatItDoesNotHave() {
        String text = Json.compact(kernel("one", "First."));
        String steps = "\"rollback\":[{\"when\":\"w\",\"do\":\"d\"%s}]";
        assertThat(Json.compact(Kernel.parse(text.replace("\"rollback\":[]", steps.formatted("")), "one")))
                .contains(steps.formatted(""));
        String onSchema = steps.formatted(",\"on\":[\"output-schema\"],\"run\":\"decode\"");
        assertThat(Json.compact(Kernel.parse(text.replace("\"rollback\":[]", onSchema), "one")))
                .contains(onSchema);
        for (String wrong : List.of(",\"on\":[\"no-such\"]", ",\"run\":\"sing\"")) {
            assertThatThrownBy(() -> Kernel.parse(text.replace("\"rollback\":[]", steps.formatted(wrong)), "one"))
                    .isInstanceOf(InputException.class);
        }
    }

    @Test
    void theStoresDigestChangesWithContentAndWithWhatMayBeRouted() {
        store.add(kernel("b", "B."), "");
        store.add(kernel("a", "A."), "");
        KernelStore other = new KernelStore(folder.resolve("other"));
        other.add(kernel("a", "A."), "other note");
        other.add(kernel("b", "B."), "");
        assertThat(other.load().digest()).isEqualTo(store.load().digest());
        Kernel a = other.get("a");
        KernelStatus verified = new KernelStatus(KernelStatus.State.VERIFIED, null);
        other.move(List.of(new KernelStore.Move("a", a.digest(), a.status().state(), verified, "earned")));
        assertThat(other.get("a").status().state()).isEqualTo(KernelStatus.State.VERIFIED);
        assertThat(other.load().digest())
                .as("does the same")
                .isEqualTo(store.load().digest());
        KernelStatus retired = new KernelStatus(KernelStatus.State.RETIRED, null);
        other.move(List.of(new KernelStore.Move("a", a.digest(), verified.state(), retired, "old")));
        String withdrawn = other.load().digest();
        assertThat(withdrawn).isNotEqualTo(store.load().digest());
        other.add(kernel("b", "B!"), "");
        assertThat(other.load().digest()).isNotEqualTo(withdrawn);
    }
}
