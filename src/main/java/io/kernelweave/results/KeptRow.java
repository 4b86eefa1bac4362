package io.kernelweave.results;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A row of an earlier run that stands for the same row of this one. It is read only if its part cannot be taken over whole.
 *
 * @param identity what identifies the row in both runs
 * @param from the earlier run
 * @param part where it is there
 * @param position of the row in that part, from 0
 * @param content the row as it stands there
 */
public record KeptRow(
        String identity,
        String clusterId,
        RunFolder from,
        RunFolder.Part part,
        int position,
        Supplier<ObjectNode> content)
        implements Row {

    /** Any of these rows if they are, in their order, all the rows of one part; else nothing. */
    public static Optional<KeptRow> whole(List<? extends Row> rows) {
        if (rows.isEmpty() || !(rows.get(0) instanceof KeptRow first) || first.part.rows() != rows.size()) {
            return Optional.empty();
        }
        for (int i = 0; i < rows.size(); i++) {
            if (!(rows.get(i) instanceof KeptRow kept) || !kept.part.equals(first.part) || kept.position != i) {
                return Optional.empty();
            }
        }
        return Optional.of(first);
    }

    /** Null: a row that went wrong is never kept. */
    @Override
    public @Nullable String error() {
        return null;
    }

    @Override
    public ObjectNode toJson() {
        return content.get();
    }
}
