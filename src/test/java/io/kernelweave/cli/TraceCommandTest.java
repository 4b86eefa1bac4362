package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TraceCommandTest {
    private static final String GOOD =
            "{\"trace_id\":\"w-1\",\"success\":false,\"steps\":[{\"kind\":\"user\",\"observation\":\"Buy @|bold a|@ hat\"},"
                    + "{\"kind\":\"assistant\",\"observation\":\"Bought.\"},{\"kind\":\"dream\"}]}\n";

    @TempDir
    Path temp;

    private Program.Outcome run(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--store", temp.resolve("store").toString()));
        return Program.run(all.toArray(String[]::new));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(temp.resolve("in.jsonl"), text);
    }

    @Test
    void anImportedTraceIsListedShownAndExported() throws IOException {
        Program.Outcome imported = run("trace", "import", file(GOOD).toString());
        assertThat(imported.exit()).isZero();
        assertThat(imported.out())
                .contains("1 traces (corpus), 1 of them new", "kept without knowing what it is: corpus:dream, 1");
        assertThat(run("trace", "list", "store").out()).contains("w-1", "FAIL", "1 of 1");
        JsonNode list = Json.parse(run("trace", "list", "store", "--json").out(), "list");
        String id = list.at("/traces/0/trace_id").stringValue();
        assertThat(run("trace", "show", "store", id).out()).contains("Buy @|bold a|@ hat", "unknown  corpus:dream");
        Program.Outcome exported = run("trace", "export", "w-1", "--as", "openai");
        assertThat(Json.parse(exported.out(), "export")
                        .at("/messages/1/content")
                        .stringValue())
                .isEqualTo("Bought.");
        assertThat(exported.err()).contains("openai cannot hold: events of kind unknown");
        assertThat(run("trace", "export", id, "--as", "corpus").err()).isEmpty();
    }

    @Test
    void aFileWithOneBadLineLeavesNothing() throws IOException {
        Program.Outcome refused =
                run("trace", "import", file(GOOD + "{\"steps\":[3]}\n").toString());
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.errLines()).hasSize(1);
        assertThat(refused.err()).contains("in.jsonl line 2 at /steps/0");
        assertThat(temp.resolve("store")).doesNotExist();
    }

    @Test
    void aStoredLineThatWasEditedIsNamedAndTheRestIsListed() throws IOException {
        run("trace", "import", file(GOOD).toString());
        Files.writeString(temp.resolve("store/traces/import-by-hand.jsonl"), "{}\n");
        Program.Outcome listed = run("trace", "list", "store", "--json");
        assertThat(listed.exit()).isEqualTo(2);
        assertThat(listed.err()).contains("refused: ", "import-by-hand.jsonl line 1: is no imported trace");
        assertThat(Json.parse(listed.out(), "list").path("refusals").size()).isEqualTo(1);
        assertThat(Json.parse(listed.out(), "list").path("traces").size()).isEqualTo(1);
    }

    @Test
    void aFormThatIsNoneIsRefused() throws IOException {
        assertThat(run("trace", "import", file(GOOD).toString(), "--from", "xml")
                        .err())
                .contains("\"xml\": is no form of traces; use openai, otel or corpus");
        assertThat(run("trace", "import", file(GOOD).toString(), "--from", "otel")
                        .err())
                .contains("/resourceSpans: is missing");
    }

    @Test
    void aTraceThatItsSourceCallsAFailureIsNotCompiled() throws IOException {
        run("trace", "import", file(GOOD).toString());
        Program.Outcome refused = run("compile", "--run", "store", "--trace", "w-1", "--id", "hat");
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(refused.err()).contains("its source says that it failed");
    }
}
