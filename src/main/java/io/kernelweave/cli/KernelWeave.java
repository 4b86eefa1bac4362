package io.kernelweave.cli;

import io.kernelweave.json.InputException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code kernelweave}. Exit codes: 0 pass or identical, 10 fail, 20 inconclusive, 30 invalid, 2 usage or bad
 * input, 1 a fault of the program.
 */
@Command(
        name = "kernelweave",
        description = "Turns solved language-model tasks into verified, reusable kernels, and benchmarks them.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.class,
        subcommands = {
            RunCommand.class,
            ReportCommand.class,
            CompareCommand.class,
            TrendCommand.class,
            ExportCommand.class,
            ArchiveCommand.class,
            RouteCommand.class,
            KernelCommand.class,
            ChecksCommand.class,
            SchemaCommand.class,
            DatasetCommand.class,
            TraceCommand.class,
            CompileCommand.class,
            ComposeCommand.class,
            RunsCommand.class,
            QueryCommand.class,
            VersionCommand.class,
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  kernelweave run jobs/nightly.yaml",
            "  kernelweave route \"pull every error out of this log\"",
            "  kernelweave report latest",
            "%nExit codes: 0 pass or identical, 10 fail, 20 inconclusive, 30 invalid, 2 usage, 1 crash."
        })
public final class KernelWeave implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(execute(args));
    }

    /** Runs one command and returns its exit code. */
    public static int execute(String... args) {
        CommandLine commandLine = new CommandLine(new KernelWeave());
        commandLine.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        commandLine.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setExpandAtFiles(false); // a prompt may begin with @
        commandLine.setParameterExceptionHandler(KernelWeave::usage);
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, args));
        return commandLine.execute(args);
    }

    private static int usage(ParameterException failure, String[] args) {
        CommandLine command = failure.getCommandLine();
        command.getErr()
                .println("kernelweave: " + failure.getMessage() + "; see `"
                        + command.getCommandSpec().qualifiedName() + " --help`");
        return CommandLine.ExitCode.USAGE;
    }

    private static int failed(Exception failure, String[] args) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InputException) {
                System.err.println("kernelweave: " + cause.getMessage());
                return CommandLine.ExitCode.USAGE;
            }
        }
        System.err.println("kernelweave: a fault of the program: " + failure);
        if (Arrays.asList(args).contains("--stacktrace") || System.getenv("KERNELWEAVE_STACKTRACE") != null) {
            failure.printStackTrace();
        } else {
            System.err.println("Set KERNELWEAVE_STACKTRACE=1 to see where.");
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
