package io.kernelweave.compare;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of the data the two runs have in common. A row is the same if it has the same id and asks the same, or asks the same
 * under another id.
 *
 * @param common rows that are the same and have the same label
 * @param added rows of the candidate alone
 * @param removed rows of the baseline alone
 * @param relabelled rows that are the same and have another label
 */
public record RowSets(int common, List<Row> added, List<Row> removed, List<Row> relabelled) {

    /**
     * A row of the data.
     *
     * @param asks its prompt, or what stands for it
     * @param before its label in the baseline: {@code none} if nothing fits; null if the row is not there
     * @param after the same in the candidate
     */
    public record Row(
            String id,
            String asks,
            @Nullable String before,
            @Nullable String after) {}

    /** Whether both runs have the same rows with the same labels. */
    public boolean same() {
        return added.isEmpty() && removed.isEmpty() && relabelled.isEmpty();
    }
}
