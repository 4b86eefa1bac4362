package io.kernelweave.dataset;

import io.kernelweave.kernel.Kernel;
import java.util.List;

/**
 * A data set in memory.
 *
 * @param digest SHA-256 over the sorted digests of the rows: the same rows in any order or encoding have the same
 * @param rows in the order of the data set
 * @param kernels the kernels that the rows may be routed to, by id
 */
public record Dataset(String name, String digest, List<DatasetRow> rows, List<Kernel> kernels) {
    public Dataset {
        rows = List.copyOf(rows);
        kernels = List.copyOf(kernels);
    }

    public List<DatasetRow> split(String split) {
        return rows.stream().filter(row -> row.split().equals(split)).toList();
    }
}
