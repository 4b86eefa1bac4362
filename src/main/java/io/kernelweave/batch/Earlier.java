package io.kernelweave.batch;

import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.results.KeptRow;
import io.kernelweave.results.Measure;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.RouterCard;
import io.kernelweave.results.RowKey;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunFolder;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.route.RouterAdapter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A complete run whose rows may stand for rows of this one. What it says of itself is believed only if every file is as it was written.
 * Thread-safe.
 */
final class Earlier {
    /** Parts that are read at the same time: each partition goes through them in order. */
    private static final int OPEN = 4;

    /** What is read of every row. */
    record Known(
            String rowId,
            String arm,
            @Nullable Way decision,
            @Nullable String key) {}

    /** Where a row was sent. */
    record Way(String action, List<String> kernelIds) {}

    /**
     * A row that may be taken over.
     *
     * @param action of the decision; empty without one
     */
    record Place(RunFolder.Part part, int position, RowKey key, String action, List<String> kernelIds) {}

    private final RunFolder folder;
    private final Run run;
    private final Map<String, Place> places = new HashMap<>();
    private final Map<RunFolder.Part, List<ObjectNode>> open = new LinkedHashMap<>(16, 0.75f, true);

    private Earlier(RunFolder folder) {
        this.folder = folder;
        this.run = folder.run();
        folder.scan(Known.class).forEach(this::place);
    }

    private void place(RunFolder.Part part, List<Known> rows) {
        for (int position = 0; position < rows.size(); position++) {
            Known row = rows.get(position);
            if (row.key() != null && !row.key().isEmpty()) {
                Way way = row.decision() == null ? new Way("", List.of()) : row.decision();
                places.put(
                        row.rowId() + " " + row.arm(),
                        new Place(part, position, RowKey.parse(row.key()), way.action(), way.kernelIds()));
            }
        }
    }

    /**
     * The newest complete run of a job over the same data, or else over other data. One that is damaged is left aside, and its name told.
     *
     * @param run the run that is about to begin
     */
    static Optional<Earlier> find(RunRegistry registry, Run run, Consumer<String> notes) {
        List<Run> candidates = registry.runs().stream()
                .filter(other -> other.isComplete()
                        && other.measure() == Measure.ANSWERS
                        && other.job().equals(run.job())
                        && !other.runId().equals(run.runId()))
                .sorted(Comparator.comparing((Run other) -> other.data().equals(run.data()))
                        .thenComparing(Run::startedAt)
                        .reversed())
                .toList();
        for (Run candidate : candidates) {
            try {
                Earlier earlier = new Earlier(registry.folder(candidate.runId()));
                if (!earlier.places.isEmpty()) {
                    return Optional.of(earlier);
                }
            } catch (InputException e) {
                notes.accept("nothing is reused from run " + candidate.runId() + ": " + e.getMessage());
            }
        }
        return Optional.empty();
    }

    Run run() {
        return run;
    }

    Optional<Place> place(String identity) {
        return Optional.ofNullable(places.get(identity));
    }

    /** Whether the router of a run with such a fingerprint decides as the earlier run's did. */
    boolean routesLike(Map<String, String> fingerprint) {
        return List.of("router", "ledger", "core", "environment").stream()
                .allMatch(part ->
                        Objects.equals(fingerprint.get(part), run.fingerprint().get(part)));
    }

    /** What the router had learned. */
    RouterAdapter adapter() {
        return Json.parse(
                folder.folder().readText(RouterCard.ADAPTER),
                RouterAdapter.class,
                folder.folder() + "/" + RouterCard.ADAPTER);
    }

    /** The digests of the kernels that it ran with, by id. */
    Map<String, String> kernels() {
        Map<String, String> kernels = new HashMap<>();
        for (Kernel kernel : folder.kernels()) {
            kernels.put(kernel.kernelId(), kernel.digest());
        }
        return kernels;
    }

    /** The row in a place, to be written again as it is. */
    KeptRow kept(String identity, String clusterId, Place place) {
        return new KeptRow(identity, clusterId, folder, place.part(), place.position(), () -> json(place));
    }

    /** The row in a place. */
    ResultRow row(Place place) {
        ObjectNode json = json(place).deepCopy();
        return ResultRow.of(json.put("run_id", run.runId()));
    }

    private ObjectNode json(Place place) {
        List<ObjectNode> rows;
        synchronized (open) {
            rows = open.get(place.part());
        }
        if (rows == null) {
            rows = folder.part(place.part());
            synchronized (open) {
                open.put(place.part(), rows);
                if (open.size() > OPEN) {
                    open.remove(open.keySet().iterator().next());
                }
            }
        }
        return rows.get(place.position());
    }
}
