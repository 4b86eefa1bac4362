package io.kernelweave.dataset;

import io.kernelweave.json.Digest;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import java.util.List;
import java.util.stream.Collectors;

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

    /**
     * SHA-256 of what some of its rows ask and how they are labelled. A generated data set that was built again because the words of
     * a kernel changed has another digest and may ask the same.
     */
    public static String questions(List<DatasetRow> rows) {
        return Digest.of(rows.parallelStream()
                .map(row -> Json.compact(List.of(
                        row.id(),
                        row.prompt(),
                        row.target(),
                        row.kernelId() == null ? "" : row.kernelId(),
                        row.acceptableKernels(),
                        row.clusterId())))
                .sorted()
                .collect(Collectors.joining("\n")));
    }

    public List<DatasetRow> split(String split) {
        return rows.stream().filter(row -> row.split().equals(split)).toList();
    }
}
