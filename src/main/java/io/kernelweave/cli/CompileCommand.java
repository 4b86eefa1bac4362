package io.kernelweave.cli;

import io.kernelweave.compile.KernelCompiler;
import io.kernelweave.json.InputException;
import io.kernelweave.json.Json;
import io.kernelweave.kernel.Kernel;
import io.kernelweave.mine.Example;
import io.kernelweave.trace.Trace;
import io.kernelweave.verify.Contract;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave compile}: makes a candidate kernel of a trace. */
@Command(
        name = "compile",
        description = "Compiles one trace into a candidate kernel.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave compile --run latest --trace t-0123456789abcdef --id list-ports",
            "  kernelweave compile --file trace.json --id list-ports --add",
            "  kernelweave compile --file trace.json --id list-ports --propose --exchanges asked.jsonl"
        })
final class CompileCommand implements Callable<Integer> {
    /** Where the trace comes from. */
    static final class From {
        @Option(names = "--file", paramLabel = "FILE", required = true, description = "A trace as JSON.")
        private @Nullable Path file;

        @ArgGroup(exclusive = false)
        private @Nullable InRun inRun;
    }

    /** A trace of a run. */
    static final class InRun {
        @Option(names = "--run", required = true, description = "latest, a run id, its beginning, a folder; or store.")
        private String run = "latest";

        @Option(names = "--trace", required = true, description = "The trace's id or its beginning.")
        private String trace = "";
    }

    @ArgGroup(exclusive = true, multiplicity = "1")
    private From from = new From();

    @Option(names = "--id", required = true, description = "The kernel's id.")
    private String id = "";

    @Option(names = "--add", description = "Put the candidate into the store; without it, it is only printed.")
    private boolean add;

    @Mixin
    private ProposerOptions proposer = new ProposerOptions();

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        Trace trace;
        if (from.file != null) {
            trace = Json.read(from.file, Trace.class);
        } else {
            InRun inRun = java.util.Objects.requireNonNull(from.inRun, "picocli sees to it");
            TraceCommand.Found found = TraceCommand.find(workspace, inRun.run, inRun.trace);
            trace = found.trace();
            if (found.origin() != null && found.origin().outcome().equals("FAIL")) {
                throw InputException.at(
                        "trace " + trace.traceId(),
                        "its source says that it failed",
                        "compile a trace of a solved task");
            }
        }
        Kernel kernel =
                proposer.improve(KernelCompiler.compile(trace, id), List.of(Example.of(trace)), 0, System.getenv());
        List<String> problems = Contract.of(kernel).selfTest();
        if (add) {
            kernel = workspace.store().add(kernel, "compiled from trace " + trace.traceId());
        }
        ObjectNode json = Json.object().put("added", add);
        json.set("kernel", Json.tree(kernel));
        json.set("problems", Json.tree(problems));
        output.json(json);
        output.text(Json.pretty(kernel).strip());
        problems.forEach(problem -> output.line("@|red FAIL|@  %s", problem));
        return problems.isEmpty() ? 0 : 10;
    }
}
