package io.kernelweave.kernel;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.json.SharedFolder;
import io.kernelweave.kernel.KernelStatus.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A folder of kernels, one JSON file each: {@code kernels/<kernel_id>.json}, superseded versions under
 * {@code versions/}, and {@code journal.jsonl} with every change.
 *
 * <p>Writes are atomic (temporary file, fsync, rename) and hold a lock that other processes respect. Every load checks
 * every digest; a file that fails is refused by itself and the rest still loads.
 */
public final class KernelStore {
    /** The journal's word for a change of state. */
    public static final String STATUS = "status";

    private final Path folder;

    /** What a load found: the kernels by id, and a line for each file that was refused. */
    public record Contents(List<Kernel> kernels, List<String> refusals) {
        /**
         * One digest for the whole store: of each kernel's id and digest, and whether prompts may be routed to it, in the order
         * of ids. A promotion changes what a kernel is worth, not what it does.
         */
        public String digest() {
            StringBuilder all = new StringBuilder();
            for (Kernel kernel : kernels) {
                all.append(kernel.kernelId())
                        .append(' ')
                        .append(kernel.digest())
                        .append(' ');
                all.append(kernel.status().state().isRoutable() ? "routable" : "withdrawn")
                        .append('\n');
            }
            return Digest.of(all.toString());
        }
    }

    public KernelStore(Path folder) {
        this.folder = folder;
    }

    /** Where it is. */
    public Path folder() {
        return folder;
    }

