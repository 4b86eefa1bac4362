package io.kernelweave.regex;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.kernelweave.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;

/** Public corpora beside the project; a test that needs one is skipped where it is absent. */
final class Corpora {
    private Corpora() {}

    static List<JsonNode> read(String name) {
        String folder = System.getProperty("kernelweave.corpora", System.getenv("KERNELWEAVE_CORPORA"));
        Path file = Path.of(folder != null ? folder : "../shared/corpora").resolve(name);
        assumeTrue(Files.exists(file), () -> "skipped: there is no " + file);
        List<JsonNode> rows = new ArrayList<>();
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.isBlank()) {
                    rows.add(Json.mapper().readTree(line));
                }
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
        return rows;
    }
}
