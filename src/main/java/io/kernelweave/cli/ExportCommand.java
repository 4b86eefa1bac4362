package io.kernelweave.cli;

import io.kernelweave.export.Archive;
import io.kernelweave.results.RunFolder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code kernelweave export}: packs a run. */
@Command(
        name = "export",
        description = "Packs a run into a reproducible zip with manifest and checksums.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  kernelweave export latest", "  kernelweave export nightly-0123456789ab --json"})
final class ExportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "latest, a run id, its beginning, or a folder.")
    @SuppressWarnings("NullAway.Init")
    private String run;

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        RunFolder folder = workspace.runs().find(run);
        folder.requireIntact();
        Archive.Packed packed = Archive.pack(folder, workspace.reports());
        output.json(packed);
        output.line("%s", packed.path());
        output.line(
                "  %,d bytes, %d files, SHA-256 %s",
                packed.bytes(), packed.manifest().files().size(), packed.sha256());
        return 0;
    }
}
