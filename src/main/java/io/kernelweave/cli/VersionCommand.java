package io.kernelweave.cli;

import io.kernelweave.json.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

/** {@code kernelweave version}. */
@Command(
        name = "version",
        description = "Prints the version and the Java that it runs on.",
        mixinStandardHelpOptions = true,
        footer = "%nExample: kernelweave version --json")
final class VersionCommand implements Callable<Integer>, IVersionProvider {
    @Mixin
    private Output output = new Output();

    private static String version() {
        String version = KernelWeave.class.getPackage().getImplementationVersion();
        return version == null ? "from a build folder" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"kernelweave " + version()};
    }

    @Override
    public Integer call() {
        output.json(Json.object()
                .put("version", version())
                .put("java", Runtime.version().toString())
                .put("vm", System.getProperty("java.vm.name")));
        output.line("kernelweave %s, Java %s", version(), Runtime.version());
        return 0;
    }
}
