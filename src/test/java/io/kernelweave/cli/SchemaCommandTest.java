package io.kernelweave.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.kernelweave.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchemaCommandTest {
    @TempDir
    Path temp;

    private String file(String name, String schema) throws IOException {
        return Files.writeString(temp.resolve(name), schema).toString();
    }

    @Test
    void containmentIsToldByExitCodeAndWitness() throws IOException {
        String integer = file("integer.json", "{\"type\":\"integer\"}");
        String number = file("number.json", "{\"type\":\"number\"}");
        String far = file("far.json", "{\"$ref\":\"https://example.com/far\"}");

        Program.Outcome proven = Program.run("schema", "contains", integer, number);
        assertThat(proven.exit()).isZero();
        assertThat(proven.out()).isEqualToIgnoringNewLines("PROVEN");

        Program.Outcome refuted = Program.run("schema", "contains", integer, number, "--both", "--json");
        assertThat(refuted.exit()).isEqualTo(10);
        assertThat(Json.parse(refuted.out(), "out"))
                .isEqualTo(Json.parse("{\"answer\":\"REFUTED\",\"witness\":0.1}", "test"));

        Program.Outcome unknown = Program.run("schema", "contains", integer, far);
        assertThat(unknown.exit()).isEqualTo(20);
        assertThat(unknown.out()).contains("UNKNOWN: second schema #/$ref");
    }

    @Test
    void aFileThatIsNotThereIsRefused() {
        Program.Outcome outcome = Program.run("schema", "contains", "nope.json", "nope.json");
        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.errLines()).singleElement().asString().contains("nope.json");
    }
}
