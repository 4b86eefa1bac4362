package io.kernelweave.results;

import io.kernelweave.storage.ParquetRows;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Objects;

/**
 * A form that rows of results have: {@link ResultRow#FORM}, {@link RouteRow#FORM}, {@link MaskRow#FORM}, {@link IfevalRow#FORM},
 * {@link SelfTestRow#FORM}, {@link ContainmentRow#FORM} or {@link CompilationRow#FORM}.
 *
 * @param type of a row: a record whose components are the columns
 * @param schema of their Parquet files
 * @param order in which they are read back
 */
public record RowForm<R extends Row>(Measure measure, Class<R> type, ParquetRows.Schema schema, Comparator<R> order) {

    /** The Parquet schema in a file beside this class. */
    static ParquetRows.Schema schema(String file) {
        return ParquetRows.Schema.parse(text(file));
    }

    /** A resource beside this class. */
    static String text(String file) {
        try (InputStream in = Objects.requireNonNull(RowForm.class.getResourceAsStream(file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
