package io.kernelweave.cli;

import io.kernelweave.export.Archive;
import io.kernelweave.export.RunData;
import io.kernelweave.export.Signing;
import io.kernelweave.results.Run;
import io.kernelweave.results.RunRegistry;
import io.kernelweave.storage.Folder;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kernelweave export}: packs a run, a comparison, or everything. */
@Command(
        name = "export",
        description =
                "Packs a run, a comparison or all runs into a reproducible zip with data set, manifest, checksums and verdicts.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave export latest",
            "  kernelweave export nightly-0123456789ab --sign key.pem",
            "  kernelweave export --comparison nightly-0123456789ab-nightly-cdef01234567",
            "  kernelweave export --all",
            "%nopenssl genpkey -algorithm ed25519 -out key.pem makes a key; openssl pkey -in key.pem -pubout the one to give away."
        })
final class ExportCommand implements Callable<Integer> {
    /** What is packed. */
    static final class What {
        @Parameters(paramLabel = "RUN", description = "latest, a run id, its beginning, or a folder.")
        private @Nullable String run;

        @Option(
                names = "--comparison",
                paramLabel = "NAME",
                description = "A folder of reports/compare, with its two runs.")
        private @Nullable String comparison;

        @Option(names = "--all", description = "All complete runs and all comparisons.")
        private boolean all;
    }

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private What what;

    @Option(
            names = "--sign",
            paramLabel = "KEY",
            description = "Sign the checksums with this private Ed25519 key (PEM).")
    private @Nullable Path key;

    @Mixin
    private Workspace workspace = new Workspace();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() {
        Folder reports = workspace.reports();
        PrivateKey signer = key == null ? null : Signing.privateKey(key);
        Archive.Packed packed = archive(reports)
                .with(new RunData(reports, workspace.datasets()))
                .pack(reports, signer);
        output.json(packed);
        output.line("%s", packed.path());
        output.line(
                "  %,d bytes, %d files, SHA-256 %s",
                packed.bytes(), packed.manifest().files().size(), packed.sha256());
        packed.manifest().data().stream()
                .filter(data -> data.path() == null)
                .forEach(data -> output.text("  without the data set of " + data.runId() + ": " + data.reason()));
        return 0;
    }

    private Archive archive(Folder reports) {
        RunRegistry runs = workspace.runs();
        if (what.run != null) {
            return Archive.of(runs.find(what.run));
        }
        if (what.comparison != null) {
            return Archive.of(reports, what.comparison);
        }
        return Archive.ofAll(
                reports,
                runs.runs().stream()
                        .filter(Run::isComplete)
                        .map(run -> runs.folder(run.runId()))
                        .toList());
    }
}
