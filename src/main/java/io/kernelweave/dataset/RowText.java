package io.kernelweave.dataset;

import io.kernelweave.json.CanonicalJson;
import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.storage.ParquetRows.Column;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows as JSON: as {@link Json#compact} writes them, which is a line of a data set's file, or in the canonical form that digests are taken of.
 * What rows share (the words of a kernel, numbers) is written once and kept. Thread-safe.
 */
final class RowText {
    private static final List<String> NAMES =
            DatasetRow.SCHEMA.columns().stream().map(Column::name).toList();

    private final boolean canonical;
    private final int[] order; // of the fields
    private final Map<Object, String> kept = new ConcurrentHashMap<>();

    private RowText(boolean canonical, int[] order) {
        this.canonical = canonical;
        this.order = order;
    }

    /** Lines of files, without their ends. */
    static RowText lines() {
        return new RowText(false, IntStream.range(0, NAMES.size()).toArray());
    }

    /** The canonical form (RFC 8785). */
    static RowText canonical() {
        return new RowText(
                true,
                IntStream.range(0, NAMES.size())
                        .boxed()
                        .sorted(Comparator.comparing(NAMES::get))
                        .mapToInt(Integer::intValue)
                        .toArray());
    }

    String of(DatasetRow row) {
        @Nullable
        Object[] values = {
            row.id(),
            row.split(),
            row.phase(),
            row.target(),
            row.taskFamily(),
            row.prompt(),
            row.kernelId(),
            row.kernelName(),
            row.kernelSteps(),
            row.kernelPreconditions(),
            row.kernelPostconditions(),
            row.kernelEvidenceRequirements(),
            row.kernelRollback(),
            row.response(),
            row.verified(),
            row.verificationScore(),
            row.confidence(),
            row.weight(),
            row.clusterId(),
            row.acceptableKernels(),
            row.origin(),
            row.notes()
        };
        StringBuilder out = new StringBuilder(4096);
        for (int field : order) {
            out.append(out.isEmpty() ? "{\"" : ",\"").append(NAMES.get(field)).append("\":");
            append(values[field], out);
        }
        return out.append('}').toString();
    }

    /** SHA-256 of the text. */
    String digest(DatasetRow row) {
        return Digest.of(of(row));
    }

    private void append(@Nullable Object value, StringBuilder out) {
        if (value == null || value instanceof Boolean) {
            out.append(value);
        } else if (value instanceof String text) {
            int from = out.length();
            CanonicalJson.append(text, out);
            // The only strings that the two forms write differently are those with control characters.
            if (!canonical && out.indexOf("\\u00", from) >= 0) {
                out.setLength(from);
                out.append(Json.compact(text));
            }
        } else {
            out.append(kept.computeIfAbsent(value, this::json));
        }
    }

    private String json(Object value) {
        return canonical ? CanonicalJson.text(Json.tree(value)) : Json.compact(value);
    }
}
