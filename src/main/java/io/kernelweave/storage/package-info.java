/**
 * Files by URI through Hadoop's file systems (local unless a URI says otherwise), Parquet rows, and DuckDB: the only
 * package that opens any of them.
 *
 * <p>Uses {@code json}. Start reading at {@link io.kernelweave.storage.Folder} and
 * {@link io.kernelweave.storage.ParquetRows}; {@link io.kernelweave.storage.RecordColumns} says what of a file is read.
 */
@NullMarked
package io.kernelweave.storage;

import org.jspecify.annotations.NullMarked;
