package io.kernelweave.cli;

import io.kernelweave.dataset.Datasets;
import io.kernelweave.kernel.KernelStore;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import io.kernelweave.trace.TraceStore;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a command reads and writes, by option; the defaults are the project's folders. */
final class Workspace {
    @Option(
            names = "--reports",
            paramLabel = "URI",
            description = "Folder of runs and archives (default: ${DEFAULT-VALUE}).")
    private String reports = "reports";

    @Option(
            names = "--datasets",
            paramLabel = "URI",
            description = "Folder of built data sets (default: ${DEFAULT-VALUE}).")
    private String datasets = "datasets";

    @Option(names = "--store", paramLabel = "DIR", description = "The kernel store (default: ${DEFAULT-VALUE}).")
    private Path store = Path.of("phasecd/store");

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "Machine-local state: job repository, caches (default: ${DEFAULT-VALUE}).")
    private Path state = Path.of(".kernelweave");

    Folder reports() {
        return Folder.of(reports);
    }

    RunRegistry runs() {
        return new RunRegistry(reports());
    }

    Datasets datasets() {
        return new Datasets(Folder.of(datasets));
    }

    KernelStore store() {
        return new KernelStore(store);
    }

    TraceStore traces() {
        return new TraceStore(store.resolve("traces"));
    }

    Path state() {
        return state;
    }
}
