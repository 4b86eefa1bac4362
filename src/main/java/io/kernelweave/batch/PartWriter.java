package io.kernelweave.batch;

import io.kernelweave.json.Json;
import io.kernelweave.results.Row;
import io.kernelweave.results.RowForm;
import io.kernelweave.results.RunFolder;
import java.util.ArrayList;
import java.util.List;
import org.springframework.batch.infrastructure.item.Chunk;
import org.springframework.batch.infrastructure.item.ExecutionContext;
import org.springframework.batch.infrastructure.item.ItemStreamWriter;

/**
 * Writes each chunk as one immutable Parquet part. The part is on the disk before {@link #update} names it in the step's
 * execution context, which is stored in the same transaction as the reader's position: files may run ahead of the job
 * repository, never behind it.
 */
class PartWriter implements ItemStreamWriter<List<? extends Row>> {
    /** The key of the committed parts in the execution context. */
    static final String PARTS = "parts";

    private final RunFolder folder;
    private final RowForm<?> form;
    private final String partition;
    private final long execution;
    private final List<RunFolder.Part> parts = new ArrayList<>();

    /** @param execution distinguishes this attempt's files from those of an attempt that was killed */
    PartWriter(RunFolder folder, RowForm<?> form, String partition, long execution) {
        this.folder = folder;
        this.form = form;
        this.partition = partition;
        this.execution = execution;
    }

    static List<RunFolder.Part> committed(ExecutionContext context) {
        String json = context.getString(PARTS, "[]");
        return List.of(Json.parse(json, RunFolder.Part[].class, "execution context"));
    }

    @Override
    public void open(ExecutionContext context) {
        parts.clear();
        parts.addAll(committed(context));
    }

    @Override
    public void write(Chunk<? extends List<? extends Row>> chunk) {
        List<Row> rows = new ArrayList<>();
        chunk.forEach(rows::addAll);
        String name = "part-%s-%05d-%d.parquet".formatted(partition, parts.size(), execution);
        parts.add(folder.writePart(name, form, rows));
    }

    @Override
    public void update(ExecutionContext context) {
        context.putString(PARTS, Json.compact(parts));
    }
}
