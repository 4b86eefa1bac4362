package io.kernelweave.dataset;

import io.kernelweave.json.Digest;
import io.kernelweave.json.InputException;
import io.kernelweave.trace.ImportedTrace;
import io.kernelweave.trace.TraceForm;
import io.kernelweave.trace.TraceImport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Traces of other programs, by source, each in the order of its file.
 *
 * @param digest SHA-256 over what was read: traces and what their sources say beside them
 */
public record TraceCases(String name, String digest, Map<String, List<ImportedTrace>> sources) {
    public TraceCases {
        sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
    }

    /** @throws InputException if a source is missing or unreadable */
    public static TraceCases read(DatasetSpec spec) {
        TraceForm form = spec.traces();
        if (form == null) {
            throw InputException.at(
                    "data set " + spec.name(),
                    "its rows are no traces",
                    "name a spec with traces, such as phasecd/traces.yaml");
        }
        Map<String, List<ImportedTrace>> sources = new LinkedHashMap<>();
        List<String> digests = new ArrayList<>();
        spec.sources().forEach((name, source) -> {
            List<ImportedTrace> traces = TraceImport.read(Sources.open(source, spec.obtain()), source.path(), form);
            traces.forEach(imported -> digests.add(name + " " + imported.trace().traceId()));
            sources.put(name, traces);
        });
        return new TraceCases(spec.name(), Digest.of(String.join("\n", digests)), sources);
    }
}
