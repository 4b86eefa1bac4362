package io.kernelweave;

import java.nio.file.Path;

/** A transformer of 260,000 parameters, 512 tokens and a context of 128, which is not part of the project. */
public final class TinyModel {
    private TinyModel() {}

    /** Its file; the test is skipped where there is none. */
    public static Path file() {
        return Corpora.file("models/tinyllm.gguf");
    }
}
