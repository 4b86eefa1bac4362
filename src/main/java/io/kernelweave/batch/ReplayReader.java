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
    private final Progress progress;
    private int position;

    /** @param progress hears of the rows that an attempt before this one replayed */
    ReplayReader(List<DatasetRow> rows, Progress progress) {
        this.rows = rows;
        this.progress = progress;
    }

    /** Which of so many partitions a cluster is in: clusters stay whole. */
    static int partition(String clusterId, int partitions) {
        return Math.floorMod(clusterId.hashCode(), partitions); // String.hashCode is specified, the same everywhere
    }

    @Override
    public void open(ExecutionContext context) {
        position = context.getInt(POSITION, 0);
        progress.advance(position);
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
