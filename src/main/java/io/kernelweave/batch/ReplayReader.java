package io.kernelweave.batch;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamReader;

/** Reads the units of one partition in order and remembers how many were read. */
class ReplayReader implements ItemStreamReader<Work.Unit> {
    private static final String POSITION = "position";

    private final List<Work.Unit> units;
    private final Progress progress;
    private int position;

    /** @param progress hears of the units that an attempt before this one replayed */
    ReplayReader(List<Work.Unit> units, Progress progress) {
        this.units = units;
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
    public synchronized Work.@Nullable Unit read() {
        return position < units.size() ? units.get(position++) : null;
    }

    @Override
    public void update(ExecutionContext context) {
        context.putInt(POSITION, position);
    }
}
