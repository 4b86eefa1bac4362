package io.kernelweave.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code kernelweave}. */
@Command(name = "kernelweave", mixinStandardHelpOptions = true)
public final class KernelWeave implements Runnable {
    public static void main(String[] args) {
        System.exit(new CommandLine(new KernelWeave()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
