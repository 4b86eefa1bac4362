package io.kernelweave.mine;

import io.kernelweave.json.Json;
import io.kernelweave.trace.ImportedTrace;
import io.kernelweave.trace.Trace;
import io.kernelweave.trace.TraceForm;
import io.kernelweave.trace.TraceImport;
import io.kernelweave.verify.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Traces for tests, written as corpora write them. */
final class Traces {
    private final ObjectNode record = Json.object().put("corpus", "shop");
    private final ArrayNode steps = record.putArray("steps");

    Traces said(String who, String text) {
        steps.addObject().put("kind", who).put("observation", text);
        return this;
    }

    Traces call(String tool, String argument, String result) {
        ObjectNode step = steps.addObject().put("kind", "tool_call").put("tool", tool);
        step.putObject("args").put("x", argument);
        step.put("observation", result).put("error", result.startsWith("Error"));
        return this;
    }

    Trace done() {
        return read(List.of(record)).get(0).trace();
    }

    Example done(boolean success, String task) {
        return new Example(done(), success ? Outcome.PASS : Outcome.FAIL, task);
    }

    static List<ImportedTrace> read(List<? extends Object> records) {
        StringBuilder lines = new StringBuilder();
        records.forEach(each -> lines.append(Json.compact(each)).append('\n'));
        try {
            Path file = Files.createTempFile("traces", ".jsonl");
            Files.writeString(file, lines);
            List<ImportedTrace> traces = TraceImport.read(file, TraceForm.CORPUS);
            Files.delete(file);
            return traces;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The clauses of what was mined, each in one line. */
    static List<String> lines(Mined mined) {
        List<String> lines = new ArrayList<>();
        mined.clauses().forEach(clause -> lines.add(Json.compact(clause)));
        return lines;
    }
}
