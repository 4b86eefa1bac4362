package io.kernelweave.cli;

import io.kernelweave.batch.Progress;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar with rate and time left on a terminal; a line a stage elsewhere; nothing with {@code --json}. */
final class TerminalProgress implements Progress, AutoCloseable {
    private final boolean silent;
    private final boolean terminal = System.console() != null && isTerminal();
    private @Nullable ProgressBar bar;

    TerminalProgress(boolean silent) {
        this.silent = silent;
    }

    /** From JDK 22 on there is a console even without a terminal; it says which. */
    private static boolean isTerminal() {
        try {
            return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(System.console());
        } catch (ReflectiveOperationException e) {
            return true; // before JDK 22 a console is a terminal
        }
    }

    @Override
    public synchronized void begin(String stage, long total) {
        end();
        if (silent) {
            return;
        }
        if (!terminal) {
            System.err.println(total > 0 ? stage + " (" + total + " rows)" : stage);
            return;
        }
        bar = new ProgressBarBuilder()
                .setTaskName(stage)
                .setInitialMax(total > 0 ? total : -1)
                .setStyle(ProgressBarStyle.ASCII)
                .setUnit(" rows", 1)
                .showSpeed()
                .setUpdateIntervalMillis(200)
                .build();
    }

    @Override
    public synchronized void advance(long units) {
        if (bar != null) {
            bar.stepBy(units);
        }
    }

    @Override
    public synchronized void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    @Override
    public synchronized void note(String line) {
        if (!silent) {
            System.err.println(line);
        }
    }

    @Override
    public void close() {
        end();
    }
}
