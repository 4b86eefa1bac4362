package io.kernelweave.dataset;

import io.kernelweave.json.Digest;
import io.kernelweave.storage.Folder;
import io.kernelweave.storage.ParquetRows;
import io.kernelweave.storage.ParquetRows.Column;
import io.kernelweave.storage.ParquetRows.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The rows of a data set in Parquet files of limited length, a split in as many as it takes: {@code
 * data/<split>-00000-of-00002.parquet} and so on, the names that data set viewers know. The same rows give the same bytes.
 *
 * @param splits those that have rows, in the order of {@link DatasetSpec#SPLITS}
 */
record Shards(Map<String, Split> splits) {
    /**
     * One file.
     *
     * @param path below the data set's folder
     */
    record Shard(String path, int rows, long bytes, String sha256) {}

    /**
     * A split.
     *
     * @param memory bytes of its rows as one Arrow table holds them: values, offsets of four bytes, and bits for nulls where there are any
     */
    record Split(int rows, long memory, List<Shard> shards) {}

    static Shards write(Folder folder, Dataset dataset, int rowsPerShard) {
        Map<String, Split> splits = new LinkedHashMap<>();
        for (String name : DatasetSpec.SPLITS) {
            List<ObjectNode> rows =
                    dataset.split(name).stream().map(DatasetRow::toJson).toList();
            if (!rows.isEmpty()) {
                splits.put(name, new Split(rows.size(), memory(rows), write(folder, name, rows, rowsPerShard)));
            }
        }
        return new Shards(splits);
    }

    private static List<Shard> write(Folder folder, String split, List<ObjectNode> rows, int rowsPerShard) {
        int shards = (rows.size() - 1) / rowsPerShard + 1;
        List<Shard> written = new ArrayList<>();
        for (int i = 0; i < shards; i++) {
            String path = String.format(Locale.ROOT, "data/%s-%05d-of-%05d.parquet", split, i, shards);
            List<ObjectNode> part = rows.subList(i * rowsPerShard, Math.min(rows.size(), (i + 1) * rowsPerShard));
            ParquetRows.write(folder, path, DatasetRow.SCHEMA, part);
            byte[] bytes = folder.readBytes(path);
            written.add(new Shard(path, part.size(), bytes.length, Digest.of(bytes)));
        }
        return written;
    }

    private static long memory(List<ObjectNode> rows) {
        long bytes = 0;
        for (Column column : DatasetRow.SCHEMA.columns()) {
            List<JsonNode> values =
                    rows.stream().map(row -> row.path(column.name())).toList();
            if (values.stream().anyMatch(JsonNode::isNull)) {
                bytes += bits(values.size());
            }
            if (column.list()) {
                bytes += 4L * (values.size() + 1);
                List<JsonNode> elements = new ArrayList<>();
                values.forEach(list -> list.forEach(elements::add));
                values = elements;
            }
            bytes += values(column.kind(), values);
        }
        return bytes;
    }

    private static long values(Kind kind, List<JsonNode> values) {
        return switch (kind) {
            case BOOLEAN -> bits(values.size());
            case DOUBLE, INTEGER -> 8L * values.size();
            case TEXT ->
                4L * (values.size() + 1)
                        + values.stream()
                                .mapToLong(text -> text.asString("").getBytes(StandardCharsets.UTF_8).length)
                                .sum();
        };
    }

    private static long bits(int count) {
        return (count + 7) / 8;
    }

    List<Shard> all() {
        return splits.values().stream()
                .flatMap(split -> split.shards().stream())
                .toList();
    }

    /** Bytes of all files. */
    long bytes() {
        return all().stream().mapToLong(Shard::bytes).sum();
    }
}
