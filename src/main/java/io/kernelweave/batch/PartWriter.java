package io.kernelweave.batch;

import io.kernelweave.json.Json;
import io.kernelweave.results.KeptRow;
import io.kernelweave.results.ResultRow;
import io.kernelweave.results.Row;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.RunFolder;
import java.util.ArrayList;
import java.util.List;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamWriter;

/**
 * Writes each chunk as one immutable Parquet part, and the times of the rows that were answered just now as another. They are on the disk
 * before {@link #update} names them in the step's execution context, which is stored in the same transaction as the reader's position:
 * files may run ahead of the job repository, never behind it.
 */
class PartWriter implements ItemStreamWriter<List<? extends Row>> {
    /** The key of the committed parts in the execution context. */
    static final String PARTS = "parts";

    /** The key of the committed times. */
    static final String TIMES = "times";

    private final RunFolder folder;
    private final RowForm<?> form;
    private final String partition;
    private final List<RunFolder.Part> parts = new ArrayList<>();
    private final List<RunFolder.Part> times = new ArrayList<>();

    PartWriter(RunFolder folder, RowForm<?> form, String partition) {
        this.folder = folder;
        this.form = form;
        this.partition = partition;
    }

    /** @param key {@link #PARTS} or {@link #TIMES} */
    static List<RunFolder.Part> committed(ExecutionContext context, String key) {
        return List.of(Json.parse(context.getString(key, "[]"), RunFolder.Part[].class, "execution context"));
    }

    @Override
    public void open(ExecutionContext context) {
        parts.clear();
        parts.addAll(committed(context, PARTS));
        times.clear();
        times.addAll(committed(context, TIMES));
    }

    @Override
    public void write(Chunk<? extends List<? extends Row>> chunk) {
        List<Row> rows = new ArrayList<>();
        chunk.forEach(rows::addAll);
        String name = "part-%s-%05d".formatted(partition, parts.size());
        parts.add(KeptRow.whole(rows)
                .map(kept -> folder.takePart(name, kept.from(), kept.part()))
                .orElseGet(() -> folder.writePart(name, form, rows)));
        List<ResultRow> answered = rows.stream()
                .filter(ResultRow.class::isInstance)
                .map(ResultRow.class::cast)
                .filter(ResultRow::isMeasured)
                .toList();
        if (!answered.isEmpty()) {
            times.add(folder.writeTimes(name, answered));
        }
    }

    @Override
    public void update(ExecutionContext context) {
        context.putString(PARTS, Json.compact(parts));
        context.putString(TIMES, Json.compact(times));
    }
}
