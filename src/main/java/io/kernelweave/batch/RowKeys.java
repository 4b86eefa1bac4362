package io.kernelweave.batch;

import io.kernelweave.dataset.DatasetRow;
import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RowKey;
import io.kernelweave.runtime.Arm;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Computes {@link RowKey}s. A row reads its prompt and label, what answers it (the arm, the model with its settings and seed, what the arm
 * remembers), the kernels that it was sent to and those that it is labelled with, and the decision; nothing else of the data set, and no
 * other kernel. Thread-safe.
 */
final class RowKeys {
    private static final int LENGTH = 20;

    private final boolean recorded;
    private final Map<Arm, String> scopes = new EnumMap<>(Arm.class);
    private final Map<String, String> kernels = new HashMap<>();
    private final TreeSet<String> timed = new TreeSet<>();

    /**
     * @param recorded whether the answers are those of the data set's rows
     * @param common digests of what decides the rows of every arm: program, machine, model, settings
     * @param arms what else decides the rows of an arm
     */
    RowKeys(boolean recorded, List<String> common, Map<Arm, String> arms, List<Kernel> kernels) {
        this.recorded = recorded;
        for (Arm arm : Arm.values()) {
            scopes.put(arm, String.join("/", common) + "/" + arm.label() + "/" + arms.getOrDefault(arm, ""));
        }
        for (Kernel kernel : kernels) {
            this.kernels.put(kernel.kernelId(), kernel.digest());
            // A budget of milliseconds: the verdict is not the same each time.
            if (Json.compact(kernel).contains("\"millis\"")) {
                timed.add(kernel.kernelId());
            }
        }
    }

    /** What is asked, by itself. */
    String content(DatasetRow row) {
        return Digest.of(Json.compact(Stream.of(
                        row.id(),
                        row.split(),
                        row.phase(),
                        row.target(),
                        row.taskFamily(),
                        row.prompt(),
                        row.kernelId(),
                        String.join(" ", row.acceptableKernels()),
                        row.kind(),
                        row.breaks(),
                        row.clusterId(),
                        recorded ? row.response() : null)
                .map(String::valueOf)
                .toList()));
    }

    /**
     * The key of a row; nothing if no row may stand for it.
     *
     * @param content see {@link #content}
     * @param decision null for an arm that takes none
     */
    Optional<RowKey> of(String content, DatasetRow row, Arm arm, ResultRow.@Nullable Decision decision) {
        return decision == null
                ? of(content, row, arm, "", List.of())
                : of(content, row, arm, decision.action(), decision.kernelIds());
    }

    /** The same for a decision of which only this is known. */
    Optional<RowKey> of(String content, DatasetRow row, Arm arm, String action, List<String> kernelIds) {
        if (Stream.concat(kernelIds.stream(), row.labelledKernels().stream()).anyMatch(timed::contains)) {
            return Optional.empty();
        }
        String question = Digest.of(scopes.get(arm) + "/" + content).substring(0, LENGTH);
        String path = Digest.of(action + " " + named(kernelIds) + " for " + named(row.labelledKernels()))
                .substring(0, LENGTH);
        return Optional.of(new RowKey(question, path));
    }

    private String named(List<String> kernelIds) {
        return kernelIds.stream().map(id -> id + "@" + kernels.get(id)).collect(Collectors.joining(" "));
    }
}
