package io.kernelweave;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The benchmarks are built by a profile of their own, which nobody runs every day. */
class BenchmarksTest {
    @Test
    void compileWithWhatTheyMeasure(@TempDir Path folder) throws Exception {
        JavaCompiler compiler = requireNonNull(ToolProvider.getSystemJavaCompiler());
        StringWriter problems = new StringWriter();
        try (Stream<Path> sources = Files.walk(Path.of("src/jmh/java"));
                StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options = List.of(
                    "-proc:none", "-nowarn", "-d", folder.toString(), "-cp", System.getProperty("java.class.path", ""));
            boolean compiled = compiler.getTask(
                            problems,
                            files,
                            null,
                            options,
                            null,
                            files.getJavaFileObjectsFromPaths(
                                    sources.filter(file -> file.toString().endsWith(".java"))
                                            .toList()))
                    .call();
            assertThat(compiled).as(problems.toString()).isTrue();
        }
    }
}
