package io.kernelweave.gate;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.json.SharedFolder;
import io.kernelweave.trace.Redaction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Accepted answers on disk, one file each below a folder, by the digest of all that an answer depends on. What is found here is
 * no verdict: the gate judges it again.
 *
 * <p>A file is written under another name, brought to the disk and renamed, so that any number of processes may share the folder
 * and a kill leaves whole entries only. An entry that is not what it says is removed, with one line to {@code notes}. Answers
 * that hold a secret are not kept, and of more than {@value #MOST} the oldest are forgotten. Safe for use by many threads.
 */
public final class AnswerCache {
    private static final String ENTRY = ".json";
    private static final String TEMPORARY = ".tmp";

    /** After that nobody writes it any more. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private static final int MOST = 100_000;

    private final Path folder;
    private final Consumer<String> notes;
    private final @Nullable Map<String, String> fixed;

    /**
     * What an answer depends on.
     *
     * @param kernels digests of the kernels that it is given under, in the contract's order: their schemas, conditions and hints
     * @param prompt digest of the prompt
     * @param inputs digest of the prompt's typed input, which changes with how prompts are read
     * @param model the model's identity
     * @param decode digest of the decode settings, seed and vocabulary included
     */
    public record Identity(List<String> kernels, String prompt, String inputs, String model, String decode) {
        public Identity {
            kernels = List.copyOf(kernels);
        }

        String digest() {
            return Digest.of(Json.compact(this));
        }
    }

    /** @param digest of the identity and the text */
    private record Kept(Identity identity, String text, String digest) {
        static Kept of(Identity identity, String text) {
            return new Kept(identity, text, Digest.of(identity.digest() + text));
        }

        boolean isSound(String name) {
            return identity != null
                    && text != null
                    && identity.digest().equals(name)
                    && of(identity, text).digest.equals(digest);
        }
    }

    private AnswerCache(Path folder, Consumer<String> notes, @Nullable Map<String, String> fixed) {
        this.folder = folder;
        this.notes = notes;
        this.fixed = fixed;
    }

    /**
     * Opens a folder, which need not exist yet, and removes what killed writers have left there and what is too much.
     *
     * @param notes is told of each entry that is dropped, one line each
     */
    public static AnswerCache open(Path folder, Consumer<String> notes) {
        return open(folder, notes, MOST);
    }

    /** @param most how many entries are kept */
    static AnswerCache open(Path folder, Consumer<String> notes, int most) {
        AnswerCache cache = new AnswerCache(folder, notes, null);
        FileTime recent = FileTime.from(Instant.now().minus(ABANDONED));
        try {
            Files.createDirectories(folder);
            for (Path file : cache.files(TEMPORARY)) {
                if (Files.getLastModifiedTime(file).compareTo(recent) < 0) {
                    Files.deleteIfExists(file);
                }
            }
            cache.forget(most);
        } catch (NoSuchFileException e) {
            // another process was faster
        } catch (IOException e) {
            throw InputException.at(folder.toString(), "no folder for the answer cache: " + e, "name another one");
        }
        return cache;
    }

    /** Removes the oldest entries, of one age by their names. */
    private void forget(int most) throws IOException {
        List<Path> entries = files(ENTRY);
        if (entries.size() <= most) {
            return;
        }
        Map<Path, FileTime> ages = new HashMap<>();
        for (Path file : entries) {
            ages.put(file, Files.getLastModifiedTime(file));
        }
        for (Path file : entries.stream()
                .sorted(Comparator.comparing(ages::get))
                .limit(entries.size() - most)
                .toList()) {
            Files.deleteIfExists(file);
        }
        notes.accept("answer cache: forgot the " + (entries.size() - most) + " oldest answers");
    }

    /** The same entries as there are now, whatever others add or remove; nothing is added to them. */
    public AnswerCache frozen() {
        Map<String, String> all = new TreeMap<>();
        for (Path file : files(ENTRY)) {
            String name = name(file);
            read(name).ifPresent(text -> all.put(name, text));
        }
        return new AnswerCache(folder, notes, all);
    }

    /** One digest of all entries. */
    public String digest() {
        Map<String, String> all = fixed == null ? frozen().fixed : fixed;
        return Digest.of(Json.compact(all == null ? Map.of() : all));
    }

    /** The answer that was accepted under an identity. */
    public Optional<String> find(Identity identity) {
        return fixed == null ? read(identity.digest()) : Optional.ofNullable(fixed.get(identity.digest()));
    }

    /** Keeps an accepted answer; the first one under an identity stays. */
    public void keep(Identity identity, String text) {
        Path file = file(identity.digest());
        if (fixed != null || !Redaction.redact(text).equals(text) || Files.exists(file)) {
            return;
        }
        try {
            SharedFolder.write(file, (Json.compact(Kept.of(identity, text)) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("answer cache " + folder, e);
        }
    }

    /** Removes an answer that the gate does not accept any more. */
    public void drop(Identity identity, String why) {
        if (fixed == null) {
            drop(file(identity.digest()), why);
        }
    }

    private Optional<String> read(String name) {
        Path file = file(name);
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) { // not UTF-8, or not to be read
            drop(file, "cannot be read: " + e);
            return Optional.empty();
        }
        try {
            Kept kept = Json.parse(text, Kept.class, file.toString());
            if (kept.isSound(name)) {
                return Optional.of(kept.text());
            }
            drop(file, "is not what its digest says");
        } catch (InputException e) {
            drop(file, "is no entry");
        }
        return Optional.empty();
    }

    private void drop(Path file, String why) {
        notes.accept("answer cache: dropped " + file.getFileName() + ": " + why);
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("answer cache " + folder, e);
        }
    }

    private Path file(String name) {
        return folder.resolve(name.substring(0, 2)).resolve(name + ENTRY);
    }

    private static String name(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - ENTRY.length());
    }

    private List<Path> files(String suffix) {
        try (Stream<Path> files = Files.walk(folder, 2)) {
            return files.filter(file -> file.getFileName().toString().endsWith(suffix))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("answer cache " + folder, e);
        }
    }
}
