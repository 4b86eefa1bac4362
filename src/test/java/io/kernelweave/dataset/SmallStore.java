package io.kernelweave.dataset;

import java.nio.file.Path;

/** A store of two kernels with the data set that is generated for them, for tests of other packages. */
public final class SmallStore {
    private SmallStore() {}

    /** Writes {@code store/} and the scenarios. */
    public static void in(Path folder) {
        new Workspace(folder);
    }

    public static DatasetSpec spec(Path folder) {
        return new Workspace(folder).spec(1);
    }
}
