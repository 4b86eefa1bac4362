package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.storage.Folder;
import java.util.List;
import java.util.Optional;

/**
 * What a run took over from an earlier one instead of doing it again; {@code reuse.json} in its folder. It says how the rows came about, not
 * what they are: without it the run is the same.
 *
 * @param from the earlier run
 * @param rows how many rows were taken over
 * @param answered how many were not
 * @param routing whether the earlier run's decisions stood for this one's, because the same router took them
 * @param reasons in words, why so many and no more
 */
public record Reuse(String from, int rows, int answered, boolean routing, List<String> reasons) {
    private static final String FILE = "reuse.json";

    public void write(Folder run) {
        run.write(FILE, Json.pretty(this));
    }

    /** What a run took over; nothing if it answered every row itself. */
    public static Optional<Reuse> of(RunFolder folder) {
        return folder.folder().exists(FILE)
                ? Optional.of(Json.parse(folder.folder().readText(FILE), Reuse.class, folder.folder() + "/" + FILE))
                : Optional.empty();
    }
}
