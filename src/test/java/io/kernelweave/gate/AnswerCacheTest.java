package io.kernelweave.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.gate.AnswerCache.Identity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnswerCacheTest {
    @TempDir
    Path folder;

    private final List<String> notes = new ArrayList<>();

    private AnswerCache open() {
        return AnswerCache.open(folder.resolve("answers"), notes::add);
    }

    private static Identity identity(int i) {
        return new Identity(List.of("k" + i), "prompt", "inputs", "model", "decode");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Test
    void whatWasKeptIsFoundByEveryPartOfItsIdentity() {
        AnswerCache cache = open();
        cache.keep(identity(1), "{\"é\":1}");
        assertThat(open().find(identity(1))).contains("{\"é\":1}");
        for (Identity other : List.of(
                new Identity(List.of("k2"), "prompt", "inputs", "model", "decode"),
                new Identity(List.of("k1", "k2"), "prompt", "inputs", "model", "decode"),
                new Identity(List.of("k1"), "x", "inputs", "model", "decode"),
                new Identity(List.of("k1"), "prompt", "x", "model", "decode"),
                new Identity(List.of("k1"), "prompt", "inputs", "x", "decode"),
                new Identity(List.of("k1"), "prompt", "inputs", "model", "x"))) {
            assertThat(cache.find(other)).isEmpty();
        }
        assertThat(notes).isEmpty();
    }

    @Test
    void theFirstAcceptedAnswerStays() {
        AnswerCache cache = open();
        cache.keep(identity(1), "first");
        cache.keep(identity(1), "second");
        assertThat(cache.find(identity(1))).contains("first");
        cache.drop(identity(1), "the gate says FAIL");
        assertThat(cache.find(identity(1))).isEmpty();
        assertThat(notes)
                .singleElement()
                .asString()
                .startsWith("answer cache: dropped ")
                .endsWith("the gate says FAIL");
        cache.keep(identity(1), "second");
        assertThat(cache.find(identity(1))).contains("second");
    }

    @Test
    void ofTooManyTheOldestAreForgotten() throws IOException {
        AnswerCache cache = open();
        for (int i = 0; i < 5; i++) {
            cache.keep(identity(i), "answer " + i);
            Path file = files().stream()
                    .filter(each ->
                            each.getFileName().toString().equals(identity(0).digest() + ".json"))
                    .findFirst()
                    .orElseThrow();
            Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(1));
        }
        AnswerCache opened = AnswerCache.open(folder.resolve("answers"), notes::add, 4);
        assertThat(opened.find(identity(0))).isEmpty();
        assertThat(opened.find(identity(4))).contains("answer 4");
        assertThat(files()).hasSize(4);
        assertThat(notes).containsExactly("answer cache: forgot the 1 oldest answers");
    }

    @Test
    void aDamagedEntryIsDroppedWithOneLine() throws IOException {
        open().keep(identity(1), "{\"answer\":\"yes\"}");
        Path file = files().get(0);
        byte[] whole = Files.readAllBytes(file);
        List<byte[]> damaged = new ArrayList<>();
        for (int cut = 1; cut < whole.length; cut += 23) {
            damaged.add(Arrays.copyOf(whole, cut));
        }
        damaged.add(
                new String(whole, StandardCharsets.UTF_8).replace("yes", "no").getBytes(StandardCharsets.UTF_8));
        damaged.add(new String(whole, StandardCharsets.UTF_8)
                .replace("\"k1\"", "\"k2\"")
                .getBytes(StandardCharsets.UTF_8));
        damaged.add(new byte[0]);
        damaged.add(new byte[] {(byte) 0xC3, 0x28});
        damaged.add("{}".getBytes(StandardCharsets.UTF_8));
        damaged.add("null".getBytes(StandardCharsets.UTF_8));
        for (byte[] bytes : damaged) {
            notes.clear();
            Files.write(file, bytes);
            assertThat(open().find(identity(1))).isEmpty();
            assertThat(notes)
                    .singleElement()
                    .asString()
                    .startsWith("answer cache: dropped ")
                    .doesNotContain("\n");
            assertThat(file).doesNotExist();
        }
    }

    @Test
    void anEntryUnderAnothersNameIsDropped() throws IOException {
        open().keep(identity(1), "one");
        open().keep(identity(2), "two");
        Path first = files().get(0);
        Files.copy(files().get(1), first, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(Stream.of(1, 2).filter(i -> open().find(identity(i)).isPresent()))
                .hasSize(1);
        assertThat(notes).hasSize(1);
    }

    @Test
    void answersWithASecretAreNotKept() throws IOException {
        open().keep(identity(1), "{\"key\":\"AKIAABCDEFGHIJKLMNOP\"}");
        assertThat(files()).isEmpty();
    }

    @Test
    void whatIsFrozenStaysAndTakesNothingIn() {
        AnswerCache cache = open();
        cache.keep(identity(1), "one");
        AnswerCache frozen = cache.frozen();
        String digest = frozen.digest();
        assertThat(digest).isEqualTo(cache.digest());
        cache.keep(identity(2), "two");
        cache.drop(identity(1), "gone");
        frozen.keep(identity(3), "three");
        assertThat(frozen.find(identity(1))).contains("one");
        assertThat(frozen.find(identity(2))).isEmpty();
        assertThat(cache.find(identity(3))).isEmpty();
        assertThat(frozen.digest()).isEqualTo(digest).isNotEqualTo(cache.digest());
    }

    @Test
    void whatAKilledWriterLeftIsRemovedLater() throws IOException {
        open().keep(identity(1), "one");
        Path shelf = files().get(0).getParent();
        Path old = Files.writeString(shelf.resolve(".left.tmp"), "{");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        Path recent = Files.writeString(shelf.resolve(".writing.tmp"), "{");
        assertThat(open().frozen().find(identity(1))).contains("one");
        assertThat(old).doesNotExist();
        assertThat(recent).exists();
        assertThat(notes).isEmpty();
    }

    @Test
    void processesShareAFolderAndAKillLeavesWholeEntriesOnly() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Writer.class.getName(),
                            folder.resolve("answers").toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
        }
        long kept = 0;
        for (int wait = 0; wait < 10_000 && kept < 20; wait++) {
            Thread.sleep(1);
            kept = files().stream()
                    .filter(file -> file.toString().endsWith(".json"))
                    .count();
        }
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        long found = 0;
        for (int i = 0; i < 200; i++) {
            int number = i;
            found += open().find(identity(i))
                    .map(text -> text.equals(Writer.text(number)) ? 1 : 1000)
                    .orElse(0);
        }
        assertThat(found).isBetween(20L, 200L);
        assertThat(notes).isEmpty();
    }

    /** Keeps and drops the same entries again and again. */
    static final class Writer {
        static String text(int i) {
            return String.valueOf(i).repeat(2000);
        }

        public static void main(String[] arguments) {
            AnswerCache cache = AnswerCache.open(Path.of(arguments[0]), note -> {});
            for (int round = 0; ; round++) {
                for (int i = 0; i < 200; i++) {
                    cache.keep(identity(i), text(i));
                }
                cache.drop(identity(round % 200), "again");
            }
        }
    }
}
