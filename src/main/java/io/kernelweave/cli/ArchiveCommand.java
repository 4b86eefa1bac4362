package io.kernelweave.cli;

import io.kernelweave.export.Archive;
import io.kernelweave.export.ArchiveCheck;
import io.kernelweave.export.ArchiveImport;
import io.kernelweave.export.Signing;
import io.kernelweave.json.Json;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** {@code kernelweave archive}: looks archives through and takes them in. */
@Command(
        name = "archive",
        description = "Checks archives to the byte, and takes their runs in.",
        mixinStandardHelpOptions = true,
        subcommands = {ArchiveCommand.Verify.class, ArchiveCommand.Import.class},
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave archive verify nightly-0123456789ab.zip",
            "  kernelweave archive verify nightly-0123456789ab.zip --key their-key.pem",
            "  kernelweave archive import nightly-0123456789ab.zip --kernels"
        })
final class ArchiveCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /** What the two have in common. */
    private abstract static class OfFile implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "A zip that `kernelweave export` wrote.")
        @SuppressWarnings("NullAway.Init")
        Path file;

        @Option(
                names = "--key",
                paramLabel = "KEY",
                description = "Demand a signature by the owner of this public Ed25519 key (PEM).")
        private @Nullable Path key;

        @Mixin
        Output output = new Output();

        @Nullable
        PublicKey key() {
            return key == null ? null : Signing.publicKey(key);
        }
    }

    @Command(
            name = "verify",
            description = "Checks every byte of an archive, and names what is not as it was packed.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave archive verify nightly-0123456789ab.zip")
    static final class Verify extends OfFile {
        @Override
        public Integer call() {
            ArchiveCheck.Checked checked = ArchiveCheck.check(file, key());
            Archive.Manifest manifest = checked.manifest();
            ObjectNode json = Json.object().put("verdict", checked.isSound() ? "PASS" : "FAIL");
            json.put("signed", checked.signed().name().toLowerCase(Locale.ROOT));
            json.set("problems", Json.tree(checked.problems()));
            json.set("runs", Json.tree(manifest == null ? List.of() : manifest.runs()));
            output.json(json);
            output.line("%s  %s", Output.coloured(checked.isSound() ? "PASS" : "FAIL"), file);
            checked.problems().forEach(problem -> output.text("  " + problem));
            if (manifest != null && checked.isSound()) {
                output.line(
                        "  %s %s, %d files",
                        manifest.kind(), manifest.name(), manifest.files().size());
                output.text("  "
                        + switch (checked.signed()) {
                            case NO -> "not signed: its checksums show damage, not who made it";
                            case UNCHECKED -> "signed; --key says by whom";
                            case YES -> "signed by the owner of the key";
                        });
            }
            return checked.isSound() ? 0 : 10;
        }
    }

    @Command(
            name = "import",
            description =
                    "Checks an archive and takes its runs and comparisons in; of anything wrong, nothing is written.",
            mixinStandardHelpOptions = true,
            footer = "%nExample: kernelweave archive import nightly-0123456789ab.zip")
    static final class Import extends OfFile {
        @Option(names = "--kernels", description = "Add the runs' kernels to the store, as candidates.")
        private boolean kernels;

        @Mixin
        private Workspace workspace = new Workspace();

        @Override
        public Integer call() {
            ArchiveImport.Imported imported = ArchiveImport.into(workspace.reports(), file, key());
            ObjectNode json = Json.tree(imported);
            imported.placed().forEach(folder -> output.text("taken   " + folder));
            imported.present().forEach(folder -> output.text("known   " + folder));
            if (kernels) {
                ArchiveImport.Kernels added = ArchiveImport.kernels(workspace.reports(), imported, workspace.store());
                json.set("kernels", Json.tree(added));
                added.added().forEach(id -> output.text("kernel  " + id + ", a candidate"));
                added.kept().forEach(id -> output.text("kernel  " + id + " is there with other content and stays"));
            }
            output.json(json);
            return 0;
        }
    }
}
