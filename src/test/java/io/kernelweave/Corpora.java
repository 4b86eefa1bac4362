package io.kernelweave;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kernelweave.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.function.Executable;
import tools.jackson.databind.JsonNode;

/** Public corpora beside the project; a test that needs one is skipped where it is absent. */
public final class Corpora {
    private static final String FOLDER = "kernelweave.corpora";

    private Corpora() {}

    private static Path path(String name) {
        String folder = System.getProperty(FOLDER, System.getenv("KERNELWEAVE_CORPORA"));
        return Path.of(folder != null ? folder : "../shared/corpora").resolve(name);
    }

    public static boolean isPresent(String name) {
        return Files.exists(path(name));
    }

    /** A file or a folder; the test is skipped where there is none. */
    public static Path file(String name) {
        Path file = path(name);
        assumeTrue(
                Files.exists(file),
                () -> "skipped: there is no " + file
                        + "; name the corpora with -Dkernelweave.corpora or KERNELWEAVE_CORPORA");
        return file;
    }

    /** What a file holds, unpacked; the test is skipped where there is none. */
    public static InputStream open(String name) {
        try {
            return new GZIPInputStream(Files.newInputStream(file(name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The values of a file, one a line; the test is skipped where there is none. */
    public static List<JsonNode> read(String name) {
        List<JsonNode> rows = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(new InputStreamReader(open(name), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.isBlank()) {
                    rows.add(Json.mapper().readTree(line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    /** Runs what is not to find any corpora: they would be in this folder. */
    public static void without(Path folder, Executable test) throws Throwable {
        String before = System.getProperty(FOLDER);
        System.setProperty(FOLDER, Files.createDirectories(folder).toString());
        try {
            test.execute();
        } finally {
            if (before == null) {
                System.clearProperty(FOLDER);
            } else {
                System.setProperty(FOLDER, before);
            }
        }
    }
}
