package io.kernelweave.results;

import io.kernelweave.json.Json;
import io.kernelweave.storage.ParquetRows;
import tools.jackson.databind.node.ObjectNode;

/**
 * When a row was answered and how long that took. The times lie apart from the rows, in {@code times/}: whoever answers the same
 * prompt again gets the same row and other times. A run has times of the rows that it answered itself, and of no other.
 *
 * @param recordedAt UTC, ISO 8601
 */
public record RowTimes(
        String rowId,
        String arm,
        long routeNs,
        long decodeNs,
        long maskNs,
        long modelNs,
        long gateNs,
        long totalNs,
        String recordedAt) {
    static final ParquetRows.Schema SCHEMA = RowForm.schema("row-times.parquet-schema");

    /** Of a row that was answered just now. */
    static RowTimes of(ResultRow row) {
        ResultRow.Timings timings = row.timings();
        return new RowTimes(
                row.rowId(),
                row.arm(),
                timings.routeNs(),
                timings.decodeNs(),
                timings.maskNs(),
                timings.modelNs(),
                timings.gateNs(),
                timings.totalNs(),
                String.valueOf(row.recordedAt()));
    }

    ObjectNode toJson() {
        return Json.tree(this);
    }

    /** What identifies the row within a run. */
    public String identity() {
        return rowId + " " + arm;
    }

    /** The same without the rest. */
    public ResultRow.Timings timings() {
        return new ResultRow.Timings(routeNs, decodeNs, maskNs, modelNs, gateNs, totalNs);
    }
}
