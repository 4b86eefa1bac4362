package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class CompileCommandTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void twoFamilies() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            boolean books = i % 2 == 0;
            ObjectNode record = Json.object()
                    .put("trace_id", "r-" + i)
                    .put("corpus", books ? "books" : "maps")
                    .put("task_id", "task-" + i)
                    .put("success", i % 6 != 1);
            ArrayNode steps = record.putArray("steps");
            steps.addObject().put("kind", "user").put("observation", "Find \"title " + i * 7919 + "\" for me.");
            ObjectNode call = steps.addObject().put("kind", "tool_call").put("tool", books ? "find_book" : "find_map");
            call.putObject("args").put("title", "title " + i * 7919);
            call.put("observation", "{\"shelf\":\"S" + i * 31 + "\"}").put("error", false);
            lines.append(Json.compact(record)).append('\n');
        }
        file = Files.writeString(folder.resolve("traces.jsonl"), lines);
    }

    private Program.Outcome run(String... arguments) {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--store";
        all[arguments.length + 1] = folder.resolve("store").toString();
        return Program.run(all);
    }

    @Test
    void everyFamilyOfAFileGivesOneKernelWithItsCounts() {
        Program.Outcome outcome = run("compile", "--file", file.toString());
        assertThat(outcome.exit()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("books", "maps", "Call find_book with title = input.quoted[0].", "set aside for its tests");
    }

    @Test
    void theListOfFamiliesIsAllThatIsAskedFor() {
        JsonNode json = Json.parse(
                run("kernel", "compile", "--file", file.toString(), "--list", "--json")
                        .out(),
                "stdout");
        assertThat(json.at("/families/0/family").stringValue()).isEqualTo("books");
        assertThat(json.at("/families/0/traces").intValue()).isEqualTo(12);
        assertThat(json.at("/families/0/kernel").isMissingNode()).isTrue();
    }

    @Test
    void compiledAgainAKernelIsTheNextVersionAndTheOneBeforeStays() {
        for (String seed : new String[] {"1", "1", "2"}) {
            assertThat(run("compile", "--file", file.toString(), "--family", "books", "--add", "--seed", seed)
                            .exit())
                    .isZero();
        }
        JsonNode json = Json.parse(
                run("compile", "--file", file.toString(), "--family", "books", "--add", "--seed", "2", "--json")
                        .out(),
                "stdout");
        assertThat(json.at("/families/0/kernel/version").intValue()).isEqualTo(2);
        assertThat(folder.resolve("store/versions/books-v1.json")).exists();
        assertThat(json.at("/families/0/problems")).isEmpty();
    }

    @Test
    void oneIdForSeveralFamiliesIsRefused() {
        Program.Outcome refused = run("compile", "--file", file.toString(), "--id", "both");
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).contains("there are 2 families");
        assertThat(run("compile", "--file", file.toString(), "--family", "none").err())
                .contains("there is no family \"none\"");
    }
}
