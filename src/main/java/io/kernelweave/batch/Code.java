package io.kernelweave.batch;

import io.kernelweave.json.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** The program that is running, by the bytes of its files: those of its jar, or of its build folder. */
final class Code {
    /**
     * What takes part in answering a prompt and in judging the answer: the core, what stands between it and a row, and the list of libraries
     * with their versions.
     */
    private static final Pattern CORE = Pattern.compile(
            "io/kernelweave/(?:"
                    + "(?:json|stats|kernel|trace|regex|vector|schema|verify|decode|route|mine|compile|compose|model|embed|gate|runtime)/.*"
                    + "|dataset/DatasetRow.*|results/(?:Scoring|ResultRow|RowKey|result-row).*|batch/(?:Workbench|Routing|Experience|RowKeys).*)|META-INF/sbom/.*");

    private static final Map<String, String> FILES = files();

    private Code() {}

    /** Digest of the whole program. */
    static String digest() {
        return digest(Pattern.compile(".*"));
    }

    /** Digest of the part of the program that decides a row. */
    static String core() {
        return digest(CORE);
    }

    private static String digest(Pattern names) {
        return Digest.of(FILES.entrySet().stream()
                .filter(file -> names.matcher(file.getKey()).matches())
                .map(file -> file.getKey() + " " + file.getValue() + "\n")
                .collect(Collectors.joining()));
    }

    private static Map<String, String> files() {
        Map<String, String> files = new TreeMap<>();
        try {
            Path code = Path.of(Code.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            if (Files.isRegularFile(code)) {
                try (JarFile jar = new JarFile(code.toFile())) {
                    for (ZipEntry entry : Collections.list(jar.entries())) {
                        if (!entry.isDirectory()) {
                            try (InputStream in = jar.getInputStream(entry)) {
                                files.put(entry.getName(), Digest.of(in.readAllBytes()));
                            }
                        }
                    }
                }
            } else {
                try (Stream<Path> all = Files.walk(code)) {
                    for (Path file : all.filter(Files::isRegularFile).toList()) {
                        String name = code.relativize(file).toString().replace('\\', '/');
                        files.put(name, Digest.of(Files.readAllBytes(file)));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        return files;
    }
}
