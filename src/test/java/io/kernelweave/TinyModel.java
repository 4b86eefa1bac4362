package io.kernelweave;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** A transformer of 260,000 parameters, 512 tokens and a context of 128, which is not part of the project. */
public final class TinyModel {
    private TinyModel() {}

    /** Its file; the test is skipped where there is none. */
    public static Path file() {
        Path file = Stream.of(
                        Optional.ofNullable(System.getProperty("kernelweave.corpora")),
                        Optional.ofNullable(System.getenv("KERNELWEAVE_CORPORA")),
                        Optional.of("../shared/corpora"))
                .flatMap(Optional::stream)
                .map(name -> Path.of(name, "models", "tinyllm.gguf"))
                .findFirst()
                .orElseThrow();
        assumeTrue(
                Files.isRegularFile(file),
                "skipped: there is no " + file
                        + "; name the corpora with -Dkernelweave.corpora or KERNELWEAVE_CORPORA");
        return file;
    }
}
