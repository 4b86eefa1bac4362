package io.kernelweave.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A job that lives with its data sets, its state and its reports in one folder. */
public class JobFolder {
    private final Path folder;

    JobFolder(Path folder) {
        this.folder = folder;
    }

    public final Path folder() {
        return folder;
    }

    public final Path file(String name) {
        return folder.resolve(name);
    }

    /** A command line over this folder: its own reports, data sets and state. */
    public final String[] args(String... command) {
        List<String> args = new ArrayList<>(Arrays.asList(command));
        for (String name : List.of("reports", "datasets", "state")) {
            args.addAll(List.of("--" + name, file(name).toString()));
        }
        return args.toArray(String[]::new);
    }

    /** The command line that runs the job. */
    public final String[] run(String... more) {
        List<String> args = new ArrayList<>(List.of("run", file("job.yaml").toString()));
        args.addAll(Arrays.asList(more));
        return args(args.toArray(String[]::new));
    }
}