    /** Loads every kernel; refuses only a store that is not there. */
    public Contents load() {
        Path kernels = folder.resolve("kernels");
        if (!Files.isDirectory(kernels)) {
            throw InputException.at(
                    folder.toString(),
                    "is not a kernel store",
                    "a store is a folder with kernels/<kernel_id>.json in it");
        }
        List<Kernel> loaded = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        try (Stream<Path> files = Files.list(kernels)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                try {
                    loaded.add(read(file));
                } catch (InputException e) {
                    refusals.add(e.getMessage());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        loaded.sort(Comparator.comparing(Kernel::kernelId));
        return new Contents(List.copyOf(loaded), List.copyOf(refusals));
    }

    /** One kernel, or nothing if the store has none of that id. */
    public Optional<Kernel> find(String kernelId) {
        Path file = file(kernelId);
        return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
    }

    /** One kernel, refusing an id that the store does not know. */
    public Kernel get(String kernelId) {
        return find(kernelId)
                .orElseThrow(() -> InputException.at(
                        folder.toString(), "has no kernel \"" + kernelId + "\"", "kernel list shows those it has"));
    }

    /**
     * Puts a kernel into the store. The same content again changes nothing; other content under a known id becomes the
     * next version, and the one before it is kept under {@code versions/}. New content is a candidate, whatever the kernel
     * says of itself.
     *
     * @return the kernel as stored, with version and digest
     */
    public Kernel add(Kernel kernel, String note) {
        return locked(() -> {
            Path file = file(kernel.kernelId());
            @Nullable Kernel before = Files.exists(file) ? read(file) : null;
            if (before == null) {
                Kernel stored = kernel.asCandidate(1);
                write(file, stored);
                journal().append(List.of(Journal.Draft.of("add", stored, note, null)));
                return stored;
            }
            if (kernel.withVersion(before.version()).computedDigest().equals(before.digest())) {
                return before;
            }
            Kernel stored = kernel.asCandidate(before.version() + 1);
            write(folder.resolve("versions").resolve(before.kernelId() + "-v" + before.version() + ".json"), before);
            write(file, stored);
            journal().append(List.of(Journal.Draft.of("update", stored, note, null)));
            return stored;
        });
    }

    /**
     * A change of one kernel's state.
     *
     * @param digest the content that it was decided for
     * @param from the state that it was decided in
     * @param note why, in one line
     */
    public record Move(String kernelId, String digest, State from, KernelStatus to, String note) {}

    /**
     * Changes states. A move whose kernel has other content or another state by now is left out. The journal is written first
     * and decides: a crash before a kernel's file has followed is made good by the next change.
     *
     * @return the kernels that were moved, as they are now
     */
    public List<Kernel> move(List<Move> moves) {
        return locked(() -> {
            follow();
            List<Journal.Draft> drafts = new ArrayList<>();
            List<Kernel> moved = new ArrayList<>();
            for (Move move : moves) {
                Kernel kernel = find(move.kernelId()).orElse(null);
                if (kernel == null
                        || !kernel.digest().equals(move.digest())
                        || kernel.status().state() != move.from()) {
                    continue;
                }
                ObjectNode data = Json.object()
                        .put("from", move.from().label())
                        .put("to", move.to().state().label());
                data.set("evidence", move.to().evidence());
                drafts.add(Journal.Draft.of(STATUS, kernel, move.note(), data));
                moved.add(kernel.withStatus(move.to()));
            }
            if (!drafts.isEmpty()) {
                journal().append(drafts);
            }
            for (Kernel kernel : moved) {
                write(file(kernel.kernelId()), kernel);
            }
            return moved;
        });
    }

    /**
     * Appends to the journal what has become of answers and the like; {@code drafts} is asked under the store's lock, and may
     * read the journal first.
     */
    public void record(Supplier<List<Journal.Draft>> drafts) {
        locked(() -> {
            List<Journal.Draft> made = drafts.get();
            if (!made.isEmpty()) {
                journal().append(made);
            }
            return made;
        });
    }

    /**
     * Writes the state that the journal's last word gives a kernel into its file, where a crash has it otherwise. What nobody
     * has proven, such as a state that was edited into a file, is taken back.
     */
    private void follow() throws IOException {
        if (!Files.isDirectory(folder.resolve("kernels"))) {
            return;
        }
        Map<String, KernelStatus> last = new HashMap<>();
        for (Journal.Entry entry : journal().entries()) {
            if (entry.action().equals(STATUS) && entry.data() != null) {
                last.put(entry.digest(), Json.convert(status(entry.data()), KernelStatus.class, "journal"));
            }
        }
        for (Kernel kernel : load().kernels()) {
            KernelStatus known = last.get(kernel.digest());
            State state = kernel.status().state();
            boolean withdrawn = known == null && !state.isRoutable();
            if (!withdrawn && state != (known == null ? State.CANDIDATE : known.state())) {
                write(file(kernel.kernelId()), kernel.withStatus(known == null ? KernelStatus.candidate() : known));
            }
        }
    }

    private static ObjectNode status(ObjectNode data) {
        ObjectNode status = Json.object();
        status.set("state", data.path("to"));
        status.set("evidence", data.path("evidence"));
        return status;
    }

    public Journal journal() {
        return new Journal(folder.resolve("journal.jsonl"));
    }

    private Path file(String kernelId) {
        return folder.resolve("kernels").resolve(Kernel.checkId(kernelId) + ".json");
    }

    private static Kernel read(Path file) {
        ObjectNode json = Json.read(file, ObjectNode.class);
        Kernel kernel = Json.convert(json, Kernel.class, file.toString());
        String found;
        try {
            found = Kernel.digest(json);
        } catch (InputException e) {
            throw e.in(file.toString());
        }
        if (!found.equals(kernel.digest())) {
            throw InputException.at(
                    file.toString(),
                    "the digest is wrong: the file says " + (kernel.digest().isEmpty() ? "nothing" : kernel.digest())
                            + ", its content has " + found,
                    "undo the edit, or add the edited kernel with `kernel add`");
        }
        if (!file.getFileName().toString().equals(kernel.kernelId() + ".json")) {
            throw InputException.at(
                    file.toString(),
                    "holds kernel \"" + kernel.kernelId() + "\"",
                    "name the file " + kernel.kernelId() + ".json");
        }
        return kernel;
    }

    private static void write(Path file, Kernel kernel) throws IOException {
        SharedFolder.write(file, Json.pretty(kernel).getBytes(StandardCharsets.UTF_8));
    }

    private <T> T locked(SharedFolder.Change<T> change) {
        return new SharedFolder(folder).change(change);
    }
}
