package io.kernelweave.batch;

import io.kernelweave.dataset.DatasetRow;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;

/** Reads the rows of one partition in order and remembers how many were read. */
class ReplayReader implements ItemStreamReader<DatasetRow> {
    private static final String POSITION = "position";

    private final List<DatasetRow> rows;
    private int position;

    ReplayReader(List<DatasetRow> rows) {
        this.rows = rows;
    }

    /** Which of so many partitions a cluster is in: clusters stay whole. */
    static int partition(String clusterId, int partitions) {
        return Math.floorMod(clusterId.hashCode(), partitions); // String.hashCode is specified, the same everywhere
    }

    @Override
    public void open(ExecutionContext context) {
        position = context.getInt(POSITION, 0);
    }

    @Override
    public synchronized @Nullable DatasetRow read() {
        return position < rows.size() ? rows.get(position++) : null;
    }

    @Override
    public void update(ExecutionContext context) {
        context.putInt(POSITION, position);
    }
}
